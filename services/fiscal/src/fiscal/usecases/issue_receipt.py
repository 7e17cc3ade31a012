"""Putting the receipt of an act into the lane of its register; nothing is sent here."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select

from fiscal.domain.payments import Taken
from fiscal.domain.receipt_body import Sold, return_body, sell_body
from fiscal.domain.sold import Part
from fiscal.errors import ReceiptsInHryvniaOnly, SeveralFiscalRegisters
from fiscal.tables import CashRegister, Receipt, Settlement
from fiscal.usecases.lanes import lock_lane, wake_lane
from kit import context, telemetry
from kit.db import Tx
from kit.ids import new_id

HRYVNIA = "UAH"


def fiscal_register_of(registers: Sequence[CashRegister], currency: str) -> CashRegister | None:
    """The register among those of one act that gives a receipt; none where no one does.

    Raises `SeveralFiscalRegisters` (one act, one receipt) and `ReceiptsInHryvniaOnly`.
    """
    fiscal = {register.id: register for register in registers if register.is_fiscal}
    if not fiscal:
        return None
    if len(fiscal) > 1:
        raise SeveralFiscalRegisters([register.name for register in fiscal.values()])
    if currency != HRYVNIA:
        raise ReceiptsInHryvniaOnly(currency)
    return next(iter(fiscal.values()))


async def issue_sale(tx: Tx, act: Settlement, payments: Sequence[Taken], parts: Sequence[Part], now: datetime) -> None:
    """The receipt of what was taken at the act's fiscal register."""
    if act.fiscal_register_id is None:
        return
    receipted = [payment for payment in payments if payment.cash_register_id == act.fiscal_register_id]
    sold = _sold([part for part in parts if payments[part.payment].cash_register_id == act.fiscal_register_id])
    await put_in_lane(
        tx,
        Receipt(
            account_id=act.account_id,
            kind="sale",
            settlement_id=act.id,
            booking_id=act.booking_id,
            cash_register_id=act.fiscal_register_id,
            total=sum(payment.amount for payment in receipted),
            currency=act.currency,
            body=sell_body(sold, receipted, act.created_by_name),
        ),
        now,
    )


async def issue_return(
    tx: Tx, sale_act: Settlement, act: Settlement, payments: Sequence[Taken], parts: Sequence[Part], now: datetime
) -> None:
    """The return receipt of what was given back at the fiscal register of the sale; `payments` are negative."""
    if act.fiscal_register_id is None:
        return
    sale = await tx.scalar(
        select(Receipt).where(Receipt.account_id == act.account_id, Receipt.settlement_id == sale_act.id)
    )
    if sale is None:
        return
    here = [payment for payment in payments if payment.cash_register_id == sale.cash_register_id]
    back = [Taken(payment.payment_type, payment.cash_register_id, -payment.amount) for payment in here]
    total = sum(payment.amount for payment in back)
    sold = _sold([part for part in parts if payments[part.payment].cash_register_id == sale.cash_register_id])
    lines = sell_body(sold, back, act.created_by_name) if total < sale.total else sale.body
    await put_in_lane(
        tx,
        Receipt(
            account_id=sale.account_id,
            kind="return",
            sale_receipt_id=sale.id,
            settlement_id=act.id,
            booking_id=sale.booking_id,
            cash_register_id=sale.cash_register_id,
            total=total,
            currency=sale.currency,
            body=return_body(lines, back, act.created_by_name),
        ),
        now,
    )


async def put_in_lane(tx: Tx, receipt: Receipt, now: datetime) -> None:
    """Put a receipt at the end of its register's lane, with the id it will have at Checkbox and the running trace."""
    lane = await lock_lane(tx, receipt.account_id, receipt.cash_register_id)
    receipt.id = new_id()
    receipt.provider_id = receipt.id
    receipt.state = "due"
    receipt.created_at = now
    receipt.trace = {**telemetry.carry(), "correlation_id": context.current().correlation_id}
    tx.add(receipt)
    await tx.flush()
    await wake_lane(tx, lane)


def _sold(parts: Sequence[Part]) -> list[Sold]:
    """One line per item, whatever number of payments it was paid with."""
    sums: dict[str, int] = {}
    items = {part.item.key: part.item for part in parts}
    for part in parts:
        sums[part.item.key] = sums.get(part.item.key, 0) + abs(part.amount)
    return [Sold(items[key].code, items[key].name, amount) for key, amount in sums.items()]
