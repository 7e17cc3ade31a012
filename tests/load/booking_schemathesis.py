"""Thousands of made-up requests against booking's own API document: nothing may fail or answer what it does not say.

    python -m tests.load.booking_schemathesis            5,000 cases over all operations
    python -m tests.load.booking_schemathesis --cases 300 --seed 7

The service runs whole, on a real database, with the rights of an owner; ids that exist are mixed into the addresses, so
that the cases reach what lies behind "not found". The bar: no answer of 500 and above, no status or body that the
document does not describe.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import schemathesis
import uvicorn
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import seed as seeded
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import CHECKS, load_all_checks, not_a_server_error
from schemathesis.core.failures import Failure, FailureGroup
from schemathesis.core.result import Ok

from booking.app import MIGRATIONS, build
from booking.settings import Settings
from kit import migrations
from kit.telemetry import set_up_logs
from kit.testing import Bench
from tests.booking.salon import a_phone, open_salon
from zapys_dev import databases
from zapys_dev.testing import ensure_servers

load_all_checks()
JUDGED = [
    not_a_server_error,
    *CHECKS.get_by_names(["status_code_conformance", "content_type_conformance", "response_schema_conformance"]),
]


@dataclass
class Outcome:
    """What the cases came to."""

    cases: int = 0
    took_s: float = 0.0
    statuses: Counter[int] = field(default_factory=Counter)
    findings: dict[str, str] = field(default_factory=dict)


@dataclass
class Target:
    """A running service, the headers of its owner, and ids that exist by the name of their place in an address."""

    url: str
    document: dict[str, Any]
    headers: dict[str, str]
    ids: dict[str, str]


@contextmanager
def serving(app_url: str, migration_url: str) -> Iterator[Target]:
    """The service on a port of its own, in a thread of its own, with a salon in it."""
    ready, done = threading.Event(), threading.Event()
    targets: list[Target] = []
    failures: list[BaseException] = []

    async def serve() -> None:
        bench = Bench(build(Settings(database_url=app_url, migration_database_url=migration_url)))
        async with bench:
            salon = await open_salon(bench, rules={"phone_confirmation": False})
            booked = await salon.write_down(salon.at("10:00"), client={"name": "Тарас", "phone": a_phone()})
            goods = await salon.ok("POST", "/stock", {"name": "Шампунь"})
            app: Any = bench.http._transport.app  # type: ignore[attr-defined]
            config = uvicorn.Config(app, port=0, log_level="error", lifespan="off")
            server = uvicorn.Server(config)
            running = asyncio.create_task(server.serve())
            while not server.started:
                await asyncio.sleep(0.01)
            port = server.servers[0].sockets[0].getsockname()[1]
            ids = {
                "account_id": str(salon.account_id),
                "vanity": salon.vanity,
                "location_id": salon.location,
                "service_id": salon.service,
                "staff_member_id": salon.staff,
                "booking_id": booked["id"],
                "client_id": booked["client"]["id"],
                "code": booked["code"],
                "item_id": goods["id"],
            }
            targets.append(Target(f"http://127.0.0.1:{port}", app.openapi(), dict(salon.owner.headers), ids))
            ready.set()
            await asyncio.to_thread(done.wait)
            server.should_exit = True
            await running

    def run() -> None:
        try:
            asyncio.run(serve())
        except BaseException as error:  # noqa: BLE001 - told below
            failures.append(error)
            ready.set()

    thread = threading.Thread(target=run)
    thread.start()
    ready.wait()
    try:
        if failures:
            raise failures[0]
        yield targets[0]
    finally:
        done.set()
        thread.join()


def explore(target: Target, cases: int, seed: int, *, only: Sequence[str] = ()) -> Outcome:
    """About `cases` requests, shared out among all operations, or among those that are named."""
    schema = schemathesis.openapi.from_dict(target.document)
    operations: list[Any] = [found.ok() for found in schema.get_all_operations() if isinstance(found, Ok)]
    if only:
        operations = [one for one in operations if one.definition.raw.get("operationId") in only]
    each = max(2, -(-cases // len(operations)))
    outcome, began = Outcome(), time.monotonic()
    for number, operation in enumerate(operations):
        if number % 20 == 0:
            print(f"{outcome.cases} cases, {len(outcome.findings)} findings", flush=True)
        _explore_one(operation, target, each, random.Random(seed + number), outcome)
    outcome.took_s = time.monotonic() - began
    return outcome


def _explore_one(operation: Any, target: Target, cases: int, dice: random.Random, outcome: Outcome) -> None:
    @seeded(dice.randrange(1 << 30))
    @settings(
        max_examples=cases,
        deadline=None,
        database=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(
        case=st.one_of(
            operation.as_strategy(generation_mode=GenerationMode.POSITIVE),
            operation.as_strategy(generation_mode=GenerationMode.NEGATIVE),
        )
    )
    def send(case: Any) -> None:
        # Mostly ids that exist, lest every case end at "not found".
        for name in case.path_parameters or {}:
            if name in target.ids and (name in ("account_id", "vanity") or dice.random() < 0.7):
                case.path_parameters[name] = target.ids[name]
        outcome.cases += 1
        response = case.call(base_url=target.url, timeout=60, headers={**(case.headers or {}), **target.headers})
        outcome.statuses[response.status_code] += 1
        try:
            case.validate_response(response, checks=JUDGED)
        except (FailureGroup, Failure) as found:
            label = f"{operation.method.upper()} {operation.path} {response.status_code}"
            if label not in outcome.findings:
                print(f"found: {label}", flush=True)
            outcome.findings.setdefault(label, f"{found}\n{case.as_curl_command()}\n{response.text[:500]}")

    send()


@contextmanager
def fresh_database() -> Iterator[databases.Urls]:
    """A migrated database of this run alone."""
    servers, suffix = ensure_servers(), f"_{uuid4().hex[:8]}"
    urls = databases.prepare(servers.postgres_url, "booking", suffix=suffix)
    try:
        migrations.upgrade(MIGRATIONS, urls.migration_url)
        yield urls
    finally:
        databases.drop(servers.postgres_url, "booking", suffix=suffix)


def main() -> None:
    """Print the figures; exit with 1 when something was found."""
    set_up_logs("load", "error", "json")
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=5000)
    parser.add_argument("--seed", type=int, default=2026)
    asked = parser.parse_args()
    with fresh_database() as urls, serving(urls.app_url, urls.migration_url) as target:
        outcome = explore(target, asked.cases, asked.seed)
    for label, found in outcome.findings.items():
        print(f"--- {label}\n{found}\n")
    print(f"{outcome.cases} cases in {outcome.took_s:.0f} s, answers {dict(sorted(outcome.statuses.items()))}")
    print(f"findings {len(outcome.findings)}, bar 0")
    raise SystemExit(1 if outcome.findings else 0)


if __name__ == "__main__":
    main()
