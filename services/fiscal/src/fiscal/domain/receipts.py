"""When a receipt whose outcome is unknown is asked about, and when it may be sent again."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class ReceiptState(StrEnum):
    """due → held | registering → registered | failed; a registered sale whose return is registered is reversed."""

    DUE = "due"
    HELD = "held"
    REGISTERING = "registering"
    REGISTERED = "registered"
    FAILED = "failed"
    REVERSED = "reversed"


WAITING = (ReceiptState.DUE, ReceiptState.HELD, ReceiptState.REGISTERING)


@dataclass(frozen=True)
class Pace:
    """Times of the work with receipts, in seconds; tests make them short."""

    look_ups_s: tuple[float, ...] = (5, 15, 60, 300)
    """After the outcome became unknown; the last one repeats as a pause."""
    send_again_s: float = 60
    """Between the two answers "there is no such receipt" that allow sending it again."""
    receipt_gap_s: float = 0.5
    """Between two receipts of one register: Checkbox takes two a second."""
    polls_s: tuple[float, ...] = (0.2, 0.3, 0.5, 1, 2, 3, 5)
    """Pauses while Checkbox works on a receipt or a shift; the last one repeats."""
    patience_s: float = 20
    """How long a visit or a request goes on polling before it leaves that to a later one."""
    lease_s: float = 60
    """How long a lane belongs to a worker that says nothing."""
    probe_s: float = 60
    """Between looks at whether a shift was opened elsewhere."""
    credentials_probe_s: float = 600
    """Between trials with credentials that were refused: they are cured by a person."""
    unavailable_s: tuple[float, ...] = (5, 15, 30, 60)
    """Pauses while Checkbox does not answer."""

    def poll_pause(self, count: int) -> timedelta:
        """Before poll number `count`, from 0."""
        return _nth(self.polls_s, count)

    def unavailable_pause(self, failures: int) -> timedelta:
        """After so many failures in a row, from 0."""
        return _nth(self.unavailable_s, failures)


def next_look_up(unknown_since: datetime, look_ups: int, not_found_at: datetime | None, pace: Pace) -> datetime:
    """When to ask about the receipt next, after so many look-ups.

    Times count from the moment the outcome became unknown. Once Checkbox has said "no such receipt", the second
    question is asked as soon as it counts.
    """
    fixed = pace.look_ups_s
    if look_ups < len(fixed):
        planned = unknown_since + timedelta(seconds=fixed[look_ups])
    else:
        planned = unknown_since + timedelta(seconds=fixed[-1] * (look_ups - len(fixed) + 2))
    if not_found_at is None:
        return planned
    return min(planned, not_found_at + timedelta(seconds=pace.send_again_s))


def may_send_again(first_not_found_at: datetime | None, not_found_at: datetime, pace: Pace) -> bool:
    """Whether two answers "no such receipt" are far enough apart to believe that it was never accepted."""
    if first_not_found_at is None:
        return False
    return not_found_at - first_not_found_at >= timedelta(seconds=pace.send_again_s)


def _nth(pauses: tuple[float, ...], count: int) -> timedelta:
    return timedelta(seconds=pauses[min(count, len(pauses) - 1)])
