"""One OpenAPI document for the whole API."""

import json
from types import SimpleNamespace
from typing import Any

import pytest

from gateway.api import openapi
from gateway.api.document import merge
from tests.gateway.api.running import Door, open_door

MONEY = {"type": "object", "properties": {"amount": {"type": "integer"}}}


def ref(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}


def operation(name: str, answer: str, *, signed_in: bool = True) -> dict[str, Any]:
    header = {"name": "authorization", "in": "header", "schema": {"type": "string"}}
    return {
        "operationId": name,
        "parameters": [header] if signed_in else [],
        "responses": {"200": {"content": {"application/json": {"schema": ref(answer)}}}},
    }


def document(paths: dict[str, Any], schemas: dict[str, Any]) -> dict[str, Any]:
    return {"openapi": "3.1.0", "paths": paths, "components": {"schemas": schemas}}


BOOKING = document(
    {
        "/api/v1/accounts/{account_id}/bookings": {"get": operation("list", "BookingList")},
        "/api/v1/public/{vanity}": {"get": operation("page", "Money")},
        "/api/v1/me/bookings": {"get": {**operation("mine", "Money", signed_in=False), "security": [{"theirs": []}]}},
        "/api/v1/catalogue": {"get": operation("catalogue", "Money", signed_in=False)},
        "/api/v1/auth/codes": {"post": operation("not mine", "Money")},
        "/internal": {"get": operation("internal", "Internal")},
    },
    {
        "Money": MONEY,
        "Fix": {"type": "object", "required": ["text"]},
        "Reason": {"type": "object", "properties": {"fix": ref("Fix")}},
        "BookingList": {"type": "array", "items": ref("Reason")},
        "Internal": {"type": "null"},
    },
)
FISCAL = document(
    {"/api/v1/accounts/{account_id}/receipts": {"get": operation("list", "Receipt")}},
    {
        "Money": MONEY,
        "Fix": {"type": "object", "required": ["text", "url"]},
        "Reason": {"type": "object", "properties": {"fix": ref("Fix")}},
        "Receipt": {
            "discriminator": {"propertyName": "kind", "mapping": {"sale": "#/components/schemas/Reason"}},
            "oneOf": [ref("Reason"), ref("Money")],
        },
    },
)


def merged() -> dict[str, Any]:
    return merge({"booking": BOOKING, "fiscal": FISCAL}, server="https://zapys.test", missing=["identity"])


def test_names_that_clash_carry_their_service_and_so_does_what_refers_to_them() -> None:
    schemas = merged()["components"]["schemas"]
    assert schemas["BookingFix"]["required"] == ["text"]
    assert schemas["FiscalFix"]["required"] == ["text", "url"]
    # Reason reads the same in both, but means two things.
    assert schemas["BookingReason"]["properties"]["fix"] == ref("BookingFix")
    assert schemas["FiscalReason"]["properties"]["fix"] == ref("FiscalFix")
    assert schemas["BookingList"]["items"] == ref("BookingReason")
    assert schemas["Receipt"]["discriminator"]["mapping"]["sale"] == "#/components/schemas/FiscalReason"
    assert schemas["Money"] == MONEY
    assert "Fix" not in schemas
    assert "Reason" not in schemas


def test_every_reference_has_its_target_and_nothing_is_left_over() -> None:
    whole = merged()
    text = json.dumps(whole)
    for name in whole["components"]["schemas"]:
        assert f'"#/components/schemas/{name}"' in text, name
    for reference in {part.split('"')[0] for part in text.split('"#/components/')[1:]}:
        kind, name = reference.split("/")
        assert name in whole["components"][kind], reference


def test_only_what_the_door_passes_on_is_told() -> None:
    assert sorted(merged()["paths"]) == [
        "/api/v1/accounts/{account_id}/bookings",
        "/api/v1/accounts/{account_id}/receipts",
        "/api/v1/catalogue",
        "/api/v1/me/bookings",
        "/api/v1/public/{vanity}",
    ]


def test_operations_are_tagged_unique_and_say_who_may_call() -> None:
    paths = merged()["paths"]
    bookings = paths["/api/v1/accounts/{account_id}/bookings"]["get"]
    receipts = paths["/api/v1/accounts/{account_id}/receipts"]["get"]
    assert (bookings["operationId"], receipts["operationId"]) == ("booking_list", "fiscal_list")
    assert (bookings["tags"], receipts["tags"]) == (["booking"], ["fiscal"])
    assert bookings["security"] == [{"bearer": []}]
    assert paths["/api/v1/me/bookings"]["get"]["security"] == [{"bearer": []}]
    assert "parameters" not in bookings
    assert paths["/api/v1/catalogue"]["get"]["security"] == []
    assert paths["/api/v1/public/{vanity}"]["get"]["security"] == [{}, {"bearer": []}]
    assert bookings["responses"]["default"] == {"$ref": "#/components/responses/Refusal"}


def test_the_address_and_the_missing_ones_are_said() -> None:
    whole = merged()
    assert whole["servers"] == [{"url": "https://zapys.test"}]
    assert whole["x-missing-services"] == ["identity"]
    assert "x-missing-services" not in merge({"fiscal": FISCAL}, server="x", missing=[])


def test_the_inputs_are_left_as_they_were() -> None:
    before = json.dumps([BOOKING, FISCAL])
    merged()
    assert json.dumps([BOOKING, FISCAL]) == before


async def read(door: Door) -> dict[str, Any]:
    async with door.http.get("/api/v1/openapi.json") as answer:
        assert answer.status == 200
        whole: dict[str, Any] = await answer.json()
        return whole


async def test_the_document_is_kept_for_seconds_and_a_service_that_comes_later_is_added(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clock = [1000.0]
    monkeypatch.setattr(openapi, "time", SimpleNamespace(monotonic=lambda: clock[0]))
    async with open_door() as door:
        door.booking.openapi = BOOKING
        whole = await read(door)
        assert whole["x-missing-services"] == ["fiscal", "identity", "notifications"]
        assert "/api/v1/catalogue" in whole["paths"]
        assert whole["servers"] == [{"url": door.gateway.settings.public_url}]

        door.fiscal.openapi = FISCAL
        assert await read(door) == whole  # kept for some seconds
        clock[0] += openapi.RETRY_S
        whole = await read(door)
        assert "/api/v1/accounts/{account_id}/receipts" in whole["paths"]

        door.booking.openapi = None  # away now: what it said before still stands
        clock[0] += openapi.KEEP_S
        assert "/api/v1/catalogue" in (await read(door))["paths"]


async def test_the_doors_own_addresses_are_in_the_document() -> None:
    async with open_door() as door:
        paths = (await read(door))["paths"]
    assert "/callbacks/sms/{provider}/{token}" in paths
    assert "/callbacks/payments/{provider}" in paths
    assert paths["/api/v1/accounts/{account_id}/calendar/stream"]["get"]["security"] == [{"bearer": []}]
    assert all(path.startswith(("/api/v1/", "/callbacks/")) for path in paths)


async def test_a_reader_who_has_the_document_is_told_so() -> None:
    async with open_door() as door:
        async with door.http.get("/api/v1/openapi.json") as answer:
            etag = answer.headers["etag"]
        async with door.http.get("/api/v1/openapi.json", headers={"If-None-Match": etag}) as answer:
            assert answer.status == 304
