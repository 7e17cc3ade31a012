"""The journal of a location, prepared at its hour for whoever mails it."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select

from booking.queries.reports.journal import journal_page
from booking.queries.reports.period import Wanted
from booking.queries.visits import Visit
from booking.records import ReportSchedule
from booking.stored_schedules import WEEKDAYS
from booking.tables import AccountCopy, LocationRow
from contracts.booking import DailyJournalPrepared, JournalRow, JournalState
from kit.db import Database, Tx
from kit.ids import new_id
from kit.loops import each

MOST_ROWS = 5000


async def prepare_due_journals(db: Database, now: datetime) -> int:
    """Prepare what is due in all accounts, each location and day once; answers how many."""
    async with db.system_tx() as tx:
        due = [
            (schedule.account_id, schedule.location_id)
            for schedule, zone in await tx.execute(
                select(ReportSchedule, LocationRow.time_zone)
                .join(
                    LocationRow,
                    (LocationRow.account_id == ReportSchedule.account_id)
                    & (LocationRow.id == ReportSchedule.location_id),
                )
                .join(AccountCopy, AccountCopy.account_id == ReportSchedule.account_id)
                .where(ReportSchedule.is_on, ~LocationRow.is_deleted, AccountCopy.is_active)
            )
            if due_day(schedule, now.astimezone(ZoneInfo(zone))) is not None
        ]
    done = 0

    async def prepare(key: tuple[UUID, UUID]) -> None:
        nonlocal done
        async with db.tx(key[0]) as tx:
            row = await tx.get(ReportSchedule, key, with_for_update=True)
            location = await tx.get_one(LocationRow, key)
            day = due_day(row, now.astimezone(ZoneInfo(location.time_zone))) if row else None
            if row is not None and day is not None:
                await prepare_journal(tx, row, location, day, now)
                done += 1

    await each("daily_journals", due, prepare)
    return done


def due_day(schedule: ReportSchedule, local_now: datetime) -> date | None:
    """The day whose journal is due at this local time and was not prepared yet; a missed hour is made up that day."""
    today = local_now.date()
    if not schedule.is_on or WEEKDAYS[today.weekday()] not in schedule.weekdays:
        return None
    if local_now.strftime("%H:%M") < schedule.clock_time:
        return None
    day = today + timedelta(days=1) if schedule.covers == "tomorrow" else today
    return None if schedule.last_day is not None and schedule.last_day >= day else day


async def prepare_journal(tx: Tx, schedule: ReportSchedule, location: LocationRow, day: date, now: datetime) -> UUID:
    """Say the journal of one day, whole; answers its id."""
    account = await tx.get_one(AccountCopy, location.account_id)
    wanted = Wanted(account, day, day, frozenset({location.id}))
    visits = await journal_page(tx, wanted, None, MOST_ROWS)
    journal_id = new_id()
    recipients = schedule.recipient_user_ids
    tx.emit(
        DailyJournalPrepared(
            account_id=account.account_id,
            version=1,
            journal=JournalState(
                id=journal_id,
                location_id=location.id,
                location_name=location.name,
                time_zone=location.time_zone,
                day=day.isoformat(),
                prepared_at=now,
                currency=account.currency,
                rows=tuple(_row(visit) for visit in visits),
                recipient_user_ids=None if recipients is None else tuple(recipients),
            ),
        )
    )
    schedule.last_day = max(day, schedule.last_day or day)
    return journal_id


def _row(visit: Visit) -> JournalRow:
    booking, client = visit.booking, visit.client
    return JournalRow.model_validate(
        {
            "booking_id": booking.id,
            "starts_at": booking.starts_at,
            "ends_at": booking.ends_at,
            "state": booking.state,
            "payment_state": booking.payment_state,
            "services": tuple(item.service_name for item in visit.items),
            "staff": tuple(visit.staff_names.get(person, "") for person in visit.staff_member_ids),
            "client_name": client.name if client else None,
            "client_surname": client.surname if client else None,
            "client_phone_e164": client.phone_e164 if client else None,
            "price": visit.money(booking.price),
            "paid": visit.money(booking.paid),
            "source": booking.source,
            "comment": booking.comment,
        }
    )
