"""Out of which payments money goes back."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from fiscal.errors import RefundAbovePaid


@dataclass(frozen=True)
class Standing:
    """What of a payment (number `position` of its act) was not given back yet; above zero."""

    position: int
    payment_type: str
    cash_register_id: UUID
    amount: int


def refunds_of(acts: Sequence[Sequence[Standing]], amount: int, payment_type: str | None) -> list[dict[int, int]]:
    """`amount` out of the acts in the order given, of each from its last payment; by number of the payment.

    With a payment type only what was paid so. Raises `RefundAbovePaid` when there is not so much.
    """
    fitting = [[one for one in act if payment_type in (None, one.payment_type)] for act in acts]
    refundable = sum(one.amount for act in fitting for one in act)
    if amount > refundable:
        raise RefundAbovePaid(refundable)
    refunds: list[dict[int, int]] = []
    left = amount
    for act in fitting:
        refunds.append({})
        for one in reversed(act):
            if taken := min(left, one.amount):
                refunds[-1][one.position] = taken
                left -= taken
    return refunds
