from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime, timedelta

import pytest
from sqlalchemy import text

from kit.testing import Bench
from notifications.clock import Clock
from tests.notifications.salon import Salon, kyiv
from tests.simulators.running import Simulators

MORNING = kyiv("2026-12-07T12:00")
"""A Monday without a clock change near it."""


@pytest.fixture
def morning() -> datetime:
    return MORNING


@pytest.fixture
async def salon(bench: Bench, simulators: Simulators) -> AsyncIterator[Salon]:
    """A salon with TurboSMS by token as its first provider; it is Monday noon."""
    salon = await Salon(bench, simulators).open(MORNING)
    await salon.set_provider()
    yield salon
    async with bench.service.db.system_tx() as tx:  # what is still planned shall not go out in other tests
        of_salon = {"account_id": salon.account_id}
        await tx.execute(text("DELETE FROM delivery_attempt WHERE account_id = :account_id"), of_salon)
        await tx.execute(text("DELETE FROM notification WHERE account_id = :account_id"), of_salon)
        await tx.execute(text("DELETE FROM booking_copy WHERE account_id = :account_id"), of_salon)
    clock: Clock = bench.service.state["clock"]
    clock.offset = timedelta()
