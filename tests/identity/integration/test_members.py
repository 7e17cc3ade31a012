"""Members: adding, removing, bringing back, and the journal."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from contracts.fiscal import CashActRefused
from contracts.identity import MembershipAdded, MembershipRemoved, MembershipRestored
from contracts.notifications import MessageWritten, NotificationState
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


@pytest.mark.row("S46")
async def test_a_removed_member_is_shut_out_at_once_and_comes_back_whole(bench: Bench, people: People) -> None:
    owner, account = await people.owner()
    helper, _ = await people.add(owner, account, "support")
    plain, _ = await people.add(owner, account, "administrator")
    here = await people.place(account)
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


async def test_the_journal_says_who_did_what(bench: Bench, people: People) -> None:
    owner, account = await people.owner()
    await bench.http.patch("/api/v1/me", json={"name": "Ірина"}, headers=owner.headers)
    _, path = await people.add(owner, account, name="Олена")
    await bench.http.patch(path, json={"permissions": {"cash.delete": True}, "confirmed": True}, headers=owner.headers)
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


@pytest.mark.row("S60")
async def test_the_journal_says_who_wanted_to_touch_money_without_the_right_to(bench: Bench, people: People) -> None:
    owner, account = await people.owner()
    olena, path = await people.add(owner, account, name="Олена")
    refused = CashActRefused(
        account_id=id_of(account),
        version=1,
        refusal_id=new_id(),
        cash_operation_id=new_id(),
        permission="cash.delete",
        user_id=olena.user_id,
        user_name="Олена",
        origin="203.0.113.7",
        refused_at=datetime.now(UTC),
    )
    message_id = new_id()
    for _ in range(2):  # a message that comes twice is one attempt
        await bench.deliver(refused, message_id=message_id)
    headers = {**owner.headers, "Accept-Language": "uk"}
    of_olena = f"{account}/audit?actor_id={olena.user_id}"
    [entry] = (await bench.http.get(of_olena, headers=headers)).json()["items"]
    assert (entry["action"], entry["text"]) == ("act.refused", "Відмовлено в дії з грошима: Олена")
    assert entry["subject"] == {"type": "member", "id": path[-36:], "name": "Олена"}
    assert {one["field"]: one["after"] for one in entry["changes"]} == {
        "permission": "cash.delete",
        "cash_operation_id": str(refused.cash_operation_id),
    }


@pytest.mark.row("X15")
async def test_the_journal_says_who_wrote_to_a_client_by_hand(bench: Bench, people: People) -> None:
    owner, account = await people.owner()
    olena, path = await people.add(owner, account, name="Олена")
    message = NotificationState(
        id=new_id(), booking_id=new_id(), kind="written", recipient_type="client", recipient_id=new_id(),
        channel="sms", state="planned",
    )  # fmt: skip
    written = MessageWritten(
        account_id=id_of(account),
        version=1,
        notification=message,
        author_id=olena.user_id,
        author_name="Олена",
        origin="203.0.113.7",
        written_at=datetime.now(UTC),
    )
    message_id = new_id()
    for _ in range(2):
        await bench.deliver(written, message_id=message_id)
    headers = {**owner.headers, "Accept-Language": "uk"}
    [entry] = (await bench.http.get(f"{account}/audit?actor_id={olena.user_id}", headers=headers)).json()["items"]
    assert (entry["action"], entry["text"]) == ("client.written_to", "Власне повідомлення клієнту, автор: Олена")
    assert entry["subject"]["id"] == path[-36:]
    assert {one["field"]: one["after"] for one in entry["changes"]} == {
        "client_id": str(message.recipient_id),
        "booking_id": str(message.booking_id),
        "notification_id": str(message.id),
    }


async def test_one_person_works_in_two_accounts_with_different_rights(bench: Bench, people: People) -> None:
    owner, first = await people.owner()
    olena, _ = await people.add(owner, first)
    await let_time_pass(bench, olena.phone, timedelta(minutes=2))
    second = await people.account_of(olena)
    assert (await bench.http.patch(second, json={"city": "Львів"}, headers=olena.headers)).status_code == 200
    assert (await bench.http.patch(first, json={"city": "Львів"}, headers=olena.headers)).status_code == 403
