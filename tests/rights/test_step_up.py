"""Dangerous acts of every service want a fresh code, and a program does none of them but those made for it."""

from datetime import timedelta

import pytest

from kit.callers import EXPORT_AGE, STEP_UP_AGE, ApiKey
from kit.testing import Person
from tests.rights.world import EVERYTHING, World

SHOP = {"merchant": "shop", "secret": "secret", "domain": "salon.example.org"}
REGISTER = {"name": "Каса", "payment_types": ["cash"]}
CREDENTIALS = {"licence_key": "test-licence", "cashier_login": "cashier", "cashier_password": "secret"}
DANGEROUS = [
    (
        "notifications",
        "PUT",
        "/sms-providers/turbosms",
        {"kind": "http-token", "token": "good-token", "sender_name": "Salon"},
    ),
    ("fiscal", "POST", "/cash-registers", {**REGISTER, "checkbox": CREDENTIALS}),
    ("fiscal", "PUT", "/acquirers/wayforpay", SHOP),
    ("identity", "POST", "/api-keys", {"name": "Звіти", "permissions": ["booking.view"]}),
    ("identity", "POST", "/members", {"phone": "+380671234567", "name": "Ніна"}),
]


async def answer(world: World, who: Person, method: str, path: str, body: object) -> tuple[int, str]:
    url = f"/api/v1/accounts/{world.account_id}{path}"
    told = await world.bench.http.request(method, url, json=body, headers=who.headers)
    return told.status_code, told.json().get("code", "") if told.content[:1] == b"{" else ""


async def aged(world: World, age: timedelta | None) -> Person:
    """The owner, whose last code is so old."""
    owner = await world.as_member(EVERYTHING)
    return world.bench.mint.person(owner.phone_e164, user_id=owner.user_id, confirmed=age)


@pytest.mark.parametrize(("service", "method", "path", "body"), DANGEROUS)
async def test_a_dangerous_act_wants_a_fresh_code(
    worlds: dict[str, World], service: str, method: str, path: str, body: object
) -> None:
    world = worlds[service]
    for age in (STEP_UP_AGE + timedelta(seconds=5), None):
        told = await answer(world, await aged(world, age), method, path, body)
        assert told == (403, "access.step_up_required")
    fresh = await answer(world, await aged(world, STEP_UP_AGE - timedelta(minutes=1)), method, path, body)
    # Identity may still refuse: here it knows the member from an event alone, so nothing of theirs can be given on.
    assert fresh[0] != 403 or (service, fresh[1]) == ("identity", "identity.grant_exceeds_own")
    key = ApiKey(world.account_id, "Звіти", frozenset(EVERYTHING), None)
    program = world.bench.mint.person(api_key=key)
    assert await answer(world, program, method, path, body) == (403, "access.person_required")


async def test_where_the_account_demands_an_app_a_fresh_code_from_an_sms_is_not_enough(
    worlds: dict[str, World],
) -> None:
    for service, method, path, body in (
        *(act for act in DANGEROUS if act[0] != "identity"),  # its own tests say it of itself
        ("booking", "GET", "/reports/summary?from=2026-11-01&to=2026-11-30&format=csv", None),
    ):
        bench, account_id = worlds[service].bench, worlds[service].account_id
        phone = "+380671230001"
        without = await bench.make_member(
            account_id, EVERYTHING, role="manager", phone_e164=phone, second_factor_demanded_by="Олена"
        )
        assert await answer(worlds[service], without, method, path, body) == (403, "access.second_factor_demanded"), (
            path
        )
        url = f"/api/v1/accounts/{account_id}{path}"
        refused = (await bench.http.request(method, url, json=body, headers=without.headers)).json()
        assert "Олена" in refused["detail"]
        assert refused["fix"]["url"].endswith("/me/second-factor")
        owning = bench.mint.person(without.phone_e164, user_id=without.user_id, has_second_factor=True)
        assert (await answer(worlds[service], owning, method, path, body))[0] != 403, path
        key = ApiKey(account_id, "Звіти", frozenset(EVERYTHING), None)
        program = await answer(worlds[service], bench.mint.person(api_key=key), method, path, body)
        assert program[1] != "access.second_factor_demanded", "a program has no phone to carry an app on"


async def test_many_records_leave_only_on_the_day_of_a_code_or_with_a_key_made_for_it(worlds: dict[str, World]) -> None:
    world = worlds["booking"]
    report = ("GET", "/reports/summary?from=2026-11-01&to=2026-11-30&format=csv", None)
    stale = await aged(world, EXPORT_AGE + timedelta(seconds=5))
    assert await answer(world, stale, *report) == (403, "access.step_up_required")
    assert (await answer(world, await aged(world, EXPORT_AGE - timedelta(minutes=1)), *report))[0] == 200
    looked_at = await answer(world, stale, "GET", "/reports/summary?from=2026-11-01&to=2026-11-30", None)
    assert looked_at[0] == 200
    key = ApiKey(world.account_id, "Бухгалтерія", frozenset({"reports.view", "reports.export"}), None)
    assert (await answer(world, world.bench.mint.person(api_key=key), *report))[0] == 200
