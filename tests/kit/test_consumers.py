"""Consumers: a channel of their own, nothing left lying unacknowledged, a pause that loses nothing."""

import asyncio
from uuid import UUID

import pytest
from sqlalchemy import text

from kit.ids import new_id
from tests.kit.test_delivery import Running, _all_published, _consuming, _equals, _length, running
from tests.kit.toy import app as toy_app
from tests.kit.toy.app import Settings
from tests.support.topology import consumers_of
from tests.support.waiting import eventually
from zapys_dev.databases import Urls
from zapys_dev.testing import TestServers


@pytest.fixture
def settings(fresh_vhost: str, toy_database: Urls) -> Settings:
    return Settings(
        database_url=toy_database.app_url, rabbitmq_url=fresh_vhost, publish_timeout_s=2, consumer_prefetch=5
    )


async def test_every_consumer_has_a_channel_of_its_own_with_its_prefetch(
    servers: TestServers, settings: Settings
) -> None:
    async with running(settings) as toy:
        await eventually(lambda: _consuming(toy))
        wanted = 2 * len(toy.service.consumers.all)
        url = settings.rabbitmq_url.get_secret_value()
        await eventually(lambda: _length(asyncio.to_thread(consumers_of, servers, url), wanted))
        found = consumers_of(servers, url)
    assert len({consumer["channel_details"]["name"] for consumer in found}) == wanted
    assert {consumer["queue"]["name"]: consumer["prefetch_count"] for consumer in found} == {
        name: prefetch
        for consumer in toy.service.consumers.all
        for name, prefetch in ((consumer.queue, 5), (f"{consumer.queue}.dead", 1))
    }


async def test_a_backlog_is_handled_from_its_first_message_on(settings: Settings) -> None:
    account = new_id()
    async with running(settings) as toy:
        await _pause(toy)
        await eventually(lambda: _consuming_paused(toy))
        said = await toy.say(account, *["waiting"] * 40)
        await eventually(lambda: _all_published(toy, account))
        await _resume(toy)
        await eventually(lambda: _equals(toy.effects(account), dict.fromkeys(said, 1)))


async def test_a_pause_under_load_keeps_no_message_back(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    account = new_id()
    effect = toy_app.count_effect
    started: list[str] = []

    async def unhurried(event: object, tx: object) -> None:
        started.append("one")
        await asyncio.sleep(0.3 if len(started) % 5 else 0.05)
        await effect(event, tx)  # type: ignore[arg-type]

    unhurried.__name__ = "count_effect"
    monkeypatch.setattr(toy_app, "count_effect", unhurried)
    async with running(settings) as toy:
        await eventually(lambda: _consuming(toy))
        said = await toy.say(account, *["many"] * 60)
        await eventually(lambda: _at_least(toy, account, 8))
        await _pause(toy)
        await eventually(lambda: _is_paused(toy))
        assert len(await toy.effects(account)) < 60
        await _resume(toy)
        await eventually(lambda: _equals(toy.effects(account), dict.fromkeys(said, 1)))


async def _pause(toy: Running) -> None:
    async with toy.db.system_tx() as tx:
        await tx.execute(text("INSERT INTO paused_consumer (name) VALUES ('booking.count_effect')"))


async def _resume(toy: Running) -> None:
    async with toy.db.system_tx() as tx:
        await tx.execute(text("DELETE FROM paused_consumer"))


async def _consuming_paused(toy: Running) -> bool:
    return await toy.operated.checks["broker"]() is None and await _is_paused(toy)


async def _is_paused(toy: Running) -> bool:
    running = toy.worker._listening._running
    return "booking.copy_membership" in running and "booking.count_effect" not in running


async def _at_least(toy: Running, account: UUID, count: int) -> bool:
    return len(await toy.effects(account)) >= count
