"""Messages as the people of an account see them: what went, what waits, what did not go and why."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Annotated, Literal, get_args
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Query, Response

from contracts.http.catalogue import Day, Moment
from contracts.http.notifications import Cause, Causes, Notification, Notifications, NotificationStateName
from contracts.permissions import Permission
from kit.callers import Member
from kit.db import Database, Tx
from kit.edge import DbDep, MemberDep
from kit.errors import InvalidInput, NotFound
from kit.freshness import wait_for_copy
from kit.idempotency import OnceDep
from notifications import queries
from notifications.domain.facts import Kind
from notifications.domain.reasons import Reason
from notifications.tables import BookingCopy, NotificationRow
from notifications.usecases.send_again import send_again
from notifications.views import Words, notification_of

from .parts import PREFIX, ClockDep, WordsDep

router = APIRouter(tags=["notifications"])

_STATES = frozenset(get_args(NotificationStateName))
_REASONS = frozenset(Reason)
_KINDS = frozenset(Kind)


@router.get(
    f"{PREFIX}/bookings/{{booking_id}}/notifications",
    operation_id="list_notifications_of_booking",
    response_model=Notifications,
)
async def of_booking(booking_id: UUID, member: MemberDep, db: DbDep, words: WordsDep) -> Notifications:
    """Every decision about every recipient of this booking, with its reason and the next step."""
    member.require(Permission.NOTIFICATIONS_VIEW)
    booking = await _booking(db, member.account_id, booking_id)
    if booking is None:
        raise NotFound("booking")
    member.require(Permission.NOTIFICATIONS_VIEW, location_id=booking.location_id)
    async with db.tx(member.account_id) as tx:
        rows = await queries.messages_of_booking(tx, member.account_id, booking_id)
        return Notifications(items=await _shown(tx, member, rows, words))


@router.get(
    f"{PREFIX}/bookings/{{booking_id}}/notifications/mine",
    operation_id="explain_my_notifications_of_booking",
    response_model=Notifications,
)
async def to_me(booking_id: UUID, member: MemberDep, db: DbDep, words: WordsDep) -> Notifications:
    """Why the caller was told of this booking or was not: every decision about the caller, with its reason."""
    member.require(Permission.BOOKING_VIEW)
    booking = await _booking(db, member.account_id, booking_id)
    if booking is None:
        raise NotFound("booking")
    member.require(Permission.BOOKING_VIEW, location_id=booking.location_id)
    async with db.tx(member.account_id) as tx:
        me = member.caller.user_id
        rows = await queries.messages_of_booking(tx, member.account_id, booking_id, to_user=me)
        return Notifications(items=await _shown(tx, member, rows, words))


Edge = Moment | Day | None
"""A day of the account's own calendar, or a moment with its offset."""


async def _wanted(
    member: MemberDep,
    db: DbDep,
    state: Annotated[str | None, Query(max_length=200, description="States, comma separated.")] = None,
    reason: Annotated[str | None, Query(max_length=400, description="Reason codes, comma separated.")] = None,
    kind: Annotated[str | None, Query(max_length=300, description="Kinds, comma separated.")] = None,
    channel: Annotated[str | None, Query(max_length=100, description="Channels, comma separated.")] = None,
    recipient_type: Annotated[Literal["client", "staff"] | None, Query()] = None,
    recipient_id: Annotated[UUID | None, Query(description="A client, or the user of a member.")] = None,
    client_id: Annotated[UUID | None, Query(description="Whose visits the messages are about.")] = None,
    location_id: Annotated[UUID | None, Query()] = None,
    since: Annotated[Edge, Query(alias="from")] = None,
    until: Annotated[Edge, Query(alias="to", description="A day counts to its end, a moment is not included.")] = None,
) -> queries.Filter:
    """Which messages the caller asks for, within what the caller may see."""
    member.require(Permission.NOTIFICATIONS_VIEW)
    async with db.tx(member.account_id) as tx:
        zone = await queries.zone_of(tx, member.account_id)
    return queries.Filter(
        states=_chosen(state, _STATES, "state"),
        reasons=_chosen(reason, _REASONS, "reason"),
        kinds=_chosen(kind, _KINDS, "kind"),
        channels=_chosen(channel, None, "channel"),
        recipient_type=recipient_type,
        recipient_id=recipient_id,
        client_id=client_id,
        location_id=location_id,
        since=_moment(since, zone),
        until=_moment(until, zone, is_end=True),
        location_ids=member.location_ids,
    )


WantedDep = Annotated[queries.Filter, Depends(_wanted)]


@router.get(f"{PREFIX}/notifications", operation_id="list_notifications", response_model=Notifications)
async def of_account(
    member: MemberDep,
    db: DbDep,
    words: WordsDep,
    wanted: WantedDep,
    cursor: Annotated[str | None, Query(max_length=200)] = None,
) -> Notifications:
    """What waits or went wrong, the latest first."""
    async with db.tx(member.account_id) as tx:
        rows, next_cursor = await queries.messages(tx, member.account_id, wanted, cursor)
        return Notifications(items=await _shown(tx, member, rows, words), next_cursor=next_cursor)


@router.get(f"{PREFIX}/notifications/causes", operation_id="count_notifications_by_cause", response_model=Causes)
async def causes(member: MemberDep, db: DbDep, words: WordsDep, wanted: WantedDep) -> Causes:
    """How many messages wait, went or did not go, by cause, with what cures each."""
    async with db.tx(member.account_id) as tx:
        found = await queries.causes(tx, member.account_id, wanted)
    items = [
        Cause.model_validate(
            {
                "state": one.state,
                "reason_code": one.reason,
                "reason_text": words.summary(one.reason, one.provider),
                "fix": words.fix(one.reason, one.provider),
                "help_url": words.help_url(one.reason),
                "count": one.count,
                "first_planned_at": one.first,
                "last_planned_at": one.last,
            }
        )
        for one in found
    ]
    return Causes(items=items, total=sum(one.count for one in found))


@router.post(
    f"{PREFIX}/notifications/{{notification_id}}/send-again",
    operation_id="send_notification_again",
    response_model=Notification,
    status_code=202,
)
async def again(
    notification_id: UUID, member: MemberDep, db: DbDep, words: WordsDep, clock: ClockDep, once: OnceDep
) -> Response:
    """Send a failed message, or one of unknown fate, once more."""
    member.require(Permission.NOTIFICATIONS_VIEW)
    async with db.tx(member.account_id) as tx:
        row = await tx.get(NotificationRow, (member.account_id, notification_id))
        if row is None:
            raise NotFound("notification")
        # Whoever may move a booking may tell its people about it.
        member.require(Permission.BOOKING_RESCHEDULE, location_id=row.location_id)
        now = await clock.now(tx)

        async def effect() -> Notification:
            planned = await send_again(tx, member.account_id, notification_id, words, now)
            return (await _shown(tx, member, [planned], words))[0]

        return await once.run(tx, effect, status=202)


async def _booking(db: Database, account_id: UUID, booking_id: UUID) -> BookingCopy | None:
    async def look_up() -> BookingCopy | None:
        async with db.tx(account_id) as tx:
            return await queries.booking_copy(tx, account_id, booking_id)

    return await wait_for_copy(booking_id, look_up)


async def _shown(tx: Tx, member: Member, rows: Sequence[NotificationRow], words: Words) -> list[Notification]:
    attempts = await queries.attempts_of(tx, member.account_id, [row.id for row in rows])
    sees_phones = member.may(Permission.CLIENT_VIEW_PHONE)
    return [notification_of(row, attempts.get(row.id, []), words, sees_phones=sees_phones) for row in rows]


def _chosen(written: str | None, known: frozenset[str] | None, name: str) -> list[str]:
    """Words of a comma separated list; raises `InvalidInput` for one that is not known."""
    words = [word.strip() for word in written.split(",")] if written else []
    if known is not None and not known.issuperset(words):
        raise InvalidInput.of(f"query/{name}", name)
    return words


def _moment(edge: date | datetime | None, zone: ZoneInfo, *, is_end: bool = False) -> datetime | None:
    if edge is None or isinstance(edge, datetime):
        return edge
    return datetime.combine(edge + timedelta(days=1) if is_end else edge, time.min, zone)
