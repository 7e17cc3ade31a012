"""How money that a client gives is counted towards a booking."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from fiscal.errors import AmountAboveDue, NothingDue

CASH = "cash"

PaymentState = Literal["unpaid", "part_paid", "settled", "reversed"]


@dataclass(frozen=True)
class Tendered:
    """What the client gives, in minor units, and the cash register it goes to."""

    payment_type: str
    cash_register_id: UUID
    amount: int


@dataclass(frozen=True)
class Taken:
    """A payment as counted: `amount` towards the booking, `change` back to the client; their sum was tendered."""

    payment_type: str
    cash_register_id: UUID
    amount: int
    change: int = 0

    @property
    def tendered(self) -> int:
        return self.amount + self.change


def allocate(due: int, tendered: Sequence[Tendered]) -> list[Taken]:
    """Count payments towards what is due, in the order given.

    Payments that are not cash count first and in full, for a card gives no change; cash covers the rest and what is
    over is change. Raises `NothingDue`, and `AmountAboveDue` for what is not cash and above due, or for cash of which
    nothing would be taken.
    """
    if due <= 0:
        raise NothingDue
    left = due
    taken: dict[int, Taken] = {}
    for cash_turn in (False, True):
        for position, payment in enumerate(tendered):
            if (payment.payment_type == CASH) != cash_turn:
                continue
            counted = min(payment.amount, left)
            if counted <= 0 or (counted < payment.amount and not cash_turn):
                raise AmountAboveDue(payment.payment_type, due)
            change = payment.amount - counted
            taken[position] = Taken(payment.payment_type, payment.cash_register_id, counted, change)
            left -= counted
    return [taken[position] for position in sorted(taken)]


def payment_state(price: int, paid: int, *, after_reversal: bool = False) -> PaymentState:
    """What a booking of this price is called with so much paid; a price of nothing is settled (S38)."""
    if after_reversal and paid == 0 and price > 0:
        return "reversed"
    if paid >= price:
        return "settled"
    return "part_paid" if paid else "unpaid"
