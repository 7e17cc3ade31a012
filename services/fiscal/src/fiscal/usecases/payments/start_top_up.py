"""Beginning to top up the SMS balance."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from fiscal.errors import TopUpUnavailable
from fiscal.payment_tables import CardPayment
from fiscal.usecases.payments.acquiring import Acquiring
from kit.access import Member
from kit.db import Tx
from kit.ids import new_id

VALID_FOR = timedelta(hours=24)
DESCRIPTION = "Поповнення SMS-балансу Zapys"


@dataclass(frozen=True)
class StartTopUp:
    amount: int
    """Kopecks: acquirers take the platform's money in hryvnias."""
    provider: str | None = None


async def start_top_up(command: StartTopUp, acquiring: Acquiring, member: Member, tx: Tx, now: datetime) -> CardPayment:
    """A new order to the platform's shop; raises `TopUpUnavailable`. Every trial to pay is an order of its own."""
    provider = command.provider or next(iter(acquiring.platform), None)
    if provider is None or provider not in acquiring.platform:
        raise TopUpUnavailable
    payment = CardPayment(
        account_id=member.account_id,
        id=new_id(),
        version=0,
        kind="top_up",
        provider=provider,
        acquirer_account_id=None,
        prepayment_id=None,
        amount=command.amount,
        currency="UAH",
        description=DESCRIPTION,
        state="pending",
        created_at=now,
        created_by=member.caller.user_id,
        created_by_name=member.name,
        valid_until=now + VALID_FOR,
        next_check_at=now + acquiring.pace.check(0),
        checks=0,
    )
    tx.add(payment)
    return payment
