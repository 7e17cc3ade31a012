"""Ids of one account's things in addresses of another: `python -m tests.load.swapped_ids [requests]`.

Every route that names a thing, with every verb, through the front door; the judge is the status and what the robbed
account shows before and after.
"""

import asyncio
import signal
import sys
import time

from tests.e2e.shapes import booked
from tests.support.people import Visitor, open_salon
from tests.support.product import running_product
from tests.support.swapped_ids import Swapped, routes_with_ids, steal
from zapys_dev.stack import Stack
from zapys_dev.testing import ensure_servers


async def attack(stack: Stack, requests: int) -> tuple[Swapped, int]:
    """One salon with a visit and a card, and another whose owner looks for them."""
    robbed, thief, client = (Visitor(stack) for _ in range(3))
    salon, own = await open_salon(robbed), await open_salon(thief)
    await booked(client, salon)
    document = await robbed.ask("GET", "/openapi.json")
    swapped = await steal(own, salon, document, requests)
    for one in (robbed, thief, client):
        await one.close()
    return swapped, len(routes_with_ids(document))


def main() -> None:
    """Start the product, attack, print."""
    requests = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("ended from outside"))  # the product must not outlive it
    began = time.perf_counter()
    with running_product(ensure_servers(), traced=False) as (stack, _):
        swapped, routes = asyncio.run(attack(stack, requests))
    told = ", ".join(f"{status} × {count}" for status, count in sorted(swapped.statuses.items()))
    print(f"{swapped.asked} swapped ids over {routes} routes in {time.perf_counter() - began:.0f} s: {told}")
    for hit in swapped.hits[:20]:
        print(f"  {hit}")
    print(f"{len(swapped.hits)} hits; bar 0 {'kept' if not swapped.hits else 'MISSED'}")


if __name__ == "__main__":
    main()
