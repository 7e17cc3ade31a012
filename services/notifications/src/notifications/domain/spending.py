"""What strangers may make an account pay for: a brake over any ten minutes, and a cap for each kind and day.

Reminders are not under it: they are what the money is for, and of it enough for the next day's is left to them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from .facts import OF_BOOKING, Kind

WINDOW = timedelta(minutes=10)
REMINDERS_AHEAD = timedelta(hours=24)
"""The money for reminders of so long is not spent on news that strangers cause."""
KNOWN_ACTS = 3
"""So many acts a day of a client whose phone is confirmed are what clients do; news of them never wait."""
LEAST_PER_WINDOW, LEAST_PER_DAY = 3, 60
ALERT_PERCENTS = (5, 20)
"""Shares of the full balance below which people are warned, the worst first."""


@dataclass(frozen=True)
class Allowance:
    """Parts of SMS: of all kinds within any `WINDOW`, and of each kind within a day of the wall clock."""

    per_window: int
    per_day: int


ELSEWHERE = Allowance(20, 200)
"""At a provider of the account's own, whose balance is not ours to know."""


def allowance(full_amount: int, part_price: int) -> Allowance:
    """A hundredth of the full balance within the window and a tenth for each kind in a day, and never next to nothing.

    The full balance is what there was after the last top-up; amounts are minor units.
    """
    return Allowance(
        max(LEAST_PER_WINDOW, full_amount // 100 // part_price),
        max(LEAST_PER_DAY, full_amount // 10 // part_price),
    )


def is_caused_outside(kind: str, recipient_type: str, *, by_client: bool) -> bool:
    """Whether somebody from outside the account makes this message go, as often as they please."""
    if recipient_type == "client":
        return kind in (Kind.WAITLIST_OFFER, Kind.PREPAYMENT)
    return kind == Kind.REVIEW or (kind in OF_BOOKING and by_client)


def day_began(now: datetime, zone: ZoneInfo) -> datetime:
    """The midnight before `now` on the wall clock of `zone`."""
    return datetime.combine(now.astimezone(zone).date(), time(), zone)


def share_passed(balance: int, full_amount: int) -> int | None:
    """The lowest of `ALERT_PERCENTS` of the full balance that `balance` is below; none where it is above all."""
    return next((percent for percent in ALERT_PERCENTS if balance * 100 < full_amount * percent), None)
