"""A worker that dies at any step: the next one finds what is there, and no sale gets two receipts.

A crash is an exception that no code catches, raised at the step; the lane stays leased until the lease is over, as it
does after SIGKILL.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import pytest

from contracts.fiscal import ReceiptRegistered
from fiscal.providers.checkbox import Checkbox
from fiscal.usecases import register_receipts
from fiscal.usecases.cashier_calls import FiscalDesk
from fiscal.usecases.lanes import Lane, claim_lanes
from fiscal.usecases.register_receipts import Visit
from kit.testing import Bench
from tests.fiscal.salon import Salon, TestDesk
from tests.simulators.running import Simulators
from tests.support.waiting import eventually

LEASE_S = 0.4


class Crash(BaseException):
    """The process is gone."""


class Dying:
    """Checkbox's client in a process that dies at one of its calls."""

    def __init__(self, checkbox: Checkbox, method: str, *, after: bool) -> None:
        self._checkbox = checkbox
        self._method = method
        self._after = after

    def __getattr__(self, name: str) -> Any:
        call: Callable[..., Awaitable[Any]] = getattr(self._checkbox, name)
        if name != self._method:
            return call

        async def die(*arguments: Any) -> None:
            if self._after:
                await call(*arguments)
            raise Crash

        return die


def short_leases(bench: Bench) -> FiscalDesk:
    desk: FiscalDesk = bench.service.state["desk"]
    return replace(desk, pace=replace(desk.pace, lease_s=LEASE_S))


async def lane_of(desk: FiscalDesk, salon: Salon) -> Lane:
    """Lease this salon's lane, as a worker does that finds others leased."""
    found: list[Lane] = []

    async def is_mine() -> bool:
        lanes = await claim_lanes(desk.db, 50, desk.pace)
        found.extend(lane for lane in lanes if lane.account_id == salon.account_id)
        return bool(found)

    await eventually(is_mine)
    return found[0]


async def work_until(desk: FiscalDesk, salon: Salon, *states: str) -> list[dict[str, Any]]:
    """Visit this salon's lane as often as it wants, until its receipts are in these states."""
    found: list[dict[str, Any]] = []

    async def are() -> bool:
        for lane in await claim_lanes(desk.db, 50, desk.pace):
            if lane.account_id == salon.account_id:
                await Visit(desk, lane, asyncio.Event()).run()
        found[:] = await salon.receipts()
        return tuple(receipt["state"] for receipt in found) == states

    await eventually(are)
    return found


async def sales(simulators: Simulators, desk: TestDesk) -> list[str]:
    return [item["id"] for item in await simulators.ledger("checkbox", account=desk.licence_key, kind="sell")]


@pytest.mark.parametrize(
    ("method", "after"),
    [
        ("current_shift", False),  # before anything of the receipt was touched
        ("check_signature", True),
        ("sell", False),  # R2: claimed, not called
        ("sell", True),  # R3, R4: accepted, and nobody heard the answer
        ("receipt", False),  # R5: accepted and stored, not asked yet
        ("receipt", True),  # R5: asked, and nobody heard
    ],
)
async def test_a_worker_that_dies_leaves_one_sale_and_one_receipt(
    salon: Salon, bench: Bench, simulators: Simulators, desk: TestDesk, method: str, after: bool
) -> None:
    await salon.open_shift(await salon.fiscal_register(desk))
    await salon.settled(await salon.booking(100), ("cash", 100))
    await salon.settled(await salon.booking(200), ("cash", 200))
    works = short_leases(bench)
    dies = replace(works, checkbox=Dying(works.checkbox, method, after=after))  # type: ignore[arg-type]
    with pytest.raises(Crash):
        await Visit(dies, await lane_of(works, salon), asyncio.Event()).run()
    receipts = await work_until(works, salon, "registered", "registered")
    assert await sales(simulators, desk) == [receipt["id"] for receipt in receipts]


async def test_a_worker_that_dies_before_it_gives_the_lane_back(
    salon: Salon, bench: Bench, simulators: Simulators, desk: TestDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    await salon.open_shift(await salon.fiscal_register(desk))
    await salon.settled(await salon.booking(100), ("cash", 100))
    works = short_leases(bench)

    async def die(*_: object) -> None:
        raise Crash

    with monkeypatch.context() as patched:
        patched.setattr(register_receipts, "release_lane", die)
        with pytest.raises(Crash):
            await Visit(works, await lane_of(works, salon), asyncio.Event()).run()
    await salon.settled(await salon.booking(200), ("cash", 200))
    receipts = await work_until(works, salon, "registered", "registered")
    assert await sales(simulators, desk) == [receipt["id"] for receipt in receipts]


async def test_a_settlement_that_dies_before_its_commit_leaves_no_receipt(
    salon: Salon, bench: Bench, desk: TestDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """R1: money, ledger, event and receipt are one transaction."""
    await salon.open_shift(await salon.fiscal_register(desk))
    booking = await salon.booking(100)

    async def die(*_: object, **__: object) -> None:
        raise Crash

    with monkeypatch.context() as patched:
        patched.setattr("fiscal.usecases.issue_receipt.wake_lane", die)
        with pytest.raises(Crash):
            await salon.settle(booking, ("cash", 100))
    assert await salon.receipts() == []
    assert (await salon.get(f"/bookings/{booking}/settlement"))["paid"]["amount"] == 0
    assert (await salon.get("/cash-operations"))["items"] == []


async def test_a_worker_that_slept_through_its_lease_changes_nothing_afterwards(
    salon: Salon, bench: Bench, simulators: Simulators, desk: TestDesk
) -> None:
    await salon.open_shift(await salon.fiscal_register(desk))
    await salon.settled(await salon.booking(100), ("cash", 100))
    works = short_leases(bench)
    asleep, awake = asyncio.Event(), asyncio.Event()

    class Sleeping(Dying):
        def __getattr__(self, name: str) -> Any:
            call = getattr(self._checkbox, name)

            async def sleep_first(*arguments: Any) -> Any:
                asleep.set()
                await awake.wait()
                return await call(*arguments)

            return sleep_first if name == "sell" else call

    sleeps = replace(works, checkbox=Sleeping(works.checkbox, "sell", after=False))  # type: ignore[arg-type]
    visit = asyncio.create_task(Visit(sleeps, await lane_of(works, salon), asyncio.Event()).run())
    await asleep.wait()
    [receipt] = await work_until(works, salon, "registered")
    awake.set()
    await visit
    assert await sales(simulators, desk) == [receipt["id"]]
    [unchanged] = await salon.receipts()
    assert unchanged["state"] == "registered"
    assert unchanged["fiscal_code"] == receipt["fiscal_code"]
    assert len(await bench.said(ReceiptRegistered, account_id=salon.account_id)) == 1


async def test_two_workers_serve_many_registers_without_a_double(
    salon: Salon, bench: Bench, simulators: Simulators, desk: TestDesk
) -> None:
    desks = [TestDesk((desk.number + offset) % 99 + 1) for offset in range(3)]
    kinds = ("cash", "card", "transfer")
    for kind, one in zip(kinds, desks, strict=True):
        await salon.open_shift(await salon.fiscal_register(one, kind))
    for kind in kinds * 3:
        await salon.settled(await salon.booking(100), (kind, 100))
    works = short_leases(bench)

    async def worker() -> None:
        while [receipt for receipt in await salon.receipts() if receipt["state"] != "registered"]:
            lanes = await claim_lanes(works.db, 2, works.pace)
            await asyncio.gather(
                *(Visit(works, lane, asyncio.Event()).run() for lane in lanes if lane.account_id == salon.account_id)
            )
            await asyncio.sleep(0.02)

    async with asyncio.timeout(60):
        await asyncio.gather(worker(), worker())
    for one, kind in zip(desks, kinds, strict=True):
        in_order = [
            receipt["id"] for receipt in await salon.receipts() if receipt["cash_register_name"] == f"Каса {one.number}"
        ]
        assert await sales(simulators, one) == in_order, kind
