"""Beginning to top up the SMS balance."""

from dataclasses import dataclass
from datetime import datetime

from fiscal.errors import TopUpUnavailable
from fiscal.payment_tables import CardPayment
from fiscal.usecases.payments.acquiring import Acquiring
from fiscal.usecases.payments.platform_order import platform_order
from kit.access import Member
from kit.db import Tx

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
    payment = platform_order(acquiring, member, "top_up", provider, command.amount, DESCRIPTION, now)
    tx.add(payment)
    return payment
