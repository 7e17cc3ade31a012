"""Texts of an account's own, wishes with their author, offers from the waiting list, reviews asked for."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import select

from contracts.booking import (
    BookingCompleted,
    ClientChanged,
    LocationChanged,
    LocationState,
    WaitlistEntryState,
    WaitlistOffer,
    WaitlistOffered,
    WaitlistOfferEnded,
)
from kit.ids import new_id
from kit.testing import Person
from notifications.tables import NotificationRow
from notifications.usecases.save_preferences import refuse_channel, refuse_everything
from tests.notifications.salon import Salon, kyiv

VISIT = kyiv("2026-12-11T15:00")
PATH = "templates/reminder_3h/uk"


async def put(salon: Salon, person: Person, text: str, status: int = 200, **more: Any) -> Any:
    answer = await salon.bench.http.put(salon.path(PATH), headers=person.headers, json={"text": text, **more})
    assert answer.status_code == status, answer.text
    return answer.json()


async def decide(salon: Salon, person: Person, verdict: str, status: int = 200, **body: Any) -> Any:
    answer = await salon.bench.http.post(salon.path(f"{PATH}/{verdict}"), headers=person.headers, json=body or None)
    assert answer.status_code == status, answer.text
    return answer.json()


async def text_of(salon: Salon, booking: Any) -> str:
    return (await salon.row(booking, "reminder_3h")).text or ""


@pytest.mark.row("N56")
@pytest.mark.row("N57")
async def test_a_text_is_used_once_somebody_else_has_approved_it_and_the_old_one_until_then(salon: Salon) -> None:
    colleague = await salon.member("support")
    booking = await salon.book(VISIT)
    standard = await text_of(salon, booking)
    written = await put(salon, salon.owner, "{client}, чекаємо о {time}! {phone}")
    assert (written["state"], written["used_text"] != written["text"]) == ("pending", True)
    await salon.replan()
    assert await text_of(salon, booking) == standard
    refused = await decide(salon, salon.owner, "approve", 403)
    assert refused["code"] == "notifications.template_own_text"
    approved = await decide(salon, colleague, "approve")
    assert (approved["state"], approved["used_text"]) == ("approved", approved["text"])
    await salon.replan()
    assert (await text_of(salon, booking)).startswith("Марія, чекаємо о 15:00!")
    again = await put(salon, salon.owner, "{client}, ЗНИЖКИ!!!")
    assert again["used_text"] == approved["text"]
    rejected = await decide(salon, colleague, "reject", comment="Без реклами")
    assert (rejected["state"], rejected["comment"]) == ("rejected", "Без реклами")
    await salon.replan()
    assert (await text_of(salon, booking)).startswith("Марія, чекаємо о 15:00!")
    assert (await decide(salon, colleague, "approve", 409))["code"] == "notifications.template_not_pending"
    gone = await salon.bench.http.delete(salon.path(PATH), headers=salon.owner.headers)
    assert gone.status_code == 204
    await salon.replan()
    assert await text_of(salon, booking) == standard


@pytest.mark.row("N58")
async def test_an_unknown_variable_is_refused_and_the_longest_real_values_are_shown(salon: Salon) -> None:
    refused = await put(salon, salon.owner, "{phone} {foo}", 422)
    assert (refused["code"], refused["variable"]) == ("notifications.template_variable_unknown", "foo")
    assert "address" in refused["allowed"]
    await salon.book(VISIT, client=salon.client(name="Олександра-Вікторія Пилипенко-Вишневецька"))
    shown = await put(salon, salon.owner, "Вітаємо, {client}! Чекаємо {date} о {time}.", submit=False)
    assert shown["state"] == "draft"
    assert "Олександра-Вікторія Пилипенко-Вишневецька" in shown["longest"]["text"]
    assert (shown["example_parts"], shown["longest"]["parts"], shown["longest"]["alphabet"]) == (1, 2, "ucs2")
    assert shown["longest"]["price"]["amount"] == 180
    preview = await salon.bench.http.post(
        salon.path("templates/preview"),
        headers=salon.owner.headers,
        json={"kind": "reminder_3h", "text": "Вітаємо, {client}! Чекаємо {date} о {time}."},
    )
    assert preview.json()["longest_transliterated"]["parts"] == 1
    assert preview.json()["longest_transliterated"]["alphabet"] == "gsm"


async def test_the_operator_sees_what_waits_and_decides(salon: Salon) -> None:
    from kit.admin import Operated, build_admin  # the operators' door is another application

    await put(salon, salon.owner, "{account} чекає")
    service = salon.bench.service
    operated = Operated.of("notifications", "api", service.settings, service.registry, service.texts)
    operated.operator_token = b"operator"
    operated.routers = service.operator_routers
    operated.state = {**service.state, "db": service.db}
    import httpx

    transport = httpx.ASGITransport(app=build_admin(operated))
    async with httpx.AsyncClient(transport=transport, base_url="http://admin") as admin:
        assert (await admin.get("/admin/templates")).status_code == 401
        signed = {"Authorization": "Bearer operator"}
        waiting = (await admin.get("/admin/templates", headers=signed)).json()["items"]
        assert [one["text"] for one in waiting if one["account_id"] == str(salon.account_id)] == ["{account} чекає"]
        one = f"/admin/templates/{salon.account_id}/client/reminder_3h/uk/approve"
        assert (await admin.post(one, headers=signed)).json()["state"] == "approved"
    assert (await salon.get(PATH))["decided_by_name"] == "Zapys"


@pytest.mark.row("N11")
async def test_who_wrote_a_refusal_down_and_when_is_on_the_card(salon: Salon) -> None:
    support = await salon.member("support", name="Ігор")
    client = salon.client()
    await salon.deliver(ClientChanged(account_id=salon.account_id, version=1, client=client))
    path = salon.path(f"clients/{client.id}/notification-preferences")
    answer = await salon.bench.http.put(path, headers=support.headers, json={"reminders": False})
    assert answer.status_code == 200, answer.text
    shown = await salon.get(f"clients/{client.id}/notification-preferences")
    assert (shown["changed_by_name"], shown["changed_by_role"]) == ("Ігор", "support")
    assert shown["changed_at"].startswith("2026-12-07T10:0")
    booking = await salon.book(VISIT, client=client)
    assert {row.reason_code for row in await salon.rows(booking) if row.kind.startswith("reminder")} == {
        "client_opted_out"
    }


@pytest.mark.row("S16")
async def test_a_channel_can_be_refused_alone(salon: Salon) -> None:
    client = salon.client()
    await salon.deliver(ClientChanged(account_id=salon.account_id, version=1, client=client))
    path = salon.path(f"clients/{client.id}/notification-preferences")
    answer = await salon.bench.http.put(path, headers=salon.owner.headers, json={"refused_channels": ["voice"]})
    assert answer.status_code == 200, answer.text
    await salon.set_rules(client_channels={"reminder_3h": "voice"})
    booking = await salon.book(VISIT, client=client)
    by_kind = {row.kind: (row.channel, row.reason_code) for row in await salon.rows(booking)}
    assert by_kind["reminder_3h"] == ("voice", "client_opted_out")
    assert by_kind["reminder_eve"] == ("sms", None)


@pytest.mark.row("N45")
async def test_a_kind_set_to_voice_is_planned_for_voice(salon: Salon) -> None:
    await salon.set_rules(client_channels={"reminder_eve": "voice"})
    booking = await salon.book(VISIT)
    planned = await salon.row(booking, "reminder_eve")
    assert (planned.channel, planned.state) == ("voice", "planned")


def offered(salon: Salon, minutes: int = 15, version: int = 1, **more: Any) -> WaitlistOffered:
    offer = WaitlistOffer(
        hold_id=new_id(),
        code="abc123",
        location_id=salon.location_id,
        location_name="Центр",
        time_zone="Europe/Kyiv",
        starts_at=VISIT,
        ends_at=VISIT + timedelta(hours=1),
        staff_member_names=("Софія",),
        expires_at=kyiv("2026-12-07T12:00") + timedelta(minutes=minutes),
    )
    entry = WaitlistEntryState(
        id=new_id(),
        state="offered",
        client=salon.client(**more),
        service_names=("Стрижка",),
        vanity_address="salon",
        offer=offer,
    )
    return WaitlistOffered(account_id=salon.account_id, version=version, entry=entry)


async def offer_rows(salon: Salon) -> list[NotificationRow]:
    async with salon.bench.service.db.tx(salon.account_id) as tx:
        row = NotificationRow
        return list(await tx.scalars(select(row).where(row.kind == "waitlist_offer").order_by(row.created_at)))


async def test_an_offer_from_the_waiting_list_is_told_once_while_it_lasts(salon: Salon) -> None:
    event = offered(salon)
    await salon.deliver(event)
    await salon.deliver(event)
    [row] = await offer_rows(salon)
    assert row.useful_until == kyiv("2026-12-07T12:15")
    assert "11.12 о 15:00" in (row.text or "")
    assert (row.text or "").endswith("/w/abc123")
    await salon.send()
    [row] = await offer_rows(salon)
    assert row.state == "sent"
    taken = offered(salon)
    await salon.deliver(taken)
    entry = taken.entry.model_copy(update={"state": "booked", "offer": None})
    await salon.deliver(WaitlistOfferEnded(account_id=salon.account_id, version=2, entry=entry, ended_by="taken"))
    assert [one.state for one in await offer_rows(salon)] == ["sent", "cancelled"]
    salon.set_clock(kyiv("2026-12-07T23:00"))
    await salon.deliver(offered(salon, minutes=12 * 60))
    assert (await offer_rows(salon))[-1].reason_code == "quiet_hours"


async def test_a_review_is_asked_for_after_a_completed_visit_where_the_salon_wants_it(salon: Salon) -> None:
    await salon.set_rules(client_kinds={"review_request": True}, offsets={"review_after_min": 60})
    booking = await salon.book(VISIT)
    salon.set_clock(VISIT + timedelta(hours=1))
    done = booking.model_copy(update={"state": "completed"})
    await salon.deliver(BookingCompleted(account_id=salon.account_id, version=2, booking=done))
    asked = await salon.row(booking, "review_request")
    assert (asked.state, asked.planned_at) == ("planned", VISIT + timedelta(hours=2))


@pytest.mark.row("N70")
@pytest.mark.row("N71")
async def test_a_message_names_the_place_and_the_phone_of_the_branch_it_is_about(salon: Salon) -> None:
    branches = {salon.location_id: "+380671110001", new_id(): "+380671110002"}
    for location_id, phone in branches.items():
        place = LocationState(
            id=location_id, name="Зал", address=f"вул. {phone[-1]}", phone_e164=phone, time_zone="Europe/Kyiv"
        )
        await salon.deliver(LocationChanged(account_id=salon.account_id, version=1, location=place))
    await put(salon, salon.owner, "{client}, чекаємо о {time}, {address}. Телефон {phone}")
    await decide(salon, await salon.member("support"), "approve")
    for location_id, phone in branches.items():
        text = await text_of(salon, await salon.book(VISIT, location_id=location_id))
        assert text == f"Марія, чекаємо о 15:00, вул. {phone[-1]}. Телефон {phone}"


@pytest.mark.row("N11")
async def test_what_the_client_refused_in_person_is_put_down_to_nobody_at_work(salon: Salon) -> None:
    support = await salon.member("support", name="Ігор")
    client = salon.client()
    await salon.deliver(ClientChanged(account_id=salon.account_id, version=1, client=client))
    path = f"clients/{client.id}/notification-preferences"
    for refuse in (refuse_everything, partial(refuse_channel, channel="sms")):
        await salon.bench.http.put(salon.path(path), headers=support.headers, json={"reminders": False})
        salon.pass_time(minutes=5)
        async with salon.bench.service.db.tx(salon.account_id) as tx:
            now = await salon.bench.service.state["clock"].now(tx)
            await refuse(tx, salon.account_id, client.id, now=now)
        shown = await salon.get(path)
        assert (shown["changed_by_name"], shown["changed_by_role"]) == (None, None)
        assert datetime.fromisoformat(shown["changed_at"]) == now
        assert shown["reminders"] is False  # what they had said through the account stays
