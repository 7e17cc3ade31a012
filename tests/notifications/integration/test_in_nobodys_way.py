"""One that is broken, slow or has much to do keeps no other account from its messages."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from notifications.providers.protocol import StatusSeen
from notifications.pump import Pump
from notifications.tables import BookingCopy, LoginCodeMessage
from notifications.usecases import check_morning, forget_old, release_held
from notifications.usecases.check_morning import Morning
from notifications.usecases.deliver_web_hooks import PER_HOOK
from tests.notifications.last_call import VISIT, only_reminder_3h, state_of
from tests.notifications.salon import Salon
from tests.simulators.running import Receiver, Simulators, receiving

from .test_login_codes import requested
from .test_web_hooks import make


@pytest.fixture
async def neighbour(salon: Salon, simulators: Simulators, morning: datetime) -> AsyncIterator[Salon]:
    """Another account of the same service."""
    other = await Salon(salon.bench, simulators).open(morning)
    await other.set_provider()
    yield other
    async with salon.bench.service.db.system_tx() as tx:
        for table in ("delivery_attempt", "notification", "booking_copy"):
            await tx.execute(text(f"DELETE FROM {table} WHERE account_id = :id"), {"id": other.account_id})


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with receiving() as taken:
        yield taken


async def test_a_receiver_with_a_long_line_does_not_fill_the_places_of_others(
    salon: Salon, neighbour: Salon, receiver: Receiver
) -> None:
    busy, quiet = await make(salon, receiver), await make(neighbour, receiver)
    for number in range(8):
        await salon.book(VISIT + timedelta(hours=number))
    await neighbour.book(VISIT)
    pump: Pump[Any] = salon.bench.service.state["web_hooks"]
    claims = await pump._claim(4, frozenset())
    hooks = [str(claim.lane) for claim in claims]
    assert hooks.count(busy["id"]) == PER_HOOK
    assert hooks.count(quiet["id"]) == 1
    assert await pump._claim(4, frozenset(UUID(hook["id"]) for hook in (busy, quiet))) == []
    for claim in claims:
        await pump._work(claim)
    await pump.drain()
    assert len(receiver.calls) == 9


async def test_a_hook_that_was_switched_off_takes_nobodys_place_and_goes_on_where_it_was(
    salon: Salon, receiver: Receiver
) -> None:
    hook = await make(salon, receiver)
    await salon.book(VISIT)
    path = salon.path(f"webhooks/{hook['id']}")
    for enabled, due in ((False, 0), (True, 1)):
        await salon.bench.http.patch(path, headers=salon.owner.headers, json={"enabled": enabled})
        async with salon.bench.service.db.tx(salon.account_id) as tx:
            waiting = text("SELECT count(*) FROM web_hook_delivery WHERE state = 'pending' AND due_at IS NOT NULL")
            assert await tx.scalar(waiting) == due
    await salon.bench.service.state["web_hooks"].drain()
    assert len(receiver.calls) == 1


async def test_a_booking_that_cannot_be_thought_over_holds_up_no_other_plan(salon: Salon, neighbour: Salon) -> None:
    broken = await salon.book(VISIT)
    beside = await salon.book(VISIT + timedelta(days=1))
    elsewhere = await neighbour.book(VISIT)
    async with salon.bench.service.db.system_tx() as tx:
        spoil = "UPDATE booking_copy SET body = body - 'items' WHERE booking_id = :id"
        await tx.execute(text(spoil), {"id": broken.id})
    for account in (salon, neighbour):
        rules = {"client_messages_on": False}
        answer = await account.bench.http.put(
            account.path("notification-settings"), headers=account.owner.headers, json=rules
        )
        assert answer.status_code == 200, answer.text
    replanner = salon.bench.service.state["replanner"]
    for _ in range(5):
        if not await replanner.once():
            break
    else:
        pytest.fail("what cannot be planned is tried without a pause")
    for account, booking in ((salon, beside), (neighbour, elsewhere)):
        assert (await account.row(booking, "reminder_3h")).reason_code == "account_disabled"
    salon.pass_time(minutes=11)
    assert await replanner.once() == 1  # it is not forgotten either
    async with salon.bench.service.db.tx(salon.account_id) as tx:
        assert (await tx.get_one(BookingCopy, (salon.account_id, broken.id))).replan_at is not None


class _Silent:
    """A provider that answers only after somebody else was asked."""

    def __init__(self, other: asyncio.Event) -> None:
        self._other = other

    async def statuses(self, message_ids: Sequence[str]) -> Mapping[str, StatusSeen]:
        async with asyncio.timeout(20):
            await self._other.wait()
        return {}


class _Broken:
    async def statuses(self, message_ids: Sequence[str]) -> Mapping[str, StatusSeen]:
        raise RuntimeError("a bug of ours in reading the answer")


@pytest.mark.parametrize("trouble", [_Silent, lambda _: _Broken()])
async def test_of_other_accounts_it_is_heard_whether_their_messages_arrived(
    salon: Salon,
    neighbour: Salon,
    simulators: Simulators,
    monkeypatch: pytest.MonkeyPatch,
    trouble: Callable[[asyncio.Event], Any],
) -> None:
    bookings = {}
    for account in (salon, neighbour):
        [bookings[account.account_id]] = await only_reminder_3h(account)
        await account.send()
    await simulators.push_clock(5)
    salon.pass_time(seconds=6)
    providers = salon.bench.service.state["providers"]
    asked, other_was_asked = list[UUID](), asyncio.Event()
    real = type(providers).of

    def of(self: Any, account: Any) -> Any:
        asked.append(account.account_id)
        if account.account_id == asked[0]:
            return trouble(other_was_asked)
        other_was_asked.set()
        return real(self, account)

    monkeypatch.setattr(type(providers), "of", of)
    await salon.follow()
    other = salon if asked[0] == neighbour.account_id else neighbour
    assert (await other.row(bookings[other.account_id], "reminder_3h")).state == "delivered"


async def test_every_morning_comes_however_many_come_at_once(
    salon: Salon, neighbour: Salon, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(check_morning, "BATCH", 1)
    seen: list[UUID] = []

    async def look(_: Morning, account_id: UUID, due_at: datetime) -> None:
        seen.append(account_id)

    monkeypatch.setattr(Morning, "look", look)
    morning: Morning = salon.bench.service.state["morning"]
    await morning.all_due()
    assert {salon.account_id, neighbour.account_id} <= set(seen)
    assert len(seen) == len(set(seen))


@pytest.mark.parametrize("sealed", [None, b"\x01not sealed by this key"])
async def test_a_login_code_that_cannot_be_opened_holds_up_no_other(salon: Salon, sealed: bytes | None) -> None:
    salon.set_clock(datetime.now(UTC))
    broken, good = requested(), requested()
    await salon.deliver(broken)
    await salon.deliver(good)
    async with salon.bench.service.db.system_tx() as tx:
        (await tx.get_one(LoginCodeMessage, (broken.attempt_id, 1))).sealed_text = sealed
    await salon.bench.service.state["login_codes"].drain()
    assert len(await salon.simulators.phone(good.phone_e164)) == 1
    async with salon.bench.service.db.system_tx() as tx:
        row = await tx.get_one(LoginCodeMessage, (broken.attempt_id, 1))
        assert (row.state, row.due_at) == ("failed", None)


async def test_what_cannot_be_tidied_up_keeps_nothing_else_from_it(
    salon: Salon, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(release_held, "ENDED_TOGETHER", 2)

    async def fails(*_: object) -> None:
        raise RuntimeError("broken")

    monkeypatch.setattr(forget_old.Housekeeping, "_give_back", fails)
    await salon.set_provider("integrica", enabled=False)
    await salon.at_turbosms(balance=0)
    bookings = await only_reminder_3h(salon, 5)
    await salon.send()
    code = requested()
    await salon.deliver(code)
    salon.set_clock(VISIT + timedelta(days=30))
    await salon.bench.service.state["housekeeping"].once()
    assert {await state_of(salon, booking) for booking in bookings} == {("expired", "expired")}
    async with salon.bench.service.db.system_tx() as tx:
        assert await tx.get(LoginCodeMessage, (code.attempt_id, 1)) is None
