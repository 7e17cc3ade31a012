"""What staff read: the calendar, lists of bookings and clients, in each what the reader may see."""

import pytest

from contracts.permissions import Permission
from tests.booking.salon import a_phone


@pytest.mark.row("S59")
async def test_names_and_phones_are_masked_in_every_answer(salon):
    phone = a_phone()
    client = {"name": "Юлія Кравець", "surname": "Кравець", "phone": phone}
    made = await salon.write_down(salon.at("10:00"), client=client)
    await salon.ok("PATCH", f"/clients/{made['client']['id']}", {"socials": {"instagram": "julia"}})
    master = await salon.member(
        Permission.BOOKING_VIEW,
        Permission.CLIENT_VIEW,
        Permission.BOOKING_CREATE,
        Permission.BOOKING_CANCEL,
        Permission.SCHEDULE_EDIT_ALL,
    )
    day = salon.day().isoformat()
    off = {"starts_at": salon.at("09:00"), "ends_at": salon.at("12:00")}
    answers = [
        await salon.call("GET", "/bookings", by=master),
        await salon.call("GET", f"/bookings/{made['id']}", by=master),
        await salon.call("POST", f"/bookings/{made['id']}/confirm", by=master),
        await salon.call("GET", f"/calendar?from={day}&to={day}", by=master),
        await salon.call("GET", "/clients", by=master),
        await salon.call("GET", f"/clients/{made['client']['id']}", by=master),
        await salon.call("GET", f"/clients/{made['client']['id']}/history", by=master),
        await salon.call("GET", f"/bookings/{made['id']}/timeline", by=master),
        await salon.call("POST", f"/staff-members/{salon.staff}/time-off", off, by=master),
    ]
    for answer in answers:
        assert answer.status_code in (200, 409), answer.text
        assert "Кравець" not in answer.text
        assert phone not in answer.text
        assert "julia" not in answer.text
    assert "Юлія" in answers[1].text
    for query in (phone[-7:], "кравець"):
        assert (await salon.ok("GET", "/clients", by=master, params={"q": query}))["items"] == []
    assert len((await salon.ok("GET", "/clients", params={"q": phone[-7:]}))["items"]) == 1


@pytest.mark.row("S74")
async def test_a_day_of_the_calendar_has_a_column_for_each_person(salon):
    sofia = await salon.add_staff("Софія")
    for at, who in (("10:00", salon.staff), ("12:00", salon.staff), ("10:00", sofia)):
        await salon.booked(salon.at(at), staff_member_id=who)
    day = salon.day().isoformat()
    shown = await salon.ok("GET", f"/calendar?from={day}&to={day}&location_id={salon.location}")
    columns = {one["staff_member_name"]: one for one in shown["columns"]}
    assert {name: len(column["bookings"]) for name, column in columns.items()} == {"Олена": 2, "Софія": 1}
    free = [(span["starts_at"][11:16], span["ends_at"][11:16]) for span in columns["Олена"]["free"]]
    assert free == [("09:00", "10:00"), ("11:00", "12:00"), ("13:00", "18:00")]
    assert [(one["starts_at"][11:16], one["ends_at"][11:16]) for one in columns["Олена"]["working"]] == [
        ("09:00", "18:00")
    ]


async def test_lists_go_on_where_they_stopped(salon):
    made = [(await salon.write_down(salon.at(f"{hour}:00")))["id"] for hour in (9, 10, 11, 12, 13)]
    seen, cursor = [], None
    for _ in range(3):
        page = await salon.ok("GET", "/bookings", params={"limit": 2, **({"cursor": cursor} if cursor else {})})
        seen += [booking["id"] for booking in page["items"]]
        cursor = page["next_cursor"]
    assert seen == made
    assert cursor is None
    clients, cursor = [], None
    for _ in range(3):
        page = await salon.ok("GET", "/clients", params={"limit": 2, **({"cursor": cursor} if cursor else {})})
        clients += [client["id"] for client in page["items"]]
        cursor = page["next_cursor"]
    assert len(set(clients)) == 5
    broken = await salon.call("GET", "/bookings", params={"cursor": "nonsense"})
    assert (broken.status_code, broken.json()["errors"][0]["pointer"]) == (422, "query/cursor")


async def test_bookings_are_found_by_day_person_client_and_state(salon):
    sofia = await salon.add_staff("Софія")
    mine = await salon.write_down(salon.at("10:00"))
    other = await salon.write_down(salon.at("10:00", ahead=3), staff_member_id=sofia)
    await salon.ok("POST", f"/bookings/{other['id']}/confirm")

    async def ids(**query):
        return [one["id"] for one in (await salon.ok("GET", "/bookings", params=query))["items"]]

    assert await ids(**{"from": salon.day().isoformat(), "to": salon.day().isoformat()}) == [mine["id"]]
    assert await ids(staff_member_id=sofia) == [other["id"]]
    assert await ids(client_id=mine["client"]["id"]) == [mine["id"]]
    assert await ids(state="confirmed") == [other["id"]]
    assert await ids(location_id=salon.location) == [mine["id"], other["id"]]


async def test_the_history_of_a_client_counts_visits_and_money(salon):
    client = {"name": "Тарас", "phone": a_phone()}
    first = await salon.write_down(salon.at("10:00"), client=client)
    second = await salon.write_down(salon.at("12:00"), client=client)
    await salon.ok("POST", f"/bookings/{first['id']}/complete")
    await salon.ok("POST", f"/bookings/{second['id']}/no-show")
    told = await salon.ok("GET", f"/clients/{first['client']['id']}/history")
    assert (told["visits"], told["no_shows"], told["spent"]["amount"]) == (1, 1, 50000)
    assert [one["id"] for one in told["items"]] == [second["id"], first["id"]]


async def test_a_second_card_with_the_same_phone_is_refused_with_the_first(salon):
    phone = a_phone()
    card = await salon.ok("POST", "/clients", {"name": "Юлія", "phone": phone})
    refused = await salon.call("POST", "/clients", {"name": "Юля", "phone": phone})
    assert (refused.status_code, refused.json()["client_id"]) == (409, card["id"])
    other = await salon.ok("POST", "/clients", {"name": "Богдан"})
    assert (await salon.call("PATCH", f"/clients/{other['id']}", {"phone": phone})).status_code == 409
