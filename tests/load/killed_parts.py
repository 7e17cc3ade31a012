"""Bookings while relay and consumer are killed: `python -m tests.load.killed_parts [bookings] [kills]`.

500 bookings and 20 kills with -9, by turns of the process that publishes booking's events and of the one that plans
messages. Bars: as many effects as bookings, none lost, none doubled, no dead letter.
"""

import asyncio
import sys
import tempfile
import time
from pathlib import Path

from tests.load.figures import kept
from tests.support.breakable import Breakable, breakable_product
from tests.support.killed_parts import Effects, book_while_killing
from tests.support.people import Visitor, open_salon


async def storm(breakable: Breakable, bookings: int, kills: int) -> Effects:
    """One salon, one client, everything by the front door."""
    owner, client = Visitor(breakable.stack), Visitor(breakable.stack)
    try:
        salon = await open_salon(owner, duration_min=15)
        await client.sign_in()
        return await book_while_killing(breakable, salon, client, bookings, kills)
    finally:
        await owner.close()
        await client.close()


def main() -> None:
    """Measure and print."""
    bookings, kills = (int(word) for word in (*sys.argv[1:3], *("500", "20")[len(sys.argv) - 1 :]))
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as folder, breakable_product(Path(folder)) as breakable:
        effects = asyncio.run(storm(breakable, bookings, kills))
    is_kept = effects.planned == effects.booked and not effects.doubled and not effects.dead
    print(
        f"{len(effects.booked)} bookings, {kills} kills: {len(effects.planned)} effects, {effects.lost} lost, "
        f"{effects.doubled} doubled, {effects.dead} dead letters, {time.monotonic() - started:.0f} s: {kept(is_kept)}"
    )


if __name__ == "__main__":
    main()
