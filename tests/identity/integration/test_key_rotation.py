"""Signing keys change by themselves, and nobody notices."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import jwt
import pytest
from sqlalchemy import select

from contracts.identity import SigningKeysPublished
from identity.app import build, rotate_and_say_keys
from identity.domain.rotation import GRACE, LEAD, ROTATE_EVERY
from identity.key_store import KeyStore
from identity.keyring import ACCESS_LIFE, Keyring
from identity.settings import Settings
from identity.signing_key_tables import PublishedKey
from kit.callers import ApiKey
from kit.ids import new_id
from kit.testing import Bench
from zapys_dev.databases import Urls

START = datetime.now(UTC)


@dataclass
class Office:
    """Identity with a database of its own, and a clock that the test moves."""

    bench: Bench

    @property
    def keys(self) -> KeyStore:
        store: KeyStore = self.bench.service.state["wiring"].keys
        return store

    async def at(self, now: datetime) -> Keyring:
        """What the worker does at that moment, and what every process knows then."""
        await rotate_and_say_keys(self.bench.service.db, self.keys, now)
        return self.keys.ring

    async def kids_said(self) -> set[str]:
        last = (await self.bench.said(SigningKeysPublished))[-1]
        return {key.kid for key in last.keys if key.retired_at is None}


@pytest.fixture
async def office(settings: Settings, fresh_database: Callable[..., Urls]) -> AsyncIterator[Office]:
    told = settings.model_dump() | {"database_url": fresh_database("identity").app_url}
    async with Bench(build(Settings(**told))) as bench:
        yield Office(bench)


def signing(ring: Keyring) -> str:
    token = ring.api_key_token(new_id(), new_id(), ApiKey(new_id(), "Каса", frozenset(), None), datetime.now(UTC))
    return str(jwt.get_unverified_header(token)["kid"])


async def test_a_key_is_known_before_it_signs_and_verifies_after_it_signed(office: Office) -> None:
    first = (await office.at(START)).keys[0].kid
    assert len((await office.at(START + ROTATE_EVERY - timedelta(minutes=1))).keys) == 1

    made = START + ROTATE_EVERY
    ring = await office.at(made)
    [second] = {key.kid for key in ring.keys} - {first}
    assert signing(ring) == first
    assert await office.kids_said() == {first, second}

    ring = await office.at(made + LEAD - timedelta(seconds=1))
    assert signing(ring) == first
    ring = await office.at(made + LEAD)
    assert signing(ring) == second
    assert await office.kids_said() == {first, second}

    ring = await office.at(made + LEAD + ACCESS_LIFE + timedelta(minutes=1))
    assert {key.kid for key in ring.keys} == {first, second}
    ring = await office.at(made + LEAD + GRACE)
    assert [key.kid for key in ring.keys] == [second]
    assert await office.kids_said() == {second}

    ring = await office.at(made + LEAD + ROTATE_EVERY)
    assert len(ring.keys) == 2


async def test_processes_side_by_side_make_one_key_and_all_sign_with_it(office: Office) -> None:
    await office.at(START)
    wiring = office.bench.service.state["wiring"]
    others = [KeyStore(wiring.keys._file, wiring.pepper) for _ in range(4)]
    due = START + ROTATE_EVERY
    for store in others:
        await rotate_and_say_keys(office.bench.service.db, store, due)
    rings = []
    for store in others:
        async with office.bench.service.db.system_tx() as tx:
            rings.append(await store.read(tx, due + LEAD))
    assert len({signing(ring) for ring in rings}) == 1
    assert {len(ring.keys) for ring in rings} == {2}


async def test_a_made_key_lies_sealed_and_is_gone_once_it_is_retired(office: Office) -> None:
    await office.at(START)
    ring = await office.at(START + ROTATE_EVERY)
    async with office.bench.service.db.system_tx() as tx:
        row = (await tx.scalars(select(PublishedKey).where(PublishedKey.sealed.is_not(None)))).one()
    assert row.sealed is not None
    assert b"PRIVATE KEY" not in row.sealed
    wiring = office.bench.service.state["wiring"]
    stranger = KeyStore(wiring.keys._file, b"another secret")
    async with office.bench.service.db.system_tx() as tx:
        without = await stranger.read(tx, START + ROTATE_EVERY + LEAD)
    assert [key.kid for key in without.keys] == [wiring.keys._file.keys[0].kid]
    for step in (1, 2):
        moment = START + step * (ROTATE_EVERY + LEAD + GRACE)
        for pause in (timedelta(0), LEAD, LEAD + GRACE):
            ring = await office.at(moment + pause)
    assert row.kid not in {key.kid for key in ring.keys}
    async with office.bench.service.db.system_tx() as tx:
        retired = await tx.get_one(PublishedKey, row.kid)
    assert (retired.sealed, retired.retired_at is not None) == (None, True)
