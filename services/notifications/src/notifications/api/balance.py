"""The prepaid balance: what is there, what happened to it, how long it lasts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query

from contracts import Money
from contracts.http.notifications import Forecast, LedgerEntry, SmsBalance
from contracts.permissions import Permission
from kit.edge import DbDep, MemberDep
from notifications import queries
from notifications.domain.forecast import forecast
from notifications.morning import planned_sms
from notifications.tables import AccountCopy
from notifications.tables import LedgerEntry as LedgerRow

from .parts import PREFIX, SettingsDep

router = APIRouter(tags=["notifications"])


@router.get(f"{PREFIX}/sms-balance", operation_id="get_sms_balance", response_model=SmsBalance)
async def read(
    member: MemberDep,
    db: DbDep,
    settings: SettingsDep,
    cursor: Annotated[str | None, Query(max_length=200)] = None,
) -> SmsBalance:
    """The balance with its ledger, and whether it is enough for the messages that are planned."""
    member.require(Permission.NOTIFICATIONS_VIEW)
    async with db.tx(member.account_id) as tx:
        account = await tx.get(AccountCopy, member.account_id)
        row = await queries.balance_row(tx, member.account_id)
        entries, next_cursor = await queries.ledger(tx, member.account_id, cursor)
        planned = await planned_sms(tx, member.account_id)
    currency = account.currency if account else "UAH"
    free, reserved = (row.free_amount, row.reserved_amount) if row else (0, 0)
    return SmsBalance(
        balance=Money(amount=free + reserved, currency=currency),
        available=Money(amount=free, currency=currency),
        reserved=Money(amount=reserved, currency=currency),
        price_per_part=Money(amount=settings.part_price_minor, currency=currency),
        ledger=[_entry(entry) for entry in entries],
        next_cursor=next_cursor,
        forecast=_forecast(planned, free, settings.part_price_minor, currency),
    )


def _forecast(planned: Sequence[tuple[datetime, int]], free: int, price: int, currency: str) -> Forecast:
    need = forecast(planned, free, price)
    return Forecast(
        planned_messages=need.messages,
        planned_amount=Money(amount=need.amount, currency=currency),
        is_enough=need.runs_out_at is None,
        runs_out_at=need.runs_out_at,
    )


def _entry(row: LedgerRow) -> LedgerEntry:
    kind: Any = row.kind
    return LedgerEntry(
        id=row.id,
        kind=kind,
        amount=row.free_change + row.reserved_change,
        reserved=row.reserved_change,
        balance_after=row.balance_after,
        notification_id=row.notification_id,
        note=row.note,
        created_at=row.created_at,
    )
