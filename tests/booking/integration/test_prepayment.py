"""A booking whose money was asked for in advance: not paid in time, its time is free for others."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from contracts import Money
from contracts.booking import BookingCancelled
from contracts.fiscal import (
    BookingSettled,
    PrepaymentCancelled,
    PrepaymentExpired,
    PrepaymentPaid,
    PrepaymentRequested,
    PrepaymentState,
)
from kit.ids import new_id
from tests.booking.integration.test_desk import settlement


def prepayment(salon, booking, event, *, version=1, state="pending", prepayment_id=None):
    return event(
        account_id=salon.account_id,
        version=version,
        prepayment=PrepaymentState(
            id=prepayment_id or new_id(),
            booking_id=UUID(booking["id"]),
            state=state,
            amount=Money(amount=20_000),
            url="https://zapys.example/pay/1",
            expires_at=datetime.now(UTC) + timedelta(minutes=30),
        ),
    )


async def kinds(salon, booking):
    told = await salon.ok("GET", f"/bookings/{booking['id']}/timeline")
    return [one["kind"] for one in told["items"]]


async def test_the_time_of_a_booking_that_was_not_paid_in_advance_is_free_again(salon):
    made = await salon.booked(salon.at("10:00"))
    await salon.bench.deliver(prepayment(salon, made, PrepaymentRequested))
    assert "10:00" not in await salon.starts(salon.day())
    expired = prepayment(salon, made, PrepaymentExpired, version=2, state="expired")
    await salon.bench.deliver(expired)
    await salon.bench.deliver(expired)  # a broker may repeat itself under another id
    assert "10:00" in await salon.starts(salon.day())
    assert (await salon.ok("GET", f"/bookings/{made['id']}"))["state"] == "cancelled_by_staff"
    assert len(await salon.bench.said(BookingCancelled, account_id=salon.account_id)) == 1
    told = await kinds(salon, made)
    assert {"prepayment_requested", "prepayment_expired", "cancelled"} <= set(told)


async def test_a_link_that_was_withdrawn_is_told_of_and_the_booking_stays(salon):
    made = await salon.booked(salon.at("10:00"))
    for event in (PrepaymentRequested, PrepaymentCancelled):
        await salon.bench.deliver(prepayment(salon, made, event))
    told = (await salon.ok("GET", f"/bookings/{made['id']}/timeline"))["items"]
    assert "Посилання на передоплату скасовано" in [one["text"] for one in told]
    assert (await salon.ok("GET", f"/bookings/{made['id']}"))["state"] == made["state"]


@pytest.mark.parametrize("event", [PrepaymentRequested, PrepaymentPaid])
async def test_a_booking_keeps_its_time_while_it_may_be_paid_and_when_it_is(salon, event):
    made = await salon.booked(salon.at("10:00"))
    await salon.bench.deliver(prepayment(salon, made, event, state="paid"))
    assert "10:00" not in await salon.starts(salon.day())


async def test_a_booking_that_was_paid_at_the_desk_meanwhile_stays(salon):
    made = await salon.booked(salon.at("10:00"))
    await salon.bench.deliver(settlement(salon, made, 45_000, event=BookingSettled))
    await salon.bench.deliver(prepayment(salon, made, PrepaymentExpired, version=2, state="expired"))
    assert (await salon.ok("GET", f"/bookings/{made['id']}"))["state"] == made["state"]


async def test_a_client_who_has_come_is_not_sent_away(salon):
    made = await salon.booked(salon.at("10:00"))
    await salon.ok("POST", f"/bookings/{made['id']}/arrive", {})
    await salon.bench.deliver(prepayment(salon, made, PrepaymentExpired, version=2, state="expired"))
    assert (await salon.ok("GET", f"/bookings/{made['id']}"))["state"] == "arrived"
