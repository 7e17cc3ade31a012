"""From the plan to the phone: once, through the right provider, never in the dark."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from contracts import Money
from contracts.fiscal import TopUpPaid
from contracts.notifications import ClientPhoneBad, MessageFailed, MessageHeld, MessageSent, ProviderStopped
from kit.ids import new_id
from kit.texts import LANGUAGES
from notifications.pump import Pump
from notifications.tables import DeliveryAttempt
from notifications.usecases.claim_messages import PER_ACCOUNT
from tests.notifications.last_call import AT_THREE_HOURS, VISIT, only_reminder_3h, state_of
from tests.notifications.salon import Salon, kyiv, next_phone
from tests.simulators.running import Simulators

UNKNOWN_FATES = [
    "timeout_after_accept",
    "drop_after_accept",
    "http_500_after_accept",
    "html_after_accept",
    "fatal_999_after_accept",
    "fatal_500_after_accept",
]


@pytest.mark.row("S1")
async def test_the_tab_lists_what_went_and_what_failed_with_the_words_of_reader_and_provider(salon: Salon) -> None:
    await salon.member("administrator", channels={"sms": True})
    salon.set_clock(AT_THREE_HOURS - timedelta(hours=1))
    booking = await salon.book(VISIT, client=salon.client(phone_e164=next_phone("0305")))
    salon.set_clock(AT_THREE_HOURS)
    await salon.send()
    said = set()
    for language in LANGUAGES:
        shown = await salon.get(f"bookings/{booking.id}/notifications", headers={"Accept-Language": language})
        [failed] = [item for item in shown["items"] if item["state"] == "failed"]
        assert (failed["kind"], failed["reason_code"]) == ("reminder_3h", "phone_bad")
        assert failed["provider_error"].startswith("305")
        said.add(failed["reason_text"])
        assert [item["kind"] for item in shown["items"] if item["state"] == "sent"] == ["created"]
    assert len(said) == len(LANGUAGES)


@pytest.mark.row("S1")
async def test_a_reminder_goes_out_once_and_the_tab_tells_all_about_it(salon: Salon) -> None:
    [booking] = await only_reminder_3h(salon)
    await salon.send()
    await salon.send()
    [accepted] = await salon.accepted()
    shown = await salon.get(f"bookings/{booking.id}/notifications", headers={"Accept-Language": "en"})
    told = {item["kind"]: item for item in shown["items"]}
    reminder = told["reminder_3h"]
    assert (reminder["state"], reminder["provider"], reminder["text"]) == ("sent", "turbosms", accepted["text"])
    assert reminder["parts"] == accepted["parts"]
    [attempt] = reminder["attempts"]
    assert (attempt["outcome"], attempt["provider_code"]) == ("accepted", accepted["message_id"])
    assert told["reminder_3d"]["reason_code"] == "too_late"
    assert (
        told["reminder_3d"]["reason_text"] == "The time for this message had already passed when the booking was made."
    )
    assert booking.client is not None
    assert (booking.client.phone_e164 or "") not in str(shown)


async def test_nothing_goes_before_its_time(salon: Salon) -> None:
    await only_reminder_3h(salon)
    salon.set_clock(AT_THREE_HOURS - timedelta(seconds=10))
    await salon.send()
    assert await salon.accepted() == []


@pytest.mark.parametrize("mode", UNKNOWN_FATES)
async def test_a_message_of_unknown_fate_is_never_repeated_by_the_machine(salon: Salon, mode: str) -> None:
    [booking] = await only_reminder_3h(salon)
    await salon.fault(mode, count=1)
    await salon.send()
    for _ in range(3):
        salon.pass_time(minutes=10)
        await salon.send()
        await salon.watch()
        await salon.follow()
    assert await state_of(salon, booking) == ("unknown", "unknown_outcome")
    assert len(await salon.accepted()) == 1
    assert [
        event.notification.state for event in await salon.bench.said(MessageFailed, account_id=salon.account_id)
    ] == ["unknown"]


async def test_what_a_dead_sender_had_claimed_is_unknown_and_not_sent_by_the_next(salon: Salon) -> None:
    [booking] = await only_reminder_3h(salon)
    pump: Pump[Any] = salon.bench.service.state["sender"]
    assert len(await pump._claim(10, frozenset())) == 1  # claimed and committed; here the process is killed
    salon.pass_time(seconds=100)
    await salon.send()
    assert (await state_of(salon, booking))[0] == "sending"  # the lease still runs
    salon.pass_time(seconds=60)
    await salon.send()
    assert await state_of(salon, booking) == ("unknown", "unknown_outcome")
    assert await salon.accepted() == []
    [item] = [
        one for one in (await salon.get("notifications?state=unknown"))["items"] if one["booking_id"] == str(booking.id)
    ]
    assert item["may_send_again"]


@pytest.mark.row("S11")
@pytest.mark.row("S12")
async def test_wrong_credentials_stop_the_line_and_right_ones_let_all_five_go_once(salon: Salon) -> None:
    await salon.set_provider("integrica", enabled=False)
    await salon.set_provider(token="mistyped")
    bookings = await only_reminder_3h(salon, 5)
    await salon.send()
    assert {await state_of(salon, booking) for booking in bookings} == {("held", "provider_unauthorized")}
    held = await salon.bench.said(MessageHeld, account_id=salon.account_id)
    assert len(held) == 5
    [_] = await salon.bench.said(ProviderStopped, account_id=salon.account_id)  # one alarm, not five
    provider = await salon.get("sms-providers/turbosms")
    assert (provider["state"], provider["held_messages"]) == ("provider_unauthorized", 5)
    assert "токен" in provider["fix"]["text"].lower()
    assert salon.token not in str(provider)
    await salon.set_provider()
    await salon.send()
    await salon.send()
    assert {await state_of(salon, booking) for booking in bookings} == {("sent", None)}
    assert len(await salon.accepted()) == 5


@pytest.mark.row("S2")
@pytest.mark.row("S4")
async def test_an_empty_balance_at_turbosms_holds_and_says_where_to_top_up(salon: Salon) -> None:
    await salon.set_provider("integrica", enabled=False)
    await salon.at_turbosms(balance=0)
    [booking] = await only_reminder_3h(salon)
    await salon.send()
    shown = await salon.get("notifications?state=held")
    [item] = [one for one in shown["items"] if one["booking_id"] == str(booking.id)]
    assert item["reason_code"] == "insufficient_balance"
    assert item["fix"]["url"] == "https://turbosms.ua/"
    assert item["provider_error"] == "203 REQUIRED_BALANCE"


async def test_an_empty_balance_costs_about_a_call_a_minute_not_a_call_a_message(salon: Salon) -> None:
    await salon.set_provider("integrica", enabled=False)
    await salon.fault("no_funds")  # the balance looks fine, and every message is refused
    await only_reminder_3h(salon, 20)
    await salon.send()
    first = await salon.requests()
    assert first <= PER_ACCOUNT
    for _ in range(10):
        salon.pass_time(seconds=61)
        await salon.watch()
        await salon.send()
    assert await salon.requests() - first <= 10


@pytest.mark.row("S15")
async def test_a_name_that_is_not_registered_names_the_support(salon: Salon) -> None:
    await salon.set_provider("integrica", enabled=False)
    await salon.at_turbosms(senders=["Salon", "Nobody"])
    await salon.set_provider(sender_name="Nobody")
    await salon.at_turbosms(senders=["Salon"])  # the name was taken away after it was saved
    [booking] = await only_reminder_3h(salon)
    await salon.send()
    assert await state_of(salon, booking) == ("held", "sender_not_registered")
    shown = await salon.get(f"bookings/{booking.id}/notifications")
    item = next(one for one in shown["items"] if one["kind"] == "reminder_3h")
    assert "turbosms.ua" in item["fix"]["text"]


async def test_a_refused_provider_passes_the_message_to_the_next_one(salon: Salon, simulators: Simulators) -> None:
    [booking] = await only_reminder_3h(salon)
    await salon.fault("reject_auth")
    await salon.send()
    row = await salon.row(booking, "reminder_3h")
    assert (row.state, row.provider, row.attempts) == ("sent", "integrica", 2)
    assert booking.client is not None
    assert len(await simulators.phone(booking.client.phone_e164 or "")) == 1


@pytest.mark.row("X7")
async def test_a_provider_that_goes_silent_three_times_in_ten_doubles_nothing_and_all_arrive(
    salon: Salon, simulators: Simulators
) -> None:
    """Silent after it took the message, and before: asked about, what it has is left, what it never had goes again."""
    await salon.set_provider(order=2)
    await simulators.put(f"/accounts/alphasms/{salon.token}", {"senders": ["Salon"]})
    await salon.set_provider("alphasms")
    bookings = await only_reminder_3h(salon, 20)
    narrowed = {"token": salon.token, "method": "send", "probability": 0.3}
    await simulators.fault("alphasms", "drop_after_accept", **narrowed)
    await salon.send()
    await simulators.fault("alphasms", "drop_before", **narrowed)
    bookings += await only_reminder_3h(salon, 20)
    await salon.send()
    await simulators.session.delete(f"{simulators.base_url}/faults/alphasms", params={"token": salon.token})
    states = [await state_of(salon, booking) for booking in bookings]
    assert ("unknown", "unknown_outcome") in states
    for _ in range(8):  # minutes in which they are asked about, and go again where they never came
        salon.pass_time(minutes=1)
        await salon.watch()
        await salon.follow()
        await salon.send()
    assert {(await state_of(salon, booking))[0] for booking in bookings} <= {"sent", "delivered"}
    for booking in bookings:
        assert booking.client is not None
        assert len(await simulators.phone(booking.client.phone_e164 or "")) == 1
    for booking, (state, _) in zip(bookings, states, strict=True):
        if state != "unknown":
            continue
        shown = await salon.get(f"bookings/{booking.id}/notifications")
        [reminder] = [item for item in shown["items"] if item["kind"] == "reminder_3h"]
        *hops, last = reminder["attempts"]
        assert all(hop["outcome"] != "accepted" for hop in hops)
        assert last["provider"] == reminder["provider"]


@pytest.mark.row("X7")
async def test_an_unreachable_provider_passes_the_message_on_and_nothing_is_doubled(
    salon: Salon, simulators: Simulators
) -> None:
    [booking] = await only_reminder_3h(salon)
    providers = salon.bench.service.state["providers"]
    address, providers.turbosms.base_url = providers.turbosms.base_url, "http://127.0.0.1:9"
    try:
        await salon.send()
        assert await state_of(salon, booking) == ("held", "provider_unavailable")
    finally:
        providers.turbosms.base_url = address
    salon.pass_time(minutes=1)
    await salon.send()
    assert await state_of(salon, booking) == ("sent", None)
    assert booking.client is not None
    assert len(await simulators.phone(booking.client.phone_e164 or "")) == 1


@pytest.mark.row("S8")
async def test_a_message_leaves_through_the_provider_that_is_set_when_it_is_due(
    salon: Salon, simulators: Simulators
) -> None:
    [booking] = await only_reminder_3h(salon)
    await simulators.put(f"/accounts/alphasms/{salon.token}", {"senders": ["Salon"]})
    await salon.set_provider("alphasms")
    await salon.send()
    assert await salon.accepted() == []
    [accepted] = await simulators.ledger("alphasms", account=salon.token)
    assert (await salon.row(booking, "reminder_3h")).own_number == accepted["id"]


@pytest.mark.parametrize("mode", ["timeout_after_accept", "drop_before"])
async def test_alphasms_is_asked_by_our_number_and_nothing_is_doubled_or_lost(
    salon: Salon, simulators: Simulators, mode: str
) -> None:
    [booking] = await only_reminder_3h(salon)
    await simulators.put(f"/accounts/alphasms/{salon.token}", {"senders": ["Salon"]})
    await salon.set_provider("alphasms")
    await simulators.fault("alphasms", mode, token=salon.token, count=1)
    await salon.send()
    assert (await state_of(salon, booking))[0] == "unknown"
    for _ in range(4):
        salon.pass_time(seconds=61)
        await salon.follow()
        await salon.send()
    assert (await state_of(salon, booking))[0] in ("sent", "delivered")
    assert len(await simulators.ledger("alphasms", account=salon.token)) == 1


@pytest.mark.parametrize(("ending", "reason"), [("0305", "phone_bad"), ("0404", "stop_list")])
async def test_a_number_that_cannot_be_reached_costs_one_attempt(salon: Salon, ending: str, reason: str) -> None:
    client = salon.client(phone_e164=next_phone(ending))
    salon.set_clock(AT_THREE_HOURS - timedelta(hours=1))
    first = await salon.book(VISIT, client=client)
    second = await salon.book(VISIT + timedelta(days=7), client=client)
    salon.set_clock(AT_THREE_HOURS)
    await salon.send()
    await salon.replan()
    assert await state_of(salon, first) == ("failed", reason)
    assert {row.reason_code for row in await salon.rows(second)} >= {reason}
    assert not [row for row in await salon.rows(second) if row.state == "planned"]
    salon.set_clock(VISIT + timedelta(days=7))
    await salon.send()
    assert await salon.requests() == 1
    bad = await salon.bench.said(ClientPhoneBad, account_id=salon.account_id)
    assert [event.client_id for event in bad] == ([client.id] if reason == "phone_bad" else [])


async def test_a_message_that_comes_late_into_the_night_waits_for_the_morning(salon: Salon) -> None:
    salon.set_clock(kyiv("2026-12-08T12:00"))
    booking = await salon.book(VISIT)
    salon.set_clock(kyiv("2026-12-10T23:30"))  # the eve reminder is hours late: the sender was away
    await salon.send()
    assert await salon.accepted() == []
    salon.set_clock(kyiv("2026-12-11T07:00"))
    await salon.send()
    assert (await salon.row(booking, "reminder_eve")).state == "sent"


async def test_a_message_past_its_visit_expires(salon: Salon) -> None:
    [booking] = await only_reminder_3h(salon)
    salon.set_clock(VISIT + timedelta(minutes=1))
    await salon.send()
    assert await state_of(salon, booking) == ("expired", "expired")
    assert await salon.requests() == 0


async def test_someone_who_left_is_not_written_to_any_more(salon: Salon, simulators: Simulators) -> None:
    hearer = await salon.member("administrator", channels={"sms": True})
    booking = await salon.book(VISIT)
    await salon.cancel(booking, 2)
    from contracts.identity import MembershipRemoved, MembershipState

    gone = MembershipState(
        id=new_id(),
        account_id=salon.account_id,
        user_id=hearer.user_id,
        name="Олена",
        phone_e164=hearer.phone_e164,
        role="administrator",
        permissions=frozenset(),
        is_active=False,
    )
    await salon.deliver(MembershipRemoved(account_id=salon.account_id, version=2, membership=gone))
    salon.pass_time(seconds=9)
    await salon.send()
    assert [message for message in await simulators.phone(hearer.phone_e164) if "скасовано" in message["text"]] == []


async def test_two_senders_at_once_hand_every_message_over_once(salon: Salon) -> None:
    await only_reminder_3h(salon, 12)
    pump: Pump[Any] = salon.bench.service.state["sender"]
    other: Pump[Any] = Pump(pump._claim, pump._work, asyncio.Event(), concurrency=8, per_lane=4)
    await asyncio.gather(pump.drain(), other.drain(), pump.drain())
    await salon.send()
    phones = [accepted["phone"] for accepted in await salon.accepted()]
    assert len(phones) == len(set(phones)) == 12


async def test_a_slow_account_does_not_keep_another_waiting(salon: Salon, simulators: Simulators) -> None:
    from tests.notifications.integration.conftest import MORNING

    quick = await Salon(salon.bench, simulators).open(MORNING)
    await quick.set_provider()
    await only_reminder_3h(salon, 30)
    salon.set_clock(AT_THREE_HOURS - timedelta(hours=1))
    [urgent] = await only_reminder_3h(quick)
    salon.pass_time(hours=1)
    await salon.fault("timeout_before", count=8)
    await salon.send()
    sent_at = (await quick.row(urgent, "reminder_3h")).sent_at
    async with salon.bench.service.db.tx(salon.account_id) as tx:
        given_up = await tx.scalar(
            select(func.min(DeliveryAttempt.finished_at)).where(
                DeliveryAttempt.account_id == salon.account_id, DeliveryAttempt.outcome != "accepted"
            )
        )
    assert sent_at is not None
    assert given_up is not None
    assert sent_at < given_up, "it had to wait for the slow account's time-out"


async def test_the_events_of_a_message_tell_no_text_and_no_address(salon: Salon) -> None:
    [booking] = await only_reminder_3h(salon)
    await salon.send()
    [sent] = await salon.bench.said(MessageSent, account_id=salon.account_id)
    assert (sent.notification.booking_id, sent.notification.kind) == (booking.id, "reminder_3h")
    assert booking.client is not None
    assert (booking.client.phone_e164 or "") not in sent.model_dump_json()


async def test_a_top_up_lets_messages_of_the_own_balance_go(salon: Salon, simulators: Simulators) -> None:
    poor = Salon(salon.bench, simulators)
    await poor.open(AT_THREE_HOURS - timedelta(hours=2), trial=False)
    await poor.set_provider("integrica", enabled=True)
    [booking] = await only_reminder_3h(poor)
    await poor.send()
    assert await state_of(poor, booking) == ("held", "insufficient_balance")
    top_up = TopUpPaid(account_id=poor.account_id, version=1, top_up_id=new_id(), amount=Money(amount=10_000))
    await poor.deliver(top_up)
    await poor.deliver(top_up)
    await poor.send()
    assert await state_of(poor, booking) == ("sent", None)
    balance = await poor.get("sms-balance")
    price = (await poor.row(booking, "reminder_3h")).parts or 0
    assert balance["balance"]["amount"] == 10_000 - price * 90
