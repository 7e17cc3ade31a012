"""Messages as the people of an account see them: what went, what waits, what did not go and why."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Annotated, get_args
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query, Response

from contracts.http.catalogue import Day, Moment
from contracts.http.notifications import Notification, Notifications, NotificationStateName
from contracts.permissions import Permission
from kit.db import Database, Tx
from kit.edge import DbDep, MemberDep
from kit.errors import InvalidInput, NotFound
from kit.freshness import wait_for_copy
from kit.idempotency import OnceDep
from notifications import queries
from notifications.tables import BookingCopy, NotificationRow
from notifications.usecases.send_again import send_again
from notifications.views import Words, notification_of

from .parts import PREFIX, ClockDep, WordsDep

router = APIRouter(tags=["notifications"])

_STATES = frozenset(get_args(NotificationStateName))


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
        return Notifications(items=await _shown(tx, member.account_id, rows, words))


Edge = Moment | Day | None
"""A day of the account's own calendar, or a moment with its offset."""


@router.get(f"{PREFIX}/notifications", operation_id="list_notifications", response_model=Notifications)
async def of_account(
    member: MemberDep,
    db: DbDep,
    words: WordsDep,
    state: Annotated[str | None, Query(max_length=200, description="States, comma separated.")] = None,
    since: Annotated[Edge, Query(alias="from")] = None,
    until: Annotated[Edge, Query(alias="to", description="A day counts to its end, a moment is not included.")] = None,
    cursor: Annotated[str | None, Query(max_length=200)] = None,
) -> Notifications:
    """What waits or went wrong, the latest first."""
    member.require(Permission.NOTIFICATIONS_VIEW)
    states = [name.strip() for name in state.split(",")] if state else []
    if not _STATES.issuperset(states):
        raise InvalidInput.of("query/state", "state")
    async with db.tx(member.account_id) as tx:
        zone = await queries.zone_of(tx, member.account_id)
        first, last = _moment(since, zone), _moment(until, zone, is_end=True)
        wanted = queries.Filter(states, first, last, member.location_ids)
        rows, next_cursor = await queries.messages(tx, member.account_id, wanted, cursor)
        return Notifications(items=await _shown(tx, member.account_id, rows, words), next_cursor=next_cursor)


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
            return (await _shown(tx, member.account_id, [planned], words))[0]

        return await once.run(tx, effect, status=202)


async def _booking(db: Database, account_id: UUID, booking_id: UUID) -> BookingCopy | None:
    async def look_up() -> BookingCopy | None:
        async with db.tx(account_id) as tx:
            return await queries.booking_copy(tx, account_id, booking_id)

    return await wait_for_copy(booking_id, look_up)


async def _shown(tx: Tx, account_id: UUID, rows: Sequence[NotificationRow], words: Words) -> list[Notification]:
    attempts = await queries.attempts_of(tx, account_id, [row.id for row in rows])
    return [notification_of(row, attempts.get(row.id, []), words) for row in rows]


def _moment(edge: date | datetime | None, zone: ZoneInfo, *, is_end: bool = False) -> datetime | None:
    if edge is None or isinstance(edge, datetime):
        return edge
    return datetime.combine(edge + timedelta(days=1) if is_end else edge, time.min, zone)
