"""Everything the planner has to know about one booking, read in one transaction."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy import and_, exists, or_, select

from contracts.booking import BookingState, ClientState
from kit.db import Tx
from kit.tables import MemberCopy

from .domain.facts import Act, Client, Member, Rules, Situation, Standing, Visit
from .tables import BookingCopy, ClientCopy, ClientPreference, LocationCopy, PhoneMark, UserPreference

_AHEAD = frozenset({"pending", "confirmed"})
CANCELLED = frozenset({"cancelled_by_client", "cancelled_by_staff", "expired"})
_PUBLIC_DOORS = frozenset({"site", "widget"})
_CHANNELS = ("sms", "telegram_chat_id", "email", "web_push")


async def situation_of(
    tx: Tx, booking: BookingState, version: int, rules: Rules, act: Act | None, now: datetime
) -> tuple[Situation, Client | None, str | None]:
    """The situation, and beside it the client's phone (which no rule needs to see)."""
    location = await tx.get(LocationCopy, (booking.account_id, booking.location_id))
    zone = zone_of(location.time_zone if location else booking.time_zone)
    visit = Visit(
        version=version,
        standing=standing_of(booking),
        ends_at=booking.ends_at,
        zone=zone,
        location_id=booking.location_id,
        is_ahead=booking.state in _AHEAD and booking.starts_at > now,
        is_cancelled=booking.state in CANCELLED,
        by_unconfirmed_door=booking.source in _PUBLIC_DOORS,
    )
    client, phone = await _client(tx, booking, visit, rules) if booking.client else (None, None)
    members = await _members(tx, booking.account_id) if act is not None else ()
    return Situation(visit, client, members, rules, act), client, phone


def standing_of(booking: BookingState) -> Standing:
    """When and with whom the booking is."""
    return Standing(booking.starts_at.astimezone(UTC), frozenset(item.staff_member_id for item in booking.items))


def zone_of(name: str) -> ZoneInfo:
    """The zone, or Kyiv's where a name came that this machine does not know."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("Europe/Kyiv")


async def _client(tx: Tx, booking: BookingState, visit: Visit, rules: Rules) -> tuple[Client, str | None]:
    said = booking.client
    assert said is not None
    known: ClientCopy | ClientState = await tx.get(ClientCopy, (booking.account_id, said.id)) or said
    held = await wishes_of(tx, booking.account_id, said.id, known.user_id)
    mark = await tx.get(PhoneMark, (booking.account_id, known.phone_e164)) if known.phone_e164 else None
    client = Client(
        id=said.id,
        user_id=known.user_id,
        has_phone=bool(known.phone_e164),
        phone_confirmed=known.phone_confirmed,
        phone_mark=mark.cause if mark else None,
        wants_messages=known.notifications_on and all(wish.messages for wish in held),
        wants_reminders=all(wish.reminders for wish in held),
        wants_changes=all(wish.changes for wish in held),
        has_earlier_visit_that_day=rules.merge_same_day and await _has_earlier_visit(tx, booking, visit),
    )
    return client, known.phone_e164


async def wishes_of(
    tx: Tx, account_id: UUID, client_id: UUID, user_id: UUID | None
) -> list[ClientPreference | UserPreference]:
    """What a client refused, at this account and everywhere."""
    wishes: list[ClientPreference | UserPreference] = []
    if (here := await tx.get(ClientPreference, (account_id, client_id))) is not None:
        wishes.append(here)
    if user_id is not None and (everywhere := await tx.get(UserPreference, user_id)) is not None:
        wishes.append(everywhere)
    return wishes


async def _has_earlier_visit(tx: Tx, booking: BookingState, visit: Visit) -> bool:
    day = booking.starts_at.astimezone(visit.zone).date()
    since = datetime.combine(day, time(), visit.zone)
    until = datetime.combine(day + timedelta(days=1), time(), visit.zone)
    other = BookingCopy
    before = or_(
        other.starts_at < booking.starts_at,
        and_(other.starts_at == booking.starts_at, other.booking_id < booking.id),
    )
    same_day = (
        other.account_id == booking.account_id,
        other.client_id == (booking.client.id if booking.client else None),
        other.location_id == booking.location_id,
        other.is_active,
        other.starts_at >= since,
        other.starts_at < until,
        other.booking_id != booking.id,
        before,
    )
    return bool((await tx.execute(select(exists().where(*same_day)))).scalar())


async def _members(tx: Tx, account_id: UUID) -> tuple[Member, ...]:
    rows = await tx.scalars(
        select(MemberCopy).where(MemberCopy.account_id == account_id, MemberCopy.is_active).order_by(MemberCopy.user_id)
    )
    return tuple(
        Member(
            user_id=row.user_id,
            role=row.role,
            staff_member_id=row.staff_member_id,
            location_ids=None if row.location_ids is None else frozenset(row.location_ids),
            channel=channel_of(row.channels),
            has_phone=bool(row.phone_e164),
        )
        for row in rows
    )


def channel_of(channels: dict[str, Any]) -> str | None:
    """The channel that a member has chosen: SMS first, being the one that always works."""
    chosen = next((name for name in _CHANNELS if channels.get(name)), None)
    return "telegram" if chosen == "telegram_chat_id" else chosen
