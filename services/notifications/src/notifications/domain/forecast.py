"""How long the prepaid balance lasts: what is planned is known, so the moment of the first unpaid message is too."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Need:
    """What planned messages cost in minor units, and what happens with the money that is there."""

    messages: int
    amount: int
    paid: int
    """How many of them go before the first one for which nothing is left."""
    runs_out_at: datetime | None


def forecast(planned: Iterable[tuple[datetime, int]], free: int, part_price: int) -> Need:
    """`planned` is the moment and the parts of each message, the next first; `free` is the balance now."""
    messages = amount = paid = 0
    runs_out_at: datetime | None = None
    for moment, parts in planned:
        messages += 1
        amount += parts * part_price
        if runs_out_at is None and amount > free:
            runs_out_at = moment
        paid += runs_out_at is None
    return Need(messages, amount, paid, runs_out_at)
