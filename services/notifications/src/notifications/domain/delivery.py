"""What later news from a provider may do to a message: only forward, however late, doubled or out of order."""

from __future__ import annotations

from dataclasses import dataclass

from .outcomes import Delivery
from .reasons import Reason

_OPEN = frozenset({"sent", "unknown", "sending"})


@dataclass(frozen=True)
class Step:
    """The state to move to, with its reason."""

    state: str
    reason: Reason | None = None


def step(state: str, delivery: Delivery, *, was_handed_over: bool = True) -> Step | None:
    """The step that `delivery` calls for from `state`; none where nothing changes.

    A message that reached the phone stays delivered. One that a report had called undelivered may still turn out to
    have arrived, but nothing that was refused at the door can.
    """
    if delivery.reached:
        late = state == "failed" and was_handed_over
        return Step("delivered") if state in _OPEN or late else None
    if state not in _OPEN:
        return None
    if delivery.has_failed:
        reason = Reason.PROVIDER_REJECTED if delivery is Delivery.REJECTED else Reason.NOT_DELIVERED
        return Step("failed", reason)
    if delivery in (Delivery.QUEUED, Delivery.SENT) and state == "unknown":
        return Step("sent")
    return None


_POLL_S = (5, 30, 60, 300, 1800)
_POLL_LATER_S = 3600
LONGEST_LIFE_S = 72 * 3600
"""An operator gives up an SMS after three days at most."""


def next_poll_s(asked: int) -> int:
    """Seconds until a message without an end is asked about again."""
    return _POLL_S[asked] if asked < len(_POLL_S) else _POLL_LATER_S


_LOOK_UP_S = (5, 15, 60, 300)
LOOK_UP_GAP_S = 60
"""Not found counts only when it was answered twice, this far apart."""


def next_look_up_s(asked: int) -> int:
    """Seconds until an unknown outcome is asked about again, where the provider knows our number."""
    return _LOOK_UP_S[min(asked, len(_LOOK_UP_S) - 1)]
