"""One booking travels the whole system: sign-in, registration, booking, reminders, a move, cash and one receipt."""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from tests.support.people import Salon, Visitor, first_slots, open_salon
from tests.support.traces import SpanCollector
from tests.support.waiting import eventually
from zapys_dev.stack import Stack


@pytest.mark.row("S23")
@pytest.mark.row("S76")
@pytest.mark.row("N5")
@pytest.mark.row("N22")
async def test_a_booking_is_made_reminded_moved_paid_and_gets_one_receipt(
    visitor: Callable[[], Visitor], product: tuple[Stack, SpanCollector]
) -> None:
    stack, spans = product
    salon = await open_salon(visitor())
    owner = salon.owner
    register = await _open_register(owner, salon)

    client = visitor()
    page = await client.ask("GET", f"/public/{salon.vanity}")
    assert [service["name"] for service in page["services"]] == ["Стрижка"]
    slots = await first_slots(client, salon)
    assert slots
    noon = next(n for n, slot in enumerate(slots) if _local_time(slot["starts_at"]) == "12:00")
    wanted = slots[noon]
    choice = {"service_ids": [salon.service], "staff_member_id": salon.staff_member, "starts_at": wanted["starts_at"]}
    hold = await client.ask("POST", f"/public/{salon.vanity}/holds", choice, expect=201)

    rival = visitor()
    refused = await rival.ask("POST", f"/public/{salon.vanity}/holds", choice, expect=409)
    assert refused["code"] == "booking.slot_taken"

    await client.sign_in()
    body = {"hold_id": hold["hold_id"], "client": {"name": "Ірина", "phone": client.phone}}
    key = str(uuid4())
    path = f"/public/{salon.vanity}/bookings"
    first = await client.call("POST", path, body, key=key)
    again = await client.call("POST", path, body, key=key)
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.content == again.content
    booking = first.json()
    assert booking["state"] == "pending"
    assert booking["payment_state"] == "unpaid"

    planned = await _notifications(owner, salon, booking["id"], lambda items: len(_reminders(items)) == 3)
    starts_at = datetime.fromisoformat(booking["items"][0]["starts_at"])
    times = {item["kind"]: item["planned_at"] for item in _reminders(planned) if item["state"] == "planned"}
    assert datetime.fromisoformat(times["reminder_3d"]) == starts_at - timedelta(days=3)
    assert (
        datetime.fromisoformat(times["reminder_eve"]).astimezone(starts_at.tzinfo).day
        == (starts_at - timedelta(days=1)).day
    )

    texts_before = len(await client.sms())
    target = slots[noon + 4]["starts_at"]
    root = f"/accounts/{salon.account}/bookings/{booking['id']}"
    moved = await owner.ask("POST", f"{root}/reschedule", {"starts_at": target})
    assert moved["version"] > booking["version"]
    text = await client.next_sms(texts_before)
    assert _local_time(target) in text, text
    after = await _notifications(
        owner, salon, booking["id"], lambda items: any(i["state"] in ("sent", "delivered") for i in items)
    )
    assert len([i for i in after if i["kind"] == "rescheduled" and i["recipient"]["type"] == "client"]) == 1

    settled = await owner.ask(
        "POST",
        f"{root}/settlement",
        {"payments": [{"payment_type": "cash", "cash_register_id": register, "amount": 45000}]},
        expect=201,
    )
    assert settled["receipt"]["state"] in ("due", "registering", "registered")
    await eventually(lambda: _is_settled(owner, root))
    receipts: list[dict[str, Any]] = []

    async def registered() -> bool:
        receipts[:] = (await owner.ask("GET", f"/accounts/{salon.account}/receipts"))["items"]
        return bool(receipts) and receipts[0]["state"] == "registered"

    await eventually(registered)
    assert len(receipts) == 1
    assert receipts[0]["fiscal_code"]
    ledger = (await owner.http.get(f"{stack.simulators_url}/ledger/checkbox")).json()["items"]
    assert len([entry for entry in ledger if entry.get("id") == receipts[0]["id"]]) == 1
    assert len(await client.sms()) == texts_before + 1  # one SMS about the move, none about anything else

    await eventually(lambda: _one_trace(spans, {"gateway", "booking", "notifications"}))


async def test_a_due_reminder_is_sent_by_itself(visitor: Callable[[], Visitor]) -> None:
    salon = await open_salon(visitor())
    owner, client = salon.owner, visitor()
    await client.sign_in()
    slots = await first_slots(client, salon, days_ahead=2, days=1)
    start = datetime.fromisoformat(slots[-1]["starts_at"])
    booking = await client.ask(
        "POST",
        f"/public/{salon.vanity}/bookings",
        {
            "service_ids": [salon.service],
            "staff_member_id": salon.staff_member,
            "starts_at": slots[-1]["starts_at"],
            "client": {"name": "Ірина"},
        },
        expect=201,
    )
    seen = len(await client.sms())
    settings = await owner.ask("GET", f"/accounts/{salon.account}/notification-settings")
    # The reminder "3 hours before" becomes due within a minute, at any hour of the day.
    lead_min = int((start - datetime.now(start.tzinfo)).total_seconds() // 60)
    await owner.ask("PUT", f"/accounts/{salon.account}/notification-settings", _with_lead(settings, lead_min))
    await owner.ask(
        "POST",
        f"/accounts/{salon.account}/bookings/{booking['id']}/reschedule",
        {"starts_at": (start - timedelta(minutes=15)).isoformat()},
    )
    texts: list[str] = []

    async def came() -> bool:
        texts[:] = await client.sms()
        return len(texts) >= seen + 1

    await eventually(came)
    assert _local_time((start - timedelta(minutes=15)).isoformat()) in texts[0]


@pytest.mark.row("N4")
async def test_a_cancel_by_staff_tells_the_client_and_frees_the_time(visitor: Callable[[], Visitor]) -> None:
    salon = await open_salon(visitor())
    client = visitor()
    await client.sign_in()
    slots = await first_slots(client, salon)
    body = {
        "service_ids": [salon.service],
        "staff_member_id": salon.staff_member,
        "starts_at": slots[0]["starts_at"],
        "client": {"name": "Ірина"},
    }
    booking = await client.ask("POST", f"/public/{salon.vanity}/bookings", body, expect=201)
    assert slots[0]["starts_at"] not in [slot["starts_at"] for slot in await first_slots(client, salon)]
    seen = len(await client.sms())
    root = f"/accounts/{salon.account}/bookings/{booking['id']}"
    await salon.owner.ask("POST", f"{root}/cancel", {"reason": "Майстер захворіла"})
    assert slots[0]["starts_at"] in [slot["starts_at"] for slot in await first_slots(client, salon)]
    await client.next_sms(seen)
    items = await _notifications(
        salon.owner, salon, booking["id"], lambda items: all(r["state"] != "planned" for r in _reminders(items))
    )
    assert {item["reason_code"] for item in _reminders(items)} <= {"booking_cancelled", "quiet_hours", "too_late"}


@pytest.mark.row("X24")
async def test_a_hundred_clients_want_one_slot_and_one_gets_it(visitor: Callable[[], Visitor]) -> None:
    salon = await open_salon(visitor())
    people = [visitor() for _ in range(2)]
    await asyncio.gather(*(person.sign_in() for person in people))
    slots = await first_slots(people[0], salon)
    for slot in slots[:12:4]:  # an hour apart, as long as the service
        body = {
            "service_ids": [salon.service],
            "staff_member_id": salon.staff_member,
            "starts_at": slot["starts_at"],
            "client": {"name": "Ірина"},
        }
        answers = await asyncio.gather(
            *(people[n % 2].call("POST", f"/public/{salon.vanity}/bookings", body) for n in range(100))
        )
        assert sorted(answer.status_code for answer in answers) == [201] + [409] * 99
        assert {a.json()["code"] for a in answers if a.status_code == 409} == {"booking.slot_taken"}


async def _open_register(owner: Visitor, salon: Salon) -> str:
    register = await owner.ask(
        "POST",
        f"/accounts/{salon.account}/cash-registers",
        {
            "name": "Готівка",
            "payment_types": ["cash"],
            "location_id": salon.location,
            "checkbox": {"licence_key": "test-licence", "cashier_login": "cashier", "cashier_password": "secret"},
        },
        expect=201,
    )
    root = f"/accounts/{salon.account}/cash-registers/{register['id']}"
    checked = await owner.ask("POST", f"{root}/check")
    assert checked, checked
    await owner.ask("POST", f"{root}/fiscal-shift/open")
    return str(register["id"])


async def _notifications(owner: Visitor, salon: Salon, booking: str, wanted: Callable[[Any], bool]) -> Any:
    found: list[Any] = []

    async def there() -> bool:
        answer = await owner.ask("GET", f"/accounts/{salon.account}/bookings/{booking}/notifications")
        found[:] = answer["items"]
        return wanted(found)

    await eventually(there)
    return found


def _reminders(items: Any) -> list[Any]:
    return [item for item in items if item["kind"].startswith("reminder_") and item["state"] != "replaced"]


async def _is_settled(owner: Visitor, root: str) -> bool:
    return bool((await owner.ask("GET", root))["payment_state"] == "settled")


async def _one_trace(spans: SpanCollector, wanted: set[str]) -> bool:
    return any(wanted <= services for services in spans.services_by_trace().values())


def _local_time(moment: str) -> str:
    from zoneinfo import ZoneInfo

    return datetime.fromisoformat(moment).astimezone(ZoneInfo("Europe/Kyiv")).strftime("%H:%M")


def _with_lead(settings: dict[str, Any], lead_min: int) -> dict[str, Any]:
    """The same settings with "3 hours before" meaning `lead_min` minutes, and without quiet hours."""
    changed = {key: value for key, value in settings.items() if key != "version"}
    changed["quiet_hours"] = {**changed["quiet_hours"], "enabled": False}
    changed["offsets"] = {**changed["offsets"], "reminder_3h_min": lead_min}
    return changed
