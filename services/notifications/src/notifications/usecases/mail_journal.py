"""The daily journal of a location: taken over from booking, and mailed to those who may read it."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from contracts.booking import DailyJournalPrepared, JournalState
from contracts.permissions import Permission
from kit.db import Tx
from kit.tables import MemberCopy
from kit.texts import Texts
from notifications.domain.channels import EMAIL
from notifications.domain.facts import Kind
from notifications.domain.staff_news import News
from notifications.rules import House
from notifications.situation import zone_of
from notifications.tables import BookingCopy, ClientCopy, DailyJournal

from .tell_staff import Telling, tell_staff

USEFUL = timedelta(hours=24)
JOURNAL = "journal"


async def mail_journal(event: DailyJournalPrepared, tx: Tx, *, texts: Texts, house: House, now: datetime) -> None:
    """Once per location and day, however often it is told; a newer telling replaces what was not mailed yet."""
    assert event.account_id is not None
    journal = await _without_erased(tx, event.account_id, event.journal)
    values = {
        "location_id": journal.location_id,
        "day": date.fromisoformat(journal.day),
        "version": event.version,
        "body": journal.model_dump(mode="json"),
    }
    statement = insert(DailyJournal).values(account_id=event.account_id, id=journal.id, **values)
    await tx.execute(
        statement.on_conflict_do_update(
            index_elements=["account_id", "id"], set_=values, where=DailyJournal.version < event.version
        )
    )
    chosen = set(journal.recipient_user_ids) if journal.recipient_user_ids is not None else None
    params = {"location": journal.location_name, "day": f"{values['day']:%d.%m.%Y}", "count": len(journal.rows)}
    telling = Telling(
        news=News(
            kind=Kind.REPORT,
            occasion=f"journal {journal.location_id} {journal.day}",
            planned_at=now,
            useful_until=now + USEFUL,
            zone=zone_of(journal.time_zone),
            location_id=journal.location_id,
            keeps_quiet=False,
            channel=EMAIL,
        ),
        text=lambda language: texts.get(language, "mail.journal", params),
        facts={"report": JOURNAL, "journal_id": str(journal.id)},
        readers=lambda member: _may_read(member, chosen),
    )
    await tell_staff(tx, event.account_id, telling, house, now)


async def _without_erased(tx: Tx, account_id: UUID, journal: JournalState) -> JournalState:
    """The journal without visits of those who were erased since it was prepared.

    Their cards are held, so that whoever is being erased now finds the journal when it is written.
    """
    visit, card = BookingCopy, ClientCopy
    of_journal = select(visit.client_id).where(
        visit.account_id == account_id, visit.booking_id.in_([line.booking_id for line in journal.rows])
    )
    cards = (card.account_id == account_id, card.client_id.in_(of_journal))
    held = await tx.execute(
        select(card.client_id, card.is_erased).where(*cards).order_by(card.client_id).with_for_update(read=True)
    )
    erased = [client_id for client_id, is_erased in held if is_erased]
    if not erased:
        return journal
    theirs = select(visit.booking_id).where(visit.account_id == account_id, visit.client_id.in_(erased))
    gone = set(await tx.scalars(theirs))
    return journal.model_copy(update={"rows": tuple(line for line in journal.rows if line.booking_id not in gone)})


def _may_read(member: MemberCopy, chosen: set[UUID] | None) -> bool:
    may = Permission.REPORTS_VIEW in member.permissions
    return may and (chosen is None or member.user_id in chosen)
