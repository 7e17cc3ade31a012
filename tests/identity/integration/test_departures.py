"""Members who leave for good or for a while, grants that end by themselves, and what stands in the way."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from contracts.base import Money
from contracts.booking import BookingCancelled, BookingCreated, BookingItem, BookingState
from contracts.identity import MembershipChanged, MembershipRemoved
from identity.usecases.end_expired import end_expired
from kit.ids import new_id
from kit.testing import Bench
from tests.identity.conftest import People, new_phone
from zapys_dev.databases import Urls


def in_a(**span: float) -> str:
    return (datetime.now(UTC) + timedelta(**span)).isoformat()


def a_visit(account: str, staff_member_id: str, *, days: float = 3) -> BookingState:
    starts_at = datetime.now(UTC) + timedelta(days=days)
    item = BookingItem(
        id=new_id(),
        service_id=new_id(),
        service_name="Стрижка",
        staff_member_id=UUID(staff_member_id),
        staff_member_name="Олена",
        starts_at=starts_at,
        ends_at=starts_at + timedelta(hours=1),
        price=Money(amount=45000),
    )
    return BookingState(
        id=new_id(),
        code="k3jd82",
        account_id=UUID(account[-36:]),
        location_id=new_id(),
        location_name="На Подолі",
        time_zone="Europe/Kyiv",
        state="confirmed",
        payment_state="unpaid",
        starts_at=starts_at,
        ends_at=item.ends_at,
        items=(item,),
        price=item.price,
        source="site",
        created_at=datetime.now(UTC),
    )


async def with_visits(bench: Bench, people: People) -> tuple[Any, str, str, list[BookingState]]:
    """An owner and a master at whom a client is awaited, another was yesterday, and a third one cancelled."""
    owner, account = await people.owner()
    _, path = await people.add(owner, account, accepts_bookings=True)
    [column] = [
        member["staff_member_id"]
        for member in (await bench.http.get(f"{account}/members", headers=owner.headers)).json()["items"]
        if member["id"] == path[-36:]
    ]
    visits = [a_visit(account, column), a_visit(account, column, days=-2), a_visit(account, column)]
    for visit in visits:
        await bench.deliver(BookingCreated(account_id=visit.account_id, version=1, booking=visit))
    off = visits[2].model_copy(update={"state": "cancelled_by_client"})
    await bench.deliver(BookingCancelled(account_id=off.account_id, version=2, booking=off, cancelled_by="client"))
    await bench.deliver(BookingCreated(account_id=off.account_id, version=1, booking=visits[2]))  # late, and old
    return owner, account, path, visits


@pytest.mark.row("S46")
async def test_a_departure_lists_the_clients_who_are_awaited_until_a_choice_is_sent(
    bench: Bench, people: People
) -> None:
    owner, account, path, visits = await with_visits(bench, people)
    refused = await bench.http.delete(path, headers=owner.headers)
    assert (refused.status_code, refused.json()["code"]) == (409, "identity.member_has_visits")
    assert [one["booking_id"] for one in refused.json()["bookings"]] == [str(visits[0].id)]
    assert (refused.json()["count"], refused.json()["choices"]) == (1, ["keep", "move", "cancel"])
    moved = await bench.http.delete(f"{path}?on_conflict=move", headers=owner.headers)
    assert (moved.status_code, moved.json()["is_active"]) == (200, False)
    [said] = await bench.said(MembershipRemoved, account_id=UUID(account[-36:]))
    assert (said.visits, said.removed_by) == ("move", owner.user_id)


@pytest.mark.row("S33")
async def test_switching_bookings_off_lists_who_is_booked_already(bench: Bench, people: People) -> None:
    owner, _, path, visits = await with_visits(bench, people)
    refused = await bench.http.patch(path, json={"accepts_bookings": False}, headers=owner.headers)
    assert (refused.status_code, refused.json()["code"]) == (409, "identity.member_has_visits")
    assert refused.json()["bookings"][0]["booking_id"] == str(visits[0].id)
    done = await bench.http.patch(f"{path}?on_conflict=keep", json={"accepts_bookings": False}, headers=owner.headers)
    assert done.json()["accepts_bookings"] is False


async def test_a_scope_names_locations_that_are_there(bench: Bench, people: People) -> None:
    owner, account = await people.owner()
    _, other = await people.owner()
    here, gone = await people.place(account), await people.place(account, is_deleted=True)
    foreign, nowhere = await people.place(other), "01890000-0000-7000-8000-000000000009"
    for wrong in (gone, foreign, nowhere):
        body = {"phone": new_phone(), "name": "Ніна", "role": "master", "location_ids": [here, wrong]}
        refused = await bench.http.post(f"{account}/members", json=body, headers=owner.headers)
        [error] = refused.json()["errors"]
        assert (refused.status_code, error["pointer"], error["code"]) == (422, "/location_ids", "location")
    member, path = await people.add(owner, account, location_ids=[here])
    assert (await bench.http.patch(path, json={"location_ids": [nowhere]}, headers=owner.headers)).status_code == 422
    assert (await bench.http.get(account, headers=member.headers)).status_code == 200


@pytest.mark.row("X16")
async def test_a_right_granted_for_a_while_ends_by_itself_and_the_journal_says_so(bench: Bench, people: People) -> None:
    owner, account = await people.owner()
    master, path = await people.add(owner, account)
    body = {"permissions": {"audit.view": True}, "permission_expiries": {"audit.view": in_a(hours=1)}}
    granted = await bench.http.patch(path, json=body, headers=owner.headers)
    assert list(granted.json()["permission_expiries"]) == ["audit.view"]
    assert (await bench.http.get(f"{account}/audit", headers=master.headers)).status_code == 200
    assert await end_all(bench, minutes=59) == 0
    assert await end_all(bench, minutes=61) == 1
    refused = await bench.http.get(f"{account}/audit", headers=master.headers)
    assert (refused.status_code, refused.json()["permission"]) == (403, "audit.view")
    said = (await bench.said(MembershipChanged, account_id=UUID(account[-36:])))[-1]
    assert "audit.view" not in said.membership.permissions
    entry = (await bench.http.get(f"{account}/audit", headers=owner.headers)).json()["items"][0]
    assert (entry["action"], entry["actor"]["id"], entry["origin"]) == ("member.grants_ended", None, "")
    assert await end_all(bench, minutes=62) == 0


async def test_a_membership_for_a_while_ends_by_itself(bench: Bench, people: People) -> None:
    owner, account = await people.owner()
    helper, path = await people.add(owner, account, ends_at=in_a(hours=2))
    assert (await bench.http.get(account, headers=helper.headers)).status_code == 200
    assert await end_all(bench, minutes=121) == 1
    assert (await bench.http.get(account, headers=helper.headers)).status_code == 404
    everybody = await bench.http.get(f"{account}/members?with_removed=true", headers=owner.headers)
    assert {item["id"]: item["is_active"] for item in everybody.json()["items"]}[path[-36:]] is False


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"permissions": {"audit.view": True}, "permission_expiries": {"audit.view": in_a(hours=-1)}}, "past"),
        ({"permission_expiries": {"booking.view": in_a(hours=1)}}, "not_granted"),
        ({"ends_at": in_a(days=-1)}, "past"),
    ],
)
async def test_an_end_lies_ahead_and_belongs_to_a_personal_grant(
    bench: Bench, people: People, body: dict[str, Any], code: str
) -> None:
    owner, account = await people.owner()
    _, path = await people.add(owner, account)
    refused = await bench.http.patch(path, json=body, headers=owner.headers)
    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (422, code)


@pytest.mark.row("S71")
async def test_a_dangerous_right_is_explained_before_it_is_given_and_its_author_is_kept(
    bench: Bench, people: People
) -> None:
    owner, account = await people.owner()
    _, path = await people.add(owner, account)
    rights = {"permissions": {"client.view_phone": True, "booking.cancel_paid": True}}
    headers = {**owner.headers, "Accept-Language": "en", "User-Agent": "Firefox/130"}
    unsaid = await bench.http.patch(path, json=rights, headers=headers)
    assert (unsaid.status_code, unsaid.json()["code"]) == (409, "identity.danger_unconfirmed")
    risen = await bench.http.patch(path, json={"role": "manager"}, headers=headers)
    assert "cash.edit" in {danger["permission"] for danger in risen.json()["dangers"]}
    body = {"phone": new_phone(), "name": "Нова", "role": "master", "permissions": {"cash.delete": True}}
    added = await bench.http.post(f"{account}/members", json=body, headers=headers)
    assert (added.status_code, added.json()["code"]) == (409, "identity.danger_unconfirmed")
    asked = await bench.http.patch(path, json={**rights, "confirmed": False}, headers=headers)
    assert (asked.status_code, asked.json()["code"]) == (409, "identity.danger_unconfirmed")
    [danger] = asked.json()["dangers"]
    assert danger["permission"] == "client.view_phone"
    assert "client base" in danger["why"]
    given = await bench.http.patch(path, json={**rights, "confirmed": True}, headers=headers)
    assert "client.view_phone" in given.json()["permissions"]
    entry = (await bench.http.get(f"{account}/audit", headers=headers)).json()["items"][0]
    assert entry["actor"]["id"] == str(owner.user_id)
    assert "Firefox/130" in entry["origin"]
    again = await bench.http.patch(path, json={**rights, "confirmed": False}, headers=headers)
    assert again.status_code == 200  # nothing dangerous is new


async def test_nobody_rewrites_the_journal_not_even_the_owner_of_the_database(
    bench: Bench, people: People, identity_database: Urls
) -> None:
    _, account = await people.owner()
    account_id = UUID(account[-36:])
    for act in ("UPDATE audit_entry SET actor_name = 'x'", "DELETE FROM audit_entry"):
        with pytest.raises(DBAPIError, match=r"permission denied|append-only"):
            async with bench.service.db.tx(account_id) as tx:
                await tx.execute(text(act))
    owner = await asyncpg.connect(identity_database.migration_url.replace("+asyncpg", ""))
    try:
        with pytest.raises(asyncpg.InsufficientPrivilegeError, match="append-only"):
            await owner.execute("TRUNCATE audit_entry")
        await owner.execute("ALTER TABLE audit_entry NO FORCE ROW LEVEL SECURITY")
        for act in ("UPDATE audit_entry SET actor_name = 'x'", "DELETE FROM audit_entry"):
            with pytest.raises(asyncpg.InsufficientPrivilegeError, match="append-only"):
                await owner.execute(act)
    finally:
        await owner.execute("ALTER TABLE audit_entry FORCE ROW LEVEL SECURITY")
        await owner.close()


@pytest.mark.row("N37")
@pytest.mark.row("N74")
async def test_there_is_no_limit_of_administrators_and_two_managers_are_equal(bench: Bench, people: People) -> None:
    owner, account = await people.owner()
    for number in range(51):
        body = {"phone": new_phone(), "name": f"Адміністратор {number}", "role": "administrator"}
        added = await bench.http.post(f"{account}/members", json=body, headers=owner.headers)
        assert added.status_code == 201
    managers = [await people.add(owner, account, "manager", name=name) for name in ("Перша", "Друга")]
    seen = [
        [right["key"] for right in items if right["held"]]
        for manager, _ in managers
        if (items := (await bench.http.get(f"{account}/permissions", headers=manager.headers)).json()["items"])
    ]
    assert seen[0] == seen[1]
    for manager, _ in managers:
        await bench.http.patch(account, json={"city": f"Місто {manager.phone}"}, headers=manager.headers)
    journal = (await bench.http.get(f"{account}/audit", headers=owner.headers)).json()["items"]
    assert [entry["actor"]["name"] for entry in journal[:2]] == ["Друга", "Перша"]


async def end_all(bench: Bench, *, minutes: int) -> int:
    """The worker's loop, at a later moment; only what this test made is due by then or long gone."""
    async with bench.service.db.system_tx() as tx:
        return await end_expired(tx, datetime.now(UTC) + timedelta(minutes=minutes))
