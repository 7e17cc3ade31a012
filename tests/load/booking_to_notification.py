"""How long from "booked" to the consumer's row: `python -m tests.load.booking_to_notification [bookings]`.

One client at a time on an idle product that runs as `./zapys up` runs it. The clock starts when the answer 201 has
arrived and stops when another connection sees the planned notifications of that booking.
"""

import asyncio
import sys
import time

import asyncpg

from tests.load.figures import percentile
from tests.support.people import Visitor, first_slots, open_salon
from tests.support.product import running_product
from zapys_dev import databases
from zapys_dev.stack import Stack
from zapys_dev.testing import ensure_servers

WARM_UP = 10


async def measure(stack: Stack, bookings: int) -> list[float]:
    """Milliseconds for each booking."""
    name = databases.database_name("notifications", stack.suffix)
    seen = await asyncpg.connect(f"{stack.postgres_url.rsplit('/', 1)[0]}/{name}")
    owner = Visitor(stack)
    salon = await open_salon(owner, duration_min=15)
    client = Visitor(stack)
    await client.sign_in()
    await at_rest(seen)
    slots = await first_slots(client, salon, days_ahead=4, days=(bookings + WARM_UP) // 80 + 2)
    took = []
    for slot in slots[: bookings + WARM_UP]:
        booking = await client.ask(
            "POST",
            f"/public/{salon.vanity}/bookings",
            {
                "service_ids": [salon.service],
                "staff_member_id": salon.staff_member,
                "starts_at": slot["starts_at"],
                "client": {"name": "Ірина"},
            },
            expect=201,
        )
        acknowledged = time.perf_counter()
        while not await seen.fetchval("SELECT EXISTS (SELECT FROM notification WHERE booking_id = $1)", booking["id"]):
            if time.perf_counter() - acknowledged > 10:
                raise SystemExit(f"booking {booking['id']} has no notifications after 10 s")
            await asyncio.sleep(0.001)
        took.append((time.perf_counter() - acknowledged) * 1000)
        await asyncio.sleep(0.05)
    for person in (owner, client):
        await person.close()
    await seen.close()
    return took[WARM_UP:]


async def at_rest(notifications: asyncpg.Connection) -> None:
    """Wait until what the start of the product itself has said is handled: nothing new was heard for two seconds."""
    heard, since = -1, time.perf_counter()
    while time.perf_counter() - since < 2:
        now = await notifications.fetchval("SELECT count(*) FROM inbox")
        if now != heard:
            heard, since = now, time.perf_counter()
        await asyncio.sleep(0.1)


def main() -> None:
    """Print p50 and p99."""
    bookings = int(sys.argv[1]) if len(sys.argv) > 1 else 300
    with running_product(ensure_servers(), traced=False) as (stack, _):
        took = asyncio.run(measure(stack, bookings))
    p50, p99 = percentile(took, 50), percentile(took, 99)
    print(f"booking acknowledged → notification row, {len(took)} bookings: p50 {p50:.1f} ms, p99 {p99:.1f} ms")
    print(f"bars: p50 < 60 ms {'kept' if p50 < 60 else 'MISSED'}, p99 < 300 ms {'kept' if p99 < 300 else 'MISSED'}")


if __name__ == "__main__":
    main()
