"""Asking for what was refused, deciding about it, and acts that need two people."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from contracts.identity import AccessRequested, ActApproved
from kit.testing import Bench
from tests.identity.conftest import People, Somebody, new_phone


async def ask(bench: Bench, refusal: dict[str, Any], who: Somebody) -> Any:
    """Press the button of a refusal."""
    order = refusal["ask"]
    return await bench.http.request(
        order["method"], order["url"].removeprefix("https://zapys.test"), json=order["body"], headers=who.headers
    )


@pytest.mark.row("X3")
@pytest.mark.row("S35")
async def test_one_press_sends_the_wish_and_one_more_fulfils_it(bench: Bench, people: People) -> None:
    owner, account = await people.owner()
    master, path = await people.add(owner, account)
    refused = (await bench.http.get(f"{account}/audit", headers=master.headers)).json()
    asked = await ask(bench, refused, master)
    assert (asked.status_code, asked.json()["state"]) == (201, "open")
    assert asked.json()["permissions"] == ["audit.view"]
    again = await ask(bench, refused, master)
    assert again.json()["id"] == asked.json()["id"]  # pressed twice, asked once
    [said] = await bench.said(AccessRequested, account_id=UUID(account[-36:]))
    assert (said.state, said.ask_user_ids, said.asked_by) == ("open", (owner.user_id,), master.user_id)
    [waiting] = (await bench.http.get(f"{account}/access-requests?state=open", headers=owner.headers)).json()["items"]
    assert waiting["id"] == asked.json()["id"]
    request = f"{account}/access-requests/{waiting['id']}"
    until = (datetime.now(UTC) + timedelta(days=7)).isoformat()
    granted = await bench.http.post(f"{request}/grant", json={"expires_at": until}, headers=owner.headers)
    assert (granted.status_code, granted.json()["state"]) == (200, "granted")
    assert (await bench.http.get(f"{account}/audit", headers=master.headers)).status_code == 200
    members = (await bench.http.get(f"{account}/members", headers=owner.headers)).json()["items"]
    [mine] = [member for member in members if member["id"] == path[-36:]]
    assert list(mine["permission_expiries"]) == ["audit.view"]
    late = await bench.http.post(f"{request}/decline", headers=owner.headers)
    assert (late.status_code, late.json()["code"], late.json()["state"]) == (409, "identity.request_decided", "granted")
    told = [
        entry["action"] for entry in (await bench.http.get(f"{account}/audit", headers=owner.headers)).json()["items"]
    ]
    assert told[:3] == ["request.granted", "member.changed", "request.made"]


async def test_a_missing_location_is_asked_for_too(bench: Bench, people: People) -> None:
    owner, account = await people.owner()
    here, there = await people.place(account), await people.place(account)
    master, path = await people.add(owner, account, location_ids=[here])
    body = {"rule": "access.missing_scope", "location_ids": [there]}
    asked = await bench.http.post(f"{account}/access-requests", json=body, headers=master.headers)
    await bench.http.post(f"{account}/access-requests/{asked.json()['id']}/grant", headers=owner.headers)
    members = (await bench.http.get(f"{account}/members", headers=owner.headers)).json()["items"]
    assert {m["id"]: m["location_ids"] for m in members}[path[-36:]] == sorted([here, there])


async def test_an_own_wish_is_found_among_any_number_of_others(bench: Bench, people: People) -> None:
    owner, account = await people.owner()
    master, _ = await people.add(owner, account)
    wish = {"permissions": ["cash.view"]}
    asked = await bench.http.post(f"{account}/access-requests", json=wish, headers=master.headers)
    async with bench.service.db.tx(UUID(account[-36:])) as tx:
        await tx.execute(
            text(
                """
                INSERT INTO access_request (account_id, id, version, member_id, member_name, rule, permissions,
                    location_ids, all_locations, state, created_at, expires_at)
                SELECT account_id, gen_random_uuid() , 1, gen_random_uuid(), '—', rule, permissions,
                    location_ids, all_locations, 'declined', created_at, expires_at
                FROM access_request, generate_series(1, 400)
                """
            )
        )
        # newer than the own one, whatever is random in them
        await tx.execute(
            text("UPDATE access_request SET id = ('f' || substr(id::text, 2))::uuid WHERE state = 'declined'")
        )
    [own] = (await bench.http.get(f"{account}/access-requests", headers=master.headers)).json()["items"]
    assert own["id"] == asked.json()["id"]
    every = (await bench.http.get(f"{account}/access-requests", headers=owner.headers)).json()["items"]
    assert len(every) == 200
    open_ones = (await bench.http.get(f"{account}/access-requests?state=open", headers=owner.headers)).json()["items"]
    assert [one["id"] for one in open_ones] == [own["id"]]


async def test_a_location_is_never_given_for_a_while(bench: Bench, people: People) -> None:
    """It would be given for ever without a word: ends are kept of rights alone."""
    owner, account = await people.owner()
    here, there = await people.place(account), await people.place(account)
    master, path = await people.add(owner, account, location_ids=[here])
    body = {"rule": "access.missing_scope", "location_ids": [there]}
    asked = await bench.http.post(f"{account}/access-requests", json=body, headers=master.headers)
    soon = {"expires_at": (datetime.now(UTC) + timedelta(days=1)).isoformat()}
    grant = f"{account}/access-requests/{asked.json()['id']}/grant"
    refused = await bench.http.post(grant, json=soon, headers=owner.headers)
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/expires_at")
    members = (await bench.http.get(f"{account}/members", headers=owner.headers)).json()["items"]
    assert {m["id"]: m["location_ids"] for m in members}[path[-36:]] == [here]


async def test_nobody_makes_the_second_person_alone(bench: Bench, people: People) -> None:
    """A second phone of one's own, added as a manager, would approve whatever its holder wishes."""
    owner, account = await people.owner()
    manager, _ = await people.add(owner, account, "manager")
    _, master = await people.add(owner, account)
    marked = await bench.http.patch(account, json={"second_person_for": ["staff.delete"]}, headers=owner.headers)
    assert marked.status_code == 200
    puppet = {"phone": new_phone(), "name": "Друга", "role": "manager"}
    refused = await bench.http.post(f"{account}/members", json=puppet, headers=manager.headers)
    assert (refused.status_code, refused.json()["code"]) == (403, "access.second_person_needed")
    for rights in ({"role": "manager"}, {"permissions": {"staff.delete": True}}):
        refused = await bench.http.patch(master, json={**rights, "confirmed": True}, headers=manager.headers)
        assert (refused.status_code, refused.json()["code"]) == (403, "access.second_person_needed"), rights
    seen = await bench.http.patch(master, json={"permissions": {"cash.view": True}}, headers=manager.headers)
    assert seen.status_code == 200, "what nobody marked, one gives alone"
    added = {"phone": new_phone(), "name": "Майстриня", "role": "master"}
    assert (await bench.http.post(f"{account}/members", json=added, headers=manager.headers)).status_code == 201
    both = {"second_person_for": ["permissions.edit", "staff.delete"]}
    assert (await bench.http.patch(account, json=both, headers=owner.headers)).status_code == 200
    refused = await bench.http.post(f"{account}/members", json=puppet, headers=manager.headers)
    asked = await ask(bench, refused.json(), manager)
    approved = await bench.http.post(f"{account}/access-requests/{asked.json()['id']}/grant", headers=owner.headers)
    assert approved.status_code == 200
    assert (await bench.http.post(f"{account}/members", json=puppet, headers=manager.headers)).status_code == 201


async def test_nobody_grants_their_own_wish_nor_more_than_they_hold(bench: Bench, people: People) -> None:
    owner, account = await people.owner()
    manager, _ = await people.add(owner, account, "manager", name="Керівник")
    master, _ = await people.add(owner, account)
    own = await bench.http.post(
        f"{account}/access-requests", json={"permissions": ["cash.delete"]}, headers=manager.headers
    )
    refused = await bench.http.post(f"{account}/access-requests/{own.json()['id']}/grant", headers=manager.headers)
    assert (refused.status_code, refused.json()["code"]) == (403, "identity.own_request")
    wish = await bench.http.post(
        f"{account}/access-requests", json={"permissions": ["cash.delete"]}, headers=master.headers
    )
    refused = await bench.http.post(f"{account}/access-requests/{wish.json()['id']}/grant", headers=manager.headers)
    assert (refused.status_code, refused.json()["code"]) == (403, "identity.grant_exceeds_own")
    assert refused.json()["ask"]["body"]["permissions"] == ["cash.delete"]
    other = await people.add(owner, account)
    seen = (await bench.http.get(f"{account}/access-requests", headers=other[0].headers)).json()["items"]
    assert seen == []  # what others ask for is nobody's business
    declined = await bench.http.post(f"{account}/access-requests/{wish.json()['id']}/decline", headers=owner.headers)
    assert declined.json()["state"] == "declined"


@pytest.mark.row("X16")
async def test_a_marked_act_waits_for_a_second_person_and_then_happens_once(bench: Bench, people: People) -> None:
    owner, account = await people.owner()
    lonely = await bench.http.patch(account, json={"second_person_for": ["staff.delete"]}, headers=owner.headers)
    assert (lonely.status_code, lonely.json()["code"]) == (409, "identity.nobody_else")
    manager, _ = await people.add(owner, account, "manager", name="Керівник")
    _, path = await people.add(owner, account)
    _, other = await people.add(owner, account)
    marked = await bench.http.patch(account, json={"second_person_for": ["staff.delete"]}, headers=owner.headers)
    assert marked.json()["second_person_for"] == ["staff.delete"]
    refused = await bench.http.delete(path, headers=owner.headers)
    assert (refused.status_code, refused.json()["code"]) == (403, "access.second_person_needed")
    assert refused.json()["holders"] == ["Керівник"]
    asked = await ask(bench, refused.json(), owner)
    request = f"{account}/access-requests/{asked.json()['id']}"
    assert (await bench.http.post(f"{request}/grant", headers=owner.headers)).json()["code"] == "identity.own_request"
    assert (await bench.http.delete(path, headers=owner.headers)).status_code == 403
    approved = await bench.http.post(f"{request}/grant", headers=manager.headers)
    assert approved.json()["state"] == "granted"
    [said] = await bench.said(ActApproved, account_id=UUID(account[-36:]))
    assert (said.user_id, said.approved_by, said.permission) == (owner.user_id, manager.user_id, "staff.delete")
    assert (await bench.http.delete(other, headers=owner.headers)).status_code == 403  # another act
    assert (await bench.http.delete(path, headers=manager.headers)).status_code == 403  # another person
    assert (await bench.http.delete(path, headers=owner.headers)).status_code == 200
    await bench.http.post(f"{path}/restore", headers=owner.headers)
    assert (await bench.http.delete(path, headers=owner.headers)).status_code == 403  # approved once, done once
    journal = (await bench.http.get(f"{account}/audit", headers=owner.headers)).json()["items"]
    [approval] = [entry for entry in journal if entry["action"] == "act.approved"]
    assert approval["actor"]["name"] == "Керівник"


async def test_rights_that_were_asked_for_are_given_with_a_fresh_code_too(bench: Bench, people: People) -> None:
    """Else a stolen session that may not change a member grants what an accomplice has asked for."""
    owner, account = await people.owner()
    master, _ = await people.add(owner, account)
    wish = await ask(bench, (await bench.http.get(f"{account}/audit", headers=master.headers)).json(), master)
    request = f"{account}/access-requests/{wish.json()['id']}"
    old = bench.mint.person(owner.phone, user_id=owner.user_id, confirmed=timedelta(hours=1))
    refused = await bench.http.post(f"{request}/grant", headers=old.headers)
    assert (refused.status_code, refused.json()["code"]) == (403, "access.step_up_required")
    assert (await bench.http.get(f"{account}/audit", headers=master.headers)).status_code == 403
    assert (await bench.http.post(f"{request}/grant", headers=owner.headers)).json()["state"] == "granted"


async def test_what_needs_two_people_is_given_back_to_one_by_an_owner_alone(bench: Bench, people: People) -> None:
    """Else whoever is to be guarded against takes the guard off first."""
    owner, account = await people.owner()
    manager, _ = await people.add(owner, account, "manager")
    both = {"second_person_for": ["staff.delete", "permissions.edit"]}
    assert (await bench.http.patch(account, json=both, headers=manager.headers)).status_code == 200
    for fewer in ([], ["staff.delete"]):
        refused = await bench.http.patch(account, json={"second_person_for": fewer}, headers=manager.headers)
        assert (refused.status_code, refused.json()["code"]) == (403, "identity.owner_only")
        assert refused.json()["holders"]
    assert (await bench.http.patch(account, json={"city": "Львів"}, headers=manager.headers)).status_code == 200
    done = await bench.http.patch(account, json={"second_person_for": []}, headers=owner.headers)
    assert done.json()["second_person_for"] == []


async def test_a_key_of_ones_own_is_no_second_person(bench: Bench, people: People) -> None:
    owner, account = await people.owner()
    await people.add(owner, account, "manager")
    master, path = await people.add(owner, account)
    await bench.http.patch(account, json={"second_person_for": ["staff.delete"]}, headers=owner.headers)
    asked = [
        await ask(bench, (await bench.http.delete(path, headers=owner.headers)).json(), owner),
        await ask(bench, (await bench.http.get(f"{account}/audit", headers=master.headers)).json(), master),
    ]
    key = {"name": "Бот", "permissions": ["staff.delete", "permissions.edit", "audit.view"]}
    made = (await bench.http.post(f"{account}/api-keys", json=key, headers=owner.headers)).json()["key"]
    token = (await bench.http.post("/api/v1/auth/tokens", json={"api_key": made})).json()["access_token"]
    for wish in asked:
        request = f"{account}/access-requests/{wish.json()['id']}"
        refused = await bench.http.post(f"{request}/grant", headers={"Authorization": f"Bearer {token}"})
        assert (refused.status_code, refused.json()["code"]) == (403, "access.person_required")
    assert (await bench.http.delete(path, headers=owner.headers)).status_code == 403


async def test_only_acts_that_ask_for_it_can_be_marked_and_only_rights_that_exist_be_asked_for(
    bench: Bench, people: People
) -> None:
    owner, account = await people.owner()
    wrong = await bench.http.patch(account, json={"second_person_for": ["booking.view"]}, headers=owner.headers)
    assert (wrong.status_code, wrong.json()["errors"][0]["code"]) == (422, "not_markable")
    master, _ = await people.add(owner, account)
    for body in ({"permissions": ["cash.print"]}, {"rule": "not a code"}, {"act": "DELETE /x 0"}):
        refused = await bench.http.post(f"{account}/access-requests", json=body, headers=master.headers)
        assert refused.status_code == 422
    stranger = {"permissions": ["audit.view"], "to": str(UUID(int=7))}
    refused = await bench.http.post(f"{account}/access-requests", json=stranger, headers=master.headers)
    assert refused.status_code == 404
