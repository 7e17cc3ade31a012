"""The databases of a running product are put aside, and put back beside it."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from tests.support.people import Salon, Visitor, first_slots
from tests.support.waiting import eventually
from zapys_dev import backups, databases
from zapys_dev.errors import Trouble
from zapys_dev.stack import Stack

BACK = "_back"

SUMS = {
    "booking": "SELECT count(*), count(DISTINCT client_id), min(starts_at), max(starts_at) FROM booking",
    "identity": "SELECT count(*), max(created_at) FROM account",
    "notifications": "SELECT coalesce(sum(free_change), 0), count(*) FROM ledger_entry",
    "fiscal": "SELECT coalesce(sum(amount), 0), count(*) FROM cash_operation",
}


async def rows(stack: Stack, service: str, suffix: str, query: str) -> list[tuple[Any, ...]]:
    """What a superuser reads from a service's database."""
    name = databases.database_name(service, suffix)
    connection = await asyncpg.connect(f"{stack.postgres_url.rsplit('/', 1)[0]}/{name}")
    try:
        return [tuple(row) for row in await connection.fetch(query)]
    finally:
        await connection.close()


async def book(client: Visitor, salon: Salon) -> str:
    """The first free hour of the salon."""
    slot = (await first_slots(client, salon))[0]
    wish = {
        "service_ids": [salon.service],
        "staff_member_id": salon.staff_member,
        "starts_at": slot["starts_at"],
        "client": {"name": "Ірина"},
    }
    answer = await client.ask("POST", f"/public/{salon.vanity}/bookings", wish, expect=201)
    return str(answer["id"])


@pytest.mark.row("N26")
async def test_a_backup_comes_back_with_every_row_and_says_again_what_may_have_been_lost(
    stack: Stack, salon: Salon, visitor: Callable[[], Visitor], tmp_path: Path
) -> None:
    client = visitor()
    await client.sign_in()
    booking = await book(client, salon)

    async def planned() -> bool:
        query = f"SELECT 1 FROM notification WHERE booking_id = '{booking}' AND state = 'planned'"
        return bool(await rows(stack, "notifications", stack.suffix, query))

    await eventually(planned)
    leaver = visitor()
    await leaver.sign_in()
    of_leaver = f"SELECT id FROM app_user WHERE phone_e164 = '{leaver.phone}'"
    [(gone,)] = await rows(stack, "identity", stack.suffix, of_leaver)
    await leaver.ask("POST", "/me/erase", {"confirm": "erase"})
    below = tmp_path / "put aside"  # a name with a space is one name, for what is written and for what is deleted
    neighbour = tmp_path / "put"
    neighbour.mkdir()
    forgotten = below / "2020-01-01T00-00-00Z"
    forgotten.mkdir(parents=True)
    folder = await asyncio.to_thread(backups.back_up, stack.postgres_url, below, suffix=stack.suffix, keep=1)
    assert (forgotten.exists(), neighbour.exists()) == (False, True)
    sums = {name: await rows(stack, name, stack.suffix, query) for name, query in SUMS.items()}
    # Who is erased after the backup is in the list beside it, as erasures.sh writes it, once however often it is read.
    [(account_id, client_id)] = await rows(
        stack, "booking", stack.suffix, f"SELECT account_id, client_id FROM booking WHERE id = '{booking}'"
    )
    [(login,)] = await rows(
        stack, "identity", stack.suffix, f"SELECT id FROM app_user WHERE phone_e164 = '{client.phone}'"
    )
    assert (below / "erasures").read_text().splitlines().count(f"login {gone}") == 1
    with (below / "erasures").open("a") as listed:
        listed.write(f"client {account_id} {client_id}\nlogin {login}\nclient {login} {login}\n")

    with pytest.raises(Trouble, match="services are connected: booking_app"):
        await asyncio.to_thread(backups.restore, stack.postgres_url, folder, suffix=stack.suffix)

    back = f"{stack.suffix}{BACK}"
    try:
        await asyncio.to_thread(backups.restore, stack.postgres_url, folder, suffix=back)
        assert {name: await rows(stack, name, back, query) for name, query in SUMS.items()} == sums
        for name in databases.SERVICES:
            # All that is kept goes out again; what was secret is neither kept nor repeated.
            assert (
                await rows(stack, name, back, "SELECT 1 FROM outbox WHERE published_at IS NOT NULL AND NOT secret")
                == []
            )
            assert not await rows(stack, name, back, "SELECT 1 FROM outbox WHERE published_at IS NULL AND secret")
        assert await rows(stack, "booking", back, f"SELECT 1 FROM outbox WHERE body LIKE '%{booking}%'")
        again = {name: await rows(stack, name, back, "TABLE erasure_to_repeat") for name in ("booking", "identity")}
        assert again == {"booking": [(account_id, client_id)], "identity": [(login,)]}
        due = "SELECT count(*) FROM notification WHERE state = 'planned' AND due_at <= now()"
        assert await rows(stack, "notifications", back, due) == [(0,)]

        # A dump that is cut short replaces nothing.
        dump = folder / "fiscal.dump"
        dump.write_bytes(dump.read_bytes()[:-2000])
        which = "SELECT oid FROM pg_database WHERE datname = current_database()"
        before = await rows(stack, "booking", back, which)
        with pytest.raises(Trouble, match=r"restore\.sh did not succeed"):
            await asyncio.to_thread(backups.restore, stack.postgres_url, folder, suffix=back)
        assert await rows(stack, "booking", back, which) == before
    finally:
        for name in databases.SERVICES:
            await asyncio.to_thread(databases.drop, stack.postgres_url, name, suffix=back)
            await asyncio.to_thread(databases.drop, stack.postgres_url, name, suffix=f"{back}_restored")
