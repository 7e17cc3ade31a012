"""A crowd of waiting messages drained at the provider's rate.

`python -m tests.load.drain_messages [count] [rate] [minutes]`

It ends when all are gone or the minutes are over; what a message costs is known by then.

Bars: at the rate that the provider allows; the sender below 60 % of a core per 100 messages a second; a login code
handed over within 3 s (95 of 100) meanwhile.
"""

from __future__ import annotations

import asyncio
import sys
import time
from datetime import UTC, datetime, timedelta

import psutil
from sqlalchemy import text

from contracts.identity import LoginCodeRequested
from kit.ids import new_id
from tests.load.figures import percentile
from tests.load.sending_bench import SendingBench, sending_bench

CODE_EVERY_S = 1.0
DONE = ("sent", "delivered")


async def drain(count: int, rate: float, within_s: float) -> dict[str, float]:
    """Drain and measure; the figures by name."""
    async with sending_bench() as bench:
        account_id = await bench.account("turbosms", "crowd-token")
        await bench.simulators.put("/switches/turbosms", {"sends_per_second": rate})
        await bench.fill(account_id, count)
        worker = bench.worker(SENDS_PER_SECOND=rate * 0.97)
        try:
            return await _measured(bench, account_id, worker.process.pid, count, within_s)
        finally:
            worker.stop()


async def _measured(bench: SendingBench, account_id: object, pid: int, count: int, within_s: float) -> dict[str, float]:
    process = psutil.Process(pid)
    while not await _done(bench, account_id):
        await asyncio.sleep(0.2)
    began, cpu_began, done_before = time.monotonic(), sum(process.cpu_times()[:2]), await _done(bench, account_id)
    asked = []
    next_code = began
    while (done := await _done(bench, account_id)) < count and time.monotonic() - began < within_s:
        if time.monotonic() >= next_code:
            asked.append(await _ask_for_code(bench))
            next_code += CODE_EVERY_S
        await asyncio.sleep(0.25)
    took = time.monotonic() - began
    cpu = sum(process.cpu_times()[:2]) - cpu_began
    moved = done - done_before
    codes = await _codes(bench)
    return {
        "messages": moved,
        "rate": moved / took,
        "core_percent": 100 * cpu / took,
        "core_percent_per_100": 100 * cpu / moved * 100,
        "code_p95_s": percentile(codes, 95),
        "codes": len(codes),
        "codes_asked": len(asked),
        "doubled": await _doubled(bench),
    }


async def _done(bench: SendingBench, account_id: object) -> int:
    async with bench.bench.service.db.system_tx() as tx:
        query = "SELECT count(*) FROM notification WHERE account_id = :account_id AND sent_at IS NOT NULL"
        return int((await tx.execute(text(query), {"account_id": account_id})).scalar_one())


async def _ask_for_code(bench: SendingBench) -> object:
    attempt_id = new_id()
    wanted = LoginCodeRequested(
        version=1,
        attempt_id=attempt_id,
        phone_e164="+380631234567",
        code="123456",
        language="uk",
        domain="zapys.example",
        expires_at=datetime.now(UTC) + timedelta(minutes=5),
    )
    await bench.bench.deliver(wanted)
    return attempt_id


async def _codes(bench: SendingBench) -> list[float]:
    async with bench.bench.service.db.system_tx() as tx:
        query = (
            "SELECT extract(epoch FROM sent_at - created_at) AS took FROM login_code_message WHERE sent_at IS NOT NULL"
        )
        return [float(row.took) for row in await tx.execute(text(query))]


async def _doubled(bench: SendingBench) -> int:
    accepted = await bench.simulators.ledger("turbosms", account="crowd-token")
    return len(accepted) - len({item["text"] for item in accepted})


def main() -> None:
    """Drain, print, and say what was kept."""
    said, usual = sys.argv[1:4], ["100000", "100", "60"]
    count, rate, minutes = map(float, [*said, *usual[len(said) :]])
    figures = asyncio.run(drain(int(count), rate, minutes * 60))
    print(f"{figures['messages']:.0f} messages, {figures['rate']:.1f} a second (the provider allows {rate:.0f})")
    print(f"rate: bar 90 % of what is allowed {'kept' if figures['rate'] >= 0.9 * rate else 'MISSED'}")
    core, p95 = figures["core_percent_per_100"], figures["code_p95_s"]
    print(f"sender: {core:.0f} % of a core per 100 a second; bar 60 {'kept' if core < 60 else 'MISSED'}")
    print(f"login codes: {figures['codes']:.0f}, p95 {p95:.2f} s; bar 3 s {'kept' if p95 < 3 else 'MISSED'}")
    print(f"doubled: {figures['doubled']:.0f}; bar 0 {'kept' if not figures['doubled'] else 'MISSED'}")


if __name__ == "__main__":
    main()
