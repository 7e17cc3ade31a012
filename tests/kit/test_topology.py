"""The rules of the broker's topology, read from the live broker."""

import asyncio
from typing import Any

from tests.kit.test_delivery import Running, _consuming, running
from tests.kit.toy.app import Settings
from tests.support.topology import broken_rules, queues_of
from tests.support.waiting import eventually
from zapys_dev.databases import Urls
from zapys_dev.testing import TestServers


async def test_every_queue_of_a_service_keeps_the_rules(
    servers: TestServers, fresh_vhost: str, toy_database: Urls
) -> None:
    async with running(Settings(database_url=toy_database.app_url, rabbitmq_url=fresh_vhost)) as toy:
        await eventually(lambda: _all_consuming(toy))
        queues = await asyncio.to_thread(queues_of, servers, fresh_vhost)
    assert {queue["name"] for queue in queues} >= {
        "booking.count_effect",
        "booking.count_effect.dead",
        "zapys.retry.1s",
        "zapys.retry.600s",
    }
    assert broken_rules(queues) == []


def test_the_rules_have_teeth() -> None:
    good: dict[str, Any] = {
        "name": "a.b",
        "durable": True,
        "auto_delete": False,
        "type": "quorum",
        "arguments": {
            "x-queue-type": "quorum",
            "x-delivery-limit": 20,
            "x-dead-letter-exchange": "",
            "x-dead-letter-routing-key": "a.b.dead",
            "x-dead-letter-strategy": "at-least-once",
            "x-overflow": "reject-publish",
        },
    }
    dead = {"name": "a.b.dead", "durable": True, "auto_delete": False, "type": "quorum", "arguments": {}}
    assert broken_rules([good, dead]) == []
    assert broken_rules([good]) == ["a.b: its dead-letter queue a.b.dead does not exist"]
    assert broken_rules([{**good, "type": "classic"}, dead])
    for argument in ("x-delivery-limit", "x-dead-letter-routing-key", "x-dead-letter-strategy", "x-overflow"):
        less = {key: value for key, value in good["arguments"].items() if key != argument}
        assert broken_rules([{**good, "arguments": less}, dead]), argument


async def _all_consuming(toy: Running) -> bool:
    return await _consuming(toy) and len(toy.worker._listening._running) == len(toy.service.consumers.all)
