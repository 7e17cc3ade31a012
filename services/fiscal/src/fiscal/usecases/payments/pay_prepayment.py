"""The client's side of a prepayment: what is asked, and an order at the acquirer that they choose."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from fiscal.errors import AcquirerNotSetUp, PrepaymentOver
from fiscal.payment_tables import AcquirerAccount, CardPayment, Prepayment
from fiscal.usecases.payments.acquiring import Acquiring, current_shops
from kit.db import Tx
from kit.errors import NotFound
from kit.ids import new_id


async def account_of(acquiring: Acquiring, prepayment_id: UUID) -> UUID:
    """Whose prepayment it is; raises `NotFound`."""
    async with acquiring.db.system_tx() as tx:
        account_id = await tx.scalar(select(Prepayment.account_id).where(Prepayment.id == prepayment_id))
    if account_id is None:
        raise NotFound("prepayment")
    return account_id


async def start_paying(
    acquiring: Acquiring, tx: Tx, account_id: UUID, prepayment_id: UUID, provider: str | None, now: datetime
) -> CardPayment:
    """The order to pay by: the one that waits at this acquirer already, or a new one after a declined card.

    Raises `PrepaymentOver`, `AcquirerNotSetUp`.
    """
    asked = await tx.get_one(Prepayment, (account_id, prepayment_id), with_for_update=True)
    if asked.state != "pending" or asked.expires_at <= now:
        raise PrepaymentOver("expired" if asked.state == "pending" else asked.state)
    shop = _chosen(await current_shops(tx, account_id), provider)
    if shop is None:
        raise AcquirerNotSetUp(str(account_id))
    waiting: CardPayment | None = await tx.scalar(
        select(CardPayment).where(
            CardPayment.account_id == account_id,
            CardPayment.prepayment_id == prepayment_id,
            CardPayment.acquirer_account_id == shop.id,
            CardPayment.state == "pending",
        )
    )
    if waiting is not None:
        return waiting
    payment = CardPayment(
        account_id=account_id,
        id=new_id(),
        version=0,
        kind="prepayment",
        provider=shop.provider,
        acquirer_account_id=shop.id,
        prepayment_id=asked.id,
        amount=asked.amount,
        currency=asked.currency,
        description="Передоплата за запис",
        state="pending",
        created_at=now,
        created_by=None,
        created_by_name="",
        valid_until=asked.expires_at,
        next_check_at=now + acquiring.pace.check(0),
        checks=0,
    )
    tx.add(payment)
    return payment


def _chosen(shops: list[AcquirerAccount], provider: str | None) -> AcquirerAccount | None:
    fitting = [shop for shop in shops if provider is None or shop.provider == provider]
    return fitting[0] if fitting else None
