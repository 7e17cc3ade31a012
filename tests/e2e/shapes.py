"""Names that answers of the API must have, and how to ask for them."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from tests.support.people import Salon, Visitor, first_slots

MakeVisitor = Callable[[], Visitor]

BOOKING = {
    "id", "version", "state", "payment_state", "account_id", "location_id", "items", "client", "price", "source",
    "created_by", "created_at",
}  # fmt: skip
BOOKING_ITEM = {"service_id", "staff_member_id", "starts_at", "ends_at", "price"}
PROBLEM = {"type", "title", "status", "code", "detail", "fix", "errors", "trace_id"}
NOTIFICATION = {
    "id", "kind", "recipient", "channel", "provider", "planned_at", "state", "reason_code", "reason_text", "fix",
    "provider_error", "text", "parts", "attempts",
}  # fmt: skip

NEW_ACCOUNT = {
    "name": "Салон",
    "time_zone": "Europe/Kyiv",
    "country": "UA",
    "currency": "UAH",
    "language": "uk",
    "city": "Київ",
}


def has(answer: dict[str, Any], *names: str) -> None:
    """The answer holds these fields, among others."""
    assert set(names) <= answer.keys(), set(names) - answer.keys()


def is_booking(answer: dict[str, Any]) -> None:
    has(answer, *BOOKING)
    has(answer["client"], "id", "name", "phone")
    for item in answer["items"]:
        has(item, *BOOKING_ITEM)
        assert datetime.fromisoformat(item["starts_at"]).utcoffset() is not None


def other_code(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06d}"


def path_names(path: str) -> list[str]:
    return [part[1:-1] for part in path.split("/") if part.startswith("{")]


def today() -> str:
    return datetime.now().astimezone().date().isoformat()


async def has_status(person: Visitor, method: str, path: str, status: int) -> bool:
    return bool((await person.call(method, path)).status_code == status)


async def booked(client: Visitor, salon: Salon, starts_at: str | None = None) -> dict[str, Any]:
    """A booking that the client made on the site."""
    if not client.token:
        await client.sign_in()
    body = {
        "service_ids": [salon.service],
        "staff_member_id": salon.staff_member,
        "starts_at": starts_at or (await first_slots(client, salon))[0]["starts_at"],
        "client": {"name": "Ірина"},
    }
    booking: dict[str, Any] = await client.ask("POST", f"/public/{salon.vanity}/bookings", body, expect=201)
    return booking
