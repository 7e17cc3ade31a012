"""Every process is restarted while people book: `python -m tests.load.rolling_restart [rounds]`.

Two clients book without a pause; who gets no answer, or "later", asks again with the same idempotency key, as our pages
do. Meanwhile each process, the gateway too, is ended in order (SIGTERM) and started again, one after another. Bars:
every acknowledged booking stands and is planned for, none stands twice, no answer is a failure other than "later".
"""

import asyncio
import sys
import tempfile
from pathlib import Path

from tests.load.figures import kept, percentile
from tests.support.breakable import Breakable, breakable_product
from tests.support.people import Visitor, open_salon
from tests.support.restarts import Seen, book_through_restarts


async def roll(breakable: Breakable, names: list[str]) -> Seen:
    """One salon and two clients."""
    owner, *clients = (Visitor(breakable.stack) for _ in range(3))
    salon = await open_salon(owner, duration_min=5)
    for client in clients:
        await client.sign_in()
    try:
        return await book_through_restarts(breakable, salon, (clients[0], clients[1]), names)
    finally:
        for person in (owner, *clients):
            await person.close()


def main() -> None:
    """Roll and print."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 1
    with tempfile.TemporaryDirectory() as folder, breakable_product(Path(folder)) as breakable:
        names = [name for name in breakable.stack.commands() if name != "simulators"] * rounds
        seen = asyncio.run(roll(breakable, names))
    print(f"{len(names)} restarts, {len(seen.booked)} bookings acknowledged, {len(seen.stored)} stand, all planned for")
    print(f"answers: {dict(seen.answers)}")
    print(f"a booking took p50 {percentile(seen.took_s, 50):.2f} s, at worst {max(seen.took_s):.1f} s")
    for text in seen.strange[:3]:
        print(text)
    print(kept(seen.is_whole))


if __name__ == "__main__":
    main()
