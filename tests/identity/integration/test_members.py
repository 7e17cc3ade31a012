"""Members: adding, rights, scope, owners, removing and bringing back."""

import asyncio
from collections import Counter
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from contracts.identity import MembershipAdded, MembershipChanged, MembershipRemoved, MembershipRestored
from contracts.permissions import Permission
from identity.roles import PRESETS
from kit.ids import new_id
from kit.testing import Bench
from tests.identity.conftest import People, new_phone
from tests.identity.integration.test_sign_in import let_time_pass


def id_of(path: str) -> UUID:
    return UUID(path[-36:])


async def test_a_member_is_added_by_phone_before_ever_signing_in(bench: Bench, people: People) -> None:
    owner, account = await people.owner()
    phone = new_phone()
    body = {
        "phone": phone[3:],
        "name": "Олена Шевчук",
        "role": "master",
        "location_ids": None,
        "accepts_bookings": True,
    }
    answer = await bench.http.post(f"{account}/members", json=body, headers=owner.headers)
    assert answer.status_code == 201
    member = answer.json()
    assert (member["phone"], member["name"], member["is_active"]) == (phone, "Олена Шевчук", True)
    assert UUID(member["staff_member_id"]).version == 7
    assert member["permissions"] == sorted(PRESETS["master"])
    [_, said] = await bench.said(MembershipAdded, account_id=id_of(account))
    assert str(said.membership.staff_member_id) == member["staff_member_id"]
    assert said.membership.accepts_bookings
    olena = await people.sign_in(phone)
    [mine] = (await bench.http.get("/api/v1/me", headers=olena.headers)).json()["memberships"]
    assert (mine["account_id"], mine["role"]) == (account[-36:], "master")


async def test_who_takes_no_bookings_has_no_column_until_they_do(bench: Bench, people: People) -> None:
    owner, account = await people.owner()
    _, path = await people.add(owner, account, accepts_bookings=False)

    async def switch(on: bool) -> tuple[bool, str | None]:
        answer = await bench.http.patch(path, json={"accepts_bookings": on}, headers=owner.headers)
        return answer.json()["accepts_bookings"], answer.json()["staff_member_id"]

    [_, said] = await bench.said(MembershipAdded, account_id=id_of(account))
    assert said.membership.staff_member_id is None
    _, column = await switch(True)
    assert column is not None
    assert await switch(False) == (False, column)
    assert await switch(True) == (True, column)  # the same column, with its past


async def test_one_person_is_one_member_of_an_account(bench: Bench, people: People) -> None:
    owner, account = await people.owner()
    olena, path = await people.add(owner, account)
    body = {"phone": olena.phone, "name": "Ще раз", "role": "master"}
    refused = await bench.http.post(f"{account}/members", json=body, headers=owner.headers)
    assert (refused.status_code, refused.json()["code"]) == (409, "identity.member_exists")
    await bench.http.delete(path, headers=owner.headers)
    refused = await bench.http.post(f"{account}/members", json=body, headers=owner.headers)
    assert (refused.json()["code"], refused.json()["member_id"]) == ("identity.member_was_removed", path[-36:])


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
    here, there = str(new_id()), str(new_id())
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
        await bench.http.patch(own_path, json={"role": "manager"}, headers=owner.headers),
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
        await bench.http.patch(own_path, json={"role": "owner"}, headers=manager.headers),
        await bench.http.patch(owner_path, json={"role": "master"}, headers=manager.headers),
        await bench.http.delete(owner_path, headers=manager.headers),
        await bench.http.post(
            f"{account}/members", json={"phone": new_phone(), "name": "Х", "role": "owner"}, headers=manager.headers
        ),
    ):
        assert (refused.status_code, refused.json()["code"]) == (403, "identity.owner_only")


async def test_a_person_made_owner_gets_every_right_in_every_location(bench: Bench, people: People) -> None:
    owner, account = await people.owner()
    _, path = await people.add(owner, account, location_ids=[str(new_id())], permissions={"booking.cancel": False})
    made = (await bench.http.patch(path, json={"role": "owner"}, headers=owner.headers)).json()
    assert (made["permissions"], made["location_ids"]) == (sorted(Permission), None)


@pytest.mark.row("S46")
async def test_a_removed_member_is_shut_out_at_once_and_comes_back_whole(bench: Bench, people: People) -> None:
    owner, account = await people.owner()
    helper, _ = await people.add(owner, account, "support")
    plain, _ = await people.add(owner, account, "administrator")
    here = str(new_id())
    olena, path = await people.add(
        owner, account, accepts_bookings=True, location_ids=[here], permissions={"cash.delete": True}
    )
    before = (await bench.http.get(f"{account}/members", headers=owner.headers)).json()["items"]
    removed = await bench.http.delete(path, headers=owner.headers)
    assert removed.json()["removed_at"] is not None
    assert (await bench.http.get(account, headers=olena.headers)).status_code == 404
    assert (await bench.http.get("/api/v1/me", headers=olena.headers)).json()["memberships"] == []
    listed = (await bench.http.get(f"{account}/members", headers=owner.headers)).json()["items"]
    assert path[-36:] not in {item["id"] for item in listed}
    with_removed = await bench.http.get(f"{account}/members?with_removed=true", headers=owner.headers)
    assert path[-36:] in {item["id"] for item in with_removed.json()["items"]}
    refused = await bench.http.post(f"{path}/restore", headers=plain.headers)
    assert (refused.status_code, refused.json()["permission"]) == (403, "staff.restore")
    assert (await bench.http.post(f"{path}/restore", headers=helper.headers)).status_code == 200
    after = (await bench.http.get(f"{account}/members", headers=owner.headers)).json()["items"]
    assert [{**item, "version": 0} for item in after] == [{**item, "version": 0} for item in before]
    assert (await bench.http.get(account, headers=olena.headers)).status_code == 200
    [gone] = await bench.said(MembershipRemoved, account_id=id_of(account))
    [back] = await bench.said(MembershipRestored, account_id=id_of(account))
    assert (gone.version, gone.membership.is_active, back.version, back.membership.is_active) == (2, False, 3, True)
    assert (await bench.http.post(f"{path}/restore", headers=owner.headers)).status_code == 404  # not removed now


async def test_phones_of_colleagues_are_for_those_who_edit_staff(bench: Bench, people: People) -> None:
    owner, account = await people.owner()
    master, _ = await people.add(owner, account)

    async def seen(by: dict[str, str]) -> dict[str, str]:
        items = (await bench.http.get(f"{account}/members", headers=by)).json()["items"]
        return {item["user_id"]: item["phone"] for item in items}

    assert await seen(owner.headers) == {str(owner.user_id): owner.phone, str(master.user_id): master.phone}
    assert await seen(master.headers) == {
        str(owner.user_id): f"+380…{owner.phone[-2:]}",
        str(master.user_id): master.phone,
    }


async def test_a_repeated_addition_with_one_key_adds_once(bench: Bench, people: People) -> None:
    owner, account = await people.owner()
    headers = {**owner.headers, "Idempotency-Key": "demo-administrator"}
    body = {"phone": new_phone(), "name": "Ірина", "role": "administrator"}
    first, second = [await bench.http.post(f"{account}/members", json=body, headers=headers) for _ in range(2)]
    assert (first.status_code, first.content) == (second.status_code, second.content)
    reused = await bench.http.post(f"{account}/members", json={**body, "name": "Інша"}, headers=headers)
    assert (reused.status_code, reused.json()["code"]) == (422, "request.idempotency_key_reused")


async def test_a_stale_change_of_a_member_is_refused(bench: Bench, people: People) -> None:
    owner, account = await people.owner()
    _, path = await people.add(owner, account)
    headers = {**owner.headers, "If-Match": '"1"'}
    first = await bench.http.patch(path, json={"name": "Перша"}, headers=headers)
    assert first.headers["etag"] == '"2"'
    assert (await bench.http.patch(path, json={"name": "Друга"}, headers=headers)).status_code == 412
    assert (await bench.http.delete(path, headers=headers)).status_code == 412
    malformed = await bench.http.patch(path, json={"name": "Третя"}, headers={**owner.headers, "If-Match": "x"})
    assert malformed.json()["errors"][0]["pointer"] == "header/if-match"


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


async def test_unknown_rights_are_refused_by_name(bench: Bench, people: People) -> None:
    owner, account = await people.owner()
    _, path = await people.add(owner, account)
    refused = await bench.http.patch(path, json={"permissions": {"cash.burn": True}}, headers=owner.headers)
    assert [(e["pointer"], e["code"]) for e in refused.json()["errors"]] == [("/permissions/cash.burn", "permission")]


async def test_the_journal_says_who_did_what(bench: Bench, people: People) -> None:
    owner, account = await people.owner()
    await bench.http.patch("/api/v1/me", json={"name": "Ірина"}, headers=owner.headers)
    _, path = await people.add(owner, account, name="Олена")
    await bench.http.patch(path, json={"permissions": {"cash.delete": True}}, headers=owner.headers)
    await bench.http.delete(path, headers=owner.headers)
    await bench.http.post(f"{path}/restore", headers=owner.headers)
    await bench.http.patch(account, json={"unlisted": True}, headers=owner.headers)
    headers = {**owner.headers, "Accept-Language": "uk"}
    pages, cursor = [], ""
    while True:
        page = (await bench.http.get(f"{account}/audit?limit=3{cursor}", headers=headers)).json()
        pages.append(page["items"])
        if page["next_cursor"] is None:
            break
        cursor = f"&cursor={page['next_cursor']}"
    assert [len(page) for page in pages] == [3, 3, 2]
    entries = [entry for page in pages for entry in page]
    assert [entry["action"] for entry in entries] == [
        "account.changed",
        "member.restored",
        "member.removed",
        "member.changed",
        "member.added",
        "member.profile_changed",
        "member.added",
        "account.registered",
    ]
    assert entries[0]["changes"] == [{"field": "unlisted", "before": False, "after": True}]
    assert entries[0]["actor"] == {"id": str(owner.user_id), "name": "Ірина"}
    granted = entries[3]
    assert granted["text"] == "Змінено співробітника: Олена"
    [change] = granted["changes"]
    assert set(change["after"]) - set(change["before"]) == {"cash.delete"}
    master, _ = await people.add(owner, account)
    assert (await bench.http.get(f"{account}/audit", headers=master.headers)).json()["permission"] == "audit.view"


async def test_one_person_works_in_two_accounts_with_different_rights(bench: Bench, people: People) -> None:
    owner, first = await people.owner()
    olena, _ = await people.add(owner, first)
    await let_time_pass(bench, olena.phone, timedelta(minutes=2))
    second = await people.account_of(olena)
    assert (await bench.http.patch(second, json={"city": "Львів"}, headers=olena.headers)).status_code == 200
    assert (await bench.http.patch(first, json={"city": "Львів"}, headers=olena.headers)).status_code == 403
