"""Sales while everything goes wrong: `python -m tests.load.receipts_storm [sales] [registers]`, 300 on 5 by default.

Two workers as processes of their own are killed (-9) at random and started again; Checkbox stalls answers after it has
accepted, drops connections and fails; shifts are closed behind the workers' back and opened again. What counts is the
simulator's own ledger: one fiscal receipt per sale, in the order of the sales at each register, two a second at most.
"""

from __future__ import annotations

import asyncio
import base64
import collections
import contextlib
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import aiohttp
from sqlalchemy import text

from fiscal.app import build
from fiscal.settings import Settings
from kit import migrations
from kit.telemetry import set_up_logs
from kit.testing import Bench
from tests.fiscal.door import SHOPS
from tests.fiscal.salon import Salon, TestDesk, open_salon
from tests.simulators.running import Process, Simulators
from tests.support.own_ports import own_port
from zapys_dev import databases
from zapys_dev.testing import TestServers, create_vhost, delete_vhost, ensure_servers

_STATES = text("SELECT state, count(*) AS many FROM receipt GROUP BY state")
_HEADS = text(
    """
    SELECT DISTINCT ON (cash_register_id) state, reason_code,
        extract(epoch FROM clock_timestamp() - coalesce(sent_at, created_at)) AS age_s
    FROM receipt WHERE state IN ('due', 'held', 'registering') ORDER BY cash_register_id, position
    """
)
FOLDER = Path(__file__).parents[2] / "services" / "fiscal" / "migrations"
STALLS = ("timeout_after_accept", "drop_after_accept", "http_500_after_accept", "html_after_accept", "drop_before")
SPEED = {
    "CHECKBOX_TIMEOUT_S": "1.0",
    "LOOK_UP_AFTER_S": "[0.5,1,2,3]",
    "SEND_AGAIN_PAUSE_S": "2.0",
    "POLL_PAUSES_S": "[0.1,0.2]",
    "LANE_LEASE_S": "4",
    "SHIFT_PROBE_S": "1",
    "UNAVAILABLE_PAUSES_S": "[0.3,0.6]",
}


@dataclass
class Outcome:
    """What a storm came to."""

    sales: int
    receipts: int = 0
    doubled: int = 0
    missing: int = 0
    out_of_order: int = 0
    most_in_a_second: int = 0
    too_many: int = 0
    kills: int = 0
    shifts_closed: int = 0
    stalled: int = 0
    took_s: float = 0.0
    attempts: collections.Counter[int] = field(default_factory=collections.Counter)

    @property
    def holds(self) -> bool:
        """Whether every bar was kept."""
        return (
            self.receipts == self.sales
            and not (self.doubled or self.missing or self.out_of_order or self.too_many)
            and self.most_in_a_second <= 2
        )


class Workers:
    """Processes of the worker, killed and started again."""

    def __init__(self, environment: dict[str, str], count: int) -> None:
        self._environment = environment
        self._running = [self._start() for _ in range(count)]
        self.kills = 0

    async def kill_one(self, chance: random.Random) -> None:
        """SIGKILL to one that is at work, and a new one in its place.

        One that is still starting holds nothing that a kill could harm: on a slow machine only such ones would be hit.
        """
        which = chance.randrange(len(self._running))
        process, port = self._running[which]
        await self._is_at_work(process, port)
        process.send_signal(signal.SIGKILL)
        await asyncio.to_thread(process.wait)
        self._running[which] = self._start()
        self.kills += 1

    async def all_at_work(self) -> None:
        """Wait until every worker serves."""
        for process, port in self._running:
            await self._is_at_work(process, port)

    def stop(self) -> None:
        for process, _ in self._running:
            process.kill()
            process.wait()

    async def _is_at_work(self, process: subprocess.Popen[bytes], port: int) -> None:
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=2)) as session:
            while process.poll() is None:
                with contextlib.suppress(aiohttp.ClientError, TimeoutError):
                    async with session.get(f"http://127.0.0.1:{port}/ready") as answer:
                        if answer.status == 200:
                            return
                await asyncio.sleep(0.1)

    def _start(self) -> tuple[subprocess.Popen[bytes], int]:
        port = own_port()
        process = subprocess.Popen(
            [sys.executable, "-m", "fiscal", "worker"],
            env={**os.environ, **self._environment, "FISCAL_ADMIN_PORT": str(port)},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        return process, port


@asynccontextmanager
async def settled_in(
    servers: TestServers, process: Process, callbacks_url: str
) -> AsyncIterator[tuple[Settings, dict[str, str]]]:
    """A fresh database and virtual host; the service's settings, and the same as an environment for processes."""
    suffix, vhost = f"_{uuid4().hex[:8]}", f"storm-{uuid4().hex[:8]}"
    urls = databases.prepare(servers.postgres_url, "fiscal", suffix=suffix)
    await asyncio.to_thread(migrations.upgrade, FOLDER, urls.migration_url)
    create_vhost(servers.rabbitmq_management_url, vhost)
    with tempfile.TemporaryDirectory() as folder:
        key, shops = Path(folder) / "key", Path(folder) / "shops"
        key.write_text(base64.b64encode(os.urandom(32)).decode())
        shops.write_text(json.dumps(SHOPS))
        providers = process.base_url
        told = {
            "DATABASE_URL": urls.app_url,
            "RABBITMQ_URL": f"{servers.rabbitmq_url.rstrip('/')}/{vhost}",
            "SECRETS_KEY_FILE": str(key),
            "PLATFORM_ACQUIRERS_FILE": str(shops),
            "CALLBACKS_URL": callbacks_url,
            "CHECKBOX_URL": f"{providers}/checkbox",
            "LIQPAY_URL": f"{providers}/liqpay",
            "MONOBANK_URL": f"{providers}/monobank",
            "WAYFORPAY_URL": f"{providers}/wayforpay",
            "WAYFORPAY_API_URL": f"{providers}/wayforpay",
            **SPEED,
        }
        environment = {f"FISCAL_{name}": value for name, value in told.items()}
        with _environment(environment):
            settings = Settings()
        try:
            yield settings, environment
        finally:
            databases.drop(servers.postgres_url, "fiscal", suffix=suffix)
            delete_vhost(servers.rabbitmq_management_url, vhost)


@asynccontextmanager
async def prepared(servers: TestServers, process: Process, callbacks_url: str) -> AsyncIterator[Bench]:
    """The service in this process on a fresh database."""
    async with settled_in(servers, process, callbacks_url) as (settings, _), Bench(build(settings)) as bench:
        yield bench


@asynccontextmanager
async def stage(servers: TestServers, workers: int) -> AsyncIterator[tuple[Bench, Simulators, Workers]]:
    """A fresh database, the simulators and the workers; requests are served in this process."""
    process = Process()
    try:
        await process.answers()
        async with (
            settled_in(servers, process, f"http://127.0.0.1:{own_port()}") as (settings, environment),
            aiohttp.ClientSession() as session,
            Bench(build(settings)) as bench,
        ):
            running = Workers(environment, workers)
            try:
                await running.all_at_work()  # or all would be sold before anything is there to be killed
                yield bench, Simulators(process.base_url, process.smtp_port, session), running
            finally:
                running.stop()
    finally:
        process.stop()


@contextlib.contextmanager
def _environment(told: dict[str, str]) -> Any:
    before = dict(os.environ)
    os.environ.update(told)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


class Storm:
    """Everything that goes wrong at once, until the last sale is made."""

    def __init__(self, salon: Salon, simulators: Simulators, workers: Workers, seed: int) -> None:
        self.salon, self.simulators, self.workers = salon, simulators, workers
        self.chance = random.Random(seed)
        self.registers: dict[str, TestDesk] = {}
        self.closed = 0

    async def add_registers(self, count: int) -> None:
        for number in range(1, count + 1):
            desk = TestDesk(number)
            register = await self.salon.fiscal_register(desk, "cash", "card")
            self.registers[register] = desk
            await self.salon.open_shift(register)

    async def sell(self, sales: int, pause_s: float) -> dict[str, list[int]]:
        """Sales at every register, one desk beside the other; answers the sums at each of them, in order."""
        each = sales // len(self.registers)
        sold: dict[str, list[int]] = {register: [] for register in self.registers}

        async def desk(number: int, register: str) -> None:
            for sale in range(each):
                amount = 10_000 + number * each + sale
                booking = await self.salon.booking(amount)
                kind = self.chance.choice(("cash", "card"))
                payment = {"payment_type": kind, "amount": amount, "cash_register_id": register}
                await self.pay(booking, payment)
                sold[register].append(amount)
                await asyncio.sleep(pause_s)

        await asyncio.gather(*(desk(number, register) for number, register in enumerate(self.registers)))
        return sold

    async def pay(self, booking: UUID, payment: dict[str, Any]) -> None:
        """As a till does: "try later" is tried again under the same key."""
        key = uuid4().hex
        for _ in range(20):
            answer = await self.salon.settle(booking, payment, Idempotency_Key=key)
            if answer.status_code != 503:
                assert answer.status_code == 201, answer.text
                return
            await asyncio.sleep(1)
        raise SystemExit("The service answers 503 for too long.")

    async def stall(self) -> None:
        """One answer in six of each register is lost in one way or another."""
        while True:
            for desk in self.registers.values():
                await self.simulators.fault(
                    "checkbox",
                    self.chance.choice(STALLS),
                    licence_key=desk.licence_key,
                    method="sell",
                    probability=1 / 6,
                    delay_s=3.0,
                )
            await asyncio.sleep(1.0)

    async def kill(self, every_s: float) -> None:
        while True:
            await asyncio.sleep(every_s * self.chance.uniform(0.5, 1.5))
            await self.workers.kill_one(self.chance)

    async def close_shifts(self, every_s: float) -> None:
        while True:
            await asyncio.sleep(every_s * self.chance.uniform(0.5, 1.5))
            register, desk = self.chance.choice(list(self.registers.items()))
            await self.simulators.put(f"/accounts/checkbox/{desk.licence_key}", {"close_shift": True})
            self.closed += 1
            await asyncio.sleep(self.chance.uniform(0.2, 1.5))
            await self.reopen(register)

    async def reopen(self, register: str) -> None:
        for _ in range(20):
            answer = await self.salon.ask("POST", f"/cash-registers/{register}/fiscal-shift/open")
            if answer.status_code == 200 and answer.json()["state"] == "open":
                return
            await asyncio.sleep(0.2)

    async def calm(self) -> None:
        async with self.simulators.session.delete(f"{self.simulators.base_url}/faults/checkbox") as answer:
            assert answer.status == 204
        for register in self.registers:
            await self.reopen(register)

    async def tell(self, bench: Bench, sales: int, every_s: float = 10.0) -> None:
        """One line now and then: how far it is, and what the heads of the lanes wait for."""
        began = time.monotonic()
        while True:
            await asyncio.sleep(every_s)
            async with bench.service.db.tx(self.salon.account_id) as tx:
                states = (await tx.execute(_STATES)).all()
                heads = (await tx.execute(_HEADS)).all()
            told = {row.state: row.many for row in states}
            waits = ", ".join(f"{row.state}/{row.reason_code or '-'} {row.age_s:.0f} s" for row in heads) or "-"
            print(
                f"{time.monotonic() - began:5.0f} s: sold {sum(told.values())}/{sales}, registered "
                f"{told.get('registered', 0)}; kills {self.workers.kills}, shifts closed {self.closed}; heads: {waits}",
                file=sys.stderr,
                flush=True,
            )

    async def drained(self, sales: int, within_s: float) -> collections.Counter[int]:
        """Wait until every receipt is registered; how many attempts they took."""
        deadline = time.monotonic() + within_s
        while True:
            answer = await self.salon.ask("GET", "/receipts?state=due,held,registering,failed")
            waiting = answer.json()["items"] if answer.status_code == 200 else [{"state": "?", "reason_code": None}]
            if not waiting:
                break
            if time.monotonic() > deadline:
                told = collections.Counter((one["state"], one["reason_code"]) for one in waiting)
                raise SystemExit(f"{len(waiting)} of {sales} receipts still wait after {within_s:.0f} s: {told}")
            await asyncio.sleep(1.0)
        return collections.Counter([one["attempts"] for one in (await self.salon.get("/receipts?limit=500"))["items"]])


async def run(servers: TestServers, sales: int, registers: int, *, kill_s: float, close_s: float, seed: int) -> Outcome:
    """One storm, judged by the simulator's ledger."""
    outcome = Outcome(sales)
    began = time.monotonic()
    async with stage(servers, workers=2) as (bench, simulators, workers):
        await simulators.put("/switches/checkbox", {"receipts_per_second": 2})
        salon = await open_salon(bench)
        # A storm may outlast an access token of the usual length.
        again = bench.mint.person(user_id=salon.owner.user_id, life=timedelta(hours=2))
        storm = Storm(replace(salon, owner=again), simulators, workers, seed)
        await storm.add_registers(registers)
        trouble = [
            asyncio.create_task(work) for work in (storm.stall(), storm.kill(kill_s), storm.close_shifts(close_s))
        ]
        telling = asyncio.create_task(storm.tell(bench, sales))
        try:
            sold = await storm.sell(sales, pause_s=0.3)
            # The storm goes on while the lanes drain, for as long as the sales took.
            await asyncio.sleep(sales * 0.15)
            for task in trouble:
                if task.done():
                    await task
        finally:
            for task in trouble:
                task.cancel()
            await asyncio.gather(*trouble, return_exceptions=True)
        try:
            await storm.calm()
            outcome.attempts = await storm.drained(sales, within_s=600 + 2 * sales)
        finally:
            telling.cancel()
            await asyncio.gather(telling, return_exceptions=True)
        outcome.kills, outcome.shifts_closed = workers.kills, storm.closed
        await judge(simulators, storm, sold, outcome)
    outcome.took_s = time.monotonic() - began
    return outcome


async def judge(simulators: Simulators, storm: Storm, sold: dict[str, list[int]], outcome: Outcome) -> None:
    """Compare what was sold with what the simulator has accepted."""
    requests = (await simulators.get("/requests/checkbox", params={"path": "/receipts/sell"}))["items"]
    outcome.stalled = max(len(requests) - outcome.sales, 0)
    for register, desk in storm.registers.items():
        accepted = await simulators.ledger("checkbox", account=desk.licence_key, kind="sell")
        fiscal = [item for item in accepted if item["ends_as"] == "DONE"]
        amounts = [item["amount"] for item in fiscal]
        counted = collections.Counter(amounts)
        outcome.receipts += len(fiscal)
        outcome.doubled += sum(count - 1 for count in counted.values())
        outcome.missing += len(set(sold[register]) - set(amounts))
        outcome.out_of_order += sum(here != there for here, there in zip(amounts, sold[register], strict=False))
        moments = [datetime.fromisoformat(item["at"]).timestamp() for item in accepted]
        for first, moment in enumerate(moments):
            within = sum(1 for later in moments[first:] if later - moment < 1.0)
            outcome.most_in_a_second = max(outcome.most_in_a_second, within)


def main() -> None:
    """Print the figures and the bars."""
    set_up_logs("storm", "error", "json")
    sales, registers = (int(word) for word in (*sys.argv[1:], "300", "5")[:2]) if len(sys.argv) > 2 else (300, 5)
    seed = int(os.environ.get("SEED", str(random.randrange(10**6))))
    found = asyncio.run(run(ensure_servers(), sales, registers, kill_s=8.0, close_s=4.0, seed=seed))
    print(f"{sales} sales on {registers} registers, seed {seed}, {found.took_s:.0f} s")
    print(
        f"workers killed (-9): {found.kills}; shifts closed: {found.shifts_closed}; calls beyond one per sale: "
        f"{found.stalled}; attempts: {dict(sorted(found.attempts.items()))}"
    )
    print(
        f"receipts at Checkbox: {found.receipts} (bar: {sales}); doubled: {found.doubled} (0); "
        f"missing: {found.missing} (0)"
    )
    print(f"out of order: {found.out_of_order} (0); most in a second at one register: {found.most_in_a_second} (2)")
    if not found.holds:
        raise SystemExit("MISSED: a bar was not kept.")
    print("kept")


if __name__ == "__main__":
    main()
