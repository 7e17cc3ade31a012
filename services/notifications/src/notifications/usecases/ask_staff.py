"""Tasks for people: asked once, ended by a person, or by the event that makes them needless."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.dialects.postgresql import insert

from contracts.booking import BookingState, BookingUnconfirmed, ReplyRefused
from kit.callers import Member
from kit.db import Tx
from kit.errors import NotFound
from kit.ids import new_id
from notifications.tables import BookingCopy, StaffTask

PHONE_BAD, REPLY_UNCLEAR, REPLY_TOO_LATE = "phone_bad", "reply_unclear", "reply_too_late"
REPLY_AFTER_RELEASE = "reply_after_release"
OF_UNCONFIRMED = ("visit_silent", "visit_not_asked", "visit_money")
"""Tasks about a visit that nobody confirmed: they end when the visit is confirmed, moved, over or called off."""
SAID_LIMIT = 300


@dataclass(frozen=True)
class Wanted:
    """What is to be done; a task of the same kind and subject that is or was there is not asked for again."""

    kind: str
    subject: str
    location_id: UUID | None = None
    client_id: UUID | None = None
    booking_id: UUID | None = None
    notification_id: UUID | None = None
    said: str | None = None


async def ask_staff(tx: Tx, account_id: UUID, wanted: Wanted, now: datetime) -> None:
    """Put the task on the list, once."""
    row = insert(StaffTask).values(
        account_id=account_id,
        id=new_id(),
        kind=wanted.kind,
        subject=wanted.subject,
        location_id=wanted.location_id,
        client_id=wanted.client_id,
        booking_id=wanted.booking_id,
        notification_id=wanted.notification_id,
        said=wanted.said[:SAID_LIMIT] if wanted.said else None,
        created_at=now,
    )
    await tx.execute(row.on_conflict_do_nothing())


def number_of(client_id: UUID, phone_e164: str) -> str:
    """What a task about a client's number is known by, without holding the number."""
    return hashlib.sha256(f"{client_id} {phone_e164}".encode()).hexdigest()


async def number_changed(tx: Tx, account_id: UUID, client_id: UUID, phone_e164: str | None, now: datetime) -> None:
    """Another number: what was wrong with former ones is done with."""
    row = StaffTask
    ended = update(row).where(
        row.account_id == account_id,
        row.client_id == client_id,
        row.kind == PHONE_BAD,
        row.settled_at.is_(None),
    )
    if phone_e164 is not None:
        ended = ended.where(row.subject != number_of(client_id, phone_e164))
    await tx.execute(ended.values(settled_at=now))


async def hear_refused_reply(event: ReplyRefused, tx: Tx, *, now: datetime) -> None:
    """A client wanted to cancel, or to come after all, when it was too late for that: somebody has to talk to them."""
    assert event.account_id is not None
    booking = await tx.get(BookingCopy, (event.account_id, event.booking_id))
    wanted = Wanted(
        REPLY_AFTER_RELEASE if event.cause == "released" else REPLY_TOO_LATE,
        str(event.reply_id),
        location_id=booking.location_id if booking else None,
        client_id=event.client_id,
        booking_id=event.booking_id,
    )
    await ask_staff(tx, event.account_id, wanted, now)


async def hear_unconfirmed(event: BookingUnconfirmed, tx: Tx, *, now: datetime) -> None:
    """Ask once for each time of the visit; not at all where something has happened to it since.

    The copy is locked: whoever ends these tasks holds it too, so the task is either seen there or not asked for here.
    """
    said = event.booking
    copy = await tx.get(BookingCopy, (said.account_id, said.id), with_for_update={"read": True})
    if copy is not None and copy.version > event.version and _is_settled(copy.body["state"], copy.starts_at, said):
        return
    wanted = Wanted(
        f"visit_{event.cause}",
        _time_of(said),
        location_id=said.location_id,
        client_id=said.client.id if said.client else None,
        booking_id=said.id,
    )
    await ask_staff(tx, said.account_id, wanted, now)


def _time_of(said: BookingState) -> str:
    """What a task about one time of a visit is known by."""
    return f"{said.id} {said.starts_at.astimezone(UTC):%Y-%m-%dT%H:%M}"


def _is_settled(state: str, starts_at: datetime, said: BookingState) -> bool:
    return state != "pending" or starts_at != said.starts_at


async def unconfirmed_settled(tx: Tx, booking: BookingState, now: datetime) -> None:
    """Something has happened to the visit: nobody need ask about its confirmation, or about its former time."""
    row = StaffTask
    ended = update(row).where(
        row.account_id == booking.account_id,
        row.booking_id == booking.id,
        row.kind.in_(OF_UNCONFIRMED),
        row.settled_at.is_(None),
    )
    if booking.state == "pending":
        ended = ended.where(row.subject != _time_of(booking))
    await tx.execute(ended.values(settled_at=now))


async def settle_task(tx: Tx, member: Member, task_id: UUID, now: datetime) -> StaffTask:
    """Done, by this person; settling what is settled changes nothing. Raises `NotFound`."""
    row = await tx.get(StaffTask, (member.account_id, task_id), with_for_update=True)
    if row is None or not _is_in_scope(row, member):
        raise NotFound("task")
    if row.settled_at is None:
        row.settled_at, row.settled_by, row.settled_by_name = now, member.caller.user_id, member.name
    return row


def _is_in_scope(row: StaffTask, member: Member) -> bool:
    return member.location_ids is None or row.location_id is None or row.location_id in member.location_ids
