"""Every reason why a time is not offered, in a situation of its own: the code, words in three languages, a fix."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest

from booking.domain.reasons import Code
from kit.texts import LANGUAGES
from tests.booking.salon import ALL_DAYS, Salon, every_day, hours

Scene = Callable[[Salon], Awaitable[dict[str, Any]]]
"""Sets a situation up; answers the question to ask (on the site, unless `desk` is set)."""


async def service_offline(salon):
    hidden = await salon.add_service("Весільна зачіска", bookable_online=False)
    return {"service_ids": hidden}


async def staff_not_bookable(salon):
    await salon.ok("PATCH", f"/staff-members/{salon.staff}", {"accepts_bookings": False})
    return {}


async def staff_deleted(salon):
    await salon.ok("DELETE", f"/staff-members/{salon.staff}")
    return {"staff_member_id": salon.staff}


async def staff_does_not_offer_service(salon):
    other = await salon.add_staff("Софія", service_ids=[])
    return {"staff_member_id": other}


async def no_schedule(salon):
    idle = await salon.add_staff("Софія", schedule=False)
    return {"staff_member_id": idle}


async def outside_schedule(salon):
    return {"at": salon.at("20:00")}


async def a_break(salon):
    plan = every_day(("09:00", "18:00"), breaks=[{"from": "13:00", "to": "14:00"}])
    await salon.ok("PUT", f"/staff-members/{salon.staff}/schedule", plan)
    return {"at": salon.at("13:00")}


async def time_off(salon):
    off = {"starts_at": salon.at("09:00"), "ends_at": salon.at("12:00")}
    await salon.ok("POST", f"/staff-members/{salon.staff}/time-off", off)
    return {}


async def closed_day(salon):
    await salon.ok("POST", "/closed-days", {"date": salon.day().isoformat()})
    return {}


async def holiday(salon):
    await salon.ok("POST", "/closed-days", {"date": salon.day().isoformat(), "kind": "holiday"})
    return {}


async def manual_only(salon):
    days = dict.fromkeys(ALL_DAYS, hours(("09:00", "18:00"), manual_only=True))
    await salon.ok("PUT", f"/staff-members/{salon.staff}/schedule", {"pattern": "weekly", "days": days})
    return {}


async def lead_time(salon):
    plan = every_day(("00:00", "24:00"))
    await salon.ok("PUT", f"/staff-members/{salon.staff}/schedule", plan)
    yesterday = salon.day(-1)
    return {"at": salon.on(yesterday, "10:00")}


async def booking_window(salon):
    return {"at": salon.on(salon.day() + timedelta(days=120), "10:00")}


async def grid(salon):
    return {"at": salon.at("10:07")}


async def too_short_gap(salon):
    await salon.booked(salon.at("10:30"))
    return {}


async def buffer(salon):
    wide = await salon.add_service("Фарбування", buffer_after_min=30)
    await salon.booked(salon.at("11:15"))
    return {"service_ids": wide}


async def taken(salon):
    await salon.booked(salon.at("10:00"))
    return {}


async def held(salon):
    body = {"service_ids": [salon.service], "staff_member_id": salon.staff, "starts_at": salon.at("10:00")}
    assert (await salon.bench.http.post(f"{salon.site}/holds", json=body)).status_code == 201
    return {}


async def resource_busy(salon):
    room = (await salon.ok("POST", "/resources", {"name": "Кабінет"}))["id"]
    sofia = await salon.add_staff("Софія")
    laser = await salon.add_service("Лазер", staff_member_ids=[salon.staff, sofia], resources=[{"resource_id": room}])
    await salon.booked(salon.at("10:00"), service_ids=[laser])
    return {"service_ids": laser, "staff_member_id": sofia}


async def capacity_full(salon):
    yoga = await salon.add_service("Йога", capacity=2)
    await salon.booked(salon.at("10:00"), service_ids=[yoga], seats=2)
    return {"service_ids": yoga}


async def client_limit(salon):
    client = salon.client()
    await salon.booked(salon.at("14:00"), by=client)
    return {"by": client}


async def no_location(salon):
    elsewhere = (await salon.ok("POST", "/locations", {"name": "Порожня"}))["id"]
    only_there = await salon.add_service("Пілінг", location_ids=[elsewhere])
    return {"service_ids": only_there, "location_id": salon.location}


SCENES: dict[Code, Scene] = {
    Code.NO_LOCATION: no_location,
    Code.SERVICE_OFFLINE: service_offline,
    Code.STAFF_NOT_BOOKABLE: staff_not_bookable,
    Code.STAFF_DELETED: staff_deleted,
    Code.STAFF_DOES_NOT_OFFER_SERVICE: staff_does_not_offer_service,
    Code.NO_SCHEDULE: no_schedule,
    Code.OUTSIDE_SCHEDULE: outside_schedule,
    Code.BREAK: a_break,
    Code.TIME_OFF: time_off,
    Code.CLOSED_DAY: closed_day,
    Code.HOLIDAY: holiday,
    Code.MANUAL_ONLY: manual_only,
    Code.LEAD_TIME: lead_time,
    Code.BOOKING_WINDOW: booking_window,
    Code.GRID: grid,
    Code.TOO_SHORT_GAP: too_short_gap,
    Code.BUFFER: buffer,
    Code.TAKEN: taken,
    Code.HELD: held,
    Code.RESOURCE_BUSY: resource_busy,
    Code.CAPACITY_FULL: capacity_full,
    Code.CLIENT_LIMIT: client_limit,
}


@pytest.mark.row("X2")
@pytest.mark.parametrize("code", Code)
async def test_each_reason_is_told_where_it_stands_alone(open_another, code):
    salon = await open_another(rules={"client_daily_max": 1} if code is Code.CLIENT_LIMIT else None)
    asked = await SCENES[code](salon)
    by = asked.pop("by", None)
    params = {"service_ids": salon.service, "at": salon.at("10:00"), "staff_member_id": salon.staff, **asked}
    for language in LANGUAGES:
        headers = {"Accept-Language": language, **(by.headers if by else {})}
        where = f"{salon.site}/availability/explain"
        told = (await salon.bench.http.get(where, params=params, headers=headers)).json()
        assert told["offered"] is False
        assert {reason["code"] for reason in told["reasons"]} == {code}, told
        [reason] = told["reasons"]
        assert reason["text"]
        assert "{" not in reason["text"]
        assert reason["fix"]["text"]
        assert reason["fix"]["url"] == f"/help/reason.{code}"
        assert not await _is_offered(salon, params, by)


async def _is_offered(salon: Salon, asked: dict[str, Any], by: Any) -> bool:
    """Whether the list of free times, asked the same way, holds the start."""
    day = asked["at"][:10]
    params = {name: value for name, value in asked.items() if name != "at"}
    headers = by.headers if by else {}
    query = {**params, "from": day, "to": day}
    answer = await salon.bench.http.get(f"{salon.site}/availability", params=query, headers=headers)
    assert answer.status_code == 200, answer.text
    return asked["at"] in [slot["starts_at"] for one in answer.json()["days"] for slot in one["slots"]]
