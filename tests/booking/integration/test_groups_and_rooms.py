"""Groups with seats, rooms and devices with units, limits for one client."""

import asyncio
from collections import Counter

import pytest
from sqlalchemy import text


async def codes_at(salon, at, **query):
    params = {"service_ids": salon.service, "at": at, **query}
    told = await salon.ok("GET", "/availability/explain", params=params)
    assert told["offered"] == (told["reasons"] == [])
    for reason in told["reasons"]:
        assert reason["text"]
        assert reason["fix"]["text"]
    return [reason["code"] for reason in told["reasons"]]


async def test_a_group_takes_as_many_clients_as_it_has_seats(salon):
    yoga = await salon.add_service("Йога", capacity=3)
    for _ in range(2):
        await salon.booked(salon.at("10:00"), service_ids=[yoga])
    assert "10:00" in await salon.starts(salon.day(), service_ids=yoga)
    assert "10:00" not in await salon.starts(salon.day(), service_ids=yoga, seats=2)
    assert "10:00" not in await salon.starts(salon.day())
    assert await codes_at(salon, salon.at("10:00"), service_ids=yoga, seats=2) == ["capacity_full"]
    assert await codes_at(salon, salon.at("10:15"), service_ids=yoga) == ["taken"]
    await salon.booked(salon.at("10:00"), service_ids=[yoga])
    refused = await salon.book(salon.at("10:00"), service_ids=[yoga])
    assert (refused.status_code, refused.json()["code"]) == (409, "booking.slot_taken")
    assert await codes_at(salon, salon.at("10:00"), service_ids=yoga) == ["capacity_full"]


async def test_who_joins_a_group_takes_no_more_time_than_it_has(salon):
    yoga = await salon.add_service("Йога", capacity=3)
    await salon.booked(salon.at("10:00"), service_ids=[yoga])
    await salon.booked(salon.at("11:00"))
    await salon.ok("PATCH", f"/services/{yoga}", {"buffer_after_min": 30})
    await salon.booked(salon.at("10:00"), service_ids=[yoga])
    assert (await salon.book(salon.at("14:00"), service_ids=[yoga])).status_code == 201
    assert await codes_at(salon, salon.at("15:15")) == ["buffer"], "a new group has the new buffer"


async def test_several_seats_cost_as_many_times_and_come_back_when_cancelled(salon):
    yoga = await salon.add_service("Йога", capacity=5, amount=20000)
    made = await salon.booked(salon.at("10:00"), service_ids=[yoga], seats=4)
    assert (made["items"][0]["seats"], made["price"]["amount"]) == (4, 80000)
    assert (await salon.book(salon.at("10:00"), service_ids=[yoga], seats=2)).status_code == 409
    await salon.ok("POST", f"/bookings/{made['id']}/cancel", {})
    assert (await salon.book(salon.at("10:00"), service_ids=[yoga], seats=5)).status_code == 201


async def test_more_seats_than_the_group_has_are_refused_by_name(salon):
    yoga = await salon.add_service("Йога", capacity=3)
    for seats, status in ((0, 422), (4, 422), (101, 422), (3, 201)):
        answer = await salon.book(salon.at("10:00"), service_ids=[yoga], seats=seats)
        assert answer.status_code == status
        if status == 422:
            assert [error["pointer"] for error in answer.json()["errors"]] == ["/seats"]


async def test_forty_people_want_ten_seats_and_ten_sit(salon):
    yoga = await salon.add_service("Йога", capacity=10)
    answers = await asyncio.gather(*(salon.book(salon.at("10:00"), service_ids=[yoga]) for _ in range(40)))
    assert Counter(answer.status_code for answer in answers) == {201: 10, 409: 30}
    async with salon.bench.service.db.system_tx() as tx:
        seats = await tx.scalars(text("SELECT seat FROM busy_time WHERE account_id = :id"), {"id": salon.account_id})
        assert sorted(seats) == list(range(1, 11))


async def test_a_room_is_used_by_one_visit_at_a_time_whoever_serves(salon):
    room = (await salon.ok("POST", "/resources", {"name": "Кабінет", "units": 1}))["id"]
    sofia = await salon.add_staff("Софія")
    laser = await salon.add_service(
        "Лазер", staff_member_ids=[salon.staff, sofia], resources=[{"resource_id": room, "units": 1}]
    )
    await salon.booked(salon.at("10:00"), service_ids=[laser])
    refused = await salon.book(salon.at("10:30"), service_ids=[laser], staff_member_id=sofia)
    assert (refused.status_code, refused.json()["code"]) == (409, "booking.slot_taken")
    assert await codes_at(salon, salon.at("10:30"), service_ids=laser, staff_member_id=sofia) == ["resource_busy"]
    assert "10:30" not in await salon.starts(salon.day(), service_ids=laser)
    assert (await salon.book(salon.at("11:00"), service_ids=[laser], staff_member_id=sofia)).status_code == 201
    assert (await salon.book(salon.at("10:00"), staff_member_id=sofia, service_ids=[laser])).status_code == 409
    [shown] = (await salon.ok("GET", "/resources"))["items"]
    assert shown["service_ids"] == [laser]


async def test_two_units_serve_two_at_once_and_a_third_waits(salon):
    device = (await salon.ok("POST", "/resources", {"name": "Апарат", "units": 2}))["id"]
    team = [salon.staff, await salon.add_staff("Софія"), await salon.add_staff("Марія")]
    laser = await salon.add_service("Лазер", staff_member_ids=team, resources=[{"resource_id": device}])
    answers = await asyncio.gather(
        *(salon.book(salon.at("10:00"), service_ids=[laser], staff_member_id=None) for _ in range(12))
    )
    assert Counter(answer.status_code for answer in answers) == {201: 2, 409: 10}
    won = [answer.json() for answer in answers if answer.status_code == 201]
    await salon.ok("POST", f"/bookings/{won[0]['id']}/reschedule", {"starts_at": salon.at("12:00")})
    assert (await salon.book(salon.at("10:30"), service_ids=[laser], staff_member_id=None)).status_code == 201


async def test_a_group_has_its_room_once(salon):
    hall = (await salon.ok("POST", "/resources", {"name": "Зала", "units": 1}))["id"]
    yoga = await salon.add_service("Йога", capacity=3, resources=[{"resource_id": hall}])
    first = await salon.booked(salon.at("10:00"), service_ids=[yoga])
    await salon.booked(salon.at("10:00"), service_ids=[yoga])
    await salon.ok("POST", f"/bookings/{first['id']}/cancel", {})
    sofia = await salon.add_staff("Софія")
    await salon.ok("PATCH", f"/services/{yoga}", {"staff_member_ids": [salon.staff, sofia]})
    refused = await salon.book(salon.at("10:30"), service_ids=[yoga], staff_member_id=sofia)
    assert refused.status_code == 409  # the second one is still in the hall


@pytest.mark.parametrize("through_hold", [False, True])
async def test_a_client_has_at_most_so_many_visits(open_another, through_hold):
    salon = await open_another(rules={"client_coming_max": 2})
    client = salon.client()

    async def book(at):
        if not through_hold:
            return await salon.book(at, by=client)
        wish = {"service_ids": [salon.service], "staff_member_id": salon.staff, "starts_at": at}
        held = (await salon.bench.http.post(f"{salon.site}/holds", json=wish)).json()
        form = {"hold_id": held["hold_id"], "client": {"name": "Наталія"}}
        return await salon.bench.http.post(f"{salon.site}/bookings", json=form, headers=client.headers)

    answers = await asyncio.gather(*(book(salon.at(f"{hour}:00")) for hour in (9, 11, 13, 15)))
    assert Counter(answer.status_code for answer in answers) == {201: 2, 422: 2}
    refused = [answer.json() for answer in answers if answer.status_code == 422]
    assert {reason["code"] for body in refused for reason in body["reasons"]} == {"client_limit"}
    free = await salon.bench.http.get(
        f"{salon.site}/availability",
        params={"service_ids": salon.service, "from": salon.day().isoformat(), "to": salon.day().isoformat()},
        headers=client.headers,
    )
    assert free.json()["days"][0]["slots"] == []
    written = {"service_ids": [salon.service], "starts_at": salon.at("17:00"), "client": {"phone": client.phone_e164}}
    assert (await salon.call("POST", "/bookings", written)).status_code == 201  # staff may


async def test_a_visit_that_was_missed_takes_none_of_the_clients_places(open_another):
    salon = await open_another(rules={"client_coming_max": 1})
    client = salon.client()
    made = await salon.booked(salon.at("10:00"), by=client)
    assert (await salon.book(salon.at("12:00"), by=client)).status_code == 422
    await salon.ok("POST", f"/bookings/{made['id']}/no-show")
    assert (await salon.book(salon.at("12:00"), by=client)).status_code == 201


async def test_a_full_day_of_one_client_leaves_the_next_one_open(open_another):
    salon = await open_another(rules={"client_daily_max": 1})
    client = salon.client()
    made = await salon.booked(salon.at("10:00"), by=client)
    assert (await salon.book(salon.at("12:00"), by=client)).status_code == 422
    assert (await salon.book(salon.at("12:00", 3), by=client)).status_code == 201
    mine = f"/api/v1/me/bookings/{made['id']}/reschedule"
    assert (await salon.call("POST", mine, {"starts_at": salon.at("12:00")}, by=client)).status_code == 200
    assert (await salon.call("POST", mine, {"starts_at": salon.at("12:00", 3)}, by=client)).status_code == 422


@pytest.mark.parametrize(
    ("resources", "pointer"),
    [
        ([{"resource_id": "01a00000-0000-7000-8000-000000000000"}], "/resources/0/resource_id"),
        ([{"resource_id": "ROOM", "units": 3}], "/resources/0/units"),
        ([{"resource_id": "ROOM", "units": 0}], "/resources/0/units"),
        ([{"resource_id": "ROOM"}, {"resource_id": "ROOM"}], "/resources"),
    ],
)
async def test_a_wrong_need_names_its_field(salon, resources, pointer):
    room = (await salon.ok("POST", "/resources", {"name": "Кабінет", "units": 2}))["id"]
    needs = [{**one, "resource_id": one["resource_id"].replace("ROOM", room)} for one in resources]
    answer = await salon.call("POST", "/services", {"name": "Лазер", "duration_min": 30, "resources": needs})
    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]


async def test_what_was_put_away_is_needed_no_more_and_others_cannot_touch_it(salon, open_another):
    room = (await salon.ok("POST", "/resources", {"name": "Кабінет"}))["id"]
    laser = await salon.add_service("Лазер", resources=[{"resource_id": room}])
    stranger = await open_another()
    assert (await stranger.call("PATCH", f"/resources/{room}", {"name": "Мій"})).status_code == 404
    await salon.ok("DELETE", f"/resources/{room}")
    assert (await salon.ok("GET", "/resources"))["items"] == []
    [shown] = [one for one in (await salon.ok("GET", "/services"))["items"] if one["id"] == laser]
    assert shown["resources"] == []
    assert (await salon.call("DELETE", f"/resources/{room}")).status_code == 404
