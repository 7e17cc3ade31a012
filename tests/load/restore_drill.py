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
from functools import partial
from pathlib import Path

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


async def count(stack: Stack, service: str, query: str) -> int:
    """What a superuser counts in a service's database."""
    name = databases.database_name(service, stack.suffix)
    connection = await asyncpg.connect(f"{stack.postgres_url.rsplit('/', 1)[0]}/{name}")
    try:
        return int(await connection.fetchval(query))
    finally:
        await connection.close()


async def all_heard(stack: Stack) -> bool:
    """No event waits in an outbox."""
    waiting = [
        await count(stack, name, "SELECT count(*) FROM outbox WHERE published_at IS NULL")
        for name in databases.SERVICES
    ]
    return sum(waiting) == 0


async def book(salon: Salon, client: Visitor, slots: list[dict[str, str]], made: list[str]) -> None:
    """One after the other, until told to stop."""
    for slot in slots:
        made.append((await client.ask("POST", f"/public/{salon.vanity}/bookings", wish(salon, slot), expect=201))["id"])


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
    owner, client = Visitor(stack), Visitor(stack)
    salon = await open_salon(owner, duration_min=15)
    await client.sign_in()
    slots = await first_slots(client, salon, days=(2 * bookings) // 80 + 2)
    made: list[str] = []
    await book(salon, client, slots[:bookings], made)
    await eventually(partial(all_heard, stack), within_s=60)
    before = list(made)
    more = asyncio.create_task(book(salon, client, slots[bookings : 2 * bookings], made))
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
    await eventually(partial(all_heard, stack), within_s=120)
    await asyncio.sleep(QUIET_S)
    ids = ", ".join(f"'{each}'" for each in before)
    standing = await count(stack, "booking", f"SELECT count(*) FROM booking WHERE id IN ({ids})")
    planned = await count(
        stack, "notifications", f"SELECT count(DISTINCT booking_id) FROM notification WHERE booking_id IN ({ids})"
    )
    texts = Counter(await client.sms())
    doubled = sum(times - 1 for times in texts.values())
    everything = await count(stack, "booking", "SELECT count(*) FROM booking")
    print(f"backup {took:.1f} s, meanwhile bookings went on: {len(before)} before it, {len(made)} in all")
    print(
        f"back after {back_after:.1f} s: {standing} of them stand, {planned} planned for, {everything} bookings in all"
    )
    print(f"{len(texts)} texts on the client's phone, {doubled} doubled")
    print(kept(standing == planned == len(before) and doubled == 0))
    for person in (owner, client):
        await person.close()


def main() -> None:
    """Drill and print."""
    bookings = int(sys.argv[1]) if len(sys.argv) > 1 else 40
    servers = ensure_servers()
    with tempfile.TemporaryDirectory() as folder, running_product(servers, traced=False) as (stack, _):
        asyncio.run(drill(stack, servers, bookings, Path(folder)))


if __name__ == "__main__":
    main()
