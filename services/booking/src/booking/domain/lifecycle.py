"""States of a booking and of its payment, and what may follow on what."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum


class State(StrEnum):
    """Where a booking stands. Time that is only held has no booking yet."""

    PENDING = "pending"
    CONFIRMED = "confirmed"
    ARRIVED = "arrived"
    COMPLETED = "completed"
    CANCELLED_BY_CLIENT = "cancelled_by_client"
    CANCELLED_BY_STAFF = "cancelled_by_staff"
    NO_SHOW = "no_show"
    EXPIRED = "expired"


class Act(StrEnum):
    """What can be done with a booking."""

    CONFIRM = "confirm"
    ARRIVE = "arrive"
    COMPLETE = "complete"
    NO_SHOW = "no_show"
    CANCEL = "cancel"
    RESCHEDULE = "reschedule"
    EDIT_PRICE = "edit_price"


class Payment(StrEnum):
    """What is paid of the price."""

    UNPAID = "unpaid"
    PART_PAID = "part_paid"
    SETTLED = "settled"
    REVERSED = "reversed"


COMING = frozenset({State.PENDING, State.CONFIRMED})
ACTIVE = COMING | {State.ARRIVED}
CANCELLED = frozenset({State.CANCELLED_BY_CLIENT, State.CANCELLED_BY_STAFF, State.EXPIRED})

_FROM: dict[Act, frozenset[State]] = {
    Act.CONFIRM: frozenset({State.PENDING}),
    Act.ARRIVE: COMING,
    Act.COMPLETE: ACTIVE,
    Act.NO_SHOW: COMING,
    Act.CANCEL: ACTIVE,
    Act.RESCHEDULE: COMING,
    Act.EDIT_PRICE: ACTIVE | {State.COMPLETED, State.NO_SHOW},
}


def is_possible(act: Act, state: State) -> bool:
    """Whether the act may follow on this state."""
    return state in _FROM[act]


def payment_state(price: int, paid: int, *, was_reversed: bool = False) -> Payment:
    """What is paid of a price, both in minor units. Nothing to pay is settled; a raised price opens it again."""
    if paid >= price and not (was_reversed and price > 0):
        return Payment.SETTLED
    if paid > 0:
        return Payment.PART_PAID
    return Payment.REVERSED if was_reversed else Payment.UNPAID


def may_change_until(starts_at: datetime, cutoff_min: int) -> datetime:
    """The last moment at which a client may cancel or move their own booking."""
    return starts_at - timedelta(minutes=cutoff_min)
