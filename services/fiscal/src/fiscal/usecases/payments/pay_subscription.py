"""Paying for the extras of the price list: a month of each, to the platform's own shop."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from fiscal.book_tables import PaidExtra
from fiscal.domain.price_list import chosen, monthly_total, months_on, payable
from fiscal.errors import SubscriptionNotPayable, SubscriptionPaid
from fiscal.payment_tables import CardPayment
from fiscal.usecases.payments.acquiring import Acquiring
from fiscal.usecases.payments.platform_order import platform_order
from fiscal.usecases.subscribe import lock_subscription
from kit.access import Member
from kit.db import Tx

DESCRIPTION = "Підписка Zapys"


async def paid_until(tx: Tx, account_id: UUID) -> dict[str, datetime]:
    """Until when each extra is paid, by its key."""
    rows = await tx.scalars(select(PaidExtra).where(PaidExtra.account_id == account_id))
    return {row.key: row.paid_until for row in rows}


async def start_paying_subscription(
    provider: str | None, acquiring: Acquiring, member: Member, tx: Tx, now: datetime
) -> CardPayment:
    """An order for a month of every extra that is to be paid; one that waits for the same is answered again.

    Raises `SubscriptionPaid`, `SubscriptionNotPayable`.
    """
    row = await lock_subscription(tx, member.account_id)
    due = payable(chosen(row.extras if row else []), await paid_until(tx, member.account_id), now)
    if not due:
        raise SubscriptionPaid
    name = provider or next(iter(acquiring.platform), None)
    if name is None or name not in acquiring.platform:
        raise SubscriptionNotPayable
    keys, amount = [extra.key for extra in due], monthly_total(due)
    waiting: CardPayment | None = await tx.scalar(
        select(CardPayment).where(
            CardPayment.account_id == member.account_id,
            CardPayment.kind == "subscription",
            CardPayment.state == "pending",
            CardPayment.provider == name,
            CardPayment.extras == keys,
            CardPayment.amount == amount,
            CardPayment.valid_until > now,
        )
    )
    if waiting is not None:
        return waiting
    payment = platform_order(acquiring, member, "subscription", name, amount, DESCRIPTION, now, extras=keys)
    tx.add(payment)
    return payment


async def subscription_paid(tx: Tx, payment: CardPayment, now: datetime) -> None:
    """A month more of every extra that was paid for, from the end of what was paid before."""
    await lock_subscription(tx, payment.account_id)
    before = await paid_until(tx, payment.account_id)
    begins = {key: max(before.get(key, now), now) for key in payment.extras}
    payment.extras_from = {key: moment.isoformat() for key, moment in begins.items()}
    for key, moment in begins.items():
        await _set(tx, payment, key, months_on(moment))


async def subscription_given_back(tx: Tx, payment: CardPayment) -> None:
    """The money went back, and with it the month: what was paid until then ends where it did, to the day.

    Where another month was paid since, a month is taken from its end.
    """
    await lock_subscription(tx, payment.account_id)
    before = await paid_until(tx, payment.account_id)
    begun = {key: datetime.fromisoformat(moment) for key, moment in (payment.extras_from or {}).items()}
    for key in payment.extras:
        if key not in before:
            continue
        is_last = key in begun and before[key] == months_on(begun[key])
        await _set(tx, payment, key, begun[key] if is_last else months_on(before[key], -1))


async def _set(tx: Tx, payment: CardPayment, key: str, until: datetime) -> None:
    statement = insert(PaidExtra).values(account_id=payment.account_id, key=key, paid_until=until)
    await tx.execute(statement.on_conflict_do_update(index_elements=["account_id", "key"], set_={"paid_until": until}))
