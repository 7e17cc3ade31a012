"""Rights: roles, personal changes, grants, scope, owners."""

import asyncio
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from contracts.identity import MembershipChanged
from contracts.permissions import Permission
from identity.roles import PRESETS
from kit.ids import new_id
from kit.testing import Bench
from tests.identity.conftest import People, new_phone


def id_of(path: str) -> UUID:
    return UUID(path[-36:])


@pytest.mark.row("S69")
async def test_a_role_gives_its_rights_and_each_can_be_changed_for_one_person(bench: Bench, people: People) -> None:
    owner, account = await people.owner()
    _, path = await people.add(owner, account)

    async def change(**permissions: bool | None) -> Any:
        wishes = {key.replace("__", "."): value for key, value in permissions.items()}
        answer = await bench.http.patch(path, json={"permissions": wishes}, headers=owner.headers)
        assert answer.status_code == 200
        return answer.json()

    changed = await change(booking__cancel_paid=True, booking__cancel=False)
    assert changed["permission_changes"] == {"booking.cancel": False, "booking.cancel_paid": True}
    assert set(changed["permissions"]) == PRESETS["master"] - {"booking.cancel"} | {"booking.cancel_paid"}
    changed = await change(booking__cancel=True, booking__cancel_paid=None)
    assert changed["permission_changes"] == {}
    assert set(changed["permissions"]) == PRESETS["master"]
    versions = [said.version for said in await bench.said(MembershipChanged, account_id=id_of(account))]
    assert versions == [2, 3]


@pytest.mark.row("S34")
async def test_a_right_that_was_taken_away_is_missing_at_the_next_request(bench: Bench, people: People) -> None:
    owner, account = await people.owner()
    boss, path = await people.add(owner, account, "manager")
    assert (await bench.http.patch(account, json={"city": "Львів"}, headers=boss.headers)).status_code == 200
    await bench.http.patch(path, json={"permissions": {"settings.account": False}}, headers=owner.headers)
    refused = await bench.http.patch(account, json={"city": "Одеса"}, headers=boss.headers)
    assert (refused.status_code, refused.json()["permission"]) == (403, "settings.account")


@pytest.mark.row("S35")
async def test_a_refusal_names_the_right_and_who_can_grant_it(bench: Bench, people: People) -> None:
    owner, account = await people.owner()
    await bench.http.patch("/api/v1/me", json={"name": "Ірина Власниця"}, headers=owner.headers)
    master, _ = await people.add(owner, account)
    await people.add(owner, account, "manager", name="Керівник Коваль")
    refused = await bench.http.post(
        f"{account}/members", json={"phone": new_phone(), "name": "Х"}, headers={**master.headers}
    )
    assert (refused.status_code, refused.json()["code"]) == (403, "access.missing_permission")
    assert refused.json()["permission"] == "staff.edit"
    assert refused.json()["holders"] == ["Ірина Власниця", "Керівник Коваль"]


@pytest.mark.row("S67")
@pytest.mark.parametrize("role", ["administrator", "master", "operator", "support"])
async def test_without_the_right_nobody_changes_rights_not_even_their_own(
    bench: Bench, people: People, role: str
) -> None:
    owner, account = await people.owner()
    member, own_path = await people.add(owner, account, role)
    _, other_path = await people.add(owner, account)
    for path in (own_path, other_path):
        for change in ({"permissions": {"booking.cancel": True}}, {"role": "master"}, {"location_ids": None}):
            refused = await bench.http.patch(path, json=change, headers=member.headers)
            assert (refused.status_code, refused.json().get("permission")) == (403, "permissions.edit")


@pytest.mark.row("S68")
async def test_nobody_grants_more_than_they_hold(bench: Bench, people: People) -> None:
    owner, account = await people.owner()
    manager, own_path = await people.add(owner, account, "manager")
    _, path = await people.add(owner, account)
    for target in (path, own_path):
        change = {"permissions": {"cash.delete": True, "booking.delete_paid": True, "cash.view": True}}
        refused = await bench.http.patch(target, json=change, headers=manager.headers)
        assert (refused.status_code, refused.json()["code"]) == (403, "identity.grant_exceeds_own")
        assert refused.json()["permissions"] == ["booking.delete_paid", "cash.delete"]
    allowed = await bench.http.patch(path, json={"permissions": {"cash.view": True}}, headers=manager.headers)
    assert allowed.status_code == 200
    # neither by a role that holds more …
    refused = await bench.http.patch(path, json={"role": "support"}, headers=manager.headers)
    assert refused.json()["permissions"] == ["staff.restore"]
    # … nor by a new member
    body = {"phone": new_phone(), "name": "Новий", "role": "master", "permissions": {"cash.delete": True}}
    refused = await bench.http.post(f"{account}/members", json=body, headers=manager.headers)
    assert refused.json()["permissions"] == ["cash.delete"]


async def test_what_a_person_has_already_is_no_grant(bench: Bench, people: People) -> None:
    owner, account = await people.owner()
    manager, _ = await people.add(owner, account, "manager")
    _, path = await people.add(owner, account, permissions={"cash.delete": True})
    kept = await bench.http.patch(path, json={"permissions": {"booking.cancel": False}}, headers=manager.headers)
    assert kept.status_code == 200
    assert "cash.delete" in kept.json()["permissions"]
    taken = await bench.http.patch(path, json={"permissions": {"cash.delete": False}}, headers=manager.headers)
    assert "cash.delete" not in taken.json()["permissions"]


async def test_nobody_grants_locations_beyond_their_own(bench: Bench, people: People) -> None:
    owner, account = await people.owner()
    here, there = await people.place(account), await people.place(account)
    manager, own_path = await people.add(owner, account, "manager", location_ids=[here])
    body = {"phone": new_phone(), "name": "Новий", "role": "master", "location_ids": [here, there]}
    refused = await bench.http.post(f"{account}/members", json=body, headers=manager.headers)
    assert (refused.json()["code"], refused.json()["location_ids"]) == ("identity.grant_exceeds_own", [there])
    everywhere = {**body, "location_ids": None}
    refused = await bench.http.post(f"{account}/members", json=everywhere, headers=manager.headers)
    assert refused.json()["location_ids"] == ["*"]
    refused = await bench.http.patch(own_path, json={"location_ids": None}, headers=manager.headers)
    assert refused.status_code == 403
    added = await bench.http.post(f"{account}/members", json={**body, "location_ids": [here]}, headers=manager.headers)
    assert added.status_code == 201


async def test_nobody_reaches_through_a_colleague_further_than_they_do_themselves(bench: Bench, people: People) -> None:
    """What counts is a right at a place: given to somebody who works elsewhere too, it is given there."""
    owner, account = await people.owner()
    here, there = await people.place(account), await people.place(account)
    manager, _ = await people.add(owner, account, "manager", location_ids=[here])
    _, everywhere = await people.add(owner, account)
    _, elsewhere = await people.add(owner, account, location_ids=[there], permissions={"cash.delete": True})
    refused = await bench.http.patch(everywhere, json={"permissions": {"cash.view": True}}, headers=manager.headers)
    assert (refused.status_code, refused.json()["code"]) == (403, "identity.grant_exceeds_own")
    assert refused.json()["location_ids"] == ["*"]
    refused = await bench.http.patch(elsewhere, json={"location_ids": [here, there]}, headers=manager.headers)
    assert (refused.status_code, refused.json()["permissions"]) == (403, ["cash.delete"])
    narrowed = {"location_ids": [here], "permissions": {"cash.delete": False, "cash.view": True}}
    assert (await bench.http.patch(elsewhere, json=narrowed, headers=manager.headers)).status_code == 200


async def test_a_master_can_be_added_by_an_administrator_but_not_with_personal_rights(
    bench: Bench, people: People
) -> None:
    owner, account = await people.owner()
    administrator, _ = await people.add(owner, account, "administrator")
    body = {"phone": new_phone(), "name": "Новий", "role": "master"}
    refused = await bench.http.post(
        f"{account}/members", json={**body, "permissions": {"booking.cancel": False}}, headers=administrator.headers
    )
    assert refused.json()["permission"] == "permissions.edit"
    added = await bench.http.post(f"{account}/members", json=body, headers=administrator.headers)
    assert added.status_code == 201


@pytest.mark.row("S77")
async def test_the_last_owner_stays(bench: Bench, people: People) -> None:
    owner, account = await people.owner()
    [own] = (await bench.http.get(f"{account}/members", headers=owner.headers)).json()["items"]
    own_path = f"{account}/members/{own['id']}"
    for refused in (
        await bench.http.delete(own_path, headers=owner.headers),
        await bench.http.patch(own_path, json={"role": "manager", "confirmed": True}, headers=owner.headers),
    ):
        assert (refused.status_code, refused.json()["code"]) == (409, "identity.last_owner")
    second, second_path = await people.add(owner, account, "owner")
    assert (await bench.http.delete(own_path, headers=second.headers)).status_code == 200
    assert (await bench.http.delete(second_path, headers=second.headers)).json()["code"] == "identity.last_owner"


async def test_two_owners_who_remove_each_other_at_once_leave_one(bench: Bench, people: People) -> None:
    for _ in range(5):
        first, account = await people.owner()
        [own] = (await bench.http.get(f"{account}/members", headers=first.headers)).json()["items"]
        second, second_path = await people.add(first, account, "owner")
        answers = await asyncio.gather(
            bench.http.delete(second_path, headers=first.headers),
            bench.http.delete(f"{account}/members/{own['id']}", headers=second.headers),
        )
        assert Counter(answer.status_code for answer in answers)[200] == 1
        # whoever is left is let in, the other is a stranger
        seen = [(await bench.http.get(account, headers=who.headers)).status_code for who in (first, second)]
        assert sorted(seen) == [200, 404]


@pytest.mark.row("S37")
async def test_an_owner_holds_every_right_and_cannot_lose_one(bench: Bench, people: People) -> None:
    owner, account = await people.owner()
    _, path = await people.add(owner, account, "owner")
    for change in ({"permissions": {"booking.cancel_paid": False}}, {"location_ids": [str(new_id())]}):
        refused = await bench.http.patch(path, json=change, headers=owner.headers)
        assert (refused.status_code, refused.json()["code"]) == (422, "identity.owner_holds_everything")


async def test_an_owner_for_a_while_is_none_else_the_account_is_left_without_one(bench: Bench, people: People) -> None:
    owner, account = await people.owner()
    soon = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    body = {"phone": new_phone(), "name": "Нова власниця", "role": "owner", "ends_at": soon}
    refused = await bench.http.post(f"{account}/members", json=body, headers=owner.headers)
    assert (refused.status_code, refused.json()["code"]) == (422, "identity.owner_holds_everything")


async def test_only_an_owner_appoints_changes_or_removes_an_owner(bench: Bench, people: People) -> None:
    owner, account = await people.owner()
    everything = dict.fromkeys(Permission, True)
    manager, own_path = await people.add(owner, account, "manager", permissions=everything)
    [_, owner_row] = sorted(
        (await bench.http.get(f"{account}/members", headers=owner.headers)).json()["items"],
        key=lambda item: item["role"] == "owner",
    )
    owner_path = f"{account}/members/{owner_row['id']}"
    for refused in (
        await bench.http.patch(own_path, json={"role": "owner", "confirmed": True}, headers=manager.headers),
        await bench.http.patch(owner_path, json={"role": "master"}, headers=manager.headers),
        await bench.http.delete(owner_path, headers=manager.headers),
        await bench.http.post(
            f"{account}/members", json={"phone": new_phone(), "name": "Х", "role": "owner"}, headers=manager.headers
        ),
    ):
        assert (refused.status_code, refused.json()["code"]) == (403, "identity.owner_only")


async def test_a_person_made_owner_gets_every_right_in_every_location(bench: Bench, people: People) -> None:
    owner, account = await people.owner()
    here = await people.place(account)
    _, path = await people.add(owner, account, location_ids=[here], permissions={"booking.cancel": False})
    made = (await bench.http.patch(path, json={"role": "owner", "confirmed": True}, headers=owner.headers)).json()
    assert (made["permissions"], made["location_ids"]) == (sorted(Permission), None)


@pytest.mark.row("S71")
async def test_dangerous_rights_are_marked_with_the_reason_in_the_readers_language(
    bench: Bench, people: People
) -> None:
    owner, account = await people.owner()
    master, _ = await people.add(owner, account)
    reasons = []
    for language in ("uk", "ru", "en"):
        headers = {**master.headers, "Accept-Language": language}
        listed = (await bench.http.get(f"{account}/permissions", headers=headers)).json()
        rows = {item["key"]: item for item in listed["items"]}
        assert set(rows) == set(Permission)
        assert {key for key, row in rows.items() if row["dangerous"]} == {
            "client.view_surname",
            "client.view_phone",
            "client.view_social",
            "cash.delete",
            "cash.edit",
            "booking.delete_paid",
            "schedule.edit_own",
            "schedule.edit_all",
            "operating_day.choose",
            "permissions.edit",
        }
        assert all(bool(row["why"]) == row["dangerous"] for row in rows.values())
        assert {key for key, row in rows.items() if row["held"]} == PRESETS["master"]
        assert {role["key"] for role in listed["roles"]} == set(PRESETS)
        reasons.append(rows["cash.delete"]["why"])
    assert len(set(reasons)) == 3


async def test_a_scope_names_at_least_one_location(bench: Bench, people: People) -> None:
    owner, account = await people.owner()
    _, path = await people.add(owner, account)
    refused = await bench.http.patch(path, json={"location_ids": []}, headers=owner.headers)
    assert [(e["pointer"], e["code"]) for e in refused.json()["errors"]] == [("/location_ids", "too_short")]


async def test_unknown_rights_are_refused_by_name(bench: Bench, people: People) -> None:
    owner, account = await people.owner()
    _, path = await people.add(owner, account)
    refused = await bench.http.patch(path, json={"permissions": {"cash.burn": True}}, headers=owner.headers)
    assert [(e["pointer"], e["code"]) for e in refused.json()["errors"]] == [("/permissions/cash.burn", "permission")]
