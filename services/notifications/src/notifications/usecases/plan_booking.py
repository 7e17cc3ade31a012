"""Plan the messages of a booking when something happened to it, or when what the plan rests on has changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import or_, select, text, update
from sqlalchemy.dialects.postgresql import insert

from contracts import Event
from contracts.booking import BookingCancelled, BookingCreated, BookingRescheduled, BookingState
from kit import context, telemetry
from kit.db import Tx
from kit.texts import Texts
from kit.wakeups import notify
from notifications.domain.facts import Act, Kind, Rules, Standing
from notifications.domain.merging import Existing, late_news, merge, untold
from notifications.domain.planner import plan
from notifications.domain.reasons import Reason
from notifications.rules import rules_of
from notifications.situation import CANCELLED, situation_of
from notifications.tables import AccountCopy, BookingCopy, LocationCopy
from notifications.usecases.copy_others import REPLAN_CHANNEL
from notifications.usecases.write_decisions import DUE_CHANNEL, Page, existing_of, read_decisions, write_changes
from notifications.wording import Surroundings

_OVER = frozenset({"arrived", "completed", "no_show"})
_ACTIVE = frozenset({"held", "pending", "confirmed", "arrived"})


@dataclass(frozen=True)
class Planner:
    """What planning needs beside the transaction and the time."""

    texts: Texts
    public_url: str
    undo_window: timedelta

    async def on_event(self, event: Event, booking: BookingState, tx: Tx, now: datetime) -> None:
        """Plan by an event of a booking; an older one than is known is recorded as overtaken and changes nothing."""
        await _take_turn(tx, booking)
        known = await _lock(tx, booking.account_id, booking.id)
        rules = await rules_of(tx, booking.account_id, self.undo_window)
        if known is not None and known.version >= event.version:
            newest = _state(known)
            await self._plan(tx, booking, event.version, _act_of(event, booking), rules, now, newest=newest)
            return
        moments = [booking.starts_at, *([known.starts_at] if known else [])]
        await _remember(tx, booking, event.version)
        await self._plan(tx, booking, event.version, _act_of(event, booking), rules, now)
        if rules.merge_same_day:
            await _mark_neighbours(tx, booking, moments, now)

    async def again(self, tx: Tx, account_id: UUID, booking_id: UUID, now: datetime) -> None:
        """Plan a marked booking anew: settings, the client or the place have changed."""
        seen = await tx.get(BookingCopy, (account_id, booking_id))
        if seen is None:
            return
        await _take_turn(tx, _state(seen))
        await tx.refresh(seen, with_for_update=True)
        if seen.replan_at is None:
            return
        seen.replan_at = None
        rules = await rules_of(tx, account_id, self.undo_window)
        await self._plan(tx, _state(seen), seen.version, None, rules, now)

    async def _plan(
        self,
        tx: Tx,
        booking: BookingState,
        version: int,
        act: Act | None,
        rules: Rules,
        now: datetime,
        *,
        newest: BookingState | None = None,
    ) -> None:
        rows = await read_decisions(tx, booking.account_id, booking.id)
        existing = [existing_of(row) for row in rows]
        if act is not None and act.kind is Kind.RESCHEDULED:
            act = _with_beliefs(act, existing, version)
        situation, _, phone = await situation_of(tx, booking, version, rules, act, now)
        decisions = plan(situation, now)
        page = await self._page(tx, booking, version, situation.visit.zone.key, phone, rules, now)
        if newest is not None:
            there = {old.key for old in existing}
            overtaken = Reason.BOOKING_CANCELLED if newest.state in CANCELLED else Reason.REPLACED
            late = [decision for decision in late_news(decisions, overtaken) if decision.key not in there]
            await write_changes(tx, page, rows, added=late)
            return
        changes = merge(existing, decisions, now, act=act.kind if act else None, overtaken=_overtaken(booking))
        await write_changes(tx, page, rows, added=changes.add, changed=changes.change, dropped=changes.drop)
        if changes.add or changes.change:
            await notify(tx, DUE_CHANNEL)

    async def _page(
        self, tx: Tx, booking: BookingState, version: int, zone: str, phone: str | None, rules: Rules, now: datetime
    ) -> Page:
        account = await tx.get(AccountCopy, booking.account_id)
        location = await tx.get(LocationCopy, (booking.account_id, booking.location_id))
        around = Surroundings(
            account_name=account.name if account else booking.location_name,
            location_name=location.name if location else booking.location_name,
            address=(location.address if location else None) or "",
            zone=ZoneInfo(zone),
            public_url=self.public_url,
        )
        return Page(booking, version, around, phone, rules, self.texts, now, telemetry.carry())


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
            return Act(Kind.CANCELLED, event.cancelled_by == "client", actor_id, event.tell_client)
        case _:
            return None


def _is_client(booking: BookingState, user_id: UUID | None) -> bool:
    return user_id is not None and booking.client is not None and booking.client.user_id == user_id


def _with_beliefs(act: Act, existing: Sequence[Existing], version: int) -> Act:
    return Act(**{**vars(act), "known_to": untold(existing, version)})


def _overtaken(booking: BookingState) -> Reason:
    if booking.state in CANCELLED:
        return Reason.BOOKING_CANCELLED
    return Reason.TOO_LATE if booking.state in _OVER else Reason.REPLACED


def _state(row: BookingCopy) -> BookingState:
    return BookingState.model_validate(row.body)


async def _take_turn(tx: Tx, booking: BookingState) -> None:
    """One plan at a time per client: two visits of one day must see each other to be merged."""
    whose = booking.client.id if booking.client else booking.id
    await tx.execute(
        text("SELECT pg_advisory_xact_lock(hashtextextended(:whose, 0))"), {"whose": f"{booking.account_id}:{whose}"}
    )


async def _lock(tx: Tx, account_id: UUID, booking_id: UUID) -> BookingCopy | None:
    return (
        await tx.scalars(
            select(BookingCopy)
            .where(BookingCopy.account_id == account_id, BookingCopy.booking_id == booking_id)
            .with_for_update()
        )
    ).first()


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
    near = timedelta(days=1)
    marked = await tx.execute(
        update(BookingCopy)
        .where(
            BookingCopy.account_id == booking.account_id,
            BookingCopy.client_id == booking.client.id,
            BookingCopy.booking_id != booking.id,
            BookingCopy.is_active,
            BookingCopy.starts_at > now,
            or_(*(BookingCopy.starts_at.between(moment - near, moment + near) for moment in moments)),
        )
        .values(replan_at=now)
        .returning(BookingCopy.booking_id)
    )
    if marked.first() is not None:
        await notify(tx, REPLAN_CHANNEL)
