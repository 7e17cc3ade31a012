"""Bookings while processes are restarted one after another, as an upgrade does it."""

import asyncio
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import httpx

from tests.support.breakable import Breakable
from tests.support.killed_parts import planned_bookings, wish
from tests.support.people import Salon, Visitor, first_slots
from tests.support.waiting import eventually

LATER = frozenset({429, 502, 503, 504})
AGAIN_AFTER_S = 0.1


@dataclass
class Seen:
    """What the clients were answered."""

    booked: list[str] = field(default_factory=list)
    answers: Counter[str] = field(default_factory=Counter)
    took_s: list[float] = field(default_factory=list)
    booked_at: list[float] = field(default_factory=list)
    """By the monotonic clock, when each acknowledgement came."""
    stored: set[str] = field(default_factory=set)
    strange: list[str] = field(default_factory=list)
    """Answers that are neither "done" nor "later"."""
    is_over: bool = False

    @property
    def is_whole(self) -> bool:
        """What was acknowledged stands, once each, and nobody was answered anything but "done" or "later"."""
        return len(self.booked) == len(self.stored) and set(self.booked) == self.stored and not self.strange


def _keeps_the_time_to_itself(answer: httpx.Response) -> bool:
    """Whether it says "later" and not when."""
    return answer.status_code == 503 and "retry-after" not in answer.headers


async def book_until_over(
    client: Visitor, salon: Salon, slots: list[dict[str, Any]], seen: Seen, pause_s: float
) -> None:
    """One booking after another, each asked for until it is answered."""
    for slot in slots:
        if seen.is_over:
            return
        key, began = str(uuid4()), time.monotonic()
        while True:
            try:
                answer = await client.call("POST", f"/public/{salon.vanity}/bookings", wish(salon, slot), key=key)
            except httpx.TransportError:
                seen.answers["no answer"] += 1
            else:
                seen.answers[str(answer.status_code)] += 1
                if answer.status_code == 201:
                    seen.booked.append(answer.json()["id"])
                    seen.booked_at.append(time.monotonic())
                elif answer.status_code not in LATER or _keeps_the_time_to_itself(answer):
                    seen.strange.append(f"{answer.status_code} {answer.text}")
                if answer.status_code not in LATER:
                    break
            await asyncio.sleep(AGAIN_AFTER_S)
        seen.took_s.append(time.monotonic() - began)
        await asyncio.sleep(pause_s)
    raise AssertionError("the slots ran out before the restarts were done")


async def book_through_restarts(
    breakable: Breakable, salon: Salon, clients: tuple[Visitor, Visitor], names: list[str], *, pause_s: float = 0.0
) -> Seen:
    """Two clients book, resting `pause_s` each time, until every process of `names` was ended in order and is ready."""

    async def restart_all(_: Seen) -> None:
        for name in names:
            await asyncio.to_thread(breakable.stack.restart, name)

    return await book_through(breakable, salon, clients, restart_all, pause_s=pause_s)


async def book_through(
    breakable: Breakable,
    salon: Salon,
    clients: tuple[Visitor, Visitor],
    meanwhile: Callable[[Seen], Awaitable[None]],
    *,
    pause_s: float = 0.0,
) -> Seen:
    """Two clients book, resting `pause_s` each time, until what is done `meanwhile` is over and all is planned for."""
    seen = Seen()
    rows = await breakable.rows("booking", "SELECT id FROM booking WHERE account_id = $1", salon.account)
    before = {str(row["id"]) for row in rows}
    slots = await first_slots(clients[0], salon, days_ahead=10, days=45)
    shares = zip(clients, (slots[0::2], slots[1::2]), strict=True)
    booking = [asyncio.create_task(book_until_over(client, salon, share, seen, pause_s)) for client, share in shares]
    try:
        await meanwhile(seen)
    finally:
        seen.is_over = True
        await asyncio.gather(*booking)

    async def all_planned() -> bool:
        return set(seen.booked) <= await planned_bookings(breakable, salon)

    await eventually(all_planned, within_s=90, step_s=0.5)
    rows = await breakable.rows("booking", "SELECT id FROM booking WHERE account_id = $1", salon.account)
    seen.stored = {str(row["id"]) for row in rows} - before
    return seen
