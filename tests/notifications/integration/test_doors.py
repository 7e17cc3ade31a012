"""The HTTP doors: who may, what is refused, what is never shown."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from urllib.parse import urlencode

import pytest
from opentelemetry import trace
from sqlalchemy import select, text

from contracts.http.notifications import NotificationSettings
from contracts.permissions import Permission
from kit.ids import new_id
from notifications.tables import Base, DeliveryAttempt
from tests.notifications.last_call import AT_THREE_HOURS, VISIT, only_reminder_3h
from tests.notifications.salon import KYIV, Salon, kyiv

PATHS = [
    ("GET", "notifications", Permission.NOTIFICATIONS_VIEW),
    ("GET", "notification-settings", Permission.NOTIFICATIONS_VIEW),
    ("PUT", "notification-settings", Permission.SETTINGS_NOTIFICATIONS),
    ("GET", "sms-providers", Permission.SETTINGS_INTEGRATIONS),
    ("GET", "sms-providers/turbosms", Permission.SETTINGS_INTEGRATIONS),
    ("PUT", "sms-providers/integrica", Permission.SETTINGS_INTEGRATIONS),
    ("POST", "sms-providers/turbosms/check", Permission.SETTINGS_INTEGRATIONS),
    ("GET", "sms-balance", Permission.NOTIFICATIONS_VIEW),
    ("GET", "templates", Permission.NOTIFICATIONS_VIEW),
    ("GET", "templates/created/uk", Permission.NOTIFICATIONS_VIEW),
    ("POST", "templates/preview", Permission.NOTIFICATIONS_VIEW),
]
BODIES: dict[str, Any] = {
    "sms-providers/integrica": {"kind": "own-balance"},
    "templates/preview": {"kind": "created"},
    "notification-settings": {},
}


@pytest.mark.parametrize(("method", "rest", "permission"), PATHS)
async def test_each_door_asks_for_its_right_and_hides_from_strangers(
    salon: Salon, method: str, rest: str, permission: Permission
) -> None:
    body = BODIES.get(rest)
    without = [right for right in Permission if right is not permission]
    person = await salon.member("administrator", permissions=[right.value for right in without])
    http, path = salon.bench.http, salon.path(rest)
    refused = await http.request(method, path, headers=person.headers, json=body)
    assert (refused.status_code, refused.json()["permission"]) == (403, permission.value)
    stranger = salon.bench.mint.person("+380509999999")
    assert (await http.request(method, path, headers=stranger.headers, json=body)).status_code == 404
    assert (await http.request(method, path, json=body)).status_code == 401
    let_in = await http.request(method, path, headers=salon.owner.headers, json=body)
    assert let_in.status_code == 200, let_in.text


async def test_a_member_of_another_location_sees_none_of_its_messages(salon: Salon) -> None:
    [booking] = await only_reminder_3h(salon)
    elsewhere = await salon.member("administrator", location_ids=frozenset({new_id()}))
    answer = await salon.bench.http.get(salon.path(f"bookings/{booking.id}/notifications"), headers=elsewhere.headers)
    assert (answer.status_code, answer.json()["code"]) == (403, "access.missing_scope")
    assert (await salon.get("notifications", elsewhere))["items"] == []


async def test_defaults_of_a_new_account(salon: Salon) -> None:
    settings = await salon.get("notification-settings")
    assert settings == NotificationSettings().model_dump(mode="json") | {"staff_kinds": settings["staff_kinds"]}
    assert settings["quiet_hours"] == {"enabled": True, "starts": "21:00", "ends": "07:00", "policy": "drop"}
    assert settings["client_kinds"]["created"] is False
    assert settings["offsets"] == {
        "reminder_3d_min": 4320,
        "reminder_eve_at": "19:00",
        "reminder_3h_min": 180,
        "review_after_min": 120,
    }
    assert sorted(settings["staff_kinds"]["created"]["recipients"]) == ["administrator", "owner", "staff_member"]


async def test_settings_of_an_older_version_are_not_overwritten(salon: Salon) -> None:
    path, headers = salon.path("notification-settings"), salon.owner.headers
    first = await salon.bench.http.put(path, headers={**headers, "If-Match": '"0"'}, json={"merge_same_day": True})
    assert (first.status_code, first.json()["version"], first.headers["etag"]) == (200, 1, '"1"')
    stale = await salon.bench.http.put(path, headers={**headers, "If-Match": '"0"'}, json={})
    assert (stale.status_code, stale.json()["current_version"]) == (412, 1)
    assert (await salon.get("notification-settings"))["merge_same_day"] is True


@pytest.mark.parametrize(
    ("rest", "body", "pointer"),
    [
        ("notification-settings", {"surprise": 1}, "/surprise"),
        ("notification-settings", {"offsets": {"reminder_3h_min": 0}}, "/offsets/reminder_3h_min"),
        ("notification-settings", {"quiet_hours": {"starts": "21:00:05"}}, "/quiet_hours/starts"),
        ("notification-settings", {"quiet_hours": {"policy": "sing"}}, "/quiet_hours/policy"),
        ("notification-settings", {"staff_kinds": {"created": {"recipients": ["king"]}}}, None),
        ("sms-providers/turbosms", {"kind": "http-token", "sender_name": "Salon"}, "/token"),
        ("sms-providers/turbosms", {"kind": "soap-login", "sender_name": "Salon", "password": "x"}, "/login"),
        ("sms-providers/alphasms", {"kind": "api-key", "sender_name": "Salon"}, "/key"),
        ("sms-providers/turbosms", {"kind": "http-token", "token": "t", "sender_name": "Olena Beauty"}, "/sender_name"),
        ("sms-providers/turbosms", {"kind": "http-token", "token": "t", "sender_name": "Олена"}, "/sender_name"),
        ("sms-providers/turbosms", {"kind": "http-token", "token": "t", "sender_name": "0671234567"}, "/sender_name"),
    ],
)
@pytest.mark.row("S14")
async def test_a_wrong_field_is_named(salon: Salon, rest: str, body: dict[str, Any], pointer: str | None) -> None:
    fresh = Salon(salon.bench, salon.simulators)
    await fresh.open(kyiv("2026-12-07T12:00"))
    answer = await salon.bench.http.put(fresh.path(rest), headers=fresh.owner.headers, json=body)
    assert answer.status_code == 422, answer.text
    pointers = [error["pointer"] for error in answer.json()["errors"]]
    assert pointer is None or pointer in pointers
    assert all(error["text"] for error in answer.json()["errors"])


async def test_a_way_of_connecting_belongs_to_its_provider(salon: Salon) -> None:
    answer = await salon.bench.http.put(
        salon.path("sms-providers/alphasms"),
        headers=salon.owner.headers,
        json={"kind": "http-token", "token": "t", "sender_name": "Salon"},
    )
    assert (answer.status_code, answer.json()["code"]) == (422, "notifications.provider_kind_mismatch")


@pytest.mark.row("S9")
async def test_a_secret_goes_in_and_never_comes_out(salon: Salon) -> None:
    secret = "very-secret-token-8823"
    await salon.set_provider(token=secret, webhook_secret="hook-secret-771")
    kept = await salon.bench.http.put(
        salon.path("sms-providers/turbosms"),
        headers=salon.owner.headers,
        json={"kind": "http-token", "sender_name": "Other"},
    )
    assert kept.json()["has_secret"]
    shown = f"{kept.text} {await salon.get('sms-providers')}"
    assert secret not in shown
    assert "hook-secret-771" not in shown
    async with salon.bench.service.db.system_tx() as tx:
        stored = (await tx.execute(text("SELECT provider_account::text FROM provider_account"))).scalars().all()
    assert not any(secret.encode().hex() in row or secret in row for row in stored)


async def test_a_sealed_secret_copied_to_another_account_opens_nothing(salon: Salon, morning: Any) -> None:
    other = await Salon(salon.bench, salon.simulators).open(morning)
    await other.set_provider(token="anything")
    async with salon.bench.service.db.system_tx() as tx:
        await tx.execute(
            text(
                "UPDATE provider_account SET sealed = (SELECT sealed FROM provider_account "
                "WHERE account_id = :good AND provider = 'turbosms') "
                "WHERE account_id = :other AND provider = 'turbosms'"
            ),
            {"good": salon.account_id, "other": other.account_id},
        )
    answer = await salon.bench.http.post(other.path("sms-providers/turbosms/check"), headers=other.owner.headers)
    assert answer.json()["reason_code"] == "provider_unauthorized"


@pytest.mark.row("S9")
@pytest.mark.row("S10")
async def test_the_check_tells_the_providers_verdict_and_sends_nothing(salon: Salon) -> None:
    http, headers = salon.bench.http, salon.owner.headers
    good = (await http.post(salon.path("sms-providers/turbosms/check"), headers=headers)).json()
    assert good["ok"]
    assert float(good["balance"]) > 0
    await salon.set_provider("alphasms", key="mistyped")
    wrong = (await http.post(salon.path("sms-providers/alphasms/check"), headers=headers)).json()
    assert (wrong["ok"], wrong["reason_code"], wrong["provider_error"]) == (
        False,
        "provider_unauthorized",
        "Access denied",
    )
    await salon.set_provider(kind="soap-login", login=f"salon-{salon.account_id.hex}", password="secret", token=None)
    soap = (await http.post(salon.path("sms-providers/turbosms/check"), headers=headers)).json()
    assert soap["ok"], soap
    assert await salon.accepted() == []
    unset = await http.post(f"/api/v1/accounts/{salon.account_id}/sms-providers/carrier-pigeon/check", headers=headers)
    assert unset.status_code == 422


async def test_the_soap_login_sends_too(salon: Salon) -> None:
    await salon.set_provider(kind="soap-login", login=f"salon-{salon.account_id.hex}", password="secret", token=None)
    [booking] = await only_reminder_3h(salon)
    await salon.send()
    [accepted] = await salon.accepted()
    assert accepted["gateway"] == "soap"
    assert (await salon.row(booking, "reminder_3h")).provider_message_id == accepted["message_id"]


async def test_a_preview_counts_parts_and_price_and_refuses_unknown_variables(salon: Salon) -> None:
    async def preview(**body: Any) -> Any:
        path = salon.path("templates/preview")
        return await salon.bench.http.post(path, headers=salon.owner.headers, json={"kind": "reminder_eve", **body})

    shown = (await preview(text="{account}: чекаємо {date} о {time}")).json()
    assert shown["text"] == "Салон: чекаємо 23.11 о 14:00"
    assert (shown["alphabet"], shown["parts"], shown["price"]["amount"]) == ("ucs2", 1, 90)
    assert (await preview(text="a" * 161, language="en")).json()["parts"] == 2
    foo = await preview(text="{phone} {foo}")
    assert (foo.status_code, foo.json()["variable"]) == (422, "foo")
    for broken in ("{", "{}", "{account", "{account:>999999999}", "{account.__class__}", "{account!r}", "{0}"):
        assert (await preview(text=broken)).status_code == 422, broken


async def test_pages_of_messages_follow_one_another(salon: Salon) -> None:
    from notifications import queries

    salon.set_clock(AT_THREE_HOURS)
    for _ in range(3):
        await salon.book(VISIT)
    whole = (await salon.get("notifications?state=suppressed"))["items"]
    page, queries.PAGE = queries.PAGE, 4
    try:
        first = await salon.get("notifications?state=suppressed")
        second = await salon.get(f"notifications?state=suppressed&cursor={first['next_cursor']}")
    finally:
        queries.PAGE = page
    assert first["items"] + second["items"] == whole[:8]
    for nonsense in ("cursor=abc", "state=sleeping", "from=yesterday"):
        answer = await salon.bench.http.get(salon.path(f"notifications?{nonsense}"), headers=salon.owner.headers)
        assert answer.status_code == 422, nonsense


async def test_messages_of_a_day_are_those_of_the_accounts_own_calendar(salon: Salon) -> None:
    salon.set_clock(AT_THREE_HOURS)
    await salon.book(VISIT)
    found = (await salon.get("notifications"))["items"]
    times = [datetime.fromisoformat(item["planned_at"]) for item in found]
    days = {at.astimezone(KYIV).date().isoformat() for at in times}
    by_day = [(await salon.get(f"notifications?from={day}&to={day}"))["items"] for day in days]
    assert all(by_day)
    assert sum(len(items) for items in by_day) == len(times)
    since, until = min(times), kyiv("2026-12-11 00:00")
    by_moment = await salon.get(f"notifications?{urlencode({'from': since.isoformat(), 'to': until.isoformat()})}")
    assert len(by_moment["items"]) == len([at for at in times if at < until]) < len(times)


async def test_a_client_refuses_reminders_everywhere_and_moves_still_come(salon: Salon) -> None:
    from contracts.booking import ClientChanged

    person = salon.bench.mint.person("+380501112233")
    client = salon.client(user_id=person.user_id)
    await salon.deliver(ClientChanged(account_id=salon.account_id, version=1, client=client))
    booking = await salon.book(VISIT, client=client)
    wishes = {"messages": True, "reminders": False, "changes": True}
    saved = await salon.bench.http.put("/api/v1/me/notification-preferences", headers=person.headers, json=wishes)
    assert wishes.items() <= saved.json().items()
    await salon.replan()
    reminders = [row for row in await salon.rows(booking) if row.kind.startswith("reminder")]
    assert {row.reason_code for row in reminders} == {"client_opted_out"}
    await salon.move(booking, kyiv("2026-12-12T11:00"), 2)
    assert (await salon.row(booking, "rescheduled")).state == "planned"


@pytest.mark.row("S16")
async def test_a_client_refuses_at_one_account_and_the_others_go_on(salon: Salon) -> None:
    from contracts.booking import ClientChanged

    phone = f"+38050{new_id().int % 10**7:07}"
    person = salon.bench.mint.person(phone)
    client = salon.client(phone_e164=phone)
    await salon.deliver(ClientChanged(account_id=salon.account_id, version=1, client=client))
    booking = await salon.book(VISIT, client=client)
    path = "/api/v1/me/notification-preferences/accounts"
    http = salon.bench.http
    [known] = (await http.get(path, headers=person.headers)).json()["items"]
    assert (known["account_id"], known["messages"]) == (str(salon.account_id), True)
    wishes = {"messages": True, "reminders": False, "changes": True, "refused_channels": ["email"]}
    saved = await http.put(f"{path}/{salon.account_id}", headers=person.headers, json=wishes)
    assert wishes.items() <= saved.json().items()
    await salon.replan()
    reminders = [row for row in await salon.rows(booking) if row.kind.startswith("reminder")]
    assert {row.reason_code for row in reminders} == {"client_opted_out"}
    by_staff = await salon.get(f"clients/{client.id}/notification-preferences")
    assert (by_staff["reminders"], by_staff["changed_by_role"]) == (False, "client")
    stranger = salon.bench.mint.person("+380509999999")
    assert (await http.get(path, headers=stranger.headers)).json()["items"] == []
    for asker, account_id in ((stranger, salon.account_id), (person, new_id())):
        refused = await http.put(f"{path}/{account_id}", headers=asker.headers, json=wishes)
        assert (refused.status_code, refused.json()["code"]) == (404, "request.not_found")


async def test_staff_note_a_clients_refusal_in_the_card(salon: Salon) -> None:
    from contracts.booking import ClientChanged

    client = salon.client()
    await salon.deliver(ClientChanged(account_id=salon.account_id, version=1, client=client))
    booking = await salon.book(VISIT, client=client)
    path = f"clients/{client.id}/notification-preferences"
    nothing_refused = {"messages": True, "reminders": True, "changes": True, "refused_channels": []}
    assert nothing_refused.items() <= (await salon.get(path)).items()
    await salon.bench.http.put(salon.path(path), headers=salon.owner.headers, json={"messages": False})
    await salon.replan()
    await salon.cancel(booking, 2)
    assert (await salon.row(booking, "cancelled")).reason_code == "client_opted_out"
    unknown = await salon.bench.http.put(
        salon.path(f"clients/{'0' * 8}-0000-4000-8000-{'0' * 12}/notification-preferences"),
        headers=salon.owner.headers,
        json={},
    )
    assert unknown.status_code == 404


async def test_one_trace_goes_from_the_act_to_the_provider(salon: Salon) -> None:
    hearer = await salon.member("administrator", channels={"sms": True})
    with trace.get_tracer("test").start_as_current_span("booking over HTTP") as span:
        booking = await salon.book(VISIT)
        began = format(span.get_span_context().trace_id, "032x")
    await salon.send()
    [row] = [one for one in await salon.rows(booking, "created", to="staff") if one.recipient_id == hearer.user_id]
    async with salon.bench.service.db.tx(salon.account_id) as tx:
        of_message = select(DeliveryAttempt.trace_id).where(DeliveryAttempt.notification_id == row.id)
        assert list(await tx.scalars(of_message)) == [began]


async def test_a_reminder_days_later_has_a_trace_of_its_own(salon: Salon) -> None:
    with trace.get_tracer("test").start_as_current_span("booking over HTTP") as span:
        booking = await salon.book(VISIT)
        began = format(span.get_span_context().trace_id, "032x")
    salon.set_clock(AT_THREE_HOURS)
    await salon.send()
    row = await salon.row(booking, "reminder_3h")
    async with salon.bench.service.db.tx(salon.account_id) as tx:
        attempt = await tx.get_one(DeliveryAttempt, (salon.account_id, row.claim_id))
    assert attempt.trace_id
    assert attempt.trace_id != began


async def test_every_table_of_accounts_is_under_forced_row_level_security(salon: Salon) -> None:
    async with salon.bench.service.db.tx() as tx:
        forced = await tx.execute(
            text("SELECT relname FROM pg_class WHERE relrowsecurity AND relforcerowsecurity AND relkind = 'r'")
        )
        guarded = set(forced.scalars())
        for table in Base.metadata.tables.values():
            if "account_id" in table.columns:
                assert table.name in guarded
                assert (await tx.execute(text(f"SELECT count(*) FROM {table.name}"))).scalar() == 0
