"""The matrix of every route and every sort of caller: nobody comes past a rule, and every refusal explains itself.

What a route asks of its caller is learned from its own answers (`learn`), so a new route is covered by being there. A
route that refuses no member must be named here with its reason; a route that even strangers may use must lie under an
address that is made for them. Anything else is a route without a rule, and fails.
"""

import os
from collections.abc import Iterator

import pytest

from contracts.permissions import Permission
from identity.roles import EVERYTHING, PRESETS
from tests.rights.document import DOCUMENT, document_of
from tests.rights.learn import Rule, is_denied, rule_of
from tests.rights.world import Route, World

FOR_ANYBODY = ("/api/v1/public/", "/api/v1/catalogue", "/api/v1/auth/", "/api/v1/demo/", "/callbacks/")
FOR_WHO_IS_SIGNED_IN = ("/api/v1/me", "/api/v1/auth/", "/api/v1/platform/")
FOR_ANY_MEMBER = {
    "read_account": "name, address and rules of the firm one works in",
    "list_members": "colleagues by name; their phones need staff.edit",
    "list_permissions": "which rights there are and which of them one holds",
    "list_locations": "where one works",
    "list_services": "what is sold",
    "list_staff_members": "columns of the calendar",
    "get_staff_member": "one column of the calendar",
    "get_schedule": "when colleagues work",
    "list_time_off": "when colleagues are away",
    "list_closed_days": "when the firm is closed",
    "list_resources": "rooms and devices at work",
    "list_holidays": "when the country is closed",
    "list_access_requests": "the own ones; those of others need the right to decide",
    "ask_for_access": "whoever was refused may ask",
    "grant_access_request": "what it needs depends on the wish, which is read first: judged in test_requests.py",
    "decline_access_request": "as granting",
}
ANYBODY_ELSEWHERE = {
    "one_booking": "a booking by the code in its SMS",
    "get_price_list": "what the product costs",
    "list_ideas": "what people wish of the product",
    "write_to_platform": "a letter to those who run the product, counted per address",
}
SIGNED_IN_ELSEWHERE = {
    "list_accounts": "the caller's own accounts",
    "register_account": "everybody may open an account",
}


Learned = list[tuple[World, Route, Rule]]


@pytest.fixture(scope="session")
async def learned(worlds: dict[str, World]) -> Learned:
    """Every route with its rule."""
    return [(world, route, await rule_of(world, route)) for world in worlds.values() for route in world.routes]


def guarded(learned: Learned) -> Iterator[tuple[World, Route, Rule]]:
    return ((world, route, rule) for world, route, rule in learned if rule.needs or rule.any_of)


def test_no_route_is_without_a_rule(learned: Learned) -> None:
    without = [
        f"{route.service}: {route.address} ({route.operation_id})" for _, route, rule in learned if lacks(route, rule)
    ]
    assert not without, "require a permission, or say here who may and why:\n" + "\n".join(without)
    assert len(learned) >= 100


def lacks(route: Route, rule: Rule) -> bool:
    match rule.who:
        case "anybody":
            return not route.path.startswith(FOR_ANYBODY) and route.operation_id not in ANYBODY_ELSEWHERE
        case "signed in":
            return not route.path.startswith(FOR_WHO_IS_SIGNED_IN) and route.operation_id not in SIGNED_IN_ELSEWHERE
        case _:
            return not rule.needs and not rule.any_of and route.operation_id not in FOR_ANY_MEMBER


def test_every_request_of_the_matrix_comes_as_far_as_the_rule(learned: Learned) -> None:
    """A request refused for its form proves nothing about rights: then it needs a sample in `samples.BODIES`."""
    unread = [
        f"{route.address}: {rule.last}" for _, route, rule in learned if rule.who == "member" and lacks(route, rule)
    ]
    assert not unread, "\n".join(unread)
    broken = [route.address for _, route, rule in learned if rule.past_the_rules in (500, 504)]
    assert broken == []


@pytest.mark.row("S59")
async def test_nobody_from_outside_comes_into_an_account(learned: Learned) -> None:
    leaks = []
    for world, route, _ in learned:
        if not route.in_account:
            continue
        anonymous, stranger = await world.call(route, None), await world.call(route, world.stranger)
        if anonymous.status_code != 401:
            leaks.append(f"{route.address} answers {anonymous.status_code} to nobody")
        if (stranger.status_code, stranger.json()["code"]) != (404, "request.not_found"):
            leaks.append(f"{route.address} answers {stranger.status_code} to the owner of another account")
    assert not leaks, "\n".join(leaks)


@pytest.mark.row("S69")
@pytest.mark.parametrize("role", sorted(PRESETS))
async def test_a_role_comes_exactly_as_far_as_its_rights(learned: Learned, role: str) -> None:
    rights = PRESETS[role]
    wrong = []
    for world, route, rule in guarded(learned):
        answer = await world.call(route, await world.as_member(rights, role))
        if is_denied(answer) == rule.allows(rights):
            wrong.append(f"{route.address} needs {rule} and answers {answer.status_code}")
    assert not wrong, "\n".join(wrong)


async def test_without_one_right_of_its_rule_no_route_is_open(learned: Learned) -> None:
    leaks = []
    for world, route, rule in guarded(learned):
        for key in rule.needs:
            answer = await world.call(route, await world.as_member(EVERYTHING - {key}))
            if not is_denied(answer) or answer.json()["permission"] != key:
                leaks.append(f"{route.address} without {key}: {answer.status_code}")
        if rule.any_of and not is_denied(await world.call(route, await world.as_member(EVERYTHING - rule.any_of))):
            leaks.append(f"{route.address} without any of {rule}")
    assert not leaks, "\n".join(leaks)


@pytest.mark.row("X3")
def test_every_denial_names_the_right_the_rule_and_whom_to_ask(learned: Learned) -> None:
    silent, denials = [], 0
    for world, route, rule in guarded(learned):
        for denial in rule.denials:
            denials += 1
            ask = denial["ask"] or {}
            told = (
                denial["permission"] in set(Permission)
                and denial["title"] != denial["code"]
                and denial["rule"]["text"] not in ("", denial["code"])
                and denial["holders"] == ["Олена"]
                and [one["name"] for one in ask.get("to", ())] == ["Олена"]
                and ask["url"].endswith(f"/api/v1/accounts/{world.account_id}/access-requests")
                and ask["body"] == {"rule": denial["code"], "permissions": [denial["permission"]]}
            )
            if not told:
                silent.append(f"{route.address}: {denial}")
    assert not silent, "\n".join(silent)
    assert denials >= 60


def test_the_document_of_rights_says_what_the_routes_do(learned: Learned) -> None:
    new = document_of([(route, rule) for _, route, rule in learned])
    if os.environ.get("ZAPYS_WRITE_RIGHTS"):
        DOCUMENT.write_text(new, encoding="utf-8")
    written = DOCUMENT.read_text(encoding="utf-8")
    changed = sorted(set(new.splitlines()) ^ set(written.splitlines()))
    assert changed == [], "if that was meant: ZAPYS_WRITE_RIGHTS=1 ./zapys test tests/rights"
