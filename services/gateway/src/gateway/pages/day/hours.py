"""One person's day in the order of the clock: visits, free time, absences."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

from contracts.http.booking import Action, BookingAnswer, CalendarColumn

GONE = frozenset({"cancelled_by_client", "cancelled_by_staff", "expired"})
OPEN = frozenset({"pending", "confirmed", "arrived"})
STEPS = ("confirm", "arrive", "complete", "no_show")
_SHORTEST_GAP = timedelta(minutes=15)


@dataclass
class Part:
    """Something of the day; `steps` are what the person may do with the visit now."""

    kind: Literal["visit", "free", "off"]
    starts_at: datetime
    ends_at: datetime
    booking: BookingAnswer | None = None
    services: str = ""
    steps: list[str] = field(default_factory=list)

    @property
    def minutes(self) -> int:
        return int((self.ends_at - self.starts_at).total_seconds() // 60)


def parts_of(column: CalendarColumn, now: datetime) -> list[Part]:
    """By time; free time is what is left of it, and none shorter than a quarter of an hour."""
    found = []
    for booking in column.bookings:
        own = [item for item in booking.items if item.staff_member_id == column.staff_member_id]
        if own and booking.state not in GONE:
            services = ", ".join(item.service_name for item in own)
            found.append(Part("visit", own[0].starts_at, own[-1].ends_at, booking, services))
    for span in column.free:
        since = max(span.starts_at, now)
        if span.ends_at - since >= _SHORTEST_GAP:
            found.append(Part("free", since, span.ends_at))
    found += [Part("off", span.starts_at, span.ends_at) for span in column.time_off]
    return sorted(found, key=lambda part: (part.starts_at, part.ends_at))


def allowed(actions: list[Action]) -> list[str]:
    """The steps that booking would let the person make."""
    may = {one.action for one in actions if one.allowed}
    return [step for step in STEPS if step in may]
