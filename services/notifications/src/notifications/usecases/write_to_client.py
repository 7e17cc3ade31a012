"""A member writes to a client by hand: by the card or about a visit, never by a number.

It is one decision like every other, planned or with its reason, and goes the way of every other. Its author is kept
with it, and told to the booking's history and to the account's journal; the words stay here.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import func, select, text

from contracts.booking import ClientState
from contracts.http.notifications import MessageDraft
from contracts.notifications import MessageWritten
from contracts.permissions import Permission
from kit import context, telemetry
from kit.callers import Member
from kit.db import Tx
from kit.errors import InvalidInput, NotFound
from kit.ids import new_id
from kit.wakeups import notify
from notifications.domain.facts import Decision, Kind, Rules, Situation, Standing, Visit
from notifications.domain.planner import CLIENT, plan_written
from notifications.domain.reasons import Reason
from notifications.domain.spending import day_began
from notifications.domain.written import MOST_PARTS, PER_CLIENT, PER_DAY, has_contact, has_link
from notifications.errors import TooManyToClient, TooManyWritten
from notifications.rules import rules_of
from notifications.said import state_said
from notifications.situation import Known, client_of, read_known_clients, situation_of, zone_of
from notifications.tables import BookingCopy, ClientCopy, NotificationRow
from notifications.wording import OwnText, Words, fill, shortened, template_key

from .plan_booking import Planner, client_of_card, state_of
from .write_decisions import DUE_CHANNEL
from .write_decisions import state_of as written_as


@dataclass(frozen=True)
class Addressee:
    """A client as a member may reach them: the card, and the visit that says where and in whose hours."""

    card: ClientCopy
    visit: BookingCopy | None
    about: UUID | None
    """The booking that the words are about, where one was named."""


@dataclass(frozen=True)
class Drafted:
    """What a draft comes to; the words are there even where they would not go."""

    decision: Decision
    words: Words
    zone: ZoneInfo
    rules: Rules
    to: Addressee

    @property
    def params(self) -> dict[str, str]:
        """What the text of the reason names."""
        if self.decision.reason != Reason.QUIET_HOURS:
            return {}
        quiet = self.rules.quiet
        shown = f"{self.decision.planned_at.astimezone(self.zone):%H:%M}"
        return {"time": shown, "starts": f"{quiet.starts:%H:%M}", "ends": f"{quiet.ends:%H:%M}"}


@dataclass(frozen=True)
class Left:
    """How many messages a member may still write today, and the midnight after which it begins anew."""

    to_client: int
    today: int
    until: datetime


async def find_addressee(tx: Tx, member: Member, client_id: UUID, booking_id: UUID | None) -> Addressee:
    """The client within what the member may see; raises `NotFound`.

    Whoever works in chosen locations reaches the clients who have been booked there.
    """
    card = await tx.get(ClientCopy, (member.account_id, client_id))
    if card is None:
        raise NotFound("client")
    row = BookingCopy
    visits = select(row).where(row.account_id == member.account_id, row.client_id == client_id)
    if member.location_ids is not None:
        visits = visits.where(row.location_id.in_(member.location_ids))
    if booking_id is not None:
        visits = visits.where(row.booking_id == booking_id)
    visit = (await tx.scalars(visits.order_by(row.starts_at.desc(), row.booking_id).limit(1))).first()
    if visit is None and booking_id is not None:
        raise NotFound("booking")
    if visit is None and member.location_ids is not None:
        raise NotFound("client")
    return Addressee(card, visit, booking_id)


async def draft_message(
    tx: Tx, planner: Planner, member: Member, to: Addressee, draft: MessageDraft, message_id: UUID, now: datetime
) -> Drafted:
    """Judge the words and decide as of `now`; raises `InvalidInput`. Writes nothing."""
    if has_link(draft.text):
        raise InvalidInput.of("/text", "link_in_text")
    if not member.may(Permission.CLIENT_VIEW_PHONE) and has_contact(draft.text):
        raise InvalidInput.of("/text", "contact_in_text")
    said = client_of_card(to.card)
    places = [to.visit.location_id] if to.visit else []
    known = await read_known_clients(tx, member.account_id, [said], places)
    rules = await rules_of(tx, member.account_id, planner.house)
    situation = _situation(known, to, said, rules, now)
    decision = plan_written(situation, draft.channel, f"written {message_id}", now)
    account = known.account
    values = {"account": shortened(account.name) if account else "", "text": draft.text}
    words = fill(OwnText(planner.texts.get(to.card.language, template_key(CLIENT, Kind.WRITTEN))), values)
    if words.parts > MOST_PARTS:
        raise InvalidInput.of("/text", "too_many_parts", parts=words.parts, most=MOST_PARTS)
    return Drafted(decision, words, situation.visit.zone, rules, to)


async def left_today(tx: Tx, member: Member, client_id: UUID, zone: ZoneInfo, now: datetime) -> Left:
    """What is left of the member's messages by hand; those that were not going anywhere do not count."""
    began, row = day_began(now, zone), NotificationRow
    counted = await tx.execute(
        select(func.count(), func.count().filter(row.recipient_id == client_id)).where(
            row.account_id == member.account_id,
            row.kind == Kind.WRITTEN.value,
            row.created_at >= began,
            row.state != "suppressed",
            row.facts["author_id"].astext == str(member.caller.user_id),
        )
    )
    all_of_them, to_client = counted.one()
    until = day_began(began + timedelta(hours=36), zone)
    return Left(max(0, PER_CLIENT - to_client), max(0, PER_DAY - all_of_them), until)


async def write_to_client(
    tx: Tx, planner: Planner, member: Member, to: Addressee, draft: MessageDraft, now: datetime
) -> NotificationRow:
    """Keep the message and let it go; raises `InvalidInput`, `TooManyToClient`, `TooManyWritten`.

    Asked for again under the same key it is the caller's to see that this is not done twice.
    """
    message_id = new_id()
    drafted = await draft_message(tx, planner, member, to, draft, message_id, now)
    whose = f"written {member.account_id} {member.caller.user_id}"
    await tx.execute(text("SELECT pg_advisory_xact_lock(hashtextextended(:whose, 0))"), {"whose": whose})
    left = await left_today(tx, member, to.card.client_id, drafted.zone, now)
    again_in_s = int((left.until - now).total_seconds()) + 1
    if not left.to_client:
        raise TooManyToClient(PER_CLIENT, again_in_s)
    if not left.today:
        raise TooManyWritten(PER_DAY, again_in_s)
    row = _row(member, drafted, message_id, now)
    tx.add(row)
    if drafted.decision.reason is None:
        await notify(tx, DUE_CHANNEL)
    tx.emit(
        MessageWritten(
            account_id=member.account_id,
            version=1,
            notification=state_said(row),
            author_id=member.caller.user_id,
            author_name=member.name,
            origin=context.current().origin,
            written_at=now,
        )
    )
    return row


def _row(member: Member, drafted: Drafted, message_id: UUID, now: datetime) -> NotificationRow:
    decision, card, visit = drafted.decision, drafted.to.card, drafted.to.visit
    return NotificationRow(
        account_id=member.account_id,
        id=message_id,
        booking_id=drafted.to.about,
        booking_version=visit.version if visit and drafted.to.about else 0,
        client_id=card.client_id,
        location_id=visit.location_id if visit else None,
        kind=decision.kind,
        occasion=decision.occasion,
        recipient_type=decision.recipient_type,
        recipient_id=decision.recipient_id,
        recipient_name=card.name,
        phone_e164=card.phone_e164,
        language=card.language,
        time_zone=drafted.zone.key,
        channel=decision.channel,
        state=written_as(decision.reason),
        reason_code=decision.reason,
        reason_params=drafted.params,
        planned_at=decision.planned_at,
        useful_until=decision.useful_until,
        due_at=decision.planned_at if decision.reason is None else None,
        text=drafted.words.text,
        parts=drafted.words.parts,
        facts={"author_id": str(member.caller.user_id), "author_name": member.name},
        version=1,
        attempts=0,
        providers_tried=[],
        trace=telemetry.carry(),
        created_at=now,
        changed_at=now,
    )


def _situation(known: Known, to: Addressee, said: ClientState, rules: Rules, now: datetime) -> Situation:
    """The visit's own, or that of a client who has none."""
    if to.visit is not None:
        booking = state_of(to.visit).model_copy(update={"client": said})
        return situation_of(known, booking, to.visit.version, rules, None, now)
    zone = zone_of(known.account.time_zone if known.account else "Europe/Kyiv")
    visit = Visit(
        version=0,
        standing=Standing(now.astimezone(UTC), frozenset()),
        ends_at=now,
        zone=zone,
        location_id=UUID(int=0),
        is_ahead=False,
        is_cancelled=False,
        by_unconfirmed_door=False,
    )
    return Situation(visit, client_of(known, said), (), rules, None)
