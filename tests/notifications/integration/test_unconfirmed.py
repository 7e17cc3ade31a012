"""Visits that have to be confirmed: the client is asked, hears of the release with its cause, and staff get tasks."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from contracts.booking import BookingCancelled, BookingConfirmed, BookingState, BookingUnconfirmed, ReplyRefused
from contracts.identity import AccountChanged, AccountState, BookingRules
from contracts.notifications import MessageSent
from kit.ids import new_id
from tests.notifications.salon import Salon, kyiv

from .test_staff_tasks import tasks

VISIT = kyiv("2026-11-27T12:00")
DAY = timedelta(hours=24)
pytestmark = pytest.mark.row("X18")


async def set_rule(salon: Salon, version: int, unconfirmed: str, hours: int = 24) -> None:
    state = AccountState(
        id=salon.account_id,
        name="Салон",
        vanity_address=f"salon-{salon.account_id.hex[-12:]}",
        time_zone="Europe/Kyiv",
        country="UA",
        currency="UAH",
        language="uk",
        booking_rules=BookingRules.model_validate({"unconfirmed": unconfirmed, "confirm_cutoff_min": hours * 60}),
    )
    await salon.deliver(AccountChanged(account_id=salon.account_id, version=version, account=state))
    await salon.replan()


async def book(salon: Salon, starts_at: datetime = VISIT) -> BookingState:
    return await salon.book(starts_at, state="pending", link_key="abcdefghjkmn")


def confirmed(salon: Salon, booking: BookingState, version: int = 2) -> BookingConfirmed:
    now = booking.model_copy(update={"state": "confirmed"})
    return BookingConfirmed(account_id=salon.account_id, version=version, booking=now)


def unconfirmed(salon: Salon, booking: BookingState, cause: str, version: int = 1) -> BookingUnconfirmed:
    said: dict[str, Any] = {"booking": booking, "until": booking.starts_at - DAY, "cause": cause}
    return BookingUnconfirmed(account_id=salon.account_id, version=version, **said)


async def test_the_client_is_asked_as_the_rule_wants_it_and_booking_hears_what_was_asked(salon: Salon) -> None:
    salon.set_clock(VISIT - timedelta(days=4))
    await salon.set_provider()
    await set_rule(salon, 2, "task")
    asked, quick = await book(salon), await book(salon, VISIT + timedelta(hours=2))
    row = await salon.row(asked, "confirm_request")
    assert (row.state, row.planned_at) == ("planned", VISIT - 2 * DAY)
    assert row.text is not None
    assert row.text.startswith("Салон: підтвердьте, будь ласка, запис 27.11 о 12:00 до 26.11 12:00")
    assert row.text.endswith("/b/7KQ2MX?key=abcdefghjkmn")
    await set_rule(salon, 3, "release", hours=20)
    row = await salon.row(asked, "confirm_request")
    assert row.planned_at == VISIT - DAY - timedelta(hours=20)
    assert row.text is not None
    assert "до 26.11 16:00, інакше скасуємо" in row.text
    await salon.deliver(confirmed(salon, quick))
    dropped = await salon.row(quick, "confirm_request")
    assert (dropped.state, dropped.reason_code) == ("cancelled", "replaced")
    salon.set_clock(row.planned_at)
    await salon.send()
    [said] = [
        one.notification
        for one in await salon.bench.said(MessageSent, account_id=salon.account_id)
        if one.notification.kind == "confirm_request"
    ]
    assert said.booking_id == asked.id
    assert said.confirm_request is not None
    request = said.confirm_request
    assert (request.starts_at, request.until, request.releases) == (VISIT, VISIT - timedelta(hours=20), True)
    await set_rule(salon, 4, "nothing")
    assert (await salon.row(asked, "confirm_request")).state == "sent"
    assert await salon.rows(await book(salon, VISIT + timedelta(hours=4)), "confirm_request") == []


async def test_who_loses_the_visit_reads_why_and_how_to_book_again_also_when_settings_are_thought_over(
    salon: Salon,
) -> None:
    salon.set_clock(VISIT - DAY)
    booking = await book(salon)
    gone = booking.model_copy(update={"state": "cancelled_by_staff"})
    released = BookingCancelled(
        account_id=salon.account_id, version=2, booking=gone, cancelled_by="staff", cause="unconfirmed"
    )
    await salon.deliver(released)
    for _ in range(2):
        row = await salon.row(booking, "cancelled")
        assert row.state == "planned"
        assert row.text is not None
        assert "скасовано, бо його не підтвердили вчасно. Записатися знову: " in row.text
        assert row.text.endswith(f"/salon-{salon.account_id.hex[-12:]}")
        await set_rule(salon, 2, "release")
    late = ReplyRefused(
        account_id=salon.account_id,
        version=1,
        reply_id=new_id(),
        booking_id=booking.id,
        client_id=booking.client.id if booking.client else new_id(),
        cause="released",
    )
    await salon.deliver(late)
    [task] = await tasks(salon)
    assert (task["kind"], task["booking_id"]) == ("reply_after_release", str(booking.id))
    assert task["text"] == "Марія, 27.11, 12:00: клієнт підтвердив візит, коли час уже звільнили."


async def test_a_visit_that_staff_must_see_to_stands_in_their_list_until_something_happens_to_it(salon: Salon) -> None:
    salon.set_clock(VISIT - DAY)
    silent, unasked, paid, known = [await book(salon, VISIT + timedelta(hours=hour)) for hour in range(4)]
    await salon.deliver(confirmed(salon, known))  # the client's word came, and its event was quicker
    for booking, cause in ((silent, "silent"), (unasked, "not_asked"), (paid, "money"), (known, "silent")):
        for _ in range(2):
            await salon.deliver(unconfirmed(salon, booking, cause))
    found = await tasks(salon)
    assert [(one["kind"], one["booking_id"]) for one in found] == [
        ("visit_silent", str(silent.id)),
        ("visit_not_asked", str(unasked.id)),
        ("visit_money", str(paid.id)),
    ]
    assert found[0]["text"] == "Марія, 27.11, 12:00: візит не підтверджено вчасно, клієнт не відповів."
    assert found[0]["starts_at"] == "2026-11-27T12:00:00+02:00"
    assert found[0]["fix"]["url"].endswith(f"/desk/{salon.account_id}/bookings/{silent.id}")
    phone = silent.client.phone_e164 if silent.client else None
    assert phone
    assert phone not in str(found)
    await salon.deliver(confirmed(salon, silent))
    await salon.cancel(unasked, 2)
    await salon.move(paid, VISIT + timedelta(days=3), 2)
    assert await tasks(salon) == []
    moved = paid.model_copy(update={"starts_at": VISIT + timedelta(days=3)})
    await salon.deliver(unconfirmed(salon, moved, "silent", version=2))
    [again] = await tasks(salon)
    assert again["booking_id"] == str(paid.id)
