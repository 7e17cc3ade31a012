"""Registration that is left and continued elsewhere; settings that say what they do; the platform's own door."""

from typing import Any
from uuid import UUID

import httpx
import pytest

from contracts.http.identity import AccountChangeBody, BookingRulesBody
from identity.account_settings import RULES, SETTINGS
from kit.testing import Bench
from tests.identity.conftest import People, Somebody

DRAFT = "/api/v1/me/registration-draft"


@pytest.mark.row("N23")
async def test_three_steps_filled_on_a_phone_are_there_on_a_computer(bench: Bench, people: People) -> None:
    on_phone = await people.sign_in(device="Телефон")
    steps: dict[str, Any] = {
        "firm": {"name": "Левада", "city": "Київ"},
        "location": {"address": "вул. Сагайдачного, 12"},
        "services": {"items": [{"name": "Стрижка", "duration_min": 60}]},
    }
    empty = (await bench.http.get(DRAFT, headers=on_phone.headers)).json()
    assert (empty["steps"], empty["next_step"]) == ({}, "firm")
    for step, values in steps.items():
        kept = await bench.http.put(f"{DRAFT}/steps/{step}", json={"values": values}, headers=on_phone.headers)
        assert kept.status_code == 200
    await bench.http.put(
        f"{DRAFT}/steps/firm", json={"values": steps["firm"] | {"name": "Левада +"}}, headers=on_phone.headers
    )
    on_computer = bench.mint.person(on_phone.phone, user_id=on_phone.user_id)  # the same person, another session
    seen = (await bench.http.get(DRAFT, headers=on_computer.headers)).json()
    assert seen["steps"] == steps | {"firm": {"name": "Левада +", "city": "Київ"}}
    assert (seen["next_step"], seen["version"]) == ("staff", 4)
    stranger = await people.sign_in()
    assert (await bench.http.get(DRAFT, headers=stranger.headers)).json()["steps"] == {}
    await bench.http.delete(DRAFT, headers=on_phone.headers)
    assert (await bench.http.get(DRAFT, headers=on_computer.headers)).json()["steps"] == {}


async def test_a_draft_takes_known_steps_of_a_sensible_size(bench: Bench, people: People) -> None:
    person = await people.sign_in()
    unknown = await bench.http.put(f"{DRAFT}/steps/secrets", json={"values": {}}, headers=person.headers)
    assert unknown.status_code == 422
    huge = {"values": {"note": "x" * 20_000}}
    refused = await bench.http.put(f"{DRAFT}/steps/firm", json=huge, headers=person.headers)
    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (422, "too_long")


@pytest.mark.row("N78")
async def test_expert_settings_are_hidden_until_asked_for_and_say_what_they_do(bench: Bench, people: People) -> None:
    owner, account = await people.owner()
    headers = {**owner.headers, "Accept-Language": "en"}
    simple = (await bench.http.get(f"{account}/settings", headers=headers)).json()
    everything = (await bench.http.get(f"{account}/settings?expert=true", headers=headers)).json()
    assert all(not item["expert"] for item in simple["items"])
    assert simple["hidden"] == len(everything["items"]) - len(simple["items"]) > 0
    by_key = {item["key"]: item for item in everything["items"]}
    grid = by_key["booking_rules.grid_min"]
    assert (grid["default"], grid["value"], grid["minimum"], grid["maximum"], grid["unit"]) == (15, 15, 1, 240, "min")
    assert all(item["name"] != f"setting.{key}" and item["effect"].endswith(".") for key, item in by_key.items())
    await bench.http.patch(account, json={"booking_rules": {"grid_min": 30}, "unlisted": True}, headers=headers)
    changed = (await bench.http.get(f"{account}/settings?expert=true", headers=headers)).json()
    assert {i["key"]: i["value"] for i in changed["items"]}["booking_rules.grid_min"] == 30
    journal = (await bench.http.get(f"{account}/audit", headers=headers)).json()["items"]
    assert {change["field"] for change in journal[0]["changes"]} == {"booking_rules", "unlisted"}


def test_every_setting_that_can_be_changed_is_explained() -> None:
    """A new setting without words fails here."""
    fields = set(AccountChangeBody.model_fields) - {"booking_rules"} | {
        RULES + name for name in BookingRulesBody.model_fields
    }
    assert fields - {setting.key for setting in SETTINGS} == set()


@pytest.fixture
async def admin(bench: Bench) -> Any:
    """The admin door of the same service, with the operator's token."""
    from fastapi import FastAPI

    from kit import problems

    app = FastAPI()
    for router in bench.service.operator_routers:
        app.include_router(router)
    app.state.db = bench.service.db
    problems.install(app, bench.service.texts, "http://test")
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://admin") as http:
        yield http


async def visit(bench: Bench, who: Somebody, account: str, **more: Any) -> Any:
    body = {"account": account[-36:], "reason": "Заявка 1482: не видно записів", "minutes": 30, **more}
    return await bench.http.post("/api/v1/platform/visits", json=body, headers=who.headers)


async def test_support_enters_with_a_reason_for_a_while_and_the_owner_sees_it(
    bench: Bench, people: People, admin: httpx.AsyncClient
) -> None:
    owner, account = await people.owner()
    helper = await people.sign_in()
    refused = await visit(bench, helper, account)
    assert (refused.status_code, refused.json()["code"]) == (403, "identity.platform_only")
    appointed = await admin.post(
        "/admin/platform-staff", json={"phone": helper.phone, "name": "Дарина", "role": "support"}
    )
    assert appointed.status_code == 201
    assert (await visit(bench, helper, account, reason="так")).status_code == 422  # no reason to speak of
    assert (await visit(bench, helper, account, minutes=600)).status_code == 422
    entered = await visit(bench, helper, account)
    assert entered.status_code == 201
    assert (await bench.http.get(f"{account}/audit", headers=helper.headers)).status_code == 200
    denied = await bench.http.patch(account, json={"city": "Львів"}, headers=helper.headers)
    assert (denied.status_code, denied.json()["permission"]) == (403, "settings.account")
    journal = (await bench.http.get(f"{account}/audit", headers=owner.headers)).json()["items"]
    assert (journal[0]["action"], journal[0]["actor"]["name"]) == ("visit.began", "Zapys · Дарина")
    assert journal[0]["reason"] == "Заявка 1482: не видно записів"
    [seen] = (await bench.http.get(f"{account}/support-visits", headers=owner.headers)).json()["items"]
    assert (seen["id"], seen["ended_at"]) == (entered.json()["id"], None)
    left = await bench.http.delete(f"/api/v1/platform/visits/{seen['id']}", headers=helper.headers)
    assert left.json()["ended_at"] is not None
    assert (await bench.http.get(account, headers=helper.headers)).status_code == 404
    everybody = (await bench.http.get(f"{account}/members?with_removed=true", headers=owner.headers)).json()["items"]
    [gone] = [one for one in everybody if not one["is_active"]]
    back = await bench.http.post(f"{account}/members/{gone['id']}/restore", headers=owner.headers)
    assert (back.status_code, back.json()["code"]) == (409, "identity.visit_over")
    again = await visit(bench, helper, account)
    assert again.status_code == 201  # a second visit, the same person
    [_, own] = (await bench.http.get("/api/v1/platform/visits", headers=helper.headers)).json()["items"]
    assert UUID(own["account_id"]) == UUID(account[-36:])
    assert (await bench.http.get(account, headers=helper.headers)).status_code == 200
    dismissed = await admin.delete(f"/admin/platform-staff/{appointed.json()['user_id']}")
    assert dismissed.status_code == 204
    assert (await bench.http.get(account, headers=helper.headers)).status_code == 404, "they leave at once"
    seen = (await bench.http.get(f"{account}/support-visits", headers=owner.headers)).json()["items"]
    assert all(one["ended_at"] for one in seen)
    assert (await visit(bench, helper, account)).status_code == 403


@pytest.mark.parametrize(
    ("kept", "code"),
    [
        ("[" * 20 + "]" * 20, "wrong"),
        ("[" * 700 + "]" * 700, "wrong"),
        ("[" * 700 + '"\\u0000"' + "]" * 700, "wrong"),
        ("NaN", "number"),
        ("-1e999", "number"),
        ('"\\ud800"', "characters"),
        ('{"\\udfff": 1}', "characters"),
    ],
)
async def test_a_draft_keeps_nothing_that_could_not_be_read_again(
    bench: Bench, people: People, kept: str, code: str
) -> None:
    """A nest of seven hundred lists was kept and could never be shown: whoever sent it could not register any more."""
    person = await people.sign_in()
    path, headers = "/api/v1/me/registration-draft", {**person.headers, "Content-Type": "application/json"}
    refused = await bench.http.put(f"{path}/steps/firm", content=f'{{"values": {{"name": {kept}}}}}', headers=headers)
    [error] = refused.json()["errors"]
    assert (refused.status_code, error["pointer"], error["code"]) == (422, "/values", code)
    fitting = {"values": {"name": "Салон 😀", "hours": [{"days": [1, 2]}], "area": 12.5}}
    assert (await bench.http.put(f"{path}/steps/firm", json=fitting, headers=person.headers)).status_code == 200
    assert (await bench.http.get(path, headers=person.headers)).json()["steps"] == {"firm": fitting["values"]}


@pytest.mark.row("N87")
async def test_one_person_is_a_client_here_and_an_administrator_there(bench: Bench, people: People) -> None:
    owner, account = await people.owner()
    person, _ = await people.add(owner, account, "administrator")
    await people.owner()
    me = (await bench.http.get("/api/v1/me", headers=person.headers)).json()
    assert [(one["account_id"], one["role"]) for one in me["memberships"]] == [(account[-36:], "administrator")]
