"""Senders killed while answers stall: `python -m tests.load.killed_sender [messages] [kills]`.

300 messages by each kind of provider, one answer in five stalled past the time-out, 20 kills. Bars: by the provider
that can be asked (AlphaSMS) every message arrives and none twice; by the one that cannot (TurboSMS) none twice, and
every message whose fate is not known is shown as such.
"""

from __future__ import annotations

import asyncio
import random
import sys
from collections import Counter
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import text

from tests.load.sending_bench import SendingBench, sending_bench

TIMEOUT_S, LEASE_S = 1.0, 3.0
STALLED = 0.2
OPEN = ("planned", "sending", "held")


@dataclass(frozen=True)
class Ended:
    """How the messages of one provider ended."""

    provider: str
    states: Counter[str]
    accepted: int
    different: int
    shown: int

    @property
    def doubled(self) -> int:
        """Messages that the provider took more than once."""
        return self.accepted - self.different


async def storm(provider: str, messages: int, kills: int) -> Ended:
    """Send while senders are killed, then let one finish."""
    chance = random.Random(7)
    async with sending_bench() as bench:
        account_id = await bench.account(provider, "storm-token")
        await bench.fill(account_id, messages)
        stall = {"delay_s": TIMEOUT_S * 3, "probability": STALLED, "token": "storm-token", "method": "send"}
        await bench.simulators.fault(provider, "timeout_after_accept", **stall)
        # Slow enough that every kill finds messages under way.
        told = {"SMS_TIMEOUT_S": TIMEOUT_S, "SMS_LEASE_S": LEASE_S, "SENDS_PER_SECOND": max(4.0, messages / 30)}
        for _ in range(kills):
            worker = bench.worker(**told)
            try:
                await _is_sending(bench, account_id)
                await asyncio.sleep(chance.uniform(0.05, 0.4))
            finally:
                worker.kill()
        worker = bench.worker(**told)
        try:
            await _is_decided(bench, account_id, provider)
        finally:
            worker.stop()
        accepted = await bench.simulators.ledger(provider, account="storm-token")
        states = await bench.states(account_id)
        return Ended(
            provider, states, len(accepted), len({one["text"] for one in accepted}), await _shown(bench, account_id)
        )


async def _is_sending(bench: SendingBench, account_id: UUID) -> None:
    async with asyncio.timeout(300):
        while True:
            states = await bench.states(account_id)
            if states["sending"] or not any(states[name] for name in OPEN):
                return
            await asyncio.sleep(0.02)


async def _is_decided(bench: SendingBench, account_id: UUID, provider: str) -> None:
    """Nothing is open any more; where the provider can be asked, nothing is unknown either."""
    async with asyncio.timeout(900):
        while True:
            states = await bench.states(account_id)
            waits = [*OPEN, "unknown"] if provider == "alphasms" else OPEN
            if not any(states[name] for name in waits):
                return
            await asyncio.sleep(0.5)


async def _shown(bench: SendingBench, account_id: UUID) -> int:
    """Messages that the list of the account shows as of unknown fate, with their reason."""
    async with bench.bench.service.db.system_tx() as tx:
        query = (
            "SELECT count(*) FROM notification WHERE account_id = :account_id AND state = 'unknown' "
            "AND reason_code = 'unknown_outcome' AND due_at IS NULL"
        )
        return int((await tx.execute(text(query), {"account_id": account_id})).scalar_one())


def main() -> None:
    """Both kinds, one after the other."""
    messages, kills = (int(word) for word in sys.argv[1:3]) if len(sys.argv) > 2 else (300, 20)
    for provider in ("alphasms", "turbosms"):
        ended = asyncio.run(storm(provider, messages, kills))
        reached = ended.different
        print(
            f"{provider}: {dict(ended.states)}; accepted {ended.accepted}, different {reached}, doubled {ended.doubled}"
        )
        if provider == "alphasms":
            print(f"  arrived: bar {messages} of {messages} {'kept' if reached == messages else 'MISSED'}")
        else:
            undecided = messages - ended.states["sent"] - ended.states["delivered"]
            print(f"  undecided {undecided}, shown {ended.shown}: {'kept' if undecided == ended.shown else 'MISSED'}")
        print(f"  doubled: bar 0 {'kept' if not ended.doubled else 'MISSED'}")


if __name__ == "__main__":
    main()
