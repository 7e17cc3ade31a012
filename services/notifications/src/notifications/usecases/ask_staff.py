"""Tasks for people: asked once, ended by a person, or by the event that makes them needless."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.dialects.postgresql import insert

from contracts.booking import ReplyRefused
from kit.callers import Member
from kit.db import Tx
from kit.errors import NotFound
from kit.ids import new_id
from notifications.tables import BookingCopy, StaffTask

PHONE_BAD, REPLY_UNCLEAR, REPLY_TOO_LATE = "phone_bad", "reply_unclear", "reply_too_late"
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
    """A client wanted to cancel by an answer when it was too late for that: somebody has to talk to them."""
    assert event.account_id is not None
    booking = await tx.get(BookingCopy, (event.account_id, event.booking_id))
    wanted = Wanted(
        REPLY_TOO_LATE,
        str(event.reply_id),
        location_id=booking.location_id if booking else None,
        client_id=event.client_id,
        booking_id=event.booking_id,
    )
    await ask_staff(tx, event.account_id, wanted, now)


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
