"""A discount given at settlement counts with what was paid."""

from uuid import UUID

from contracts.base import Money
from contracts.fiscal import BookingReversed, BookingSettled, SettlementState
from kit.ids import new_id


def said(salon, booking, paid, discounted, *, version, state, event=BookingSettled):
    price = booking["price"]["amount"]
    settlement = SettlementState(
        id=new_id(),
        booking_id=UUID(booking["id"]),
        payment_state=state,
        paid=Money(amount=paid),
        due=Money(amount=price - paid - discounted),
        discounted=Money(amount=discounted),
        operating_day="2026-11-22",
    )
    return event(account_id=salon.account_id, version=version, settlement=settlement)


async def test_a_visit_paid_with_a_discount_is_settled_until_its_price_rises_or_the_money_goes_back(salon):
    made = await salon.write_down(salon.at("10:00"))

    async def state():
        return (await salon.ok("GET", f"/bookings/{made['id']}"))["payment_state"]

    await salon.bench.deliver(said(salon, made, 45_000, 5_000, version=1, state="settled"))
    assert await state() == "settled"
    await salon.ok("PATCH", f"/bookings/{made['id']}", {"price": {"amount": 50_001}})
    assert await state() == "part_paid"
    await salon.ok("PATCH", f"/bookings/{made['id']}", {"price": {"amount": 50_000}})
    assert await state() == "settled"
    await salon.bench.deliver(said(salon, made, 0, 0, version=2, state="reversed", event=BookingReversed))
    assert await state() == "reversed"
