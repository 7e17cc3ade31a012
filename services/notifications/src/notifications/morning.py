"""What would fail today: found before the first client comes, each with its cure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select

from kit.db import Tx

from .domain.channels import OF_PHONE
from .domain.forecast import forecast
from .domain.merging import WAITING
from .domain.reasons import Reason
from .domain.routing import INTEGRICA
from .tables import BookingCopy, ClientCopy, NotificationRow, PhoneMark, ProviderAccount, ReceiptTrouble, SmsBalanceRow

_WORKS = frozenset({"ok", "unchecked"})


@dataclass(frozen=True)
class Thing:
    """Something to put right. `count` is how many messages, clients or receipts it concerns."""

    area: str
    """`sms`, `client` or `fiscal`."""
    code: str
    count: int
    provider: str | None = None
    at: datetime | None = None
    """When it begins to hurt."""


async def things_to_fix(tx: Tx, account_id: UUID, part_price: int, since: datetime, until: datetime) -> Sequence[Thing]:
    """Everything that would fail between the two moments as things stand."""
    planned = await planned_sms(tx, account_id, until)
    return [
        *await _of_providers(tx, account_id, planned, part_price),
        *await _of_clients(tx, account_id, since, until),
        *await _of_receipts(tx, account_id),
    ]


async def planned_sms(tx: Tx, account_id: UUID, until: datetime | None = None) -> Sequence[tuple[datetime, int]]:
    """The moment and the parts of every message that is to go through an SMS provider, the next first."""
    row = NotificationRow
    query = select(row.planned_at, func.coalesce(row.parts, 1)).where(
        row.account_id == account_id, row.state.in_(WAITING), row.channel.in_(OF_PHONE)
    )
    if until is not None:
        query = query.where(row.planned_at < until)
    found = await tx.execute(query.order_by(func.coalesce(row.due_at, row.planned_at), row.useful_until))
    return [(moment, parts) for moment, parts in found]


async def _of_providers(
    tx: Tx, account_id: UUID, planned: Sequence[tuple[datetime, int]], part_price: int
) -> list[Thing]:
    row = ProviderAccount
    accounts = (
        await tx.scalars(
            select(row).where(row.account_id == account_id, row.enabled).order_by(row.position, row.provider)
        )
    ).all()
    if not accounts:
        return [Thing("sms", Reason.NO_PROVIDER, len(planned))] if planned else []
    things = [Thing("sms", one.state, len(planned), one.provider) for one in accounts if one.state not in _WORKS]
    first = next((one for one in accounts if one.state in _WORKS), None)
    if first is not None and first.provider == INTEGRICA:
        balance = await tx.get(SmsBalanceRow, account_id)
        need = forecast(planned, balance.free_amount if balance else 0, part_price)
        if need.runs_out_at is not None:
            unpaid = need.messages - need.paid
            things.append(Thing("sms", Reason.INSUFFICIENT_BALANCE, unpaid, INTEGRICA, need.runs_out_at))
    return things


async def _of_clients(tx: Tx, account_id: UUID, since: datetime, until: datetime) -> list[Thing]:
    booking, client, mark = BookingCopy, ClientCopy, PhoneMark
    count = await tx.scalar(
        select(func.count(func.distinct(booking.client_id)))
        .join(client, (client.account_id == booking.account_id) & (client.client_id == booking.client_id))
        .join(mark, (mark.account_id == client.account_id) & (mark.phone_e164 == client.phone_e164))
        .where(
            booking.account_id == account_id,
            booking.is_active,
            booking.starts_at >= since,
            booking.starts_at < until,
            mark.cause == "bad",
        )
    )
    return [Thing("client", Reason.PHONE_BAD, count)] if count else []


async def _of_receipts(tx: Tx, account_id: UUID) -> list[Thing]:
    row = ReceiptTrouble
    counted = await tx.execute(
        select(row.reason_code, func.count(), func.min(row.since))
        .where(row.account_id == account_id, row.reason_code.is_not(None))
        .group_by(row.reason_code)
        .order_by(func.count().desc())
    )
    return [Thing("fiscal", str(code), count, None, since) for code, count, since in counted]
