"""Accepted items of AlphaSMS and what becomes of them: the last four digits of the phone decide."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from simulators.clock import Clock

ROUTED_AFTER_S, ACCEPTED_AFTER_S, DONE_AFTER_S, READ_AFTER_S, LATE_AFTER_S = 0.1, 0.3, 1.0, 2.0, 20.0
VIBER_LIFETIME_PACE = 1 / 600  # a Viber life of ten minutes lasts a second

# Ends that are not delivery, by the last four digits.
ENDS = {
    "1001": "UNDELIVERABLE",
    "1002": "EXPIRED",
    "1006": "REJECTED",
    "1007": "PARTIALLY DELIVERED",
    "1008": "SIM FULL",
    "1009": "NO ROUTE",
    "1010": "INVALID DESTINATION ADDRESS",
    "1011": "FILTERED",
}
FINAL = frozenset(ENDS.values()) | {"DELIVERED", "READ"}


@dataclass(frozen=True)
class Step:
    at: datetime
    status: str
    channel: str


@dataclass
class Message:
    """One accepted item, known to the customer by the customer's own id."""

    id: int
    msg_id: int
    kind: str
    phone: str
    steps: list[Step]
    hook: str | None
    replies: list[dict[str, Any]] = field(default_factory=list)

    def step(self, now: datetime) -> Step:
        past = [step for step in self.steps if step.at <= now]
        return past[-1] if past else self.steps[0]

    @property
    def delivery(self) -> Step | None:
        return next((step for step in self.steps if step.status in {"DELIVERED", "PARTIALLY DELIVERED"}), None)


def lay_out(channels: list[str], phone: str, since: datetime, clock: Clock, viber_lifetime_s: int) -> list[Step]:
    """The states of an item that goes by `channels` in order, each taking over where the one before failed.

    A phone ending in 1005 has neither Viber nor RCS.
    """
    steps: list[Step] = []
    *earlier, last = channels
    for channel in earlier:
        if not phone.endswith("1005"):
            return [*steps, *_one(channel, phone, since, clock)]
        steps.append(Step(since, "QUEUED", channel))
        steps.append(Step(since + clock.stretched(ACCEPTED_AFTER_S), "ACCEPTED", channel))
        since += max(clock.stretched(viber_lifetime_s * VIBER_LIFETIME_PACE), clock.stretched(ACCEPTED_AFTER_S))
    return [*steps, *_one(last, phone, since, clock)]


def _one(channel: str, phone: str, since: datetime, clock: Clock) -> list[Step]:
    steps = [
        Step(since, "QUEUED", channel),
        Step(since + clock.stretched(ROUTED_AFTER_S), "ROUTING", channel),
        Step(since + clock.stretched(ACCEPTED_AFTER_S), "ACCEPTED", channel),
    ]
    if channel in {"viber", "rcs"}:
        if phone.endswith("1005"):
            return [*steps, Step(since + clock.stretched(DONE_AFTER_S), "UNDELIVERABLE", channel)]
        return [
            *steps,
            Step(since + clock.stretched(DONE_AFTER_S), "DELIVERED", channel),
            Step(since + clock.stretched(READ_AFTER_S), "READ", channel),
        ]
    seconds = LATE_AFTER_S if phone.endswith("1003") else DONE_AFTER_S
    return [*steps, Step(since + clock.stretched(seconds), ENDS.get(phone[-4:], "DELIVERED"), channel)]
