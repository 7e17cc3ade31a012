"""One salon's broken keys, and one silent provider, keep no other salon's shifts, receipts or payments waiting."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import text

from contracts.fiscal import WeeklyDigestPrepared
from fiscal.providers.acquirers.words import Silent
from fiscal.usecases.close_shifts import close_shifts
from fiscal.usecases.deliver_receipts import deliver_receipts
from fiscal.usecases.fiscal_shifts import follow_shifts
from fiscal.usecases.follow_offline import follow_offline
from fiscal.usecases.hooks import look_at_shifts, set_hooks, want_hooks
from fiscal.usecases.prepare_digests import prepare_digests
from fiscal.usecases.reconcile import reconcile_yesterday
from kit.messaging import now_utc
from kit.testing import Bench
from tests.fiscal.door import Door
from tests.fiscal.integration.test_forged_notices import Forger
from tests.fiscal.salon import Salon, TestDesk, open_salon
from tests.simulators.running import Simulators
from tests.support.waiting import eventually

KYIV = ZoneInfo("Europe/Kyiv")


async def until_nothing_is_due(serve: Callable[[], Awaitable[int]]) -> None:
    """What other tests left behind is due as well, so once round may not be enough."""
    while await serve():
        pass


async def at_work(salon: Salon, simulators: Simulators, desk: TestDesk) -> tuple[str, str]:
    """A register with an open shift and a registered receipt that shall go to the client; answers both ids."""
    register = await salon.fiscal_register(desk)
    await salon.open_shift(register)
    await salon.settled(await salon.booking(), ("cash", 50_000))

    async def is_registered() -> bool:
        await salon.bench.service.state["receipt_loop"].drain()
        return bool(await salon.receipts("registered"))

    await eventually(is_registered)  # an answer that took too long is asked about again
    [receipt] = await salon.receipts("registered")
    answer = await salon.ask("POST", f"/receipts/{receipt['id']}/deliveries", {"email": "iryna@example.ua"})
    assert answer.status_code == 201, answer.text
    assert len(await simulators.ledger("checkbox", account=desk.licence_key, kind="sell")) == 1
    return register, receipt["id"]


async def test_a_salon_whose_keys_cannot_be_opened_keeps_no_other_waiting(
    bench: Bench, simulators: Simulators, desk: TestDesk, salon: Salon
) -> None:
    """Its rows come first wherever something is due."""
    broken = await open_salon(bench)
    await at_work(broken, simulators, TestDesk(desk.number % 99 + 1))
    register, receipt = await at_work(salon, simulators, desk)
    await want_hooks(bench.service.state["desk"])

    async def write(account_id: UUID, *statements: str) -> None:
        async with bench.service.db.tx(account_id) as tx:
            for statement in statements:
                await tx.execute(text(statement), {"account": account_id})

    await write(
        broken.account_id, "UPDATE cash_register SET checkbox_sealed = 'not sealed at all' WHERE account_id = :account"
    )
    for account_id, since in ((broken.account_id, "1 year"), (salon.account_id, "1 day")):
        at = f"now() - interval '{since}' WHERE account_id = :account"
        await write(
            account_id,
            f"UPDATE receipt_delivery SET next_try_at = {at}",
            f"UPDATE receipt SET next_tax_look_at = {at}",
            f"UPDATE checkbox_hook SET next_try_at = {at}",
            f"UPDATE checkbox_hook SET next_look_at = {at}",
            f"UPDATE fiscal_shift SET close_at = {at}",
            f"UPDATE fiscal_shift SET next_look_at = {at}",
        )
    at_desk = bench.service.state["desk"]
    await until_nothing_is_due(lambda: deliver_receipts(at_desk))
    assert [one["state"] for one in (await salon.get(f"/receipts/{receipt}"))["deliveries"]] == ["sent"]
    await until_nothing_is_due(lambda: follow_offline(at_desk))

    async def due(column: str, table: str) -> Any:
        async with bench.service.db.tx(salon.account_id) as tx:
            return await tx.scalar(text(f"SELECT max({column}) < now() FROM {table}"))

    assert not await due("next_tax_look_at", "receipt")
    await set_hooks(at_desk, "https://zapys.example")
    assert not await due("next_try_at", "checkbox_hook")
    await look_at_shifts(at_desk)
    assert not await due("next_look_at", "checkbox_hook")
    await follow_shifts(at_desk)
    assert not await due("next_look_at", "fiscal_shift")
    await until_nothing_is_due(lambda: close_shifts(at_desk))
    assert (await salon.get(f"/cash-registers/{register}"))["fiscal_shift"] is None
    # The other one is tried again later, and is not forgotten.
    async with bench.service.db.tx(broken.account_id) as tx:
        assert await tx.scalar(text("SELECT bool_and(close_at > now()) FROM fiscal_shift"))


async def test_a_zone_that_is_none_keeps_no_other_account_from_its_comparison_and_its_digest(
    bench: Bench, salon: Salon
) -> None:
    """Every account is gone through, in whatever order: each of several sound ones has its turn beside the broken."""
    sound = [salon, *[await open_salon(bench) for _ in range(3)]]
    broken = await open_salon(bench)
    today = datetime.now(KYIV)
    for one in sound:
        await one.register()
        await one.settled(await one.booking(500), ("cash", 500))
    async with bench.service.db.tx(broken.account_id) as tx:
        await tx.execute(text("UPDATE account_copy SET time_zone = 'Europe/Nowhere'"))
    try:
        await reconcile_yesterday(bench.service.db, now_utc())
        monday = today.replace(hour=7, minute=1) + timedelta(days=7 - today.weekday())
        await prepare_digests(bench.service.db, monday)
    finally:
        async with bench.service.db.tx(broken.account_id) as tx:
            await tx.execute(text("UPDATE account_copy SET time_zone = 'Europe/Kyiv'"))
    for one in sound:
        assert len((await one.get("/finance/reconciliations"))["items"]) == 1
        assert await bench.said(WeeklyDigestPrepared, account_id=one.account_id)


async def test_an_acquirer_that_is_silent_when_asked_keeps_no_notice_of_another_waiting(
    bench: Bench, door: Door, simulators: Simulators, salon: Salon, monkeypatch: pytest.MonkeyPatch
) -> None:
    silent, sound = (Forger(bench, door, simulators, salon, provider) for provider in ("wayforpay", "liqpay"))
    await silent.begin()
    await sound.begin()
    is_asked, answers = asyncio.Event(), asyncio.Event()

    async def status(*_: object) -> None:
        is_asked.set()
        await answers.wait()
        raise Silent("no answer")

    monkeypatch.setattr(bench.service.state["acquiring"].acquirers["wayforpay"], "status", status)
    async with bench.service.db.tx(salon.account_id) as tx:
        await tx.execute(text("UPDATE card_payment SET next_check_at = now() WHERE provider = 'wayforpay'"))
    loop = asyncio.ensure_future(bench.service.loops["payments"]())
    try:
        async with asyncio.timeout(30):
            await is_asked.wait()
        body, headers = sound.signed_by("test_private")
        await door.call("liqpay", body, headers)

        async def is_paid() -> bool:
            return await sound.state() == "paid"

        await eventually(is_paid)
        assert not answers.is_set()
    finally:
        answers.set()
        loop.cancel()
        await asyncio.gather(loop, return_exceptions=True)
