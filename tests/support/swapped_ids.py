"""Somebody who puts the ids of another account's things into addresses of their own account."""

from __future__ import annotations

import asyncio
import itertools
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

from tests.rights.samples import Samples
from tests.support.people import Salon, Visitor

_ACCOUNT = "{account_id}"
_PART = re.compile(r"{([a-z_]+)}")
_OTHER_PARTS = {"provider": "turbosms", "kind": "created", "language": "uk", "resource": "bookings", "step": "account"}
PASSES = range(200, 300)
_LIVING = ("notifications", "sms-balance", "sms-providers", "events", "webhooks", "staff-tasks", "reconciliation")
AT_ONCE = 40
"""Of ids as young as these a service waits some seconds for news: that costs patience, not work."""


@dataclass(frozen=True)
class Swap:
    """One request that must find nothing."""

    operation_id: str
    method: str
    path: str
    query: dict[str, str]
    body: Any


@dataclass
class Swapped:
    """What became of them: `read` are those whose body was understood, so that the id was looked for."""

    asked: int = 0
    read: set[str] = field(default_factory=set)
    hits: list[str] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)


def routes_with_ids(document: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    """Method, path and description of every route of an account that names a thing by its id."""
    return [
        (method.upper(), path.removeprefix("/api/v1"), operation)
        for path, item in document["paths"].items()
        for method, operation in item.items()
        if _ACCOUNT in path and any(name.endswith("_id") for name in _PART.findall(path.replace(_ACCOUNT, "")))
    ]


async def harvest(owner: Visitor, account: str, document: dict[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """What the lists of an account show its owner, and every id in them but its own."""
    samples, shown = Samples(document), {}
    for path, item in document["paths"].items():
        if set(_PART.findall(path)) != {"account_id"} or not _is_list(item.get("get")):
            continue
        query = samples.parameters(item["get"], "query")
        answer = await owner.call("GET", path.removeprefix("/api/v1").replace(_ACCOUNT, account), **query)
        if answer.is_success and answer.headers["content-type"].startswith("application/json"):
            shown[path] = answer.json()
    found = {value for value in _ids(shown) if value != account}
    return shown, sorted(found)


def swaps(document: dict[str, Any], own_account: str, foreign_ids: list[str]) -> Iterator[Swap]:
    """Every route once per round, with another foreign id in each round; no end."""
    samples, routes, ids = Samples(document), routes_with_ids(document), itertools.cycle(foreign_ids)
    for method, path, operation in itertools.cycle(routes):
        filled = path.replace(_ACCOUNT, own_account)
        for name in _PART.findall(filled):
            filled = filled.replace(f"{{{name}}}", next(ids) if name.endswith("_id") else _OTHER_PARTS.get(name, "x"))
        query = samples.parameters(operation, "query")
        yield Swap(operation["operationId"], method, filled, query, samples.body(operation))


async def swap_ids(thief: Visitor, wanted: Iterator[Swap], count: int, swapped: Swapped) -> None:
    """Send so many of them, some at once."""
    slots = asyncio.Semaphore(AT_ONCE)

    async def one(swap: Swap) -> None:
        async with slots:
            answer = await thief.call(swap.method, swap.path, swap.body, key=str(uuid4()), **swap.query)
        swapped.asked += 1
        swapped.statuses[answer.status_code] += 1
        if answer.status_code != 422:
            swapped.read.add(swap.operation_id)
        if answer.status_code in PASSES or answer.status_code >= 500:
            swapped.hits.append(f"{swap.method} {swap.path} → {answer.status_code} {answer.text[:200]}")

    await asyncio.gather(*(one(swap) for swap in itertools.islice(wanted, count)))


async def steal(thief: Salon, owner: Salon, document: dict[str, Any], count: int) -> Swapped:
    """As many swapped ids as asked for, and a look at whether anything of the owner's has changed meanwhile."""
    swapped = Swapped()
    before, ids = await harvest(owner.owner, owner.account, document)
    _, own = await harvest(thief.owner, thief.account, document)
    foreign = [one for one in ids if one not in own]
    assert len(foreign) >= 5
    await swap_ids(thief.owner, swaps(document, thief.account, foreign), count, swapped)
    after, _ = await harvest(owner.owner, owner.account, document)
    swapped.hits += [f"{path} has changed" for path in before if _has_changed(path, before, after)]
    return swapped


def _has_changed(path: str, before: dict[str, Any], after: dict[str, Any]) -> bool:
    """Whether a list shows other things; messages go out and cost money by themselves meanwhile."""
    lives = any(f"/{word}" in path for word in _LIVING)
    return not lives and _things(before[path]) != _things(after.get(path))


def _is_list(operation: dict[str, Any] | None) -> bool:
    """Whether it answers at once and with JSON: a stream of changes never ends."""
    return operation is not None and "application/json" in operation["responses"].get("200", {}).get("content", {})


def _things(shown: Any) -> Any:
    """Without what tells the time of asking."""
    moving = ("as_of", "asked_at", "checked_at", "generated_at", "now", "last_used_at", "ran_at", "took_ms")
    if isinstance(shown, dict):
        return {name: _things(value) for name, value in shown.items() if name not in moving}
    return [_things(value) for value in shown] if isinstance(shown, list) else shown


def _ids(shown: Any) -> Iterator[str]:
    if isinstance(shown, dict):
        for value in shown.values():
            yield from _ids(value)
    elif isinstance(shown, list):
        for value in shown:
            yield from _ids(value)
    elif isinstance(shown, str) and len(shown) == 36:
        try:
            yield str(UUID(shown))
        except ValueError:
            return
