"""A broker that freezes or dies: nothing is taken for granted, nothing is lost, nothing has its effect twice."""

import time
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest

from kit.ids import new_id
from tests.kit.test_delivery import Running, _all_published, _consuming, _equals, running
from tests.kit.toy.app import Settings
from tests.support.waiting import eventually
from zapys_dev.databases import Urls
from zapys_dev.rabbitmq import PrivateRabbit
from zapys_dev.testing import move_to_free_ports

pytestmark = pytest.mark.faults


@pytest.fixture(scope="module")
def own_rabbit(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PrivateRabbit]:
    """A broker of these tests alone, to be frozen and killed."""
    base: Path = tmp_path_factory.mktemp("rabbit")
    rabbit = move_to_free_ports(PrivateRabbit(base, 13672, epmd_port=14570, node="zapysfault"))
    rabbit.start()
    yield rabbit
    rabbit.thaw()
    rabbit.destroy()


async def test_a_frozen_broker_confirms_nothing_and_after_the_thaw_every_effect_is_had_once(
    own_rabbit: PrivateRabbit, toy_database: Urls
) -> None:
    account = new_id()
    settings = Settings(database_url=toy_database.app_url, rabbitmq_url=own_rabbit.url, publish_timeout_s=1)
    async with running(settings) as toy:
        await eventually(lambda: _consuming(toy))
        before = await toy.say(account, "before")
        await eventually(lambda: _equals(toy.effects(account), dict.fromkeys(before, 1)))
        own_rabbit.freeze()
        said = await toy.say(account, *["frozen"] * 20)
        await eventually(lambda: _tried_in_vain(toy, account, 20))
        own_rabbit.thaw()
        await eventually(lambda: _equals(toy.effects(account), dict.fromkeys(before + said, 1)))
        # What the broker took without confirming is published again; the inbox absorbs the repeats.
        await eventually(lambda: _all_published(toy, account))
        assert await toy.effects(account) == dict.fromkeys(before + said, 1)


async def test_a_frozen_broker_does_not_hold_up_the_end_of_a_process(
    own_rabbit: PrivateRabbit, toy_database: Urls
) -> None:
    account = new_id()
    settings = Settings(
        database_url=toy_database.app_url, rabbitmq_url=own_rabbit.url, publish_timeout_s=1, shutdown_grace_s=1
    )
    try:
        async with running(settings) as toy:
            await eventually(lambda: _consuming(toy))
            own_rabbit.freeze()
            await toy.say(account, "frozen")
            started = time.monotonic()
        assert time.monotonic() - started < 50
    finally:
        own_rabbit.thaw()
    async with running(settings) as toy:
        await eventually(lambda: _all_published(toy, account))


async def test_a_killed_broker_comes_back_and_every_effect_is_had_once(
    own_rabbit: PrivateRabbit, toy_database: Urls
) -> None:
    account = new_id()
    settings = Settings(database_url=toy_database.app_url, rabbitmq_url=own_rabbit.url, publish_timeout_s=1)
    async with running(settings) as toy:
        await eventually(lambda: _consuming(toy))
        before = await toy.say(account, "before")
        await eventually(lambda: _equals(toy.effects(account), dict.fromkeys(before, 1)))
        own_rabbit.kill()
        said = await toy.say(account, *["away"] * 20)  # bookings go on without the broker
        assert not [row for row in await toy.outbox(account) if row["published_at"] and row["name"] == "away"]
        own_rabbit.start()
        await eventually(lambda: _equals(toy.effects(account), dict.fromkeys(before + said, 1)))


async def test_a_broker_that_is_gone_does_not_hold_up_the_end_of_a_process(
    own_rabbit: PrivateRabbit, toy_database: Urls, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = Settings(database_url=toy_database.app_url, rabbitmq_url=own_rabbit.url, shutdown_grace_s=1)
    async with running(settings) as toy:
        await eventually(lambda: _consuming(toy))
        own_rabbit.kill()
        started = time.monotonic()
    assert time.monotonic() - started < 50
    own_rabbit.start()

    async def breaks(*_: object) -> None:
        raise ConnectionError("lost while saying good-bye")

    async with running(settings) as toy:
        await eventually(lambda: _consuming(toy))
        stop = toy.worker._broker.faststream.stop
        monkeypatch.setattr(toy.worker._broker.faststream, "stop", breaks)
    await stop()


async def _tried_in_vain(toy: Running, account: UUID, count: int) -> bool:
    rows = await toy.outbox(account)
    return len([row for row in rows if row["published_at"] is None and row["last_error"]]) == count
