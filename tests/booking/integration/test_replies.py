"""Answers of clients to messages: they confirm and cancel as the link does, and the moment of the answer decides."""

import asyncio
from datetime import datetime, timedelta
from uuid import UUID

import pytest

from contracts.booking import BookingCancelled, BookingConfirmed, BookingCreated, ReplyRefused
from contracts.notifications import ReplyReceived
from kit.ids import new_id

CUTOFF = timedelta(minutes=120)
SECOND = timedelta(seconds=1)


async def answer(salon, made, wish, said_at, **more):
    created = [
        one.booking
        for one in await salon.bench.said(BookingCreated, account_id=salon.account_id)
        if str(one.booking.id) == made["id"]
    ]
    usual = {"reply_id": new_id(), "booking_id": UUID(made["id"]), "client_id": created[0].client.id}
    return ReplyReceived(account_id=salon.account_id, version=1, wish=wish, said_at=said_at, **(usual | more))


async def state_of(salon, made):
    return (await salon.ok("GET", f"/bookings/{made['id']}"))["state"]


@pytest.mark.row("X18")
async def test_an_answer_confirms_once_and_only_the_visit_of_who_answered(salon):
    made = await salon.booked(salon.at("10:00"))
    starts_at = datetime.fromisoformat(made["starts_at"])
    stranger = await answer(salon, made, "cancel", starts_at - CUTOFF - SECOND, client_id=new_id())
    await salon.bench.deliver(stranger)
    yes = await answer(salon, made, "confirm", starts_at - timedelta(hours=5))
    for _ in range(2):
        await salon.bench.deliver(yes)
    await salon.bench.deliver(yes.model_copy(update={"reply_id": new_id()}))  # and says so again
    assert await state_of(salon, made) == "confirmed"
    confirmed = [
        one
        for one in await salon.bench.said(BookingConfirmed, account_id=salon.account_id)
        if str(one.booking.id) == made["id"]
    ]
    assert len(confirmed) <= 1
    assert await salon.bench.said(ReplyRefused, account_id=salon.account_id) == []


@pytest.mark.row("X18")
async def test_the_moment_of_the_answer_is_held_against_the_cutoff_and_not_its_arrival(salon):
    in_time, too_late = await salon.booked(salon.at("10:00")), await salon.booked(salon.at("12:00"))
    for made, said_after in ((in_time, -SECOND), (too_late, SECOND)):
        edge = datetime.fromisoformat(made["starts_at"]) - CUTOFF
        await salon.bench.deliver(await answer(salon, made, "cancel", edge + said_after))
    assert await state_of(salon, in_time) == "cancelled_by_client"
    assert await state_of(salon, too_late) not in ("cancelled_by_client", "cancelled_by_staff")
    [refused] = await salon.bench.said(ReplyRefused, account_id=salon.account_id)
    assert (str(refused.booking_id), refused.cause) == (too_late["id"], "cutoff_passed")


@pytest.mark.row("X18")
async def test_answers_that_race_at_the_cutoff_second_have_one_outcome_and_one_message(salon):
    made = await salon.booked(salon.at("10:00"))
    edge = datetime.fromisoformat(made["starts_at"]) - CUTOFF
    wishes = [await answer(salon, made, wish, edge) for wish in ("confirm", "cancel") * 4]
    await asyncio.gather(*(salon.bench.deliver(one) for one in wishes))
    assert await state_of(salon, made) == "cancelled_by_client"
    told = [
        one
        for one in await salon.bench.said(BookingCancelled, account_id=salon.account_id)
        if str(one.booking.id) == made["id"]
    ]
    assert len(told) == 1
    assert await salon.bench.said(ReplyRefused, account_id=salon.account_id) == []
