"""Financial reports from the ledger, the day's figures, and what an owner should know of."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from contracts.base import Money
from contracts.http import books
from contracts.http.catalogue import Day
from contracts.permissions import Permission
from fiscal import exports, report_queries
from fiscal.api.book_views import day_close, undone
from fiscal.api.days import require_order
from fiscal.api.words import Words, WordsDep
from fiscal.book_tables import DayClose
from fiscal.queries import account_zone
from fiscal.report_queries import Period, Sums, period_of
from kit.access import Member
from kit.db import Tx
from kit.edge import DbDep, MemberDep
from kit.messaging import now_utc

router = APIRouter(prefix="/api/v1/accounts/{account_id}/finance", tags=["finance"])

LONGEST_DAYS = 400
_QUERIES: dict[str, Callable[[Tx, Period], Awaitable[list[Sums]]]] = {
    "day": report_queries.by_day,
    "register": report_queries.by_register,
    "payment_type": report_queries.by_payment_type,
    "staff_member": report_queries.by_staff_member,
    "service": report_queries.by_service,
}
_FILES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_COLUMNS = ("name", "currency", "sold", "given_back", "net", "tips", "entries", "reversals")
_REVERSALS = ("operating_day", "created_at", "figure", "register", "payment_type", "amount", "currency", "by", "reason")

Since = Annotated[Day, Query(alias="from")]
Until = Annotated[Day, Query(alias="to", description="Inclusive.")]


@router.get(
    "/reports/{by}",
    response_model=books.Report,
    responses={200: {"content": {kind: {} for kind in _FILES.values()}}},
    operation_id="get_finance_report",
)
async def report(
    account_id: UUID,
    by: books.ReportBy,
    member: MemberDep,
    db: DbDep,
    words: WordsDep,
    since: Since,
    until: Until,
    cash_register_id: UUID | None = None,
    format: books.ReportFormat = "json",  # noqa: A002 - the name of the public parameter
) -> Response:
    """Money taken and given back, by day, register, payment type, person or service; all sums agree."""
    member.require(Permission.REPORTS_VIEW)
    if format != "json":
        member.require(Permission.REPORTS_EXPORT)
    require_order(since, until, at_most_days=LONGEST_DAYS)
    async with db.tx(account_id) as tx:
        period = await period_of(tx, account_id, since, until, member.location_ids, cash_register_id)
        rows = [_named(by, line, words) for line in await _QUERIES[by](tx, period)]
        sums = await report_queries.totals(tx, period)
        back, left_out = await report_queries.reversals(tx, period)
    shown = books.Report(
        by=by,
        since=since,
        until=until,
        items=[_row(line) for line in rows],
        totals=[_row(line) for line in sums],
        reversals=[undone(one) for one in back],
        reversals_left_out=left_out,
    )
    if format == "json":
        return Response(shown.model_dump_json(), media_type="application/json")
    name = f"{by}-{since}-{until}.{format}"
    content = _file(shown, format, words)
    return Response(
        content, media_type=_FILES[format], headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )


@router.get("/days/{day}", operation_id="get_finance_day")
async def of_day(account_id: UUID, day: Day, member: MemberDep, db: DbDep) -> books.DayReport:
    """Every register on one day: what lay there in the morning, what moved, what lies there, what was counted."""
    member.require(Permission.CASH_VIEW)
    async with db.tx(account_id) as tx:
        period = await period_of(tx, account_id, day, day, member.location_ids)
        sums = await report_queries.day_sums(tx, period)
        closes = await report_queries.day_closes(tx, period)
    last = {
        (close.cash_register_id, close.payment_type, close.currency): (close, name)
        for close, name in sorted(closes, key=lambda pair: pair[0].number)
    }
    return books.DayReport(operating_day=day, items=[_figures(line, last) for line in sums])


@router.get("/digest", operation_id="get_owner_digest")
async def digest(
    account_id: UUID,
    member: MemberDep,
    db: DbDep,
    since: Annotated[Day | None, Query(alias="from")] = None,
    until: Annotated[Day | None, Query(alias="to", description="Inclusive.")] = None,
) -> books.OwnerDigest:
    """What was dated back, taken back or found missing; without days the last seven."""
    _require_all(member)
    async with db.tx(account_id) as tx:
        last = until or now_utc().astimezone(await account_zone(tx, account_id)).date()
        first = since or last - timedelta(days=6)
        require_order(first, last, at_most_days=LONGEST_DAYS)
        period = await period_of(tx, account_id, first, last, member.location_ids)
        dated, _ = await report_queries.reversals(tx, period, back_dated=True)
        back, _ = await report_queries.reversals(tx, period)
        closes = await report_queries.day_closes(tx, period)
    alone = {one.line.id for one in [*dated, *back] if one.line.approved_by is None}
    return books.OwnerDigest(
        since=first,
        until=last,
        back_dated=[undone(one) for one in dated],
        reversals=[undone(one) for one in back],
        shortages=[day_close(close, name) for close, name in closes if close.difference < 0],
        without_second_person=len(alone),
    )


def _require_all(member: Member) -> None:
    member.require(Permission.REPORTS_VIEW)
    member.require(Permission.CASH_VIEW)


def _named(by: str, line: Sums, words: Words) -> Sums:
    if by == "payment_type":
        name = words.texts.get(words.language, f"payment_type.{line.key}")
    else:
        name = line.name or words.texts.get(words.language, "report.nobody" if line.net else "report.tips")
    return Sums(line.key, name, line.currency, line.sold, line.given_back, line.tips, line.entries, line.reversals)


def _row(line: Sums) -> books.ReportRow:
    return books.ReportRow(
        key=line.key,
        name=line.name,
        currency=line.currency,
        sold=line.sold,
        given_back=line.given_back,
        net=line.net,
        tips=line.tips,
        entries=line.entries,
        reversals=line.reversals,
    )


def _file(report: books.Report, kind: str, words: Words) -> bytes:
    def word(key: str) -> str:
        return words.texts.get(words.language, f"report.{key}")

    def cells(row: books.ReportRow, name: str) -> list[exports.Cell]:
        sums = [exports.money(amount) for amount in (row.sold, row.given_back, row.net, row.tips)]
        return [name, row.currency, *sums, row.entries, row.reversals]

    table: list[list[exports.Cell]] = [[word(column) for column in _COLUMNS]]
    table += [cells(row, row.name) for row in report.items]
    table += [cells(row, word("total")) for row in report.totals]
    if kind == "csv":
        return exports.as_csv(table)
    back: list[list[exports.Cell]] = [[word(column) for column in _REVERSALS]]
    back += [
        [
            one.operating_day.isoformat(),
            one.created_at.isoformat(timespec="minutes"),
            word(one.figure),
            one.cash_register_name,
            words.texts.get(words.language, f"payment_type.{one.payment_type}"),
            exports.money(one.amount.amount),
            one.amount.currency,
            one.created_by_name,
            one.reason or "",
        ]
        for one in report.reversals
    ]
    return exports.as_xlsx({word("sheet"): table, word("reversals"): back})


def _figures(
    line: report_queries.DaySums, closes: dict[tuple[UUID, str, str], tuple[DayClose, str]]
) -> books.DayFigures:
    def sum_of(amount: int) -> Money:
        return Money(amount=amount, currency=line.currency)

    close = closes.get((line.cash_register_id, line.payment_type, line.currency))
    return books.DayFigures(
        cash_register_id=line.cash_register_id,
        cash_register_name=line.register,
        payment_type=line.payment_type,
        opening=sum_of(line.opening),
        sold=sum_of(line.of("revenue", is_reversal=False)),
        given_back=sum_of(line.of("revenue", is_reversal=True)),
        tips=sum_of(line.of("tips")),
        paid_in=sum_of(line.of("paid_in")),
        paid_out=sum_of(line.of("paid_out")),
        transferred=sum_of(line.of("transferred")),
        collected=sum_of(line.of("collected")),
        counted=sum_of(line.of("counted")),
        closing=sum_of(line.closing),
        entries=line.entries,
        close=day_close(*close) if close else None,
    )
