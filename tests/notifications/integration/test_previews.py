"""What will be sent, told before anything is saved."""

from __future__ import annotations

from typing import Any

import pytest

from contracts.booking import BookingState, LocationChanged, LocationState
from tests.notifications.salon import Salon, kyiv

from .test_unconfirmed import set_rule

VISIT = kyiv("2026-12-11T15:00")
_SAME = ("kind", "channel", "state", "reason_code", "reason_text", "text", "parts", "useful_until")


async def preview(salon: Salon, **body: Any) -> Any:
    answer = await salon.bench.http.post(salon.path("notifications/preview"), headers=salon.owner.headers, json=body)
    assert answer.status_code == 200, answer.text
    return answer.json()


def told(items: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
    """What a page shows of messages, without ids and without the seconds between looking and saving."""
    return sorted(
        (
            *(str(item[name]) for name in _SAME),
            item["recipient"]["id"],
            item["planned_at"][:16],
        )
        for item in items
    )


async def stored(salon: Salon, booking: BookingState) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = (await salon.get(f"bookings/{booking.id}/notifications"))["items"]
    return items


@pytest.fixture
async def open_salon(salon: Salon) -> Salon:
    await salon.deliver(
        LocationChanged(
            account_id=salon.account_id,
            version=1,
            location=LocationState(id=salon.location_id, name="Центр", address="Хрещатик 1", time_zone="Europe/Kyiv"),
        )
    )
    await salon.member("master", staff_member_id=salon.sofia, channels={"sms": True})
    await salon.set_rules(client_kinds={"created": True})
    return salon


@pytest.mark.row("S22")
async def test_the_preview_of_a_new_visit_is_the_plan_after_saving(open_salon: Salon) -> None:
    salon = open_salon
    await set_rule(salon, 2, "release")  # so that the client will be asked to confirm, which the preview knows
    booking = salon.booking(VISIT, created_by=salon.owner.user_id, state="pending")
    assert booking.client is not None
    draft = {
        "location_id": str(salon.location_id),
        "items": [
            {
                "service_name": item.service_name,
                "staff_member_id": str(item.staff_member_id),
                "staff_member_name": item.staff_member_name,
                "starts_at": item.starts_at.isoformat(),
                "ends_at": item.ends_at.isoformat(),
            }
            for item in booking.items
        ],
        "client": {"name": booking.client.name, "phone": booking.client.phone_e164},
        "price": 45_000,
    }
    shown = await preview(salon, act="create", draft=draft)
    await salon.deliver(salon.created(booking), actor=salon.owner)
    kept = await stored(salon, booking)
    client_id = str(booking.client.id)
    for item in shown["items"]:  # the card of a client who is not known yet gets its id at saving
        if item["recipient"]["type"] == "client":
            item["recipient"]["id"] = client_id
    assert told(shown["items"]) == told(kept)
    assert {item["change"] for item in shown["items"]} == {"added"}
    assert shown["to_go"] == sum(item["state"] == "planned" for item in kept) == 6
    reasons = {item["recipient"]["id"]: item["reason_code"] for item in kept if item["recipient"]["type"] == "staff"}
    assert reasons[str(salon.owner.user_id)] == "own_action"


@pytest.mark.row("S22")
@pytest.mark.parametrize("tell_client", [True, False])
async def test_the_preview_of_a_move_is_the_plan_after_saving(open_salon: Salon, tell_client: bool) -> None:
    salon = open_salon
    booking = await salon.book(VISIT)
    to = kyiv("2026-12-10T08:30")
    shown = await preview(
        salon, act="reschedule", booking_id=str(booking.id), starts_at=to.isoformat(), tell_client=tell_client
    )
    event = salon.moved(booking, to, 2, tell_client=tell_client)
    await salon.deliver(event, actor=salon.owner)
    assert told(shown["items"]) == told(await stored(salon, booking))
    changes = {(item["kind"], item["change"]) for item in shown["items"] if item["recipient"]["type"] == "client"}
    assert ("reminder_eve", "dropped") in changes
    assert ("reminder_eve", "added") in changes
    [news] = [
        item for item in shown["items"] if item["kind"] == "rescheduled" and item["recipient"]["type"] == "client"
    ]
    assert news["reason_code"] == (None if tell_client else "silenced_by_staff")


async def test_the_preview_of_a_cancellation_is_the_plan_after_saving(open_salon: Salon) -> None:
    salon = open_salon
    booking = await salon.book(VISIT)
    shown = await preview(salon, act="cancel", booking_id=str(booking.id))
    await salon.deliver(salon.cancelled(booking, 2), actor=salon.owner)
    assert told(shown["items"]) == told(await stored(salon, booking))


async def test_a_preview_saves_nothing(open_salon: Salon) -> None:
    salon = open_salon
    booking = await salon.book(VISIT)
    before = told(await stored(salon, booking))
    await preview(salon, act="cancel", booking_id=str(booking.id))
    await preview(salon, act="reschedule", booking_id=str(booking.id), starts_at=kyiv("2026-12-20T10:00").isoformat())
    assert told(await stored(salon, booking)) == before


async def test_a_preview_names_what_is_missing(open_salon: Salon) -> None:
    for body, field in (({"act": "create"}, "draft"), ({"act": "cancel"}, "booking_id")):
        answer = await open_salon.bench.http.post(
            open_salon.path("notifications/preview"), headers=open_salon.owner.headers, json=body
        )
        assert (answer.status_code, answer.json()["errors"][0]["pointer"].rsplit("/")[-1]) == (422, field)


@pytest.mark.row("X6")
async def test_the_list_counts_what_waits_by_cause_and_names_the_cure(open_salon: Salon) -> None:
    salon = open_salon
    await salon.set_rules(offsets={"reminder_eve_at": "22:00"})
    bookings = [await salon.book(VISIT) for _ in range(3)]
    found = await salon.get("notifications/causes", params={"state": "suppressed", "recipient_type": "client"})
    [quiet] = [cause for cause in found["items"] if cause["reason_code"] == "quiet_hours"]
    assert quiet["count"] == 3
    assert quiet["fix"]["url"].endswith(f"/manage/{salon.account_id}/notifications")
    assert "{" not in quiet["reason_text"]
    assert found["total"] == sum(cause["count"] for cause in found["items"])
    listed = await salon.get("notifications", params={"reason": "quiet_hours", "kind": "reminder_eve"})
    assert {item["booking_id"] for item in listed["items"]} == {str(booking.id) for booking in bookings}
    of_one = await salon.get("notifications", params={"client_id": str(bookings[0].client.id)})  # type: ignore[union-attr]
    assert {item["booking_id"] for item in of_one["items"]} == {str(bookings[0].id)}


async def test_filters_that_nobody_knows_are_refused_by_name(salon: Salon) -> None:
    for name in ("state", "reason", "kind"):
        answer = await salon.bench.http.get(
            salon.path("notifications"), headers=salon.owner.headers, params={name: "nonsense"}
        )
        assert (answer.status_code, answer.json()["code"]) == (422, "request.invalid")
