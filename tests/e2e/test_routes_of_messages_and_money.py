"""Routes of the public API, walked through the gateway as its description says: messages and money."""

from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import pytest

from tests.e2e.shapes import (
    NOTIFICATION,
    MakeVisitor,
    booked,
    has,
    today,
)
from tests.support.people import Salon
from tests.support.waiting import eventually


async def test_messages_of_a_booking_and_their_settings(salon: Salon, visitor: MakeVisitor) -> None:
    owner, root, client = salon.owner, f"/accounts/{salon.account}", visitor()
    booking = await booked(client, salon)
    path = f"{root}/bookings/{booking['id']}/notifications"
    items: list[dict[str, Any]] = []

    async def planned() -> bool:
        items[:] = (await owner.ask("GET", path))["items"]
        return bool(items)

    await eventually(planned)
    for item in items:
        has(item, *NOTIFICATION)
        has(item["recipient"], "type", "id", "name")
        assert item["state"] in ("planned", "held", "sent") or item["reason_text"], item
    states = urlencode({"state": "held,failed,suppressed", "from": "2026-01-01", "to": "2099-12-31"})
    has(await owner.ask("GET", f"{root}/notifications?{states}"), "items", "next_cursor")

    settings = await owner.ask("GET", f"{root}/notification-settings")
    settings["client_kinds"]["reminder_3d"] = False
    saved = await owner.ask("PUT", f"{root}/notification-settings", settings)
    assert saved["client_kinds"]["reminder_3d"] is False
    refuse = {"messages": True, "reminders": False, "changes": True}
    of_card = f"{root}/clients/{booking['client']['id']}/notification-preferences"
    assert refuse.items() <= (await owner.ask("PUT", of_card, refuse)).items()
    assert refuse.items() <= (await client.ask("PUT", "/me/notification-preferences", refuse)).items()


@pytest.mark.row("X18")
async def test_a_rule_for_unconfirmed_visits_set_by_the_owner_asks_the_clients_who_are_booked(
    salon: Salon, visitor: MakeVisitor
) -> None:
    owner, root, client = salon.owner, f"/accounts/{salon.account}", visitor()
    rule = {"unconfirmed": "release", "confirm_cutoff_min": 12 * 60}
    saved = await owner.ask("PATCH", root, {"booking_rules": rule})
    assert rule.items() <= saved["booking_rules"].items()
    booking = await booked(client, salon)
    asked: list[dict[str, Any]] = []

    async def is_asked(state: str) -> bool:
        items = (await owner.ask("GET", f"{root}/bookings/{booking['id']}/notifications"))["items"]
        asked[:] = [item for item in items if item["kind"] == "confirm_request" and item["state"] == state]
        return bool(asked)

    await eventually(lambda: is_asked("planned"))
    starts_at = datetime.fromisoformat(booking["starts_at"])
    assert datetime.fromisoformat(asked[0]["planned_at"]) == starts_at - timedelta(hours=12 + 24)
    assert "інакше скасуємо" in asked[0]["text"]
    await owner.ask("POST", f"{root}/bookings/{booking['id']}/confirm")
    await eventually(lambda: is_asked("cancelled"))
    await owner.ask("PATCH", root, {"booking_rules": {"unconfirmed": "nothing"}})


async def test_sms_providers_balance_and_templates(salon: Salon) -> None:
    owner, root = salon.owner, f"/accounts/{salon.account}"
    known = {one["provider"]: one for one in (await owner.ask("GET", f"{root}/sms-providers"))["items"]}
    assert known.keys() == {"turbosms", "alphasms", "integrica"}
    assert known["integrica"]["enabled"]
    bodies = {
        "turbosms": [
            {"kind": "http-token", "token": "good-token", "sender_name": "Salon", "order": 2, "enabled": True},
            {"kind": "soap-login", "login": "salon", "password": "secret", "sender_name": "Salon", "order": 2},
        ],
        "alphasms": [{"kind": "api-key", "key": "good-key", "sender_name": "Salon", "order": 3, "enabled": True}],
    }
    for provider, sent in bodies.items():
        for body in sent:
            saved = await owner.call("PUT", f"{root}/sms-providers/{provider}", body)
            assert saved.status_code == 200
            assert (saved.json()["sender_name"], saved.json()["order"]) == ("Salon", body["order"])
            for secret in ("token", "password", "key"):
                assert f'"{body.get(secret, "no such secret")}"' not in saved.text
            checked = await owner.ask("POST", f"{root}/sms-providers/{provider}/check")
            assert checked["ok"], checked
    wrong = {**bodies["alphasms"][0], "key": "bad-key"}
    await owner.ask("PUT", f"{root}/sms-providers/alphasms", wrong)
    checked = await owner.ask("POST", f"{root}/sms-providers/alphasms/check")
    assert (checked["ok"], bool(checked["reason_text"]), bool(checked["fix"]["text"])) == (False, True, True)

    balance = await owner.ask("GET", f"{root}/sms-balance")
    has(balance, "balance", "ledger", "forecast")
    assert balance["balance"]["amount"] > 0  # the trial credit
    for language in ("uk", "ru", "en"):
        has(await owner.ask("GET", f"{root}/templates/reminder_eve/{language}"), "kind", "language", "text")


@pytest.mark.row("S76")
async def test_money_from_the_register_to_the_receipt(salon: Salon, visitor: MakeVisitor) -> None:
    owner, root = salon.owner, f"/accounts/{salon.account}"
    body = {
        "name": "Готівка",
        "payment_types": ["cash"],
        "location_id": salon.location,
        "checkbox": {"licence_key": "test-licence", "cashier_login": "cashier", "cashier_password": "secret"},
    }
    answer = await owner.call("POST", f"{root}/cash-registers", body)
    assert answer.status_code == 201
    assert "secret" not in answer.text
    register = answer.json()["id"]
    assert [one["id"] for one in (await owner.ask("GET", f"{root}/cash-registers"))["items"]] == [register]
    path = f"{root}/cash-registers/{register}"
    checked = await owner.ask("POST", f"{path}/check")
    assert [(part["part"], part["ok"]) for part in checked["items"]] == [
        ("cashier", True),
        ("licence", True),
        ("signature", True),
    ]
    assert (await owner.ask("POST", f"{path}/fiscal-shift/open"))["state"] in ("opening", "open")

    booking = await booked(visitor(), salon)
    settlement = f"{root}/bookings/{booking['id']}/settlement"
    pay = {"payments": [{"payment_type": "cash", "cash_register_id": register, "amount": 45000}]}
    settled = await owner.ask("POST", settlement, {**pay, "operating_day": today()}, expect=201)
    has(settled, "id", "receipt")
    has(settled["receipt"], "state", "reason_code", "fiscal_code", "url")
    shown: list[dict[str, Any]] = []

    async def registered() -> bool:
        shown[:] = (await owner.ask("GET", f"{root}/receipts?state=registered"))["items"]
        return bool(shown)

    await eventually(registered)
    assert (shown[0]["fiscal_code"] is not None, shown[0]["url"] is not None) == (True, True)
    over = await owner.call("POST", settlement, pay)
    assert over.status_code == 409
    taken_back = await owner.ask("POST", f"{settlement}/reverse", expect=201)
    assert taken_back["payment_state"] == "reversed"

    deposit = {"kind": "deposit", "cash_register_id": register, "amount": 20000, "comment": "Розмін"}
    put_in = await owner.ask("POST", f"{root}/cash-operations", deposit, expect=201)
    corrected = await owner.ask("PATCH", f"{root}/cash-operations/{put_in['id']}", {"amount": 10000})
    assert corrected["amount"]["amount"] == 10000
    await owner.ask("DELETE", f"{root}/cash-operations/{corrected['id']}")
    lines = (await owner.ask("GET", f"{root}/cash-operations"))["items"]
    assert sum(line["amount"]["amount"] for line in lines) == 0
    assert {put_in["id"], corrected["id"]} <= {line["id"] for line in lines}  # nothing is ever removed
    closed = await owner.ask("POST", f"{path}/fiscal-shift/close")
    assert closed["state"] in ("closing", "closed")
