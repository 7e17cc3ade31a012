"""Whose is what: accounts, scopes, clients, rows."""

import asyncio
from uuid import UUID

import pytest
from sqlalchemy import text

from booking.usecases.changes.carry_out import settle_visit
from booking.usecases.copies import settle_departure
from booking.usecases.copies.settle_departure import settle_departures
from contracts.booking import BookingCancelled, StaffMemberChanged
from contracts.identity import (
    AccountChanged,
    AccountState,
    BookingRules,
    MembershipAdded,
    MembershipChanged,
    MembershipRemoved,
    MembershipRestored,
    MembershipState,
)
from contracts.permissions import Permission
from kit.ids import new_id
from tests.booking.salon import a_phone, every_day, utc_now
from tests.support.waiting import a_copy_is_waited_for


async def test_another_account_is_not_there(salon, open_another):
    made = await salon.booked(salon.at("10:00"))
    stranger = (await open_another()).owner
    for method, path, body in (
        ("GET", "/bookings", None),
        ("GET", f"/bookings/{made['id']}", None),
        ("POST", f"/bookings/{made['id']}/cancel", {}),
        ("GET", "/clients", None),
        ("GET", f"/calendar?from={salon.day()}&to={salon.day()}", None),
        ("POST", "/locations", {"name": "Чужа"}),
    ):
        answer = await salon.call(method, path, body, by=stranger)
        assert (answer.status_code, answer.json()["code"]) == (404, "request.not_found"), path


async def test_ids_of_another_account_name_nothing_here(salon, open_another):
    other = await open_another()
    made = await other.booked(other.at("10:00"))
    assert (await salon.call("GET", f"/bookings/{made['id']}")).status_code == 404
    assert (
        await salon.call("PUT", f"/staff-members/{other.staff}/schedule", every_day(("09:00", "10:00")))
    ).status_code == 404
    body = {"service_ids": [other.service], "staff_member_id": salon.staff, "starts_at": salon.at("10:00")}
    refused = await salon.call("POST", "/bookings", body)
    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (422, "unknown_service")
    refused = await salon.call(
        "POST", "/bookings", {**body, "service_ids": [salon.service], "staff_member_id": other.staff}
    )
    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (422, "unknown_staff_member")


async def test_the_database_itself_hides_other_accounts(salon, open_another):
    other = await open_another()
    await other.booked(other.at("10:00"))
    async with salon.bench.service.db.system_tx() as tx:
        tables = (
            await tx.scalars(
                text(
                    "SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid "
                    "WHERE c.relkind = 'r' AND a.attname = 'account_id' AND c.relnamespace = 'public'::regnamespace"
                )
            )
        ).all()
        unforced = (
            await tx.scalars(
                text(
                    "SELECT relname FROM pg_class WHERE relname = ANY(:t) "
                    "AND NOT (relrowsecurity AND relforcerowsecurity)"
                ),
                {"t": list(tables)},
            )
        ).all()
    assert unforced == []
    assert {"booking", "busy_time", "client", "hold", "booking_event"} <= set(tables)
    for table in sorted(set(tables) - {"outbox", "dead_letter"}):
        async with salon.bench.service.db.tx(salon.account_id) as tx:
            seen = await tx.scalar(
                text(f"SELECT count(*) FROM {table} WHERE account_id = :id"), {"id": other.account_id}
            )
            assert seen == 0, table
        async with salon.bench.service.db.tx() as tx:
            assert await tx.scalar(text(f"SELECT count(*) FROM {table}")) == 0, table


@pytest.mark.row("N38")
async def test_a_scope_of_one_location_sees_and_edits_that_one_alone(salon):
    second = (await salon.ok("POST", "/locations", {"name": "На Печерську"}))["id"]
    made = await salon.booked(salon.at("10:00"), location_id=salon.location)
    desk = await salon.member(*Permission, location_ids=frozenset({UUID(second)}))
    assert [one["id"] for one in (await salon.ok("GET", "/locations", by=desk))["items"]] == [second]
    assert (await salon.ok("GET", "/bookings", by=desk))["items"] == []
    assert (await salon.call("GET", f"/bookings/{made['id']}", by=desk)).status_code == 404
    assert (await salon.call("POST", f"/bookings/{made['id']}/cancel", {}, by=desk)).status_code == 404
    refused = await salon.call("PATCH", f"/locations/{salon.location}", {"name": "Моя"}, by=desk)
    assert (refused.status_code, refused.json()["code"]) == (403, "access.missing_scope")
    body = {"service_ids": [salon.service], "staff_member_id": salon.staff, "starts_at": salon.at("12:00")}
    assert (await salon.ok("POST", "/bookings", body, by=desk))["location_id"] == second


@pytest.mark.row("N13")
async def test_my_bookings_are_listed_over_all_firms(salon, open_another):
    other, client = await open_another(), salon.client()
    mine = [await salon.booked(salon.at("10:00"), by=client), await other.booked(other.at("12:00"), by=client)]
    await salon.booked(salon.at("12:00"))
    told = await salon.ok("GET", "/api/v1/me/bookings", by=client, params={"when": "coming"})
    assert [one["id"] for one in told["items"]] == [one["id"] for one in mine]
    assert {one["account_name"] for one in told["items"]} == {"Левада"}
    assert {one["vanity_address"] for one in told["items"]} == {salon.vanity, other.vanity}
    assert all(one["may_cancel"] for one in told["items"])


@pytest.mark.row("N14")
@pytest.mark.row("N16")
async def test_a_client_cancels_their_own_booking_and_nobody_elses(salon):
    client, other = salon.client(), salon.client()
    made = await salon.booked(salon.at("10:00"), by=client)
    where = f"/api/v1/me/bookings/{made['id']}"
    assert (await salon.call("POST", f"{where}/cancel", {}, by=other)).status_code == 404
    assert (await salon.call("GET", where, by=other)).status_code == 404
    assert (await salon.ok("GET", where, by=client))["state"] == "pending"
    assert (await salon.ok("POST", f"{where}/cancel", {}, by=client))["state"] == "cancelled_by_client"
    assert "10:00" in await salon.starts(salon.day())


async def test_a_client_moves_their_own_booking_to_an_offered_time(salon):
    client = salon.client()
    made = await salon.booked(salon.at("10:00"), by=client)
    where = f"/api/v1/me/bookings/{made['id']}/reschedule"
    await salon.booked(salon.at("12:00"))
    taken = await salon.call("POST", where, {"starts_at": salon.at("12:00")}, by=client)
    assert (taken.status_code, len(taken.json()["alternatives"])) == (409, 3)
    assert (await salon.call("POST", where, {"starts_at": salon.at("08:00")}, by=client)).status_code == 422
    moved = await salon.ok("POST", where, {"starts_at": salon.at("14:00")}, by=client)
    assert (moved["starts_at"], moved["version"]) == (salon.at("14:00"), 2)


async def test_after_the_cut_off_only_the_salon_can_change_it(open_another):
    salon = await open_another(rules={"cancel_cutoff_min": 60 * 24 * 7})
    client = salon.client()
    made = await salon.booked(salon.at("10:00"), by=client)
    for act, body in (("cancel", {}), ("reschedule", {"starts_at": salon.at("14:00")})):
        refused = await salon.call("POST", f"/api/v1/me/bookings/{made['id']}/{act}", body, by=client)
        assert (refused.status_code, refused.json()["code"]) == (409, "booking.cutoff_passed")
    assert (await salon.ok("POST", f"/bookings/{made['id']}/cancel", {}))["state"] == "cancelled_by_staff"


async def test_the_short_link_shows_the_visit_and_nothing_of_the_person(salon):
    client = salon.client()
    made = await salon.booked(salon.at("10:00"), by=client, client={"name": "Наталія Поліщук"})
    answer = await salon.bench.http.get(f"/api/v1/public/b/{made['code']}")
    assert answer.status_code == 200
    assert answer.json()["services"] == ["Стрижка"]
    assert "Наталія" not in answer.text
    assert client.phone_e164 not in answer.text
    assert (await salon.bench.http.get("/api/v1/public/b/zzzzzzzzzz")).status_code == 404


async def test_the_phone_of_a_booking_on_the_site_is_the_one_that_was_confirmed(salon):
    client = salon.client()
    spelled = "0" + client.phone_e164[4:]
    made = await salon.booked(salon.at("10:00"), by=client, client={"name": "Наталія", "phone": spelled})
    assert made["client"]["phone"] == client.phone_e164
    refused = await salon.book(salon.at("12:00"), by=client, client={"name": "Наталія", "phone": a_phone()})
    assert refused.status_code == 422
    assert refused.json()["errors"] == [
        {"pointer": "/client/phone", "code": "not_your_phone", "text": refused.json()["errors"][0]["text"]}
    ]
    nameless = await salon.book(salon.at("12:00"), client={})
    assert nameless.json()["errors"][0]["pointer"] == "/client/name"
    assert (await salon.booked(salon.at("12:00"), by=client, client={}))["client"]["name"] == "Наталія"
    body = {"service_ids": [salon.service], "staff_member_id": salon.staff, "starts_at": salon.at("14:00")}
    assert (await salon.bench.http.post(f"{salon.site}/bookings", json=body)).status_code == 401


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"starts_at": "tomorrow"}, "/starts_at"),
        ({"starts_at": "2026-11-24T10:00:00"}, "/starts_at"),
        ({"starts_at": "2026-11-24T10:00:30+02:00"}, "/starts_at"),
        ({"starts_at": "9999-12-31T23:59:00+00:00"}, "/starts_at"),
        ({"starts_at": "0001-01-01T00:00:00+14:00"}, "/starts_at"),
        ({"service_ids": []}, "/service_ids"),
        ({"service_ids": ["x"]}, "/service_ids/0"),
        ({"surprise": 1}, "/surprise"),
        ({"comment": "a\u0000b"}, "/comment"),
        ({"comment": "x" * 2001}, "/comment"),
        ({"client": {"name": "  "}}, "/client/name"),
        ({"client": {"name": "\u200b"}}, "/client/name"),
        ({"client": {"name": "\u202eанирІ"}}, "/client/name"),
        ({"client": {"name": "Н", "phone": "12"}}, "/client/phone"),
        ({"location_id": "01a00000-0000-7000-8000-000000000000"}, "/location_id"),
        ({"hold_id": "01a00000-0000-7000-8000-000000000000"}, "/hold_id"),
    ],
)
async def test_a_wrong_booking_names_its_field(salon, body, pointer):
    answer = await salon.book(
        **{"at": salon.at("10:00"), **({"at": body.pop("starts_at")} if "starts_at" in body else {})}, **body
    )
    assert answer.status_code == 422, answer.text
    assert answer.json()["errors"][0]["pointer"] == pointer, answer.text


def membership(salon, person, **facts):
    return MembershipState(
        **{
            "id": new_id(),
            "account_id": salon.account_id,
            "user_id": person.user_id,
            "name": "Ірина",
            "phone_e164": person.phone_e164,
            "role": "master",
            "permissions": frozenset({"booking.view"}),
            "accepts_bookings": True,
            "staff_member_id": new_id(),
            **facts,
        }
    )


@pytest.mark.row("S47")
async def test_a_member_who_accepts_bookings_is_seated_put_away_and_brought_back_with_bookings(salon):
    person = salon.bench.mint.person(a_phone())
    state = membership(salon, person)
    account = salon.account_id
    await salon.bench.deliver(MembershipAdded(account_id=account, version=1, membership=state))
    staff = str(state.staff_member_id)
    await salon.ok("PATCH", f"/staff-members/{staff}", {"service_ids": [salon.service]})
    await salon.ok("PUT", f"/staff-members/{staff}/schedule", every_day(("09:00", "18:00")))
    made = await salon.booked(salon.at("10:00"), staff_member_id=staff)
    away = state.model_copy(update={"is_active": False})
    await salon.bench.deliver(MembershipRemoved(account_id=account, version=2, membership=away))
    assert await salon.starts(salon.day(), staff_member_id=staff) == []
    assert staff not in [one["id"] for one in (await salon.ok("GET", "/staff-members"))["items"]]
    assert (await salon.ok("GET", f"/bookings/{made['id']}"))["items"][0]["staff_member_name"] == "Ірина"
    await salon.bench.deliver(MembershipRestored(account_id=account, version=3, membership=state))
    await salon.bench.deliver(MembershipRemoved(account_id=account, version=2, membership=away))  # late
    day = salon.day().isoformat()
    columns = (await salon.ok("GET", f"/calendar?from={day}&to={day}"))["columns"]
    assert [one["id"] for column in columns if column["staff_member_id"] == staff for one in column["bookings"]] == [
        made["id"]
    ]
    assert "11:00" in await salon.starts(salon.day(), staff_member_id=staff)
    said = await salon.bench.said(StaffMemberChanged, account_id=account)
    assert [one.staff_member.is_deleted for one in said if str(one.staff_member.id) == staff] == [
        False,
        False,
        True,
        False,
    ]
    assert [one.version for one in said if str(one.staff_member.id) == staff] == [1, 2, 3, 4]


@pytest.mark.row("S48")
async def test_who_is_removed_hands_visits_over_or_they_are_cancelled_as_it_was_chosen(salon):
    account, person = salon.account_id, salon.bench.mint.person(a_phone())
    state = membership(salon, person)
    await salon.bench.deliver(MembershipAdded(account_id=account, version=1, membership=state))
    staff = str(state.staff_member_id)
    alone = await salon.add_service("Манікюр", staff_member_ids=[staff])
    await salon.ok("PATCH", f"/staff-members/{staff}", {"service_ids": [salon.service, alone]})
    await salon.ok("PUT", f"/staff-members/{staff}/schedule", every_day(("09:00", "18:00")))
    free = await salon.booked(salon.at("10:00"), staff_member_id=staff)
    bound = await salon.booked(salon.at("12:00"), staff_member_id=staff, service_ids=[alone])

    def left(version, visits):
        away = state.model_copy(update={"is_active": False})
        by = {"removed_by": salon.owner.user_id, "removed_by_name": "Олена", "visits": visits}
        return MembershipRemoved(account_id=account, version=version, membership=away, **by)

    for _ in range(2):
        await salon.bench.deliver(left(2, "move"))
    await settle_departures(salon.bench.service.db, utc_now())
    moved = await salon.ok("GET", f"/bookings/{free['id']}")
    assert (moved["items"][0]["staff_member_id"], moved["starts_at"], moved["version"]) == (
        salon.staff,
        salon.at("10:00"),
        2,
    )
    entries = (await salon.ok("GET", f"/bookings/{bound['id']}/timeline"))["items"]
    assert [(one["kind"], one["actor_name"]) for one in entries[1:]] == [("kept_after_departure", "Олена")]
    await salon.bench.deliver(MembershipRestored(account_id=account, version=3, membership=state))
    await salon.bench.deliver(left(4, "cancel"))
    await settle_departures(salon.bench.service.db, utc_now())
    [said] = await salon.bench.said(BookingCancelled, account_id=account)
    assert (str(said.booking.id), said.cancelled_by, said.tell_client) == (bound["id"], "staff", True)


async def test_who_is_removed_is_put_away_at_once_and_the_visits_follow_a_few_at_a_time(salon, monkeypatch):
    account, db = salon.account_id, salon.bench.service.db
    state = membership(salon, salon.bench.mint.person(a_phone()))
    await salon.bench.deliver(MembershipAdded(account_id=account, version=1, membership=state))
    staff = str(state.staff_member_id)
    await salon.ok("PATCH", f"/staff-members/{staff}", {"service_ids": [salon.service]})
    await salon.ok("PUT", f"/staff-members/{staff}/schedule", every_day(("09:00", "18:00")))
    made = [(await salon.booked(salon.at(clock), staff_member_id=staff))["id"] for clock in ("10:00", "12:00", "14:00")]
    away = state.model_copy(update={"is_active": False})
    await salon.bench.deliver(
        MembershipRemoved(account_id=account, version=2, membership=away, removed_by_name="Олена", visits="cancel")
    )
    assert await salon.starts(salon.day(), staff_member_id=staff) == []

    async def cancelled():
        return [str(one.booking.id) for one in await salon.bench.said(BookingCancelled, account_id=account)]

    assert await cancelled() == []

    async def ends_in_trouble(tx, desk, visit, *rest):
        if str(visit.booking.id) == made[1]:
            raise RuntimeError("the database is away")
        await settle_visit(tx, desk, visit, *rest)

    with monkeypatch.context() as trouble:
        trouble.setattr(settle_departure, "AT_ONCE", 1)
        trouble.setattr(settle_departure, "settle_visit", ends_in_trouble)
        await settle_departures(db, utc_now())
    assert await cancelled() == made[:1], "what was settled stays settled"
    for _ in range(2):
        await settle_departures(db, utc_now())
    assert await cancelled() == made


async def test_a_member_who_stops_accepting_bookings_leaves_the_site(salon):
    person = salon.bench.mint.person(a_phone())
    state = membership(salon, person)
    await salon.bench.deliver(MembershipAdded(account_id=salon.account_id, version=1, membership=state))
    off = state.model_copy(update={"accepts_bookings": False})
    await salon.bench.deliver(MembershipChanged(account_id=salon.account_id, version=2, membership=off))
    page = (await salon.bench.http.get(salon.site)).json()
    assert str(state.staff_member_id) not in [one["id"] for one in page["staff"]]


async def test_a_staff_member_of_this_moment_is_waited_for(salon):
    person = salon.bench.mint.person(a_phone())
    state = membership(salon, person)

    async def later():
        await a_copy_is_waited_for()
        await salon.bench.deliver(MembershipAdded(account_id=salon.account_id, version=1, membership=state))

    plan = every_day(("09:00", "18:00"))
    answer, _ = await asyncio.gather(
        salon.call("PUT", f"/staff-members/{state.staff_member_id}/schedule", plan), later()
    )
    assert answer.status_code == 200


async def test_changed_settings_of_the_account_work_at_the_next_request(salon):
    assert "09:15" in await salon.starts(salon.day())
    state = AccountState(
        id=salon.account_id,
        name="Левада-2",
        vanity_address=salon.vanity,
        time_zone="Europe/Kyiv",
        country="UA",
        currency="UAH",
        language="uk",
        city="Київ",
        booking_rules=BookingRules(grid_min=60),
    )
    await salon.bench.deliver(AccountChanged(account_id=salon.account_id, version=3, account=state))
    older = state.model_copy(update={"booking_rules": BookingRules(grid_min=5)})
    await salon.bench.deliver(AccountChanged(account_id=salon.account_id, version=2, account=older))
    assert (await salon.starts(salon.day()))[:2] == ["09:00", "10:00"]
    listed = (await salon.bench.http.get("/api/v1/catalogue", params={"city": "київ"})).json()["items"]
    assert [one["addresses"] for one in listed if one["id"] == str(salon.account_id)] == [["Сагайдачного, 10"]]
    hidden = state.model_copy(update={"unlisted": True})
    await salon.bench.deliver(AccountChanged(account_id=salon.account_id, version=4, account=hidden))
    listed = (await salon.bench.http.get("/api/v1/catalogue")).json()["items"]
    assert str(salon.account_id) not in [one["id"] for one in listed]
