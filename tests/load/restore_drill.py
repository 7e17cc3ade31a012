"""All is lost and comes back from a backup: `python -m tests.load.restore_drill [bookings]`.

Bookings are made, a backup is taken while more are made, then every process is killed (-9), the databases are dropped
and the host at the broker is deleted. After the restore every booking acknowledged before the backup began stands, each
has its planned messages, and no client's phone holds a text twice.
"""

import asyncio
import sys
import tempfile
import time
from collections import Counter
from contextlib import suppress
from functools import partial
from itertools import cycle
from pathlib import Path
from typing import Any

import asyncpg

from tests.load.figures import kept
from tests.support.killed_parts import wish
from tests.support.people import Salon, Visitor, first_slots, open_salon
from tests.support.product import running_product
from tests.support.waiting import eventually
from zapys_dev import backups, databases
from zapys_dev.stack import Stack
from zapys_dev.testing import TestServers, create_vhost, delete_vhost, ensure_servers

QUIET_S = 15.0
CLIENTS = 8


async def count(stack: Stack, service: str, query: str) -> int:
    """What a superuser counts in a service's database."""
    name = databases.database_name(service, stack.suffix)
    connection = await asyncpg.connect(f"{stack.postgres_url.rsplit('/', 1)[0]}/{name}")
    try:
        return int(await connection.fetchval(query))
    finally:
        await connection.close()


async def is_planned(stack: Stack, bookings: list[str]) -> bool:
    """Notifications has planned for each of the bookings."""
    return await planned_for(stack, bookings) == len(bookings)


async def planned_for(stack: Stack, bookings: list[str]) -> int:
    """For how many of the bookings notifications has planned."""
    ids = ", ".join(f"'{each}'" for each in bookings)
    query = f"SELECT count(DISTINCT booking_id) FROM notification WHERE booking_id IN ({ids})"
    return await count(stack, "notifications", query)


async def all_said(stack: Stack) -> bool:
    """No event waits in an outbox."""
    waiting = [
        await count(stack, name, "SELECT count(*) FROM outbox WHERE published_at IS NULL")
        for name in databases.SERVICES
    ]
    return sum(waiting) == 0


async def book(salon: Salon, clients: list[Visitor], slots: list[dict[str, Any]], made: list[str]) -> None:
    """One after the other, the clients by turns."""
    for client, slot in zip(cycle(clients), slots, strict=False):
        made.append((await client.ask("POST", f"/public/{salon.vanity}/bookings", wish(salon, slot), expect=201))["id"])


async def call_off(salon: Salon, owner: Visitor, bookings: list[str]) -> None:
    """The salon cancels, and each client gets an SMS about it."""
    for booking in bookings:
        body = {"reason": "The master is ill."}
        await owner.ask("POST", f"/accounts/{salon.account}/bookings/{booking}/cancel", body)


async def go_on(
    salon: Salon, owner: Visitor, clients: list[Visitor], slots: list[dict[str, Any]], made: list[str]
) -> None:
    """What happens while the backup is taken: more bookings, and some of those before are cancelled."""
    await asyncio.gather(book(salon, clients, slots, made), call_off(salon, owner, made[1::4]))


def lose_everything(stack: Stack, servers: TestServers) -> None:
    """Kill all processes but the providers, drop the databases, delete the broker's host."""
    for name in [*databases.SERVICES, "gateway"]:
        stack.kill(name)
    stack.drop_databases()
    vhost = stack.rabbitmq_url.rsplit("/", 1)[1]
    delete_vhost(servers.rabbitmq_management_url, vhost)
    create_vhost(servers.rabbitmq_management_url, vhost)


async def drill(stack: Stack, servers: TestServers, bookings: int, below: Path) -> None:
    """The whole story; prints its figures."""
    owner, *clients = (Visitor(stack) for _ in range(CLIENTS + 1))
    salon = await open_salon(owner, duration_min=15)
    for client in clients:
        await client.sign_in()
    slots = await first_slots(owner, salon, days=(2 * bookings) // 80 + 2)
    made: list[str] = []
    await book(salon, clients, slots[:bookings], made)
    before = list(made)
    await call_off(salon, owner, before[::4])
    await eventually(partial(is_planned, stack, before), within_s=120)
    more = asyncio.create_task(go_on(salon, owner, clients, slots[bookings : 2 * bookings], made))
    began = time.monotonic()
    folder = await asyncio.to_thread(backups.back_up, stack.postgres_url, below, suffix=stack.suffix)
    took = time.monotonic() - began
    await more
    await asyncio.sleep(QUIET_S)
    await asyncio.to_thread(lose_everything, stack, servers)
    began = time.monotonic()
    await asyncio.to_thread(backups.restore, stack.postgres_url, folder, suffix=stack.suffix)
    for name in [*databases.SERVICES, "gateway"]:
        await asyncio.to_thread(stack.restart, name)
    back_after = time.monotonic() - began
    await eventually(partial(all_said, stack), within_s=120)
    with suppress(AssertionError):  # what is missing after all that time is the answer
        await eventually(partial(is_planned, stack, before), within_s=120, step_s=0.5)
    await asyncio.sleep(QUIET_S)
    ids = ", ".join(f"'{each}'" for each in before)
    standing = await count(stack, "booking", f"SELECT count(*) FROM booking WHERE id IN ({ids})")
    planned = await planned_for(stack, before)
    texts = [Counter(await client.sms()) for client in clients]
    doubled = sum(times - 1 for each in texts for times in each.values())
    unknown = await count(stack, "notifications", "SELECT count(*) FROM notification WHERE state = 'unknown'")
    everything = await count(stack, "booking", f"SELECT count(*) FROM booking WHERE account_id = '{salon.account}'")
    print(f"backup {took:.1f} s, meanwhile bookings went on: {len(before)} before it, {len(made)} in all")
    print(
        f"back after {back_after:.1f} s: {standing} of them stand, {planned} planned for, {everything} bookings in all"
    )
    print(f"{sum(map(len, texts))} texts on the clients' phones, {doubled} doubled, {unknown} of unknown fate")
    print(kept(standing == planned == len(before) and doubled == 0))
    for person in (owner, *clients):
        await person.close()


def main() -> None:
    """Drill and print."""
    bookings = int(sys.argv[1]) if len(sys.argv) > 1 else 40
    servers = ensure_servers()
    with tempfile.TemporaryDirectory() as folder, running_product(servers, traced=False) as (stack, _):
        asyncio.run(drill(stack, servers, bookings, Path(folder)))


if __name__ == "__main__":
    main()
