"""The comparison of settlements, receipts, ledger and card payments: now, and what the daily ones found."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from sqlalchemy import select

from contracts.http import books
from contracts.http.catalogue import Day
from contracts.http.fiscal import Fix
from contracts.permissions import Permission
from fiscal.api.days import require_order
from fiscal.api.words import Words, WordsDep
from fiscal.book_tables import Reconciliation
from fiscal.domain.differences import DifferenceCode, page_of
from fiscal.usecases.reconcile import Found, compare_books
from kit.access import Member
from kit.edge import DbDep, MemberDep
from kit.errors import MissingPermission, NotFound
from kit.messaging import now_utc

router = APIRouter(prefix="/api/v1/accounts/{account_id}/finance", tags=["finance"])

LONGEST_DAYS = 100


@router.get("/reconciliation", operation_id="reconcile_books")
async def compare(
    account_id: UUID,
    member: MemberDep,
    db: DbDep,
    words: WordsDep,
    since: Annotated[Day, Query(alias="from")],
    until: Annotated[Day, Query(alias="to", description="Inclusive.")],
) -> books.ReconciliationReport:
    """Compare the books of these days now."""
    _require(member)
    require_order(since, until, at_most_days=LONGEST_DAYS)
    now = now_utc()
    async with db.tx(account_id) as tx:
        found = await compare_books(tx, account_id, since, until, now)
    return _report(None, found, now, account_id, words)


@router.get("/reconciliations", operation_id="list_reconciliations")
async def show(
    account_id: UUID,
    member: MemberDep,
    db: DbDep,
    differing: Annotated[bool, Query(description="Only those that found something.")] = False,
    cursor: UUID | None = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> books.Reconciliations:
    """What the daily comparisons found, newest first."""
    _require(member)
    query = select(Reconciliation).where(Reconciliation.account_id == account_id)
    if differing:
        query = query.where(Reconciliation.count > 0)
    if cursor is not None:
        query = query.where(Reconciliation.id < cursor)
    async with db.tx(account_id) as tx:
        rows = (await tx.scalars(query.order_by(Reconciliation.id.desc()).limit(limit))).all()
    return books.Reconciliations(
        items=[
            books.ReconciliationShort(id=row.id, since=row.since, until=row.until, ran_at=row.ran_at, count=row.count)
            for row in rows
        ],
        next_cursor=str(rows[-1].id) if len(rows) == limit else None,
    )


@router.get("/reconciliations/{reconciliation_id}", operation_id="get_reconciliation")
async def show_one(
    account_id: UUID, reconciliation_id: UUID, member: MemberDep, db: DbDep, words: WordsDep
) -> books.ReconciliationReport:
    """One of them with every difference, its meaning and its cure."""
    _require(member)
    async with db.tx(account_id) as tx:
        row = await tx.get(Reconciliation, (account_id, reconciliation_id))
    if row is None:
        raise NotFound("reconciliation")
    found = Found(row.since, row.until, row.took_ms, row.checked, row.count, row.differences)
    return _report(row.id, found, row.ran_at, account_id, words)


def _require(member: Member) -> None:
    """The books are compared as a whole: a member of single locations would see other places' money."""
    member.require(Permission.REPORTS_VIEW)
    member.require(Permission.CASH_VIEW)
    if member.location_ids is not None:
        raise MissingPermission(Permission.REPORTS_VIEW, list(member.holders))


def _report(
    report_id: UUID | None, found: Found, ran_at: datetime, account_id: UUID, words: Words
) -> books.ReconciliationReport:
    return books.ReconciliationReport(
        id=report_id,
        since=found.since,
        until=found.until,
        ran_at=ran_at,
        took_ms=found.took_ms,
        checked=found.checked,
        count=found.count,
        items=[_difference(one, account_id, words) for one in found.differences],
    )


def _difference(one: Mapping[str, Any], account_id: UUID, words: Words) -> books.Difference:
    code = DifferenceCode(one["code"])
    booking = UUID(one["booking"]) if one["booking"] else None
    register = UUID(one["register"]) if one["register"] else None

    def word(key: str) -> str:
        return words.texts.get(words.language, f"difference.{key}")

    return books.Difference(
        code=code,
        text=word(code),
        fix=Fix(text=word(f"{code}.fix"), url=words.base_url + page_of(code, account_id, booking, register)),
        subject_id=one["subject"],
        booking_id=booking,
        cash_register_id=register,
        operating_day=one["day"],
        expected=one["expected"],
        found=one["found"],
    )
