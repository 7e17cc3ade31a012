"""A sender killed in the middle: nobody is texted twice, and nothing is silently lost."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from collections import Counter
from datetime import timedelta

import pytest
from sqlalchemy import text

from notifications.settings import Settings
from notifications.usecases.claim_messages import PER_ACCOUNT
from tests.notifications.last_call import AT_THREE_HOURS, VISIT
from tests.notifications.salon import Salon
from tests.simulators.running import Simulators
from tests.support.waiting import eventually

MESSAGES, KILLS = 24, 2


class Worker:
    """`python -m notifications worker`, as an operator runs it."""

    def __init__(self, settings: Settings, vhost_url: str, offset_s: float) -> None:
        environment = {
            "DATABASE_URL": settings.database_url.get_secret_value(),
            "RABBITMQ_URL": vhost_url,
            "SECRETS_KEY_FILE": str(settings.secrets_key_file),
            "PLATFORM_TURBOSMS_TOKEN_FILE": str(settings.platform_turbosms_token_file),
            "TURBOSMS_URL": settings.turbosms_url,
            "SMS_TIMEOUT_S": "2",
            "SMS_LEASE_S": "4",
            "CLOCK_OFFSET_S": str(offset_s),
            "LOG_LEVEL": "error",
        }
        prefixed = {f"NOTIFICATIONS_{name}": value for name, value in environment.items()}
        self._process = subprocess.Popen([sys.executable, "-m", "notifications", "worker"], env=os.environ | prefixed)

    def kill(self) -> None:
        self._process.send_signal(signal.SIGKILL)
        self._process.wait()

    def stop(self) -> None:
        self._process.terminate()
        self._process.wait(timeout=60)


@pytest.mark.row("X4")
@pytest.mark.faults
async def test_senders_killed_at_random_text_nobody_twice_and_lose_nothing(
    salon: Salon, simulators: Simulators, settings: Settings, vhost_url: str
) -> None:
    salon.set_clock(AT_THREE_HOURS - timedelta(hours=1))
    for number in range(MESSAGES):
        await salon.book(VISIT + timedelta(seconds=number))
    salon.set_clock(AT_THREE_HOURS + timedelta(minutes=2))
    offset_s = salon.bench.service.state["clock"].offset.total_seconds()
    await salon.fault("slow_after_accept", delay_s=0.25)

    async def states() -> Counter[str]:
        async with salon.bench.service.db.tx(salon.account_id) as tx:
            query = "SELECT state, count(*) FROM notification WHERE kind = 'reminder_3h' GROUP BY state"
            return Counter({row.state: row.count for row in await tx.execute(text(query))})

    for _ in range(KILLS):
        worker = Worker(settings, vhost_url, offset_s)
        try:
            before = (await states())["planned"]

            async def has_begun(before: int = before) -> bool:
                now = await states()
                return now["planned"] < before and now["sending"] > 0

            await eventually(has_begun, step_s=0.01)
            await asyncio.sleep(0.1)
        finally:
            worker.kill()  # left alive it would send for the other tests
    worker = Worker(settings, vhost_url, offset_s)

    async def all_decided() -> bool:
        now = await states()
        return not now["planned"] and not now["sending"] and not now["held"]

    try:
        await eventually(all_decided, within_s=180)
    finally:
        worker.stop()
    now = await states()
    phones = Counter(accepted["phone"] for accepted in await salon.accepted())
    assert max(phones.values()) == 1
    assert sum(now.values()) == MESSAGES
    assert set(now) <= {"sent", "delivered", "unknown"}
    assert 0 < now["unknown"] <= KILLS * PER_ACCOUNT
    # Of what is called unknown some went and some did not; what is called sent went.
    assert len(phones) >= now["sent"] + now["delivered"]
