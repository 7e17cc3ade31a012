"""Visits that nobody confirmed in time: staff see to them, or their time is free again, as the account has chosen."""

import asyncio
from collections import Counter
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from booking.domain.confirmation import GRACE
from booking.usecases.bookings.cancel_booking import cancel_booking
from booking.usecases.bookings.judge_unconfirmed import judge_unconfirmed
from booking.usecases.waitlist.offer_time import serve_waitlists
from contracts.booking import (
    BookingCancelled,
    BookingConfirmed,
    BookingCreated,
    BookingUnconfirmed,
    ReplyRefused,
    SlotFreed,
    WaitlistOffered,
)
from contracts.fiscal import BookingSettled
from contracts.identity import AccountChanged, AccountState, BookingRules
from contracts.notifications import ConfirmRequest, MessageFailed, MessageSent, NotificationState, ReplyReceived
from kit.ids import new_id
from tests.booking.integration.test_desk import settlement
from tests.booking.integration.test_waiting_list import wait
from tests.support.rivals import IS_WAITED_FOR

BEFORE = timedelta(hours=24)
RELEASE = {"unconfirmed": "release", "confirm_cutoff_min": 24 * 60}
TASK = {**RELEASE, "unconfirmed": "task"}
pytestmark = pytest.mark.row("X18")


def starts_of(made):
    return datetime.fromisoformat(made["starts_at"]).astimezone(UTC)


async def ask(salon, made, *, said=MessageSent, releases=True, version=2, message=None):
    """The request to confirm goes to the client, or does not."""
    request = ConfirmRequest(starts_at=starts_of(made), until=starts_of(made) - BEFORE, releases=releases)
    state = NotificationState(
        id=message or new_id(),
        booking_id=UUID(made["id"]),
        kind="confirm_request",
        recipient_type="client",
        channel="sms",
        state="sent" if said is MessageSent else "failed",
        confirm_request=request,
    )
    await salon.bench.deliver(said(account_id=salon.account_id, version=version, notification=state))
    return state.id


async def judge_after(salon, made, *, late=GRACE):
    await judge_unconfirmed(salon.bench.service.db, starts_of(made) - BEFORE + late)


async def told(salon, event, made):
    said = await salon.bench.said(event, account_id=salon.account_id)
    return [one for one in said if str(one.booking.id) == made["id"]]


async def state_of(salon, made):
    return (await salon.ok("GET", f"/bookings/{made['id']}"))["state"]


async def link(salon, made):
    created = await told(salon, BookingCreated, made)
    return f"/api/v1/public/b/{made['code']}", created[0].booking.link_key


async def linked(salon, made):
    address, key = await link(salon, made)
    return (await salon.bench.http.get(f"{address}/linked", params={"key": key})).json()


async def press_confirm(salon, made):
    address, key = await link(salon, made)
    headers = {"Idempotency-Key": str(new_id())}
    return await salon.bench.http.post(f"{address}/confirm", json={"key": key}, headers=headers)


async def history(salon, made):
    return (await salon.ok("GET", f"/bookings/{made['id']}/timeline"))["items"]


async def test_a_visit_that_nobody_confirmed_is_released_once_and_its_hour_goes_to_who_waits(open_another):
    salon = await open_another(rules=RELEASE)
    made = await salon.booked(salon.at("10:00", ahead=3))
    await salon.booked(salon.at("09:00", ahead=3))
    waiting = salon.client()
    day = salon.day(3).isoformat()
    await wait(salon, waiting, first_day=day, last_day=day)
    await ask(salon, made)
    shown = await linked(salon, made)
    assert datetime.fromisoformat(shown["confirm"]["until"]) == starts_of(made) - BEFORE
    assert shown["confirm"]["releases"] is True
    await judge_after(salon, made, late=GRACE - timedelta(seconds=1))
    assert await state_of(salon, made) == "pending"
    await asyncio.gather(*(judge_after(salon, made) for _ in range(4)))
    await judge_after(salon, made, late=timedelta(hours=1))
    assert await state_of(salon, made) == "cancelled_by_staff"
    [said] = await told(salon, BookingCancelled, made)
    assert (said.cause, said.cancelled_by, said.tell_client) == ("unconfirmed", "staff", True)
    assert len(await salon.bench.said(SlotFreed, account_id=salon.account_id)) == 1
    await serve_waitlists(salon.bench.service.db)
    [offered] = await salon.bench.said(WaitlistOffered, account_id=salon.account_id)
    assert offered.entry.offer.starts_at == starts_of(made)
    acts = await history(salon, made)
    [judged] = [one for one in acts if one["kind"] == "unconfirmed_released"]
    until = (starts_of(made) - BEFORE).astimezone(salon.zone).strftime("%d.%m.%Y, %H:%M")
    assert (judged["actor_type"], judged["details"]["rule"]) == ("system", "release")
    assert judged["text"] == f"Не підтверджено до {until} – час звільнено за правилом закладу: за 24 год до візиту"
    assert [one["kind"] for one in acts].count("cancelled") == 1


async def test_who_confirms_after_the_release_is_told_what_happened_and_staff_hear_of_it(open_another):
    salon = await open_another(rules=RELEASE)
    made = await salon.booked(salon.at("10:00", ahead=3))
    await ask(salon, made)
    await judge_after(salon, made)
    refused = await press_confirm(salon, made)
    assert (refused.status_code, refused.json()["code"]) == (409, "booking.released")
    shown = await linked(salon, made)
    assert (shown["cancel_cause"], shown["may_confirm"], shown["confirm"]) == ("unconfirmed", False, None)
    [created] = await told(salon, BookingCreated, made)
    reply = ReplyReceived(
        account_id=salon.account_id,
        version=1,
        reply_id=new_id(),
        booking_id=UUID(made["id"]),
        client_id=created.booking.client.id,
        wish="confirm",
        said_at=starts_of(made) - BEFORE,
    )
    await salon.bench.deliver(reply)
    [late] = await salon.bench.said(ReplyRefused, account_id=salon.account_id)
    assert (late.booking_id, late.cause) == (UUID(made["id"]), "released")


async def test_what_may_not_be_released_is_handed_to_staff_with_the_cause(open_another):
    salon = await open_another(rules=RELEASE)
    paid, unasked, failed, unwarned = [
        await salon.booked(salon.at(at, ahead=3)) for at in ("10:00", "11:00", "12:00", "13:00")
    ]
    for made in (paid, failed):
        message = await ask(salon, made)
    await ask(salon, failed, said=MessageFailed, version=3, message=message)
    await ask(salon, unwarned, releases=False)
    await salon.bench.deliver(settlement(salon, paid, 10_000, event=BookingSettled))
    for _ in range(2):
        await judge_after(salon, unwarned)
    causes = {
        made["id"]: [(one.cause, one.until) for one in await told(salon, BookingUnconfirmed, made)]
        for made in (paid, unasked, failed, unwarned)
    }
    assert causes == {
        made["id"]: [(cause, starts_of(made) - BEFORE)]
        for made, cause in ((paid, "money"), (unasked, "not_asked"), (failed, "not_asked"), (unwarned, "silent"))
    }
    assert {await state_of(salon, made) for made in (paid, unasked, failed, unwarned)} == {"pending"}
    assert await salon.bench.said(BookingCancelled, account_id=salon.account_id) == []
    assert "unconfirmed_not_asked" in [one["kind"] for one in await history(salon, unasked)]


async def test_an_account_that_only_wants_to_know_gets_tasks_and_one_without_a_rule_nothing(open_another):
    mild, without = await open_another(rules=TASK), await open_another()
    asked, free = await mild.booked(mild.at("10:00", ahead=3)), await without.booked(without.at("10:00", ahead=3))
    await ask(mild, asked, releases=False)
    await ask(without, free)
    assert (await linked(mild, asked))["confirm"]["releases"] is False
    assert (await linked(without, free))["confirm"] is None
    for _ in range(2):
        await judge_after(mild, asked, late=timedelta(hours=1))
    [task] = await told(mild, BookingUnconfirmed, asked)
    assert task.cause == "silent"
    assert await told(without, BookingUnconfirmed, free) == []
    assert {await state_of(mild, asked), await state_of(without, free)} == {"pending"}


async def test_visits_that_the_rule_does_not_reach_are_left_alone(open_another):
    salon = await open_another(rules=RELEASE)
    late = await salon.booked(salon.at("10:00", ahead=1))  # less than a day ahead, or hardly more
    confirmed, arrived, moved, away = [
        await salon.booked(salon.at(at, ahead=3)) for at in ("10:00", "11:00", "12:00", "13:00")
    ]
    for made in (late, confirmed, arrived, moved, away):
        await ask(salon, made)
    async with salon.bench.service.db.tx(salon.account_id) as tx:
        moment = starts_of(late) - BEFORE
        await tx.execute(text("UPDATE booking SET created_at = :at WHERE id = :id"), {"at": moment, "id": late["id"]})
    await salon.ok("POST", f"/bookings/{confirmed['id']}/confirm", {})
    await salon.ok("POST", f"/bookings/{arrived['id']}/arrive", {})
    await salon.ok("POST", f"/bookings/{moved['id']}/reschedule", {"starts_at": salon.at("12:00", ahead=5)})
    await salon.ok("DELETE", f"/bookings/{away['id']}")
    assert (await linked(salon, late))["confirm"] is None
    await judge_after(salon, arrived, late=timedelta(hours=20))
    found = [await state_of(salon, made) for made in (late, confirmed, arrived, moved)]
    assert found == ["pending", "confirmed", "arrived", "pending"]
    assert await salon.bench.said(BookingUnconfirmed, account_id=salon.account_id) == []
    again = {**moved, "starts_at": salon.at("12:00", ahead=5)}
    await ask(salon, again)
    await judge_after(salon, again)
    assert await state_of(salon, moved) == "cancelled_by_staff"  # the new time has its own moment


async def test_a_rule_reaches_only_visits_whose_moment_comes_after_it_was_made(open_another):
    salon = await open_another()
    made = await salon.booked(salon.at("10:00", ahead=3))
    await ask(salon, made)

    async def set_rule(version, **rules):
        state = AccountState(
            id=salon.account_id,
            name="Левада",
            vanity_address=salon.vanity,
            time_zone="Europe/Kyiv",
            country="UA",
            currency="UAH",
            language="uk",
            booking_rules=BookingRules(**rules),
        )
        await salon.bench.deliver(AccountChanged(account_id=salon.account_id, version=version, account=state))
        async with salon.bench.service.db.tx(salon.account_id) as tx:
            return await tx.scalar(text("SELECT unconfirmed_since FROM account_copy"))

    since = await set_rule(2, **RELEASE)
    assert await set_rule(3, **TASK) == since  # the same moment for every visit: the rule is as old as it was
    assert await set_rule(4, **TASK, grid_min=30) == since
    assert await set_rule(5, **{**TASK, "confirm_cutoff_min": 48 * 60}) > since
    assert await set_rule(6) is None
    await set_rule(7, **RELEASE)
    async with salon.bench.service.db.tx(salon.account_id) as tx:
        later = {"at": starts_of(made) - BEFORE}
        await tx.execute(text("UPDATE account_copy SET unconfirmed_since = :at"), later)
    await judge_after(salon, made, late=timedelta(hours=2))
    assert await state_of(salon, made) == "pending"
    assert await told(salon, BookingUnconfirmed, made) == []


async def test_forty_clients_confirm_in_the_second_of_the_release_one_outcome_and_one_message_each(open_another):
    salon = await open_another(rules=RELEASE)
    people = [salon.staff, *[await salon.add_staff(f"Майстриня {number}") for number in range(4)]]
    made = [
        await salon.write_down(salon.at(f"{hour}:00", ahead=3), staff_member_id=person)
        for person in people
        for hour in range(10, 18)
    ]
    assert len(made) == 40
    for one in made:
        await ask(salon, one)
    addresses = [await link(salon, one) for one in made]
    now = max(starts_of(one) for one in made) - BEFORE + GRACE
    db = salon.bench.service.db

    async def press(number):
        address, key = addresses[number]
        await asyncio.sleep(number * 0.004)  # some before the rule gets there, some in the same moment, some after
        headers = {"Idempotency-Key": str(new_id())}
        return await salon.bench.http.post(f"{address}/confirm", json={"key": key}, headers=headers)

    answers, *_ = await asyncio.gather(
        asyncio.gather(*(press(number) for number in range(40))), *(judge_unconfirmed(db, now) for _ in range(3))
    )
    await judge_unconfirmed(db, now)
    outcomes: Counter[str] = Counter()
    for one, answer in zip(made, answers, strict=True):
        state = await state_of(salon, one)
        cancelled, confirmed = await told(salon, BookingCancelled, one), await told(salon, BookingConfirmed, one)
        assert len(cancelled) + len(confirmed) == 1, "one message"
        won = state == "confirmed"
        assert (answer.status_code, len(confirmed)) == ((200, 1) if won else (409, 0)), answer.text
        assert won or answer.json()["code"] == "booking.released"
        assert state in ("confirmed", "cancelled_by_staff")
        outcomes[state] += 1
    freed = await salon.bench.said(SlotFreed, account_id=salon.account_id)
    assert len(freed) == outcomes["cancelled_by_staff"]
    assert outcomes.total() == 40


async def test_whoever_has_the_row_is_waited_for_by_nobody_and_a_judge_that_dies_leaves_nothing_half_done(
    open_another, monkeypatch
):
    salon = await open_another(rules=RELEASE)
    first, second = await salon.booked(salon.at("10:00", ahead=3)), await salon.booked(salon.at("12:00", ahead=3))
    for made in (first, second):
        await ask(salon, made)
    db = salon.bench.service.db
    async with db.tx(salon.account_id) as tx:  # the client's word is being written at this moment
        await tx.execute(text("SELECT FROM booking WHERE id = :id FOR UPDATE"), {"id": first["id"]})
        judging = asyncio.create_task(judge_after(salon, second))
        while not judging.done():
            assert not await tx.scalar(IS_WAITED_FOR)
        await judging
        assert [await state_of(salon, one) for one in (first, second)] == ["pending", "cancelled_by_staff"]

    async def dies_after(tx, *args, **more):
        await cancel_booking(tx, *args, **more)
        await tx.flush()
        await tx.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))  # as the database sees a kill -9

    monkeypatch.setattr("booking.usecases.bookings.judge_unconfirmed.cancel_booking", dies_after)
    with pytest.raises(DBAPIError):  # the database went away: the loop begins anew
        await judge_after(salon, second)
    assert await state_of(salon, first) == "pending"
    assert "unconfirmed_released" not in [one["kind"] for one in await history(salon, first)]
    assert await told(salon, BookingCancelled, first) == []
    monkeypatch.undo()
    await judge_after(salon, second)
    assert len(await told(salon, BookingCancelled, first)) == 1
