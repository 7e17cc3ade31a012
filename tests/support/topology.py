"""What every queue of the product must be."""

from collections.abc import Iterable
from typing import Any
from urllib.parse import quote, urlsplit

from zapys_dev import http
from zapys_dev.testing import TestServers


def queues_of(servers: TestServers, amqp_url: str) -> list[dict[str, Any]]:
    """Every queue of the virtual host that the address names, as the live broker tells."""
    vhost = quote(urlsplit(amqp_url).path.removeprefix("/"), safe="")
    answer = http.call("GET", f"{servers.rabbitmq_management_url}/api/queues/{vhost}")
    assert answer.is_ok, answer
    found: list[dict[str, Any]] = answer.json()
    return found


def broken_rules(queues: Iterable[dict[str, Any]]) -> list[str]:
    """Sentences about queues that break a rule; empty when all is well.

    Durable quorum queues only; work queues have a delivery limit and dead-letter at least once into a queue that
    exists; delay queues have a time to live. Exclusive queues (live updates of one gateway process) are left out.
    """
    known = {queue["name"]: queue for queue in queues if not queue.get("exclusive")}
    broken = []
    for name, queue in known.items():
        arguments = queue["arguments"]
        if queue["type"] != "quorum" or not queue["durable"] or queue["auto_delete"]:
            broken.append(f"{name}: not a durable quorum queue")
        if name.endswith(".dead"):
            continue
        if not 1 <= arguments.get("x-delivery-limit", 0) <= 50:
            broken.append(f"{name}: no delivery limit")
        if arguments.get("x-dead-letter-strategy") != "at-least-once":
            broken.append(f"{name}: dead-lettering is not at-least-once")
        if arguments.get("x-overflow") != "reject-publish":
            broken.append(f"{name}: overflow is not reject-publish")
        if ".retry." in name:
            if not arguments.get("x-message-ttl"):
                broken.append(f"{name}: a delay queue without a time to live")
            continue
        target = arguments.get("x-dead-letter-routing-key")
        if target not in known:
            broken.append(f"{name}: its dead-letter queue {target} does not exist")
    return broken


def consumers_of(servers: TestServers, amqp_url: str) -> list[dict[str, Any]]:
    """Every consumer of the virtual host that the address names, as the live broker tells.

    A consumer whose channel the broker's statistics do not describe yet (an empty list in its place) is left out.
    """
    vhost = quote(urlsplit(amqp_url).path.removeprefix("/"), safe="")
    answer = http.call("GET", f"{servers.rabbitmq_management_url}/api/consumers/{vhost}")
    assert answer.is_ok, answer
    found: list[dict[str, Any]] = answer.json()
    return [consumer for consumer in found if consumer["channel_details"]]
