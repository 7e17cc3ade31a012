"""The link by which a client pays in advance: sent once, in time, and not when there is nothing to pay any more."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from contracts import Money
from contracts.booking import BookingState
from contracts.fiscal import (
    PrepaymentCancelled,
    PrepaymentExpired,
    PrepaymentPaid,
    PrepaymentRequested,
    PrepaymentState,
)
from kit.ids import new_id
from notifications.tables import NotificationRow
from notifications.usecases.send_payment_link import BookingNotKnownYet
from tests.notifications.salon import Salon, kyiv

VISIT = kyiv("2026-12-11T15:00")
THIS_EVENING = kyiv("2026-12-07T18:00")
Over = type[PrepaymentPaid] | type[PrepaymentExpired] | type[PrepaymentCancelled]


def asked(booking: BookingState, until: datetime = THIS_EVENING) -> PrepaymentState:
    identifier = new_id()
    return PrepaymentState(
        id=identifier,
        booking_id=booking.id,
        state="pending",
        amount=Money(amount=20_050),
        url=f"https://zapys.example/pay/{identifier}",
        expires_at=until,
    )


async def request(salon: Salon, prepayment: PrepaymentState) -> None:
    await salon.deliver(PrepaymentRequested(account_id=salon.account_id, version=1, prepayment=prepayment))


async def link_row(salon: Salon, booking: BookingState) -> NotificationRow:
    return await salon.row(booking, "prepayment")


async def test_the_link_is_sent_to_the_client_once_and_is_shown_on_the_booking(salon: Salon) -> None:
    booking = await salon.book(VISIT)
    prepayment = asked(booking)
    await request(salon, prepayment)
    await request(salon, prepayment)
    await salon.send()
    row = await link_row(salon, booking)
    assert row.state == "sent"
    assert row.useful_until == prepayment.expires_at
    assert "200.50 грн до 07.12 18:00" in (row.text or "")
    assert (row.text or "").endswith(prepayment.url or "?")
    shown = await salon.get(f"bookings/{booking.id}/notifications")
    assert [one["state"] for one in shown["items"] if one["kind"] == "prepayment"] == ["sent"]


async def test_a_prepayment_that_comes_before_its_booking_waits_for_it(salon: Salon) -> None:
    booking = salon.booking(VISIT)
    with pytest.raises(BookingNotKnownYet):
        await request(salon, asked(booking))
    await salon.deliver(salon.created(booking))
    await request(salon, asked(booking))
    assert (await link_row(salon, booking)).state == "planned"


async def test_no_setting_of_the_account_holds_the_link_back_but_the_clients_own_wish_does(salon: Salon) -> None:
    await salon.set_rules(client_kinds={"created": False, "rescheduled": False, "cancelled": False})
    booking = await salon.book(VISIT)
    await request(salon, asked(booking))
    assert (await link_row(salon, booking)).state == "planned"
    silent = await salon.book(VISIT + timedelta(days=1), client=salon.client(notifications_on=False))
    await request(salon, asked(silent))
    row = await link_row(salon, silent)
    assert (row.state, row.reason_code) == ("suppressed", "client_opted_out")


async def test_at_night_the_link_waits_for_the_morning_if_there_is_time_to_pay_then(salon: Salon) -> None:
    booking, hurried = await salon.book(VISIT), await salon.book(VISIT + timedelta(days=1))
    salon.set_clock(kyiv("2026-12-07T23:00"))
    await request(salon, asked(booking, until=kyiv("2026-12-08T12:00")))
    await request(salon, asked(hurried, until=kyiv("2026-12-07T23:30")))
    row = await link_row(salon, booking)
    assert (row.state, row.due_at) == ("planned", kyiv("2026-12-08T07:00"))
    row = await link_row(salon, hurried)
    assert (row.state, row.reason_code) == ("suppressed", "quiet_hours")
    await salon.move(booking, VISIT + timedelta(hours=2), version=2)
    assert (await link_row(salon, booking)).state == "planned", "a move changes nothing about the money"
    await salon.cancel(booking, version=3)
    row = await link_row(salon, booking)
    assert (row.state, row.reason_code) == ("cancelled", "booking_cancelled")


@pytest.mark.parametrize("over", [PrepaymentPaid, PrepaymentExpired, PrepaymentCancelled])
async def test_a_link_that_has_not_gone_does_not_go_when_there_is_nothing_to_pay(salon: Salon, over: Over) -> None:
    late, early = await salon.book(VISIT), await salon.book(VISIT + timedelta(days=1))
    first, second = asked(late), asked(early)
    await request(salon, first)
    for prepayment in (first, second):
        await salon.deliver(over(account_id=salon.account_id, version=2, prepayment=prepayment))
    await request(salon, second)  # overtaken by its own end
    await salon.send()
    assert [(await link_row(salon, booking)).state for booking in (late, early)] == ["cancelled", "cancelled"]
    assert all("/pay/" not in str(one) for one in await salon.accepted())
