"""Messages of TurboSMS and the states they pass through, laid out at acceptance."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from simulators.clock import Clock

SENT_AFTER_S, DELIVERED_AFTER_S, READ_AFTER_S, LATE_AFTER_S = 0.3, 1.0, 2.0, 20.0
VIBER_TTL_PACE = 1 / 600  # a Viber life of ten minutes lasts a second

FINAL = frozenset({"Delivered", "Read", "Undelivered", "Expired", "Rejected"})


@dataclass(frozen=True)
class Step:
    """From `at` on the message has this status and travels by this channel."""

    at: datetime
    status: str
    channel: str


@dataclass
class Message:
    """One accepted message to one phone."""

    id: str
    account: str
    phone: str
    sender: str
    text: str
    channel: str
    parts: int
    via_soap: bool
    steps: list[Step] = field(default_factory=list)

    @property
    def is_reported_twice(self) -> bool:
        return self.phone.endswith("1004")

    @property
    def reaches_phone(self) -> bool:
        return any(step.status == "Delivered" for step in self.steps)

    def step(self, now: datetime) -> Step:
        return [step for step in self.steps if step.at <= now][-1] if self.steps[0].at <= now else self.steps[0]

    def sent_at(self, now: datetime) -> datetime | None:
        return next((step.at for step in self.steps if step.status == "Sent" and step.at <= now), None)

    def is_final(self, now: datetime) -> bool:
        return self.step(now).status in FINAL


def sms_steps(phone: str, since: datetime, clock: Clock) -> list[Step]:
    """What becomes of an SMS: the last four digits of the phone decide."""
    queued = Step(since, "Queued", "sms")
    sent = Step(since + clock.stretched(SENT_AFTER_S), "Sent", "sms")
    done = since + clock.stretched(DELIVERED_AFTER_S)
    match phone[-4:]:
        case "1001":
            return [queued, sent, Step(done, "Undelivered", "sms")]
        case "1002":
            return [queued, sent, Step(done, "Expired", "sms")]
        case "1003":
            return [queued, sent, Step(since + clock.stretched(LATE_AFTER_S), "Delivered", "sms")]
        case "1006":
            return [queued, Step(sent.at, "Rejected", "sms")]
        case _:
            return [queued, sent, Step(done, "Delivered", "sms")]


def viber_steps(phone: str, since: datetime, clock: Clock, *, ttl_s: int, falls_back: bool) -> list[Step]:
    """What becomes of a Viber message; a phone ending in 1005 has no Viber."""
    queued = Step(since, "Queued", "viber")
    sent = Step(since + clock.stretched(SENT_AFTER_S), "Sent", "viber")
    if phone.endswith("1005"):
        given_up = since + max(clock.stretched(ttl_s * VIBER_TTL_PACE), sent.at - since + timedelta(microseconds=1))
        if falls_back:
            return [queued, sent, *sms_steps(phone, given_up, clock)]
        return [queued, sent, Step(given_up, "Expired", "viber")]
    return [
        queued,
        sent,
        Step(since + clock.stretched(DELIVERED_AFTER_S), "Delivered", "viber"),
        Step(since + clock.stretched(READ_AFTER_S), "Read", "viber"),
    ]
