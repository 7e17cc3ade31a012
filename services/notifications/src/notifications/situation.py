"""Everything the planner has to know about bookings of one account: read together, then looked up without waiting."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy import and_, select

from contracts.booking import BookingState, ClientState
from kit.db import Tx
from kit.tables import MemberCopy

from .domain.channels import EMAIL, SMS, TELEGRAM, WEB_PUSH
from .domain.facts import Act, Client, EarlierVisit, Member, Rules, Situation, Standing, Visit
from .same_day import PUBLIC_DOORS, VisitsOfClients, earlier_visits, read_visits
from .tables import (
    AccountCopy,
    ClientCopy,
    ClientPreference,
    LocationCopy,
    PhoneMark,
    TemplateRow,
    UserPreference,
)

_AHEAD = frozenset({"pending", "confirmed"})
CANCELLED = frozenset({"cancelled_by_client", "cancelled_by_staff", "expired"})
_CHANNELS = ("sms", "telegram_chat_id", "email", "web_push")
_NAMES = {"sms": SMS, "telegram_chat_id": TELEGRAM, "email": EMAIL, "web_push": WEB_PUSH}


@dataclass(frozen=True)
class Known:
    """Copies that the plans of some bookings rest on."""

    account: AccountCopy | None
    locations: dict[UUID, LocationCopy]
    clients: dict[UUID, ClientCopy]
    wishes: dict[UUID, ClientPreference]
    wishes_everywhere: dict[UUID, UserPreference]
    phone_marks: dict[str, str]
    templates: dict[tuple[str, str, str], TemplateRow]
    members: dict[UUID, MemberCopy]
    visits: VisitsOfClients = field(default_factory=dict)
    """Of client and location, for telling which visit of a day is the first."""

    def client(self, said: ClientState) -> ClientCopy | ClientState:
        """The card as it is known now; as the booking told it, where no card was told yet."""
        return self.clients.get(said.id) or said

    def has_neighbours_of(self, booking: BookingState) -> bool:
        """Whether another visit of the client lies within a day of this one, in whatever place."""
        whose = booking.client.id if booking.client else None
        seen = (one for (client, _), visits in self.visits.items() if client == whose for one in visits)
        return any(one.booking_id != booking.id for one in seen)

    def wishes_of(self, said: ClientState) -> list[ClientPreference | UserPreference]:
        """What a client refused, at this account and everywhere."""
        user_id = self.client(said).user_id
        here = self.wishes.get(said.id)
        everywhere = self.wishes_everywhere.get(user_id) if user_id else None
        return [wish for wish in (here, everywhere) if wish is not None]


async def read_known(
    tx: Tx,
    account_id: UUID,
    bookings: Sequence[BookingState],
    now: datetime,
    *,
    with_members: bool,
    with_neighbours: bool,
) -> Known:
    """A handful of SELECTs, however many bookings there are."""
    said = {booking.client.id: booking.client for booking in bookings if booking.client}
    known = await read_known_clients(tx, account_id, list(said.values()), [one.location_id for one in bookings])
    return replace(
        known,
        members=await read_members(tx, account_id) if with_members else {},
        visits=await read_visits(tx, account_id, bookings, now) if with_neighbours else {},
    )


async def read_known_clients(
    tx: Tx, account_id: UUID, said: Sequence[ClientState], location_ids: Collection[UUID] = ()
) -> Known:
    """What is known of clients, and of the account and its places."""
    cards = await _cards(tx, account_id, said)
    templates = await tx.scalars(
        select(TemplateRow).where(TemplateRow.account_id == account_id, TemplateRow.used_text.is_not(None))
    )
    places = await _of(tx, LocationCopy, account_id, LocationCopy.location_id, set(location_ids))
    return Known(
        account=await tx.get(AccountCopy, account_id),
        locations={row.location_id: row for row in places},
        clients=cards.clients,
        wishes=cards.wishes,
        wishes_everywhere=cards.wishes_everywhere,
        phone_marks=cards.phone_marks,
        templates={(row.recipient_type, row.kind, row.language): row for row in templates},
        members={},
    )


@dataclass
class _Cards:
    """Cards of clients with what was refused and which numbers do not work."""

    clients: dict[UUID, ClientCopy] = field(default_factory=dict)
    wishes: dict[UUID, ClientPreference] = field(default_factory=dict)
    wishes_everywhere: dict[UUID, UserPreference] = field(default_factory=dict)
    phone_marks: dict[str, str] = field(default_factory=dict)


async def _cards(tx: Tx, account_id: UUID, said: Sequence[ClientState]) -> _Cards:
    """Everything about the clients in one question; of those whose card was not told yet, what their bookings tell."""
    cards = _Cards()
    if not said:
        return cards
    rows = await tx.execute(
        select(ClientCopy, ClientPreference, UserPreference, PhoneMark)
        .outerjoin(
            ClientPreference,
            and_(
                ClientPreference.account_id == ClientCopy.account_id,
                ClientPreference.client_id == ClientCopy.client_id,
            ),
        )
        .outerjoin(UserPreference, UserPreference.user_id == ClientCopy.user_id)
        .outerjoin(
            PhoneMark,
            and_(PhoneMark.account_id == ClientCopy.account_id, PhoneMark.phone_e164 == ClientCopy.phone_e164),
        )
        .where(ClientCopy.account_id == account_id, ClientCopy.client_id.in_({client.id for client in said}))
    )
    for card, wish, everywhere, mark in rows:
        cards.clients[card.client_id] = card
        _note(cards, [wish] if wish else [], [everywhere] if everywhere else [], [mark] if mark else [])
    untold = [client for client in said if client.id not in cards.clients]
    if untold:
        users = {client.user_id for client in untold if client.user_id}
        _note(
            cards,
            await _of(tx, ClientPreference, account_id, ClientPreference.client_id, {one.id for one in untold}),
            (await tx.scalars(select(UserPreference).where(UserPreference.user_id.in_(users)))).all() if users else [],
            await _of(
                tx, PhoneMark, account_id, PhoneMark.phone_e164, {one.phone_e164 for one in untold if one.phone_e164}
            ),
        )
    return cards


def _note(
    cards: _Cards,
    wishes: Iterable[ClientPreference],
    everywhere: Iterable[UserPreference],
    marks: Iterable[PhoneMark],
) -> None:
    cards.wishes |= {wish.client_id: wish for wish in wishes}
    cards.wishes_everywhere |= {wish.user_id: wish for wish in everywhere}
    cards.phone_marks |= {mark.phone_e164: mark.cause for mark in marks}


async def read_members(tx: Tx, account_id: UUID) -> dict[UUID, MemberCopy]:
    """Everybody who works in the account now, by user."""
    rows = await tx.scalars(
        select(MemberCopy).where(MemberCopy.account_id == account_id, MemberCopy.is_active).order_by(MemberCopy.user_id)
    )
    return {row.user_id: row for row in rows}


async def _of(tx: Tx, table: Any, account_id: UUID, column: Any, wanted: Collection[Any]) -> Sequence[Any]:
    if not wanted:
        return []
    return (await tx.scalars(select(table).where(table.account_id == account_id, column.in_(wanted)))).all()


def situation_of(
    known: Known, booking: BookingState, version: int, rules: Rules, act: Act | None, now: datetime
) -> Situation:
    """The planner's view of one booking."""
    location = known.locations.get(booking.location_id)
    zone = zone_of(location.time_zone if location else booking.time_zone)
    visit = Visit(
        version=version,
        standing=standing_of(booking),
        ends_at=booking.ends_at.astimezone(UTC),
        zone=zone,
        location_id=booking.location_id,
        is_ahead=booking.state in _AHEAD and booking.starts_at > now,
        is_cancelled=booking.state in CANCELLED,
        by_unconfirmed_door=booking.source in PUBLIC_DOORS,
        is_unconfirmed=booking.state == "pending",
        booked_at=booking.created_at.astimezone(UTC),
        is_completed=booking.state == "completed",
    )
    client = None
    if booking.client is not None:
        earlier = earlier_visits(known.visits, booking, zone) if rules.merge_same_day else ()
        client = client_of(known, booking.client, earlier_visits=earlier)
    members = tuple(member_of(row) for row in known.members.values())
    return Situation(visit, client, members, rules, act)


def standing_of(booking: BookingState) -> Standing:
    """When and with whom the booking is."""
    return Standing(booking.starts_at.astimezone(UTC), frozenset(item.staff_member_id for item in booking.items))


@lru_cache(maxsize=1024)
def zone_of(name: str) -> ZoneInfo:
    """The zone, or Kyiv's where a name came that this machine does not know."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("Europe/Kyiv")


def client_of(known: Known, said: ClientState, *, earlier_visits: tuple[EarlierVisit, ...] = ()) -> Client:
    """A client as the planner sees them."""
    card, wishes = known.client(said), known.wishes_of(said)
    here = known.wishes.get(said.id)
    return Client(
        id=said.id,
        user_id=card.user_id,
        has_phone=bool(card.phone_e164),
        phone_confirmed=card.phone_confirmed,
        phone_mark=known.phone_marks.get(card.phone_e164 or ""),
        wants_messages=card.notifications_on and all(wish.messages for wish in wishes),
        wants_reminders=all(wish.reminders for wish in wishes),
        wants_changes=all(wish.changes for wish in wishes),
        refused_channels=frozenset(here.refused_channels) if here else frozenset(),
        has_email=bool(card.email),
        earlier_visits=earlier_visits,
    )


async def wishes_of(
    tx: Tx, account_id: UUID, client_id: UUID, user_id: UUID | None
) -> list[ClientPreference | UserPreference]:
    """What one client refused, at this account and everywhere, read by itself."""
    wishes: list[ClientPreference | UserPreference] = []
    if (here := await tx.get(ClientPreference, (account_id, client_id))) is not None:
        wishes.append(here)
    if user_id is not None and (everywhere := await tx.get(UserPreference, user_id)) is not None:
        wishes.append(everywhere)
    return wishes


def member_of(row: MemberCopy) -> Member:
    """A membership as the planner sees it."""
    return Member(
        user_id=row.user_id,
        role=row.role,
        staff_member_id=row.staff_member_id,
        location_ids=None if row.location_ids is None else frozenset(row.location_ids),
        channel=channel_of(row.channels),
        has_phone=bool(row.phone_e164),
        addresses=frozenset(_NAMES[name] for name in _CHANNELS if row.channels.get(name)),
    )


def channel_of(channels: dict[str, Any]) -> str | None:
    """The channel that a member has chosen: SMS first, being the one that always works."""
    chosen = next((name for name in _CHANNELS if channels.get(name)), None)
    return _NAMES[chosen] if chosen else None
