"""Plan the messages of a booking when something happened to it, or when what the plan rests on has changed."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import or_, select, text, update
from sqlalchemy.dialects.postgresql import insert

from contracts import Event
from contracts.booking import BookingCancelled, BookingCreated, BookingRescheduled, BookingState, ClientState
from kit import context, telemetry
from kit.db import Tx
from kit.texts import Texts
from kit.wakeups import notify
from notifications.domain.facts import Act, Kind, Rules, Standing
from notifications.domain.merging import Changes, Difference, difference, late_news
from notifications.domain.reasons import Reason
from notifications.domain.thinking import overtaken_by, think_over
from notifications.rules import House, rules_of
from notifications.situation import CANCELLED, Known, read_known, situation_of
from notifications.tables import BookingCopy, ClientCopy, NotificationRow
from notifications.usecases.copy_others import REPLAN_CHANNEL
from notifications.usecases.write_decisions import DUE_CHANNEL, Page, existing_of, read_decisions, write_changes

NOBODY: dict[str, Any] = {
    "name": "", "surname": None, "phone_e164": None, "email": None, "user_id": None, "is_erased": True
}  # fmt: skip
"""What is left to say of a client who was erased."""
_ACTIVE = frozenset({"held", "pending", "confirmed", "arrived"})


@dataclass(frozen=True)
class Planner:
    """What planning needs beside the transaction and the time."""

    texts: Texts
    public_url: str
    house: House

    async def on_event(self, event: Event, booking: BookingState, tx: Tx, now: datetime) -> None:
        """Plan by an event of a booking; an older one than is known is recorded as overtaken and changes nothing."""
        await _take_turns(tx, [booking])
        booking = await _as_known_now(tx, booking)
        found = await _lock(tx, booking.account_id, [booking.id])
        rules = await rules_of(tx, booking.account_id, self.house)
        act = _act_of(event, booking)
        newest = found[0] if found and found[0].version >= event.version else None
        moments = [booking.starts_at, *([found[0].starts_at] if found else [])]
        if newest is None:
            await _remember(tx, booking, event.version)
        is_new = not found and isinstance(event, BookingCreated)  # then nothing can have been decided yet
        rows = [] if is_new else (await read_decisions(tx, booking.account_id, [booking.id])).get(booking.id, [])
        with_members = act is not None or _any(rows)
        known = await self._known(tx, booking.account_id, [booking], rules, now, with_members=with_members)
        page = self.page(booking, event.version, known, rules, now)
        existing = [existing_of(row) for row in rows]
        if newest is not None:
            overtaken = Reason.BOOKING_CANCELLED if state_of(newest).state in CANCELLED else Reason.REPLACED
            there = {old.key for old in existing}
            decisions = think_over(situation_of(known, booking, event.version, rules, act, now), [], now, overtaken).add
            late = [decision for decision in late_news(decisions, overtaken) if decision.key not in there]
            write_changes(tx, page, rows, Changes(add=late))
            return
        changes = think_over(
            situation_of(known, booking, event.version, rules, act, now), existing, now, overtaken_by(booking.state)
        )
        write_changes(tx, page, rows, changes)
        if changes.add or changes.change:
            await notify(tx, DUE_CHANNEL)
        if rules.merge_same_day and (found or known.has_neighbours_of(booking)):
            await _mark_neighbours(tx, booking, moments, now)

    async def again(self, tx: Tx, account_id: UUID, booking_ids: Collection[UUID], now: datetime) -> Difference:
        """Plan marked bookings of an account anew: settings, the client or the place have changed."""
        seen = await tx.scalars(
            select(BookingCopy).where(BookingCopy.account_id == account_id, BookingCopy.booking_id.in_(booking_ids))
        )
        await _take_turns(tx, [state_of(row) for row in seen.all()])
        marked = [row for row in await _lock(tx, account_id, booking_ids) if row.replan_at is not None]
        total = Difference()
        if not marked:
            return total
        rules = await rules_of(tx, account_id, self.house)
        of_booking = await read_decisions(tx, account_id, [row.booking_id for row in marked])
        bookings = [state_of(row) for row in marked]
        everything = [row for rows in of_booking.values() for row in rows]
        known = await self._known(tx, account_id, bookings, rules, now, with_members=_any(everything))
        for row, booking in zip(marked, bookings, strict=True):
            row.replan_at = None
            rows = of_booking.get(booking.id, [])
            existing = [existing_of(one) for one in rows]
            situation = situation_of(known, booking, row.version, rules, None, now)
            changes = think_over(situation, existing, now, overtaken_by(booking.state))
            write_changes(tx, self.page(booking, row.version, known, rules, now), rows, changes)
            total += difference(existing, changes)
        if total.moved or total.added:
            await notify(tx, DUE_CHANNEL)
        return total

    async def _known(
        self,
        tx: Tx,
        account_id: UUID,
        bookings: Sequence[BookingState],
        rules: Rules,
        now: datetime,
        *,
        with_members: bool,
    ) -> Known:
        return await read_known(
            tx, account_id, bookings, now, with_members=with_members, with_neighbours=rules.merge_same_day
        )

    def page(self, booking: BookingState, version: int, known: Known, rules: Rules, now: datetime) -> Page:
        """What is written beside the decisions about one booking."""
        return Page(booking, version, known, rules, self.texts, self.public_url, now, telemetry.carry())


async def _as_known_now(tx: Tx, booking: BookingState) -> BookingState:
    """The booking as it is told, without its client where they were erased since: this may be an old telling."""
    if booking.client is None:
        return booking
    row = ClientCopy
    card = (row.account_id == booking.account_id, row.client_id == booking.client.id)
    if not await tx.scalar(select(row.is_erased).where(*card)):
        return booking
    return booking.model_copy(update={"client": booking.client.model_copy(update=NOBODY), "comment": None})


def state_of(row: BookingCopy) -> BookingState:
    """The booking as its newest event told it."""
    return BookingState.model_validate(row.body)


def client_of_card(card: ClientCopy) -> ClientState:
    """A client as their card tells, for a message that no event of theirs has caused."""
    return ClientState.model_validate(
        {
            "id": card.client_id,
            "name": card.name,
            "phone_e164": card.phone_e164,
            "email": card.email,
            "phone_confirmed": card.phone_confirmed,
            "language": card.language,
            "user_id": card.user_id,
            "notifications_on": card.notifications_on,
        }
    )


def _any(rows: Sequence[NotificationRow]) -> bool:
    """Whether news to staff wait, so that the members must be known to think them over."""
    return any(row.recipient_type == "staff" and row.state in ("planned", "held") for row in rows)


def _act_of(event: Event, booking: BookingState) -> Act | None:
    actor_id = context.current().actor_id
    match event:
        case BookingCreated():
            by_client = booking.source in ("site", "widget") or _is_client(booking, booking.created_by)
            return Act(Kind.CREATED, by_client, actor_id or booking.created_by)
        case BookingRescheduled():
            was = Standing(event.previous_starts_at.astimezone(UTC), frozenset(event.previous_staff_member_ids))
            return Act(Kind.RESCHEDULED, event.rescheduled_by == "client", actor_id, event.tell_client, was)
        case BookingCancelled():
            return Act(Kind.CANCELLED, event.cancelled_by == "client", actor_id, event.tell_client, cause=event.cause)
        case _:
            return None


def _is_client(booking: BookingState, user_id: UUID | None) -> bool:
    return user_id is not None and booking.client is not None and booking.client.user_id == user_id


async def _take_turns(tx: Tx, bookings: Sequence[BookingState]) -> None:
    """One plan at a time per client: two visits of one day must see each other to be merged.

    Many are taken in one order, so that two who want the same never wait for each other.
    """
    await _turns(tx, [f"{one.account_id}:{one.client.id if one.client else one.id}" for one in bookings])


async def take_turn(tx: Tx, account_id: UUID, client_id: UUID) -> None:
    """Let nothing be planned for the client until this transaction ends."""
    await _turns(tx, [f"{account_id}:{client_id}"])


async def _turns(tx: Tx, whose: Sequence[str]) -> None:
    await tx.execute(
        text(
            "SELECT pg_advisory_xact_lock(turn) FROM (SELECT DISTINCT hashtextextended(whose, 0) AS turn "
            "FROM unnest(CAST(:whose AS text[])) AS whose ORDER BY turn) AS turns"
        ),
        {"whose": whose},
    )


async def _lock(tx: Tx, account_id: UUID, booking_ids: Collection[UUID]) -> Sequence[BookingCopy]:
    rows = await tx.scalars(
        select(BookingCopy)
        .where(BookingCopy.account_id == account_id, BookingCopy.booking_id.in_(booking_ids))
        .order_by(BookingCopy.booking_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return rows.all()


async def _remember(tx: Tx, booking: BookingState, version: int) -> None:
    values = {
        "version": version,
        "is_active": booking.state in _ACTIVE,
        "starts_at": booking.starts_at,
        "location_id": booking.location_id,
        "client_id": booking.client.id if booking.client else None,
        "body": booking.model_dump(mode="json"),
    }
    statement = insert(BookingCopy).values(account_id=booking.account_id, booking_id=booking.id, **values)
    await tx.execute(statement.on_conflict_do_update(index_elements=["account_id", "booking_id"], set_=values))


async def _mark_neighbours(tx: Tx, booking: BookingState, moments: Sequence[datetime], now: datetime) -> None:
    """Other visits of the client around the old and the new time may now be the first of their day, or no longer."""
    if booking.client is None:
        return
    near, row = timedelta(days=1), BookingCopy
    # Planning for the client is ours alone, so whoever holds one of them is marking it too: no need to wait.
    free = (
        select(row.booking_id)
        .where(
            row.account_id == booking.account_id,
            row.client_id == booking.client.id,
            row.booking_id != booking.id,
            row.is_active,
            row.starts_at > now,
            or_(*(row.starts_at.between(moment - near, moment + near) for moment in moments)),
        )
        .with_for_update(skip_locked=True)
        .cte("free")
    )
    theirs = (row.account_id == booking.account_id, row.booking_id.in_(select(free.c.booking_id)))
    marked = await tx.execute(update(row).where(*theirs).values(replan_at=now).returning(row.booking_id))
    if marked.first() is not None:
        await notify(tx, REPLAN_CHANNEL)
