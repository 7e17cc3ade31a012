"""The week's doings with money that an owner should know of, ready on Monday morning, once for each week."""

from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from contracts.base import Money
from contracts.fiscal import DigestLine, WeeklyDigestPrepared
from fiscal import report_queries
from fiscal.book_tables import WeeklyDigest
from fiscal.report_queries import Undone
from fiscal.tables import AccountCopy, CashOperation
from kit.db import Database, Tx
from kit.loops import each

READY_AT = timedelta(hours=7)
"""After the Monday's midnight at the account."""
LINES = 20
"""Told one by one; all are counted."""
_WEEK = timedelta(days=7)


async def prepare_digests(db: Database, now: datetime) -> None:
    """Tell of the last whole week of every account that was not told of it yet."""
    async with db.system_tx() as tx:
        rows = await tx.execute(select(AccountCopy.account_id, AccountCopy.time_zone))
        accounts = [(account_id, zone) for account_id, zone in rows]
        lately = WeeklyDigest.since >= now.date() - 3 * _WEEK
        known = {
            tuple(row) for row in await tx.execute(select(WeeklyDigest.account_id, WeeklyDigest.since).where(lately))
        }

    async def tell(account_id: UUID, zone: str) -> None:
        since = last_week(now, ZoneInfo(zone))
        if (account_id, since) not in known:
            async with db.tx(account_id) as tx:
                await _prepare(tx, account_id, since)

    await each("digests", accounts, lambda account: tell(*account))


def last_week(now: datetime, zone: ZoneInfo) -> date:
    """The Monday of the last week whose digest is due."""
    today = (now.astimezone(zone).replace(tzinfo=None) - READY_AT).date()
    return today - timedelta(days=today.weekday()) - _WEEK


async def _prepare(tx: Tx, account_id: UUID, since: date) -> None:
    mark = insert(WeeklyDigest).values(account_id=account_id, since=since).on_conflict_do_nothing()
    if await tx.scalar(mark.returning(WeeklyDigest.since)) is None:
        return  # another worker was quicker
    until = since + _WEEK - timedelta(days=1)
    period = await report_queries.period_of(tx, account_id, since, until, None)
    moved = select(CashOperation.id).where(
        CashOperation.account_id == account_id, CashOperation.operating_day.between(since, until)
    )
    dated, more_dated = await report_queries.reversals(tx, period, back_dated=True)
    if await tx.scalar(moved.limit(1)) is None and not dated:
        return  # nothing went through the books: nobody is told so every Monday
    back, more_back = await report_queries.reversals(tx, period)
    short = [(close, name) for close, name in await report_queries.day_closes(tx, period) if close.difference < 0]
    lines = [_line("back_dated", one) for one in dated] + [_line("taken_back", one) for one in back]
    lines += [
        DigestLine(
            what="shortage",
            day=close.operating_day.isoformat(),
            amount=Money(amount=close.difference, currency=close.currency),
            register_name=name,
            by_name=close.created_by_name,
            reason=close.explanation,
        )
        for close, name in short
    ]
    tx.emit(
        WeeklyDigestPrepared(
            account_id=account_id,
            version=1,
            since=since.isoformat(),
            until=until.isoformat(),
            back_dated=len(dated) + more_dated,
            taken_back=len(back) + more_back,
            shortages=len(short),
            without_second_person=len({one.line.id for one in [*dated, *back] if one.line.approved_by is None}),
            lines=tuple(lines[:LINES]),
        )
    )


def _line(what: str, one: Undone) -> DigestLine:
    line = one.line
    return DigestLine.model_validate(
        {
            "what": what,
            "day": line.operating_day.isoformat(),
            "amount": Money(amount=line.amount, currency=line.currency),
            "register_name": one.register,
            "by_name": line.created_by_name,
            "reason": line.comment,
        }
    )
