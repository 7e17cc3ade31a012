"""A hundred clients at once on one slot, twenty slots: `python -m tests.load.slot_race [slots] [clients]`."""

import asyncio
import collections
import sys
import time

from tests.load.figures import percentile
from tests.support.people import Visitor, first_slots, open_salon
from tests.support.product import running_product
from zapys_dev.stack import Stack
from zapys_dev.testing import ensure_servers


async def race(stack: Stack, slots: int, clients: int) -> None:
    """Print how every slot ended."""
    owner = Visitor(stack)
    salon = await open_salon(owner)
    people = [Visitor(stack) for _ in range(5)]
    for person in people:
        await person.sign_in()
    offered = await first_slots(people[0], salon, days=3)
    chosen = offered[:: max(1, 4)][:slots]
    outcomes: collections.Counter[str] = collections.Counter()
    wrong = 0
    took: list[float] = []

    async def attempt(number: int, starts_at: str) -> str:
        began = time.perf_counter()
        answer = await people[number % len(people)].call(
            "POST",
            f"/public/{salon.vanity}/bookings",
            {
                "service_ids": [salon.service],
                "staff_member_id": salon.staff_member,
                "starts_at": starts_at,
                "client": {"name": "Ірина"},
            },
        )
        took.append((time.perf_counter() - began) * 1000)
        return "201" if answer.status_code == 201 else f"{answer.status_code} {answer.json().get('code', '')}".strip()

    for slot in chosen:
        ended = collections.Counter(await asyncio.gather(*(attempt(n, slot["starts_at"]) for n in range(clients))))
        outcomes += ended
        wrong += ended != collections.Counter({"201": 1, "409 booking.slot_taken": clients - 1})
    for person in (owner, *people):
        await person.close()
    print(f"{len(chosen)} slots × {clients} clients: {dict(outcomes)}; slots with another outcome: {wrong}")
    print(f"answer time: p50 {percentile(took, 50):.0f} ms, p99 {percentile(took, 99):.0f} ms")


def main() -> None:
    """Start the product, race, print."""
    slots, clients = (int(word) for word in [*sys.argv[1:], "20", "100"][:2]) if len(sys.argv) > 2 else (20, 100)
    with running_product(ensure_servers()) as (stack, _):
        asyncio.run(race(stack, slots, clients))


if __name__ == "__main__":
    main()
