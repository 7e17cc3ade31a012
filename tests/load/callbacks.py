"""Every callback very often: `python -m tests.load.callbacks [times]`, 1,000 by default.

The genuine "paid" of each acquirer and the genuine event of a Checkbox register, each delivered so many times as
messages of their own, ten at once, with two loops that judge side by side. The bar: one effect each.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
import sys
import time
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import aiohttp

from contracts.fiscal import TopUpPaid
from contracts.gateway import FiscalCallbackReceived, PaymentCallbackReceived
from fiscal.usecases.payments.judge_notices import judge_notices
from kit.ids import new_id
from kit.telemetry import set_up_logs
from kit.testing import Bench
from tests.fiscal.door import Door, open_door
from tests.fiscal.payer import pay
from tests.fiscal.salon import Salon, open_salon
from tests.load.receipts_storm import prepared
from tests.simulators.running import Process, Simulators
from tests.support.own_ports import own_port
from tests.support.waiting import eventually
from zapys_dev.testing import ensure_servers

ACQUIRERS = ("liqpay", "monobank", "wayforpay")
AT_ONCE = 10


async def often(bench: Bench, times: int, make: Any) -> None:
    """Deliver `times` messages that say the same, `AT_ONCE` side by side."""
    todo = iter(range(times))

    async def one() -> None:
        for _ in todo:
            await bench.deliver(make())

    await asyncio.gather(*(one() for _ in range(AT_ONCE)))


async def payments(bench: Bench, door: Door, simulators: Simulators, provider: str, times: int) -> str:
    """One top-up whose notice comes `times` times."""
    salon = await open_salon(bench)
    answer = await salon.ask("POST", "/sms-balance/top-ups", {"amount": 10_000, "provider": provider})
    assert answer.status_code == 201, answer.text
    door.calls.clear()
    door.is_deaf = True
    await pay(simulators, answer.json()["checkout"])

    async def both_came() -> bool:
        return len(door.calls) >= 2

    await eventually(both_came, within_s=30)
    _, _, headers, body = door.calls[-1]

    def notice() -> PaymentCallbackReceived:
        return PaymentCallbackReceived(
            version=1,
            callback_id=new_id(),
            provider=provider,
            token="",
            received_at=datetime.now(UTC),
            headers=headers,
            body_base64=base64.b64encode(body).decode(),
        )

    began = time.monotonic()
    acquiring = bench.service.state["acquiring"]

    async def judging() -> None:
        while True:
            await judge_notices(acquiring)
            await asyncio.sleep(0.01)

    judges = [asyncio.create_task(judging()) for _ in range(2)]
    await often(bench, times, notice)
    for judge in judges:
        judge.cancel()
    await asyncio.gather(*judges, return_exceptions=True)
    while await judge_notices(acquiring):
        pass
    credited = len(await bench.said(TopUpPaid, account_id=salon.account_id))
    took = time.monotonic() - began
    return f"{provider}: {times} notices in {took:.1f} s, credited {credited} times (bar: 1)"


async def register_events(bench: Bench, simulators: Simulators, times: int) -> str:
    """One receipt whose event comes `times` times."""
    from tests.fiscal.salon import TestDesk

    salon, desk = await open_salon(bench), TestDesk(1)
    await salon.open_shift(await salon.fiscal_register(desk))
    loops = ("receipts", "checkbox_hooks")
    tasks = [asyncio.ensure_future(bench.service.loops[name]()) for name in loops]
    token, key = await _hook(bench, salon)
    await salon.settled(await salon.booking(), ("cash", 50_000))
    body = json.dumps({"receipt": {"id": str(new_id()), "status": "DONE"}}).encode()
    signed = base64.b64encode(hmac.new(key.encode(), body, hashlib.sha256).digest()).decode()

    def event() -> FiscalCallbackReceived:
        return FiscalCallbackReceived(
            version=1,
            callback_id=new_id(),
            provider="checkbox",
            token=token,
            received_at=datetime.now(UTC),
            headers={"x-request-signature": signed},
            body_base64=base64.b64encode(body).decode(),
        )

    began = time.monotonic()
    await often(bench, times, event)
    await salon.receipts_become("registered", within_s=60)
    took = time.monotonic() - began
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    sold = len(await simulators.ledger("checkbox", account=desk.licence_key, kind="sell"))
    return f"checkbox: {times} events in {took:.1f} s, receipts {sold} (bar: 1)"


async def _hook(bench: Bench, salon: Salon) -> tuple[str, str]:
    from sqlalchemy import text

    from fiscal.checkbox_tables import CheckboxHook
    from fiscal.usecases.hooks import owner_of

    found: list[CheckboxHook] = []

    async def is_set() -> bool:
        async with bench.service.db.tx(salon.account_id) as tx:
            register: UUID | None = await tx.scalar(text("SELECT cash_register_id FROM checkbox_hook"))
            row = await tx.get(CheckboxHook, (salon.account_id, register)) if register else None
        found[:] = [row] if row and row.sealed else []
        return bool(found)

    await eventually(is_set, within_s=30)
    [row] = found
    assert row.sealed is not None
    return row.token, bench.service.state["box"].open(row.sealed, owner_of(row))


async def run(times: int) -> list[str]:
    """One line per provider, printed as soon as it is known."""
    door_url = f"http://127.0.0.1:{own_port()}"
    process = Process()
    try:
        await process.answers()
        async with (
            prepared(ensure_servers(), process, door_url) as bench,
            aiohttp.ClientSession() as session,
            open_door(bench, door_url) as door,
        ):
            simulators = Simulators(process.base_url, process.smtp_port, session)
            lines: list[str] = []
            for provider in ACQUIRERS:
                lines.append(await payments(bench, door, simulators, provider, times))
                print(lines[-1], flush=True)
            lines.append(await register_events(bench, simulators, times))
            print(lines[-1], flush=True)
            return lines
    finally:
        process.stop()


def main() -> None:
    """Print a line per provider; fail when one had another number of effects than one."""
    set_up_logs("callbacks", "error", "json")
    lines = asyncio.run(run(int(sys.argv[1]) if len(sys.argv) > 1 else 1000))
    if any("credited 1 times" not in line and "receipts 1 " not in line for line in lines):
        raise SystemExit("MISSED: a bar was not kept.")
    print("kept: one effect of each")


if __name__ == "__main__":
    main()
