"""What the demo account has: locations, services, staff with schedules, a cash register and a month of bookings."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from zapys_dev.demo.api import Api, Refused, sign_in
from zapys_dev.demo.bookings import Month
from zapys_dev.errors import Trouble

_CONTENT = Path(__file__).with_name("content.json")
# A cycle needs a day on which it begins.
_CYCLE_ANCHOR_DAYS_AGO = 30


def ensure(gateway_url: str, simulators_url: str) -> str:
    """Make the demo account unless it is there; gives what was done, in words.

    Every step carries a fixed idempotency key, so an interrupted run is completed by the next one.
    """
    content = json.loads(_CONTENT.read_text(encoding="utf-8"))
    if _is_complete(gateway_url, content):
        return "is there"
    try:
        api = sign_in(gateway_url, simulators_url, content["owner_phone"])
        made = _make(api, content)
    except Refused as refused:
        raise Trouble(
            f"The demo account could not be made: {refused}.", "See ./zapys logs; --no-demo skips it."
        ) from None
    return f"made, with {made} bookings"


def _is_complete(gateway_url: str, content: dict[str, Any]) -> bool:
    try:
        page = Api(gateway_url).get(f"/public/{content['account']['vanity_address']}")
    except Refused:
        return False
    return len(page.get("staff", [])) >= len(content["staff"]) and len(page["services"]) >= len(content["services"])


def _make(api: Api, content: dict[str, Any]) -> int:
    account = f"/accounts/{_account_id(api, content['account'])}"
    locations = [
        api.post_soon(f"{account}/locations", location, f"demo-location-{number}")["id"]
        for number, location in enumerate(content["locations"])
    ]
    api.post_soon(f"{account}/members", {**content["administrator"], "location_ids": None}, "demo-administrator")
    staff = [_staff_member(api, account, person, n, locations) for n, person in enumerate(content["staff"])]
    services = [
        _service(api, account, service, n, staff, content["staff"], locations)
        for n, service in enumerate(content["services"])
    ]
    today = datetime.now(ZoneInfo(content["account"]["time_zone"])).date()
    anchor = today - timedelta(days=_CYCLE_ANCHOR_DAYS_AGO)
    for person, identity in zip(content["staff"], staff, strict=True):
        api.put(f"{account}/staff-members/{identity}/schedule", schedule_body(person["schedule"], anchor.isoformat()))
    register = {**content["cash_register"], "location_id": locations[0]}
    api.post_soon(f"{account}/cash-registers", register, "demo-cash-register")
    return Month(api, account, content, staff, services, datetime.now(UTC)).fill()


def _account_id(api: Api, account: dict[str, Any]) -> str:
    for membership in api.get("/me").get("memberships", []):
        if membership.get("vanity_address") == account["vanity_address"]:
            return str(membership["account_id"])
    return str(api.post("/accounts", account, "demo-account")["id"])


def _staff_member(api: Api, account: str, person: dict[str, Any], number: int, locations: list[str]) -> str:
    """With a phone: a member who can sign in. Without: a chair."""
    key = f"demo-staff-{number}"
    at = [locations[person["location"]]]
    if "phone" in person:
        body = {"phone": person["phone"], "name": person["name"], "role": "master", "location_ids": at}
        return str(api.post_soon(f"{account}/members", {**body, "accepts_bookings": True}, key)["staff_member_id"])
    body = {"name": person["name"], "location_ids": at, "service_ids": [], "accepts_bookings": True}
    return str(api.post_soon(f"{account}/staff-members", body, key)["id"])


def _service(
    api: Api,
    account: str,
    service: dict[str, Any],
    number: int,
    staff: list[str],
    people: list[dict[str, Any]],
    locations: list[str],
) -> str:
    doing = [n for n, person in enumerate(people) if number in person["services"]]
    body = {
        "name": service["name"],
        "duration_min": service["duration_min"],
        "price": {"amount": service["amount"], "currency": "UAH"},
        "bookable_online": True,
        "buffer_before_min": 0,
        "buffer_after_min": service["buffer_after_min"],
        "staff_member_ids": [staff[n] for n in doing],
        "location_ids": sorted({locations[people[n]["location"]] for n in doing}),
    }
    return str(api.post_soon(f"{account}/services", body, f"demo-service-{number}")["id"])


def schedule_body(schedule: dict[str, Any], anchor: str) -> dict[str, Any]:
    """The content's short form as the API wants it; `anchor` is the first day of a cycle."""
    body: dict[str, Any] = {"pattern": schedule["pattern"]}
    if "days" in schedule:
        body["days"] = {day: _hours(hours) for day, hours in schedule["days"].items()}
    else:
        body["hours"] = _hours(schedule["hours"])
    if schedule["pattern"] == "cycle":
        body |= {"anchor": anchor, "on": schedule["on"], "off": schedule["off"]}
    return body


def _hours(pairs: list[list[str]]) -> list[dict[str, Any]]:
    return [{"from": since, "to": until, "manual_only": False} for since, until in pairs]
