"""Everybody at once, as in the busiest hour of a salon; how quick and how many: tests/load/round_the_clock.py."""

import asyncio
import itertools
import random
import time

import pytest

from tests.support.rush_hour import PER_HOUR, Rush, plan, set_up
from tests.support.traces import SpanCollector
from tests.support.waiting import eventually
from zapys_dev.stack import Stack

SECONDS = 4
AT_ONCE = 3
"""Few, for how much at once is the machine's matter: here it counts that nothing gets in another's way."""


def has_everything(seed: int) -> bool:
    """Whether these few seconds of an hour have something of each kind in them."""
    return {kind for _, kind in plan(60, SECONDS, random.Random(seed))} == set(PER_HOUR)


@pytest.mark.row("N25")
async def test_in_the_busiest_hour_nothing_fails_and_nothing_is_left_undone(
    product: tuple[Stack, SpanCollector],
) -> None:
    stack, _ = product
    stage = await set_up(stack, 0, 4)
    owner, root = stage.salon.owner, f"/accounts/{stage.salon.account}"
    rush = Rush(stack, [stage], salons=60, seed=next(seed for seed in itertools.count() if has_everything(seed)))
    places = asyncio.Semaphore(AT_ONCE)

    async def act(kind: str) -> None:
        async with places:
            await rush.act(kind, time.monotonic())

    try:
        await asyncio.gather(*(act(kind) for _, kind in plan(60, SECONDS, rush.chance)))
        seen = rush.seen
        assert seen.failures == []
        assert seen.booked
        assert seen.settled
        assert {kind for kind, _ in seen.answers} >= {"public page", "free times", "hold", "booking", "calendar"}
        for booking, starts_at in seen.booked.items():
            stands = await owner.ask("GET", f"{root}/bookings/{booking}")
            assert stands["items"][0]["starts_at"] == starts_at

        async def all_registered() -> bool:
            receipts = (await owner.ask("GET", f"{root}/receipts"))["items"]
            paid = sorted(str(one["booking_id"]) for one in receipts)
            assert paid == sorted(set(paid))
            return paid == sorted(seen.settled) and all(one["state"] == "registered" for one in receipts)

        await eventually(all_registered)
    finally:
        await rush.close()
