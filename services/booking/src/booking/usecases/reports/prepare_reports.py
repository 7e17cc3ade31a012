"""Reports of figures, prepared at their hour for whoever mails them: in every language, since readers differ."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from pydantic import BaseModel
from sqlalchemy import select

from booking import words
from booking.queries.reports import people
from booking.queries.reports.period import Wanted
from booking.queries.reports.summary import summary, weekly
from booking.records import ReportMailing
from booking.stored_schedules import WEEKDAYS
from booking.tables import AccountCopy
from contracts import Money
from contracts.booking import ReportPrepared, ReportState, ReportTable
from contracts.http.reports import Figures, LocationFigures, ServiceFigures, StaffFigures
from kit.db import Database, Tx
from kit.ids import new_id
from kit.loops import each
from kit.texts import LANGUAGES

Cell = str | int | float | None
_FIELDS = {
    "summary": ("location_name", *Figures.model_fields),
    "services": tuple(name for name in ServiceFigures.model_fields if name != "service_id"),
    "staff": tuple(name for name in StaffFigures.model_fields if name not in ("staff_member_id", "is_deleted")),
    "weekly": ("week", "first", "last", *Figures.model_fields, "new_clients"),
}


async def prepare_due_reports(db: Database, now: datetime) -> int:
    """Prepare what is due in all accounts, each report and day once; answers how many."""
    async with db.system_tx() as tx:
        rows = await tx.execute(
            select(ReportMailing, AccountCopy.time_zone)
            .join(AccountCopy, AccountCopy.account_id == ReportMailing.account_id)
            .where(ReportMailing.is_on, AccountCopy.is_active)
        )
        due = [(row.account_id, row.report) for row, zone in rows if is_due(row, now.astimezone(ZoneInfo(zone)))]
    done = 0

    async def prepare(key: tuple[UUID, str]) -> None:
        nonlocal done
        async with db.tx(key[0]) as tx:
            row = await tx.get(ReportMailing, key, with_for_update=True)
            account = await tx.get_one(AccountCopy, key[0])
            local_now = now.astimezone(ZoneInfo(account.time_zone))
            if row is not None and is_due(row, local_now):
                await prepare_report(tx, row, account, local_now.date(), now)
                done += 1

    await each("reports", due, prepare)
    return done


def is_due(mailing: ReportMailing, local_now: datetime) -> bool:
    """Whether it is to go today, its hour has come, and it did not go yet; a missed hour is made up that day."""
    today = local_now.date()
    return (
        mailing.is_on
        and WEEKDAYS[today.weekday()] in mailing.weekdays
        and local_now.strftime("%H:%M") >= mailing.clock_time
        and (mailing.last_day is None or mailing.last_day < today)
    )


def days_of(span: str, today: date) -> tuple[date, date]:
    """The first and the last of the days that a report of `today` is about; all of them are over."""
    yesterday = today - timedelta(days=1)
    if span == "yesterday":
        return yesterday, yesterday
    if span == "last_7_days":
        return today - timedelta(days=7), yesterday
    last = today.replace(day=1) - timedelta(days=1)
    return last.replace(day=1), last


async def prepare_report(tx: Tx, mailing: ReportMailing, account: AccountCopy, today: date, now: datetime) -> UUID:
    """Say the report, whole; answers its id."""
    wanted = Wanted(account, *days_of(mailing.span, today), None)
    report_id = new_id()
    recipients = mailing.recipient_user_ids
    tables = {}
    for language in LANGUAGES:
        title = words.TEXTS.get(language, f"mailed.{mailing.report}")
        header = tuple(words.TEXTS.get(language, f"column.{field}") for field in _FIELDS[mailing.report])
        lines = await _lines(tx, mailing.report, wanted, language, now)
        rows = tuple(tuple(_cell(getattr(line, field)) for field in _FIELDS[mailing.report]) for line in lines)
        tables[language] = ReportTable(title=title, header=header, rows=rows)
    state = ReportState.model_validate(
        {
            "id": report_id,
            "report": mailing.report,
            "first": wanted.first.isoformat(),
            "last": wanted.last.isoformat(),
            "time_zone": account.time_zone,
            "prepared_at": now,
            "tables": tables,
            "recipient_user_ids": None if recipients is None else tuple(recipients),
        }
    )
    tx.emit(ReportPrepared(account_id=account.account_id, version=1, report=state))
    mailing.last_day = today
    return report_id


async def _lines(tx: Tx, report: str, wanted: Wanted, language: str, now: datetime) -> Sequence[BaseModel]:
    if report == "services":
        return (await people.services(tx, wanted, words.TEXTS.get(language, "report.goods"))).items
    if report == "staff":
        return (await people.staff(tx, wanted, now)).items
    if report == "weekly":
        return (await weekly(tx, wanted)).items
    found = await summary(tx, wanted)
    total = words.TEXTS.get(language, "report.total")
    whole = LocationFigures(**found.total.model_dump(), location_id=UUID(int=0), location_name=total)
    return [*found.locations, whole]


def _cell(value: object) -> Cell:
    match value:
        case Money():
            return value.amount / 100
        case date():
            return value.isoformat()
        case str() | int() | float() | None:
            return value
        case _:
            return str(value)
