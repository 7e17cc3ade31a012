"""Every reason code: how it comes about, what the tab says about it in three languages, where it sends the reader."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from contracts.booking import BookingState
from contracts.identity import AccountChanged, AccountState
from kit.ids import new_id
from kit.texts import LANGUAGES
from notifications.domain.reasons import Reason
from notifications.usecases.plan_booking import Planner
from tests.notifications.last_call import AT_THREE_HOURS, VISIT, only_reminder_3h
from tests.notifications.salon import Salon, kyiv, next_phone

HELP = Path(__file__).parents[3] / "docs" / "help"
Scenario = Callable[[Salon], Awaitable[BookingState]]
SCENARIOS: dict[Reason, Scenario] = {}
OFFICE = {"owner", "administrator"}


def of(reason: Reason) -> Callable[[Scenario], Scenario]:
    def take(scenario: Scenario) -> Scenario:
        SCENARIOS[reason] = scenario
        return scenario

    return take


async def _changed_account(salon: Salon, **changes: Any) -> BookingState:
    state = AccountState(
        id=salon.account_id,
        name="Салон",
        vanity_address=f"salon-{salon.account_id.hex[-12:]}",
        time_zone="Europe/Kyiv",
        country="UA",
        currency="UAH",
        language="uk",
        **changes,
    )
    await salon.deliver(AccountChanged(account_id=salon.account_id, version=2, account=state))
    return await salon.book(VISIT)


@of(Reason.ACCOUNT_DISABLED)
async def account_disabled(salon: Salon) -> BookingState:
    return await _changed_account(salon, is_active=False)


@of(Reason.DEMO_ACCOUNT)
async def demo_account(salon: Salon) -> BookingState:
    return await _changed_account(salon, is_demo=True)


@of(Reason.TYPE_DISABLED)
async def type_disabled(salon: Salon) -> BookingState:
    return await salon.book(VISIT)  # clients are not told of a booking unless the salon wants it


@of(Reason.ROLE_NOT_RECIPIENT)
async def role_not_recipient(salon: Salon) -> BookingState:
    await salon.member("operator", channels={"sms": True})
    return await salon.book(VISIT)


@of(Reason.LOCATION_NOT_IN_SCOPE)
async def location_not_in_scope(salon: Salon) -> BookingState:
    await salon.member("administrator", location_ids=frozenset({new_id()}), channels={"sms": True})
    return await salon.book(VISIT)


@of(Reason.OWN_ACTION)
async def own_action(salon: Salon) -> BookingState:
    booking = salon.booking(VISIT, created_by=salon.owner.user_id)
    await salon.deliver(salon.created(booking), actor=salon.owner)
    return booking


@of(Reason.SILENCED_BY_STAFF)
async def silenced_by_staff(salon: Salon) -> BookingState:
    return await salon.move(await salon.book(VISIT), VISIT + timedelta(days=1), 2, tell_client=False)


@of(Reason.NOTHING_NEW)
async def nothing_new(salon: Salon) -> BookingState:
    away = await salon.move(await salon.book(VISIT), VISIT + timedelta(days=1), 2)
    return await salon.move(away, VISIT, 3)


@of(Reason.RECIPIENT_NO_CHANNEL)
async def recipient_no_channel(salon: Salon) -> BookingState:
    await salon.member("administrator")
    return await salon.book(VISIT)


@of(Reason.CHANNEL_NOT_AVAILABLE)
async def channel_not_available(salon: Salon) -> BookingState:
    await salon.member("administrator", channels={"telegram_chat_id": "17"})
    planner: Planner = salon.bench.service.state["planner"]
    usual = planner.house
    object.__setattr__(planner, "house", replace(usual, sendable=usual.sendable - {"telegram"}))  # no bot is set up
    try:
        return await salon.book(VISIT)
    finally:
        object.__setattr__(planner, "house", usual)


@of(Reason.RECIPIENT_NO_PHONE)
async def recipient_no_phone(salon: Salon) -> BookingState:
    return await salon.book(VISIT, client=salon.client(phone_e164=None))


@of(Reason.PHONE_UNCONFIRMED)
async def phone_unconfirmed(salon: Salon) -> BookingState:
    return await salon.book(VISIT, source="site", client=salon.client(phone_confirmed=False))


async def _refused_number(salon: Salon, ending: str) -> BookingState:
    client = salon.client(phone_e164=next_phone(ending))
    salon.set_clock(AT_THREE_HOURS - timedelta(hours=1))
    await salon.book(VISIT, client=client)
    salon.set_clock(AT_THREE_HOURS)
    await salon.send()
    return await salon.book(VISIT + timedelta(days=7), client=client)


@of(Reason.PHONE_BAD)
async def phone_bad(salon: Salon) -> BookingState:
    return await _refused_number(salon, "0305")


@of(Reason.STOP_LIST)
async def stop_list(salon: Salon) -> BookingState:
    return await _refused_number(salon, "0404")


@of(Reason.CLIENT_OPTED_OUT)
async def client_opted_out(salon: Salon) -> BookingState:
    return await salon.book(VISIT, client=salon.client(notifications_on=False))


@of(Reason.TOO_LATE)
async def too_late(salon: Salon) -> BookingState:
    salon.set_clock(VISIT - timedelta(hours=2))
    return await salon.book(VISIT)


@of(Reason.MERGED)
async def merged(salon: Salon) -> BookingState:
    await salon.set_rules(merge_same_day=True)
    client = salon.client()
    await salon.book(VISIT, client=client)
    return await salon.book(VISIT + timedelta(hours=2), client=client)


@of(Reason.QUIET_HOURS)
async def quiet_hours(salon: Salon) -> BookingState:
    return await salon.book(kyiv("2026-12-11T09:00"))


@of(Reason.REPLACED)
async def replaced(salon: Salon) -> BookingState:
    return await salon.move(await salon.book(VISIT), VISIT + timedelta(days=1), 2)


@of(Reason.BOOKING_CANCELLED)
async def booking_cancelled(salon: Salon) -> BookingState:
    booking = await salon.book(VISIT)
    await salon.cancel(booking, 2)
    return booking


async def _one_due(salon: Salon) -> BookingState:
    [booking] = await only_reminder_3h(salon)
    await salon.send()
    return booking


@of(Reason.NO_PROVIDER)
async def no_provider(salon: Salon) -> BookingState:
    await salon.set_provider("integrica", enabled=False)
    await salon.set_provider(enabled=False)
    return await _one_due(salon)


@of(Reason.PROVIDER_UNAUTHORIZED)
async def provider_unauthorized(salon: Salon) -> BookingState:
    await salon.set_provider("integrica", enabled=False)
    await salon.set_provider(token="mistyped")
    return await _one_due(salon)


@of(Reason.INSUFFICIENT_BALANCE)
async def insufficient_balance(salon: Salon) -> BookingState:
    await salon.set_provider("integrica", enabled=False)
    await salon.at_turbosms(balance=0)
    return await _one_due(salon)


@of(Reason.DAILY_LIMIT)
async def daily_limit(salon: Salon) -> BookingState:
    await salon.member("administrator", channels={"sms": True})
    salon.set_clock(AT_THREE_HOURS)
    async with salon.bench.service.db.tx(salon.account_id) as tx:
        used = "INSERT INTO outside_spending (account_id, minute, kind, parts) VALUES (:id, :at, 'created', 1000)"
        await tx.execute(text(used), {"id": salon.account_id, "at": AT_THREE_HOURS})
    booking = await salon.book(VISIT, source="site")
    await salon.send()
    return booking


@of(Reason.SENDER_NOT_REGISTERED)
async def sender_not_registered(salon: Salon) -> BookingState:
    await salon.set_provider("integrica", enabled=False)
    await salon.at_turbosms(senders=["Salon", "Nobody"])
    await salon.set_provider(sender_name="Nobody")
    await salon.at_turbosms(senders=["Salon"])  # the name was taken away after it was saved
    return await _one_due(salon)


@of(Reason.PROVIDER_UNAVAILABLE)
async def provider_unavailable(salon: Salon) -> BookingState:
    await salon.set_provider("integrica", enabled=False)
    providers = salon.bench.service.state["providers"]
    address, providers.turbosms.base_url = providers.turbosms.base_url, "http://127.0.0.1:9"
    try:
        return await _one_due(salon)
    finally:
        providers.turbosms.base_url = address


@of(Reason.PROVIDER_REJECTED)
async def provider_rejected(salon: Salon) -> BookingState:
    return await _sent_to(salon, "1006")


@of(Reason.ADDRESS_GONE)
async def address_gone(salon: Salon) -> BookingState:
    mailbox = f"{salon.account_id.hex}@example.com"
    await salon.member("administrator", channels={"email": mailbox})
    await salon.simulators.fault("smtp", "mailbox_unknown", token=mailbox)
    booking = await salon.book(VISIT)
    await salon.send()
    return booking


@of(Reason.NOT_DELIVERED)
async def not_delivered(salon: Salon) -> BookingState:
    return await _sent_to(salon, "1002")


@of(Reason.UNKNOWN_OUTCOME)
async def unknown_outcome(salon: Salon) -> BookingState:
    await salon.set_provider("integrica", enabled=False)
    await salon.fault("drop_after_accept", count=1)
    return await _one_due(salon)


@of(Reason.EXPIRED)
async def expired(salon: Salon) -> BookingState:
    [booking] = await only_reminder_3h(salon)
    salon.set_clock(VISIT + timedelta(minutes=1))
    await salon.send()
    return booking


async def _sent_to(salon: Salon, ending: str) -> BookingState:
    salon.set_clock(AT_THREE_HOURS - timedelta(hours=1))
    booking = await salon.book(VISIT, client=salon.client(phone_e164=next_phone(ending)))
    salon.set_clock(AT_THREE_HOURS)
    await salon.send()
    await salon.simulators.push_clock(5)
    salon.pass_time(seconds=6)
    await salon.follow()
    return booking


def test_there_is_a_scenario_for_every_reason() -> None:
    assert SCENARIOS.keys() == set(Reason)


@pytest.mark.row("X1")
@pytest.mark.row("S13")
@pytest.mark.parametrize("reason", Reason)
async def test_a_reason_comes_about_and_the_tab_explains_it_in_three_languages(salon: Salon, reason: Reason) -> None:
    booking = await SCENARIOS[reason](salon)
    said: dict[str, dict[str, Any]] = {}
    for language in LANGUAGES:
        shown = await salon.get(f"bookings/{booking.id}/notifications", headers={"Accept-Language": language})
        found = [item for item in shown["items"] if item["reason_code"] == reason]
        assert found, {(item["kind"], item["recipient"]["type"], item["reason_code"]) for item in shown["items"]}
        said[language] = found[0]
    for item in said.values():
        assert item["reason_text"]
        assert "reason." not in item["reason_text"]
        assert "{" not in item["reason_text"] + item["fix"]["text"]
        assert item["fix"]["url"].startswith(("http://", "https://"))
        assert item["help_url"].endswith(f"/help/{reason}")
    assert len({item["reason_text"] for item in said.values()}) == len(LANGUAGES)
    page = (HELP / f"{reason}.md").read_text()
    assert all(heading in page for heading in ("## Українською:", "## По-русски:", "## In English:"))
    assert "help." not in page


@pytest.mark.row("S49")
async def test_who_chose_e_mail_gets_an_e_mail_and_no_sms(salon: Salon) -> None:
    mailbox = f"{salon.account_id.hex}@example.com"
    sofia = await salon.member("master", staff_member_id=salon.sofia, channels={"email": mailbox})
    booking = await salon.book(VISIT)
    await salon.send()
    [told] = [row for row in await salon.rows(booking, to="staff") if row.recipient_id == sofia.user_id]
    assert (told.channel, told.state) == ("email", "sent")
    letters = await salon.simulators.ledger("smtp")
    assert [letter for letter in letters if mailbox in str(letter)]
    assert await salon.accepted() == []


def test_every_help_page_is_in_the_contents() -> None:
    contents = (HELP / "README.md").read_text()
    for page in HELP.glob("*.md"):
        assert page.name == "README.md" or f"({page.name})" in contents
