"""What a cure lets go when there is much of it, and when senders are at it in the same moment."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, text

from contracts import Money
from contracts.fiscal import TopUpPaid
from kit.ids import new_id
from notifications.tables import HeldRelease, NotificationRow
from notifications.usecases import keep_balance, release_held
from tests.notifications.last_call import only_reminder_3h, state_of
from tests.notifications.salon import Salon

WAITS = ("held", "insufficient_balance")


@pytest.fixture
async def broke(salon: Salon) -> Salon:
    """A salon with nothing on its own balance, which is its only provider."""
    await salon.set_provider("integrica")
    await salon.set_provider(enabled=False)
    async with salon.bench.service.db.system_tx() as tx:
        await tx.execute(
            text("UPDATE sms_balance SET free_amount = 0 WHERE account_id = :id"), {"id": salon.account_id}
        )
    return salon


async def top_up(salon: Salon) -> None:
    money = Money(amount=10_000)
    await salon.deliver(TopUpPaid(account_id=salon.account_id, version=1, top_up_id=new_id(), amount=money))


async def test_a_message_put_to_wait_in_the_very_moment_of_the_cure_goes_too(
    broke: Salon, monkeypatch: pytest.MonkeyPatch
) -> None:
    [booking] = await only_reminder_3h(broke)

    async def too_early(*asked: Any) -> bool:
        has_money = await keep_balance.reserve(*asked)
        await top_up(broke)  # committed between the look at the balance and the end of the claim
        return has_money

    with monkeypatch.context() as patched:
        patched.setattr("notifications.usecases.claim_messages.reserve", too_early)
        await broke.send()
    assert await state_of(broke, booking) == WAITS
    await broke.bench.service.state["releases"].once()
    await broke.send()
    assert await state_of(broke, booking) == ("sent", None)


@pytest.mark.row("X6")
async def test_of_very_many_some_go_at_once_and_all_in_the_end_and_nobody_waits_for_a_row_that_is_taken(
    broke: Salon, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(release_held, "LET_GO_TOGETHER", 2)
    bookings = await only_reminder_3h(broke, 7)
    await broke.send()
    assert {await state_of(broke, booking) for booking in bookings} == {WAITS}
    row, releases = NotificationRow, broke.bench.service.state["releases"]
    async with broke.bench.service.db.system_tx() as other:
        taken = select(row).where(row.booking_id == bookings[0].id, row.kind == "reminder_3h").with_for_update()
        assert (await other.scalars(taken)).one().state == "held"
        await top_up(broke)
        states = [await state_of(broke, booking) for booking in bookings]
        assert states == [WAITS, ("planned", None), ("planned", None), WAITS, WAITS, WAITS, WAITS]
        await releases.once()
        states = [await state_of(broke, booking) for booking in bookings]
        assert states == [WAITS, *6 * [("planned", None)]]
    await releases.once()
    await broke.send()
    assert {await state_of(broke, booking) for booking in bookings} == {("sent", None)}
    for booking in bookings:
        assert booking.client is not None
        assert len(await broke.simulators.phone(booking.client.phone_e164 or "")) == 1


async def test_what_waits_since_the_cure_waits_for_the_next_one(broke: Salon) -> None:
    await top_up(broke)
    releases = broke.bench.service.state["releases"]
    await releases.once()
    async with broke.bench.service.db.system_tx() as tx:
        await tx.execute(
            text("UPDATE sms_balance SET free_amount = 0 WHERE account_id = :id"), {"id": broke.account_id}
        )
    [booking] = await only_reminder_3h(broke)
    await broke.send()
    held_at = (await broke.row(booking, "reminder_3h")).version
    await releases.once()
    assert await state_of(broke, booking) == WAITS
    assert (await broke.row(booking, "reminder_3h")).version == held_at
    broke.pass_time(minutes=1)
    await releases.once()
    async with broke.bench.service.db.system_tx() as tx:
        assert await tx.get(HeldRelease, broke.account_id) is None
    assert timedelta(minutes=1) > release_held.SETTLED_AFTER
