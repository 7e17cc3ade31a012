"""Freed time goes to those who wait, one at a time."""

import asyncio
from collections import Counter
from datetime import datetime, timedelta

import pytest
from sqlalchemy import text

from booking.usecases.waitlist.offer_time import serve_waitlists
from contracts.booking import BookingCreated, SlotFreed, WaitlistOffered, WaitlistOfferEnded
from tests.booking.salon import a_phone
from tests.support.plans import heard


def wish(salon, since="10:00", until="11:00", **more):
    day = salon.day().isoformat()
    days = {"first_day": day, "last_day": day, "from": since, "to": until}
    return {
        "service_ids": [salon.service],
        "staff_member_id": salon.staff,
        "client": {"name": "Марта"},
        **days,
        **more,
    }


async def wait(salon, client, **more):
    answer = await salon.bench.http.post(f"{salon.site}/waitlist", json=wish(salon, **more), headers=client.headers)
    assert answer.status_code == 201, answer.text
    return answer.json()


async def serve(salon):
    await serve_waitlists(salon.bench.service.db)


async def mine(salon, client):
    return (await salon.ok("GET", "/api/v1/me/waitlist", by=client))["items"]


async def let_offers_run_out(salon):
    async with salon.bench.service.db.tx(salon.account_id) as tx:
        await tx.execute(text("UPDATE waitlist_entry SET offer_expires_at = now() WHERE state = 'offered'"))
        await tx.execute(text("UPDATE hold SET expires_at = now()"))
        await tx.execute(text("UPDATE busy_time SET hold_expires_at = now() WHERE hold_id IS NOT NULL"))


async def full_hour(salon):
    return await salon.booked(salon.at("10:00")), await salon.booked(salon.at("09:00"))


@pytest.mark.row("X17")
async def test_a_freed_hour_is_kept_for_the_first_in_the_queue_then_for_the_next(salon):
    made, _ = await full_hour(salon)
    await salon.booked(salon.at("11:00"))
    first, second = salon.client(), salon.client()
    await wait(salon, first)
    await wait(salon, second)
    await serve(salon)
    assert [one["state"] for client in (first, second) for one in await mine(salon, client)] == ["waiting"] * 2
    assert (await mine(salon, second))[0]["ahead"] == 1
    await salon.ok("POST", f"/bookings/{made['id']}/cancel", {})
    [freed] = await salon.bench.said(SlotFreed, account_id=salon.account_id)
    assert (str(freed.staff_member_id), freed.freed_by) == (salon.staff, "cancelled")
    await serve(salon)
    [offered] = await mine(salon, first)
    assert (offered["state"], offered["offer"]["starts_at"]) == ("offered", salon.at("10:00"))
    assert offered["offer"]["expires_at"][-6:] == offered["offer"]["starts_at"][-6:], "on the clock of the place"
    assert (await mine(salon, second))[0]["state"] == "waiting"
    [said] = await salon.bench.said(WaitlistOffered, account_id=salon.account_id)
    assert said.entry.client.phone_e164 == first.phone_e164
    left = said.entry.offer.expires_at - datetime.now(said.entry.offer.expires_at.tzinfo)
    assert timedelta(minutes=14) < left <= timedelta(minutes=15)
    assert (await salon.book(salon.at("10:00"))).status_code == 409
    await let_offers_run_out(salon)
    await serve(salon)
    assert (await mine(salon, first))[0]["state"] == "waiting"
    assert (await mine(salon, second))[0]["state"] == "offered"
    ended = await salon.bench.said(WaitlistOfferEnded, account_id=salon.account_id)
    assert [one.ended_by for one in ended] == ["expired"]


async def test_the_offer_becomes_the_booking_and_nobody_else_gets_one(salon):
    made, _ = await full_hour(salon)
    first, second = salon.client(), salon.client()
    entry = await wait(salon, first)
    await wait(salon, second)
    await salon.ok("POST", f"/bookings/{made['id']}/cancel", {})
    await serve(salon)
    answers = await asyncio.gather(
        *(salon.call("POST", f"/api/v1/me/waitlist/{entry['id']}/accept", by=first) for _ in range(4))
    )
    assert Counter(answer.status_code for answer in answers) == {201: 1, 409: 3}
    booked = next(answer.json() for answer in answers if answer.status_code == 201)
    assert (booked["starts_at"], booked["source"]) == (salon.at("10:00"), "waitlist")
    [done] = await mine(salon, first)
    assert (done["state"], done["booking_id"]) == ("booked", booked["id"])
    await serve(salon)
    assert (await mine(salon, second))[0]["state"] == "waiting"
    said = await salon.bench.said(BookingCreated, account_id=salon.account_id)
    assert said[-1].booking.client.phone_e164 == first.phone_e164


async def test_the_link_of_a_message_takes_or_declines_the_offer_without_signing_in(salon):
    made, _ = await full_hour(salon)
    first, second = salon.client(), salon.client()
    await wait(salon, first)
    await wait(salon, second)
    await salon.ok("POST", f"/bookings/{made['id']}/cancel", {})
    await serve(salon)
    [said] = await salon.bench.said(WaitlistOffered, account_id=salon.account_id)
    link = f"/api/v1/public/waitlist-offers/{said.entry.offer.code}"
    shown = (await salon.bench.http.get(link)).json()
    assert shown["offer"]["starts_at"] == salon.at("10:00")
    assert first.phone_e164 not in str(shown)
    assert (await salon.bench.http.post(f"{link}/decline")).status_code == 200
    assert (await salon.bench.http.get(link)).status_code == 404
    await serve(salon)
    assert (await mine(salon, first))[0]["state"] == "waiting"  # it is not offered the same hour again
    again = await salon.bench.said(WaitlistOffered, account_id=salon.account_id)
    link = f"/api/v1/public/waitlist-offers/{again[-1].entry.offer.code}"
    booked = await salon.bench.http.post(f"{link}/accept")
    assert booked.status_code == 201
    assert booked.json()["client"]["phone"] == second.phone_e164


async def test_who_withdraws_gives_the_hour_to_the_next(salon):
    made, _ = await full_hour(salon)
    first, second = salon.client(), salon.client()
    entry = await wait(salon, first)
    await wait(salon, second)
    await salon.ok("POST", f"/bookings/{made['id']}/reschedule", {"starts_at": salon.at("15:00")})
    await serve(salon)
    stranger = await salon.call("DELETE", f"/api/v1/me/waitlist/{entry['id']}", by=second)
    assert stranger.status_code == 404
    assert (await salon.call("DELETE", f"/api/v1/me/waitlist/{entry['id']}", by=first)).status_code == 204
    await serve(salon)
    assert (await mine(salon, second))[0]["state"] == "offered"
    assert (await mine(salon, first))[0]["state"] == "withdrawn"


async def test_what_somebody_let_pass_is_not_offered_to_them_again(salon):
    made, _ = await full_hour(salon)
    client = salon.client()
    entry = await wait(salon, client, since="10:00", until="12:00")
    await salon.ok("POST", f"/bookings/{made['id']}/cancel", {})
    offered = []
    for _ in range(6):
        await serve(salon)
        [now] = await mine(salon, client)
        if now["offer"] is None:
            break
        offered.append(now["offer"]["starts_at"])
        if len(offered) % 2:
            await salon.ok("POST", f"/api/v1/me/waitlist/{entry['id']}/decline", by=client)
        else:
            await let_offers_run_out(salon)
    assert offered == [salon.at(at) for at in ("10:00", "10:15", "10:30", "10:45", "11:00", "11:15")]


async def test_a_wish_for_days_that_are_gone_is_over(salon):
    client = salon.client()
    entry = await wait(salon, client)
    async with salon.bench.service.db.tx(salon.account_id) as tx:
        gone = {"id": entry["id"], "day": salon.day(-3)}
        await tx.execute(text("UPDATE waitlist_entry SET first_day = :day, last_day = :day WHERE id = :id"), gone)
    await serve(salon)
    assert [one["state"] for one in await mine(salon, client)] == ["over"]


async def test_new_working_hours_are_offered_too(salon):
    client = salon.client()
    await wait(salon, client, since="19:00", until="20:00")
    await serve(salon)
    assert (await mine(salon, client))[0]["state"] == "waiting"
    from tests.booking.salon import every_day

    await salon.ok("PUT", f"/staff-members/{salon.staff}/schedule", every_day(("09:00", "20:00")))
    await serve(salon)
    assert (await mine(salon, client))[0]["offer"]["starts_at"] == salon.at("19:00")


@pytest.mark.row("X17")
async def test_ten_freed_hours_and_thirty_who_wait_no_hour_idle_and_none_offered_twice(salon):
    made = [await salon.booked(salon.at(f"{hour:02d}:00")) for hour in range(9, 18)]
    clients = [salon.client() for _ in range(27)]
    for client in clients:
        await wait(salon, client, since="00:00", until="24:00")
    await asyncio.gather(
        *(salon.call("POST", f"/bookings/{one['id']}/cancel", {}) for one in made),
        *(serve(salon) for _ in range(4)),
    )
    await serve(salon)
    offered = [one["offer"]["starts_at"] for client in clients for one in await mine(salon, client) if one["offer"]]
    assert len(offered) == len(set(offered)) == 9
    assert await salon.starts(salon.day()) == []
    assert [bool((await mine(salon, client))[0]["offer"]) for client in clients] == [True] * 9 + [False] * 18


async def test_a_long_queue_costs_no_more_questions_than_a_short_one(salon):
    other = await salon.add_service()
    asked = []
    for service, since, before in ((other, "12:00", 0), (salon.service, "13:00", 0), (salon.service, "14:00", 1)):
        client = {"name": "Тарас", "phone": a_phone()}
        answer = await salon.ok("POST", "/waitlist", wish(salon, since, "18:00", service_ids=[service], client=client))
        assert answer["ahead"] == before
        with heard(salon.bench.service.db._engine) as said:
            queue = (await salon.ok("GET", "/waitlist"))["items"]
        asked.append(sum("waitlist_entry" in statement for statement, _ in said))
    assert [one["ahead"] for one in queue] == [0, 0, 1]
    assert asked[0] == asked[1] == asked[2]


async def test_staff_see_the_queue_and_add_to_it(salon):
    made, _ = await full_hour(salon)
    entry = await salon.ok("POST", "/waitlist", wish(salon, client={"name": "Тарас", "phone": "+380671230099"}))
    [shown] = (await salon.ok("GET", "/waitlist"))["items"]
    assert (shown["id"], shown["client"]["name"], shown["from"], shown["to"]) == (
        entry["id"],
        "Тарас",
        "10:00",
        "11:00",
    )
    await salon.ok("POST", f"/bookings/{made['id']}/cancel", {})
    await serve(salon)
    assert (await salon.ok("GET", "/waitlist"))["items"][0]["state"] == "offered"
    assert (await salon.call("DELETE", f"/waitlist/{entry['id']}")).status_code == 204
    assert (await salon.ok("GET", "/waitlist"))["items"] == []


@pytest.mark.parametrize(
    ("more", "pointer"),
    [
        ({"last_day": "2026-01-01"}, "/last_day"),
        ({"last_day": "2099-01-01"}, "/last_day"),
        ({"first_day": "2026-02-30"}, "/first_day"),
        ({"from": "12:00", "to": "11:00"}, "/to"),
        ({"from": "25:00"}, "/from"),
        ({"service_ids": ["01a00000-0000-7000-8000-000000000000"]}, "/service_ids"),
        ({"staff_member_id": "01a00000-0000-7000-8000-000000000000"}, "/staff_member_id"),
        ({"location_id": "01a00000-0000-7000-8000-000000000000"}, "/location_id"),
        ({"seats": 5}, "/seats"),
        ({"items": []}, "/items"),
    ],
)
async def test_a_wrong_wish_names_its_field(salon, more, pointer):
    body = {**wish(salon), **more}
    answer = await salon.bench.http.post(f"{salon.site}/waitlist", json=body, headers=salon.client().headers)
    assert answer.status_code == 422, answer.text
    assert answer.json()["errors"][0]["pointer"] == pointer


async def test_one_waits_for_ten_things_at_most(salon):
    client = salon.client()
    for _ in range(10):
        await wait(salon, client)
    more = await salon.bench.http.post(f"{salon.site}/waitlist", json=wish(salon), headers=client.headers)
    assert (more.status_code, more.json()["code"]) == (409, "booking.waits_enough")
