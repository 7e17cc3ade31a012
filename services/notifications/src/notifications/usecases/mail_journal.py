"""The daily journal of a location: taken over from booking, and mailed to those who may read it."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert

from contracts.booking import DailyJournalPrepared
from contracts.permissions import Permission
from kit.db import Tx
from kit.tables import MemberCopy
from kit.texts import Texts
from notifications.domain.channels import EMAIL
from notifications.domain.facts import Kind
from notifications.domain.staff_news import News
from notifications.rules import House
from notifications.situation import zone_of
from notifications.tables import DailyJournal

from .tell_staff import Telling, tell_staff

USEFUL = timedelta(hours=24)
JOURNAL = "journal"


async def mail_journal(event: DailyJournalPrepared, tx: Tx, *, texts: Texts, house: House, now: datetime) -> None:
    """Once per location and day, however often it is told; a newer telling replaces what was not mailed yet."""
    journal = event.journal
    assert event.account_id is not None
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


def _may_read(member: MemberCopy, chosen: set[UUID] | None) -> bool:
    may = Permission.REPORTS_VIEW in member.permissions
    return may and (chosen is None or member.user_id in chosen)
