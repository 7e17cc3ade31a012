"""Every process is restarted while people book: `python -m tests.load.rolling_restart [rounds]`.

Two clients book without a pause; who gets no answer, or "later", asks again with the same idempotency key, as our pages
do. Meanwhile each process, the gateway too, is ended in order (SIGTERM) and started again, one after another. Bars:
every acknowledged booking stands and is planned for, none stands twice, no answer is a failure other than "later".
"""

import asyncio
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx

from tests.load.figures import kept, percentile
from tests.support.breakable import Breakable, breakable_product
from tests.support.killed_parts import planned_bookings, wish
from tests.support.people import Salon, Visitor, first_slots, open_salon
from tests.support.waiting import eventually

LATER = frozenset({429, 502, 503, 504})
AGAIN_AFTER_S = 0.1


@dataclass
class Seen:
    """What the clients were answered."""

    booked: list[str] = field(default_factory=list)
    answers: Counter[str] = field(default_factory=Counter)
    took_s: list[float] = field(default_factory=list)
    is_over: bool = False


async def book_until_over(client: Visitor, salon: Salon, slots: list[dict[str, Any]], seen: Seen) -> None:
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
                if answer.status_code not in LATER:
                    break
            await asyncio.sleep(AGAIN_AFTER_S)
        seen.took_s.append(time.monotonic() - began)
    raise SystemExit("the slots ran out before the restarts were done")


async def roll(breakable: Breakable, rounds: int) -> bool:
    """Restart everything `rounds` times; prints the figures."""
    stack, seen = breakable.stack, Seen()
    owner, *clients = (Visitor(stack) for _ in range(3))
    salon = await open_salon(owner, duration_min=5)
    for client in clients:
        await client.sign_in()
    slots = await first_slots(owner, salon, days=45)
    halves = (slots[0::2], slots[1::2])
    booking = [
        asyncio.create_task(book_until_over(*each, seen)) for each in zip(clients, (salon,) * 2, halves, strict=True)
    ]
    names = [name for name in stack.commands() if name != "simulators"]
    for name in names * rounds:
        await asyncio.to_thread(stack.restart, name)
    seen.is_over = True
    await asyncio.gather(*booking)

    async def all_planned() -> bool:
        return set(seen.booked) <= await planned_bookings(breakable, salon)

    await eventually(all_planned, within_s=90, step_s=0.5)
    stored = await breakable.rows("booking", "SELECT id FROM booking WHERE account_id = $1", salon.account)
    for person in (owner, *clients):
        await person.close()
    refused = {status for status in seen.answers if status not in {"201", "no answer", *map(str, LATER)}}
    print(f"{len(names) * rounds} restarts, {len(seen.booked)} bookings acknowledged, {len(stored)} stand, all planned")
    print(f"answers: {dict(seen.answers)}")
    print(f"a booking took p50 {percentile(seen.took_s, 50):.2f} s, at worst {max(seen.took_s):.1f} s")
    return not refused and {str(row["id"]) for row in stored} == set(seen.booked)


def main() -> None:
    """Roll and print."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 1
    with tempfile.TemporaryDirectory() as folder, breakable_product(Path(folder)) as breakable:
        print(kept(asyncio.run(roll(breakable, rounds))))


if __name__ == "__main__":
    main()
