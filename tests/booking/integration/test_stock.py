"""Goods on the shelf and in a visit."""

import asyncio

import pytest

from contracts.booking import BookingChanged
from contracts.permissions import Permission


async def goods(salon, name="Шампунь", amount=25000, quantity=5):
    item = await salon.ok("POST", "/stock", {"name": name, "price": {"amount": amount}})
    await salon.ok("POST", f"/stock/{item['id']}/receipts", {"quantity": quantity, "unit_cost": {"amount": 15000}})
    return item["id"]


async def on_shelf(salon, item):
    return {one["id"]: one["quantity"] for one in (await salon.ok("GET", "/stock"))["items"]}[item]


@pytest.mark.row("S66")
async def test_goods_sold_with_a_visit_leave_the_shelf_and_join_its_price(salon):
    item, made = await goods(salon), await salon.write_down(salon.at("10:00"))
    sold = await salon.ok("POST", f"/bookings/{made['id']}/goods", {"stock_item_id": item})
    assert await on_shelf(salon, item) == 4
    assert sold["price"]["amount"] == 50000 + 25000
    assert [(one["name"], one["quantity"], one["price"]["amount"]) for one in sold["goods"]] == [("Шампунь", 1, 25000)]
    [said] = await salon.bench.said(BookingChanged, account_id=salon.account_id)
    assert [(one.name, one.quantity, one.price.amount) for one in said.booking.goods] == [("Шампунь", 1, 25000)]
    assert said.booking.price.amount == sum(one.price.amount for one in (*said.booking.items, *said.booking.goods))
    back = await salon.ok("DELETE", f"/bookings/{made['id']}/goods/{sold['goods'][0]['id']}")
    assert (back["price"]["amount"], back["goods"]) == (50000, [])
    assert await on_shelf(salon, item) == 5
    lines = (await salon.ok("GET", "/stock-movements", params={"item_id": item}))["items"]
    assert [(one["kind"], one["quantity"], one["quantity_after"]) for one in lines] == [
        ("return", 1, 5),
        ("sale", -1, 4),
        ("receipt", 5, 5),
    ]


async def test_a_cancelled_visit_gives_its_goods_back(salon):
    item, made = await goods(salon), await salon.write_down(salon.at("10:00"))
    await salon.ok("POST", f"/bookings/{made['id']}/goods", {"stock_item_id": item, "quantity": 3})
    await salon.ok("POST", f"/bookings/{made['id']}/cancel")
    assert await on_shelf(salon, item) == 5


async def test_the_last_one_is_sold_once(salon):
    item = await goods(salon, quantity=1)
    made = [await salon.write_down(salon.at(clock)) for clock in ("10:00", "12:00", "14:00")]
    answers = await asyncio.gather(
        *(salon.call("POST", f"/bookings/{one['id']}/goods", {"stock_item_id": item}) for one in made)
    )
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409]
    refused = next(answer.json() for answer in answers if answer.status_code == 409)
    assert (refused["code"], refused["quantity"], refused["wanted"]) == ("booking.stock_short", 0, 1)
    assert await on_shelf(salon, item) == 0


async def test_writing_off_needs_its_right_and_a_reason(salon):
    item = await goods(salon)
    desk = await salon.member(Permission.BOOKING_VIEW, Permission.CATALOGUE_EDIT)
    body = {"quantity": 2, "reason": "розбилися"}
    refused = await salon.call("POST", f"/stock/{item}/write-offs", body, by=desk)
    assert (refused.status_code, refused.json()["permission"]) == (403, "stock.write_off")
    refused = await salon.call("POST", f"/stock/{item}/write-offs", {"quantity": 2})
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/reason")
    line = await salon.ok("POST", f"/stock/{item}/write-offs", body)
    assert (line["quantity"], line["quantity_after"], line["reason"], line["by_name"]) == (-2, 3, "розбилися", "Олена")
    refused = await salon.call("POST", f"/stock/{item}/write-offs", {"quantity": 4, "reason": "ще"})
    assert (refused.status_code, refused.json()["code"]) == (409, "booking.stock_short")


async def test_the_price_of_a_visit_is_never_below_its_goods(salon):
    item, made = await goods(salon), await salon.write_down(salon.at("10:00"))
    await salon.ok("POST", f"/bookings/{made['id']}/goods", {"stock_item_id": item})
    refused = await salon.call("PATCH", f"/bookings/{made['id']}", {"price": {"amount": 24999}})
    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (422, "below_goods")
    changed = await salon.ok("PATCH", f"/bookings/{made['id']}", {"price": {"amount": 60000}})
    assert [one["price"]["amount"] for one in (*changed["items"], *changed["goods"])] == [35000, 25000]


async def test_goods_are_in_the_reports_beside_the_services(salon):
    item, made = await goods(salon), await salon.write_down(salon.at("10:00"))
    await salon.ok("POST", f"/bookings/{made['id']}/goods", {"stock_item_id": item, "quantity": 2})
    await salon.ok("POST", f"/bookings/{made['id']}/complete")
    day = {"from": salon.day().isoformat(), "to": salon.day().isoformat()}
    told = await salon.ok("GET", "/reports/services", params=day)
    assert [(one["service_id"] is None, one["revenue"]["amount"]) for one in told["items"]] == [
        (False, 50000),
        (True, 50000),
    ]
    assert told["revenue"]["amount"] == 100000
    staff = await salon.ok("GET", "/reports/staff", params=day)
    assert sum(one["revenue"]["amount"] for one in staff["items"]) + staff["goods_revenue"]["amount"] == 100000


async def test_goods_out_of_use_come_back_as_they_were(salon):
    item = await goods(salon)
    before = (await salon.ok("GET", "/stock"))["items"]
    await salon.ok("DELETE", f"/stock/{item}")
    assert (await salon.ok("GET", "/stock"))["items"] == []
    made = await salon.write_down(salon.at("10:00"))
    refused = await salon.call("POST", f"/bookings/{made['id']}/goods", {"stock_item_id": item})
    assert refused.json()["errors"][0]["code"] == "unknown_stock_item"
    await salon.ok("POST", f"/stock/{item}/restore")
    after = (await salon.ok("GET", "/stock"))["items"]
    assert [{**one, "version": 0} for one in after] == [{**one, "version": 0} for one in before]
