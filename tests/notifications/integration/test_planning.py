"""From events to the plan: one decision each, whatever the order, however often."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import permutations

import pytest

from contracts.booking import ClientChanged, ClientState
from kit.ids import new_id
from tests.notifications.salon import Salon, kyiv
from tests.simulators.running import Simulators

VISIT = kyiv("2026-12-11T15:00")
REMINDERS = ("reminder_3d", "reminder_eve", "reminder_3h")


async def test_an_event_delivered_twice_plans_once(salon: Salon) -> None:
    booking = salon.booking(VISIT)
    event, message_id = salon.created(booking), new_id()
    assert await salon.deliver(event, message_id=message_id) == 2  # the plan, and the feed of events
    assert await salon.deliver(event, message_id=message_id) == 0
    await salon.deliver(event)  # said again under another id
    planned = [(row.kind, row.state, row.planned_at) for row in await salon.rows(booking)]
    assert planned == [
        ("created", "suppressed", planned[0][2]),
        ("reminder_3d", "planned", kyiv("2026-12-08T15:00")),
        ("reminder_eve", "planned", kyiv("2026-12-10T19:00")),
        ("reminder_3h", "planned", kyiv("2026-12-11T12:00")),
    ]


@pytest.mark.row("N5")
async def test_two_moves_within_a_minute_are_one_sms_with_the_last_time(salon: Salon, simulators: Simulators) -> None:
    booking = await salon.book(VISIT)
    once = await salon.move(booking, kyiv("2026-12-12T11:00"), 2)
    salon.pass_time(seconds=55)
    await salon.send()
    twice = await salon.move(once, kyiv("2026-12-13T16:30"), 3)
    salon.pass_time(seconds=61)
    await salon.send()
    assert booking.client is not None
    [message] = await simulators.phone(booking.client.phone_e164 or "")
    assert "11.12 15:00" in message["text"]  # what the client knew, not what was true for a minute
    assert "13.12 о 16:30" in message["text"]
    assert "12.12" not in message["text"]
    states = [(row.booking_version, row.state, row.reason_code) for row in await salon.rows(twice, "rescheduled")]
    assert sorted(states) == [(2, "cancelled", "replaced"), (3, "sent", None)]


async def test_moved_and_moved_back_within_a_minute_is_no_sms(salon: Salon, simulators: Simulators) -> None:
    booking = await salon.book(VISIT)
    away = await salon.move(booking, kyiv("2026-12-12T11:00"), 2)
    await salon.move(away, VISIT, 3)
    salon.pass_time(seconds=61)
    await salon.send()
    assert await salon.accepted() == []
    assert {row.reason_code for row in await salon.rows(booking, "rescheduled")} == {"replaced", "nothing_new"}
    assert [row.state for row in await salon.rows(booking, "reminder_eve") if row.state == "planned"] == ["planned"]


async def test_a_price_changed_in_between_does_not_silence_the_move(salon: Salon, simulators: Simulators) -> None:
    booking = await salon.book(VISIT)
    moved = await salon.move(booking, kyiv("2026-12-12T11:00"), 2)
    await salon.deliver(salon.changed(moved, 3))
    salon.pass_time(seconds=61)
    await salon.send()
    assert len(await salon.accepted()) == 1


@pytest.mark.row("N85")
async def test_a_cancelled_visit_reminds_nobody(salon: Salon, simulators: Simulators) -> None:
    booking = await salon.book(VISIT)
    await salon.cancel(booking, 2, by="client")
    salon.set_clock(VISIT - timedelta(hours=3))
    await salon.send()
    assert await salon.accepted() == []
    assert {(row.kind, row.state, row.reason_code) for row in await salon.rows(booking) if row.kind in REMINDERS} == {
        (kind, "cancelled", "booking_cancelled") for kind in REMINDERS
    }


@pytest.mark.row("N4")
async def test_staff_cancel_and_the_client_gets_one_sms(salon: Salon, simulators: Simulators) -> None:
    booking = await salon.book(VISIT)
    await salon.cancel(booking, 2)
    salon.pass_time(seconds=9)
    await salon.send()
    await salon.send()
    assert booking.client is not None
    [message] = await simulators.phone(booking.client.phone_e164 or "")
    assert "скасовано" in message["text"]


async def test_a_cancellation_taken_back_within_eight_seconds_tells_nobody(
    salon: Salon, simulators: Simulators
) -> None:
    booking = await salon.book(VISIT)
    await salon.cancel(booking, 2)
    await salon.deliver(salon.changed(booking, 3))
    salon.pass_time(seconds=10)
    await salon.send()
    assert await salon.accepted() == []
    assert (await salon.row(booking, "reminder_eve")).state == "planned"


@pytest.mark.row("N85")
async def test_a_moved_visit_is_reminded_of_at_its_new_time_only(salon: Salon, simulators: Simulators) -> None:
    booking = await salon.book(VISIT)
    await salon.move(booking, kyiv("2026-12-18T10:00"), 2)
    salon.set_clock(VISIT)
    await salon.send()
    [told] = await salon.accepted()
    assert "перенесено" in told["text"]
    for moment in ("2026-12-15T10:00", "2026-12-17T19:00", "2026-12-18T07:00"):
        salon.set_clock(kyiv(moment))
        await salon.send()
    assert len(await salon.accepted()) == 4


async def test_the_order_of_events_does_not_matter_for_where_it_ends(salon: Salon, simulators: Simulators) -> None:
    for order in permutations(range(4)):
        booking = salon.booking(VISIT)
        moved = salon.moved(booking, kyiv("2026-12-14T11:00"), 2)
        story = [
            salon.created(booking),
            moved,
            salon.changed(moved.booking, 3),
            salon.cancelled(moved.booking, 4),
        ]
        for place in order:
            await salon.deliver(story[place])
        states = {(row.kind, row.state) for row in await salon.rows(booking)}
        waiting = {kind for kind, state in states if state == "planned"}
        assert waiting == {"cancelled"}, order
        assert len(await salon.rows(booking, "created")) == 1, order
        assert len(await salon.rows(booking, "rescheduled")) == 1, order


async def test_each_member_has_one_decision_about_each_act(salon: Salon) -> None:
    administrator = await salon.member("administrator", channels={"sms": True})
    await salon.member("operator", channels={"sms": True})
    booking = await salon.book(VISIT, created_by=administrator.user_id)
    rows = await salon.rows(booking, "created", to="staff")
    assert sorted((row.reason_code or "-") for row in rows) == [
        "own_action",
        "recipient_no_channel",
        "role_not_recipient",
    ]


@pytest.mark.row("S53")
async def test_the_owner_hears_of_a_booking_and_whoever_made_it_does_not(salon: Salon, simulators: Simulators) -> None:
    maker = await salon.member("administrator", channels={"sms": True})
    hearer = await salon.member("administrator", channels={"sms": True})
    booking = await salon.book(VISIT, created_by=maker.user_id)
    await salon.send()
    assert await simulators.phone(maker.phone_e164) == []
    [message] = await simulators.phone(hearer.phone_e164)
    assert "Новий запис" in message["text"]
    assert booking.client is not None
    assert (booking.client.phone_e164 or "") not in message["text"]


@pytest.mark.row("S21")
async def test_other_offsets_move_the_reminders_and_nothing_is_sent_twice(salon: Salon, simulators: Simulators) -> None:
    bookings = [await salon.book(VISIT + timedelta(hours=hour)) for hour in range(3)]
    await salon.set_rules(offsets={"reminder_3h_min": 120})
    for booking in bookings:
        row = await salon.row(booking, "reminder_3h")
        assert row.planned_at == booking.starts_at - timedelta(hours=2)
    salon.set_clock(VISIT - timedelta(hours=2))
    await salon.send()
    await salon.set_rules(offsets={"reminder_3h_min": 60})
    salon.set_clock(VISIT - timedelta(hours=1))
    await salon.send()
    assert bookings[0].client is not None
    three_hours = [
        one for one in await simulators.phone(bookings[0].client.phone_e164 or "") if "до зустрічі" in one["text"]
    ]
    assert len(three_hours) == 1


@pytest.mark.row("S18")
async def test_settings_that_switch_quiet_hours_off_bring_the_message_back(salon: Salon) -> None:
    booking = await salon.book(kyiv("2026-12-11T09:00"))
    row = await salon.row(booking, "reminder_3h")
    assert (row.state, row.reason_code) == ("suppressed", "quiet_hours")
    await salon.set_rules(quiet_hours={"enabled": False})
    row = await salon.row(booking, "reminder_3h")
    assert (row.state, row.planned_at) == ("planned", kyiv("2026-12-11T06:00"))


@pytest.mark.row("S16")
@pytest.mark.row("S17")
async def test_a_client_switched_off_gets_nothing_and_the_card_is_named(salon: Salon) -> None:
    booking = await salon.book(VISIT)
    assert booking.client is not None
    off = ClientState(**{**booking.client.model_dump(), "notifications_on": False})
    await salon.deliver(ClientChanged(account_id=salon.account_id, version=2, client=off))
    await salon.replan()
    shown = await salon.get(f"bookings/{booking.id}/notifications")
    reminders = [item for item in shown["items"] if item["kind"] in REMINDERS]
    assert {item["reason_code"] for item in reminders} == {"client_opted_out"}
    assert all(str(booking.client.id) in item["fix"]["url"] for item in reminders)


async def test_a_number_corrected_after_the_plan_is_the_one_that_is_written_to(
    salon: Salon, simulators: Simulators
) -> None:
    booking = await salon.book(VISIT)
    await salon.cancel(booking, 2)
    assert booking.client is not None
    right = ClientState(**{**booking.client.model_dump(), "phone_e164": "+380509990077"})
    await salon.deliver(ClientChanged(account_id=salon.account_id, version=2, client=right))
    salon.pass_time(seconds=9)
    await salon.send()
    [told] = await salon.accepted()
    assert told["phone"] == "+380509990077"


@pytest.mark.row("N86")
async def test_three_visits_on_one_day_make_one_reminder_where_the_salon_merges(
    salon: Salon, simulators: Simulators
) -> None:
    await salon.set_rules(merge_same_day=True)
    client = salon.client()
    bookings = [await salon.book(VISIT + timedelta(hours=hour), client=client) for hour in (2, 0, 1)]
    await salon.replan()
    eves = [(await salon.row(booking, "reminder_eve")).reason_code for booking in bookings]
    assert eves == ["merged", None, "merged"]
    await salon.cancel(bookings[1], 2)
    await salon.replan()
    eves = [(await salon.row(booking, "reminder_eve")).reason_code for booking in bookings]
    assert eves == ["merged", "booking_cancelled", None]


async def test_a_visit_keeps_its_reminder_where_that_of_an_earlier_visit_came_too_late(salon: Salon) -> None:
    await salon.set_rules(merge_same_day=True)
    client = salon.client()
    later = await salon.book(VISIT + timedelta(hours=3), client=client)
    salon.set_clock(VISIT - timedelta(days=3) + timedelta(hours=1))
    first = await salon.book(VISIT, client=client)  # an hour too late for its three days; the other's are still to come
    await salon.replan()
    three_days = [(await salon.row(booking, "reminder_3d")).reason_code for booking in (first, later)]
    assert three_days == ["too_late", None]
    assert (await salon.row(later, "reminder_eve")).reason_code == "merged"


async def test_a_reminder_that_is_due_is_not_called_too_late_by_a_new_plan(
    salon: Salon, simulators: Simulators, morning: datetime
) -> None:
    booking = await salon.book(VISIT)
    salon.set_clock(VISIT - timedelta(hours=3) + timedelta(minutes=10))  # the sender was away for a while
    await salon.set_rules(client_kinds={"reminder_3d": False})
    await salon.send()
    assert (await salon.row(booking, "reminder_3h")).state == "sent"
    assert (await salon.row(booking, "reminder_3d")).reason_code == "type_disabled"
