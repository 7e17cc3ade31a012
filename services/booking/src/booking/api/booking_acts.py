"""What staff do with a booking, what they may do, and what was done."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response

from booking.domain.lifecycle import CANCELLED, Act, State
from booking.queries.actions import PERMISSIONS, actions_of, needed_to_cancel, needed_to_put_away
from booking.queries.timeline import timeline_of
from booking.queries.visits import Visit, visit_of
from booking.tables import AccountCopy
from booking.usecases.actors import Actor
from booking.usecases.bookings.advance_booking import advance_booking
from booking.usecases.bookings.cancel_booking import cancel_booking
from booking.usecases.bookings.put_away import bring_back, put_away
from booking.usecases.bookings.reschedule_booking import reschedule_booking, sameness, undo_reschedule
from contracts.http.booking import ActionList, BookingAnswer, CancelBody, RescheduleBody, Timeline
from contracts.permissions import Permission
from kit.access import Member
from kit.db import Database, Tx
from kit.edge import DbDep, MemberDep
from kit.errors import InvalidInput
from kit.idempotency import Once, OnceDep

from .answers import Eyes, booking_answer
from .bookings import require_seen
from .edge import AccountDep, Cursor, CursorDep, IfMatchDep, NowDep, TurnsDep, etag, require_version, wait_for_staff

router = APIRouter(prefix="/api/v1/accounts/{account_id}/bookings/{booking_id}", tags=["bookings"])


class Desk:
    """One act of a member on one booking: found, locked, checked, done, answered, once per key."""

    def __init__(
        self,
        booking_id: UUID,
        member: MemberDep,
        account: AccountDep,
        db: DbDep,
        once: OnceDep,
        now: NowDep,
        if_match: IfMatchDep,
        turns: TurnsDep,
    ) -> None:
        self.booking_id = booking_id
        self.member: Member = member
        self.account: AccountCopy = account
        self.db: Database = db
        self.once: Once = once
        self.now: datetime = now
        self.version: int | None = if_match
        self.turns = turns

    async def run(self, permission: Permission, act: Callable[[Tx, Visit, Actor], Awaitable[None]]) -> Response:
        """Do `act` and answer the booking as it then is."""
        self.member.require(permission)
        version = 0

        async def once_among_rivals() -> Response:
            async with self.db.tx(self.account.account_id) as tx:

                async def effect() -> BookingAnswer:
                    nonlocal version
                    visit = await visit_of(tx, self.account.account_id, self.booking_id, lock=True)
                    require_seen(self.member, visit)
                    require_version(visit.booking.version, self.version)
                    await act(tx, visit, Actor.member(self.member))
                    version = visit.booking.version
                    return booking_answer(visit, Eyes.of(self.member))

                return await self.once.run(tx, effect, status=200)

        response = await self.turns.run(once_among_rivals)
        if version:
            response.headers.update(etag(version))
        return response


DeskDep = Annotated[Desk, Depends(Desk)]


@router.post("/cancel", operation_id="cancel_booking", response_model=BookingAnswer)
async def cancel(desk: DeskDep, body: CancelBody | None = None) -> Response:
    """Cancel; a settled booking needs the right for that."""
    wanted = body or CancelBody()

    async def act(tx: Tx, visit: Visit, actor: Actor) -> None:
        if State(visit.booking.state) not in CANCELLED:
            for permission in needed_to_cancel(visit):
                desk.member.require(permission)
        await cancel_booking(tx, visit, actor, desk.now, reason=wanted.reason or None, tell_client=wanted.tell_client)

    return await desk.run(Permission.BOOKING_CANCEL, act)


@router.delete("", operation_id="delete_booking", response_model=BookingAnswer)
async def delete(
    desk: DeskDep,
    reason: Annotated[str, Query(max_length=500, description="For the history; staff read it, clients do not.")] = "",
    tell_client: Annotated[bool, Query(description="Of the cancellation, when the visit was to come.")] = True,
) -> Response:
    """Out of the calendar and the lists, for good or until it is restored; one that is to come is cancelled as well.

    A booking that is paid, or whose visit is over, needs the right for that; its money stays where it is.
    """

    async def act(tx: Tx, visit: Visit, actor: Actor) -> None:
        if visit.booking.deleted_at is None:
            _require_deleting(desk.member, visit)
        await put_away(tx, visit, actor, desk.now, reason=reason.strip() or None, tell_client=tell_client)

    return await desk.run(Permission.BOOKING_CANCEL, act)


@router.post("/restore", operation_id="restore_booking", response_model=BookingAnswer)
async def restore(desk: DeskDep) -> Response:
    """Back where it was; what was cancelled by deleting stays cancelled."""

    async def act(tx: Tx, visit: Visit, actor: Actor) -> None:
        if visit.booking.deleted_at is not None:
            _require_deleting(desk.member, visit)
        await bring_back(tx, visit, actor, desk.now)

    return await desk.run(Permission.BOOKING_CANCEL, act)


def _require_deleting(member: Member, visit: Visit) -> None:
    for permission in needed_to_put_away(visit):
        member.require(permission)


@router.post("/reschedule", operation_id="reschedule_booking", response_model=BookingAnswer)
async def reschedule(desk: DeskDep, body: RescheduleBody) -> Response:
    """Move it to another time or person; the old time is kept when the new one cannot be had."""
    if body.override:
        desk.member.require(Permission.BOOKING_OVERRIDE)
    if body.staff_member_id is not None:
        await wait_for_staff(desk.db, desk.account.account_id, [body.staff_member_id])

    async def act(tx: Tx, visit: Visit, actor: Actor) -> None:
        kind = "override" if body.override else "staff"
        with desk.turns.sharing_loss(sameness(visit, body.starts_at, body.staff_member_id, kind=kind)):
            await reschedule_booking(
                tx,
                desk.account,
                visit,
                actor,
                desk.now,
                starts_at=body.starts_at,
                staff_member_id=body.staff_member_id,
                override=body.override,
                tell_client=body.tell_client,
            )

    return await desk.run(Permission.BOOKING_RESCHEDULE, act)


@router.post("/reschedule/undo", operation_id="undo_reschedule", response_model=BookingAnswer)
async def undo(desk: DeskDep) -> Response:
    """Take the last move back. Within the first seconds nobody was told of it, and then nobody will be."""

    async def act(tx: Tx, visit: Visit, actor: Actor) -> None:
        await undo_reschedule(tx, desk.account, visit, actor, desk.now)

    return await desk.run(Permission.BOOKING_RESCHEDULE, act)


@router.post("/confirm", operation_id="confirm_booking", response_model=BookingAnswer)
async def confirm(desk: DeskDep) -> Response:
    """The client said they will come."""
    return await _advance(desk, Act.CONFIRM)


@router.post("/arrive", operation_id="mark_arrived", response_model=BookingAnswer)
async def arrive(desk: DeskDep) -> Response:
    """The client is here."""
    return await _advance(desk, Act.ARRIVE)


@router.post("/complete", operation_id="complete_booking", response_model=BookingAnswer)
async def complete(desk: DeskDep) -> Response:
    """The visit took place."""
    return await _advance(desk, Act.COMPLETE)


@router.post("/no-show", operation_id="mark_no_show", response_model=BookingAnswer)
async def no_show(desk: DeskDep) -> Response:
    """The client did not come."""
    return await _advance(desk, Act.NO_SHOW)


@router.get("/actions", operation_id="booking_actions")
async def actions(booking_id: UUID, member: MemberDep, db: DbDep) -> ActionList:
    """What the caller may do with it, and for the rest the reason and who can grant it."""
    visit = await _seen(db, member, booking_id)
    return ActionList(items=actions_of(visit, member))


@router.get("/timeline", operation_id="booking_timeline")
async def timeline(booking_id: UUID, member: MemberDep, db: DbDep, cursor: CursorDep) -> Timeline:
    """Everything that was done with it, oldest first."""
    visit = await _seen(db, member, booking_id)
    async with db.tx(member.account_id) as tx:
        found, further = await timeline_of(tx, visit, _place(cursor), Eyes.of(member).text)
    return found.model_copy(update={"next_cursor": str(Cursor(str(further), booking_id)) if further else None})


def _place(cursor: Cursor | None) -> int:
    """Behind which act the page begins."""
    if cursor is None:
        return 0
    if not cursor.value.isdecimal() or len(cursor.value) > 15:
        raise InvalidInput.of("query/cursor", "cursor")
    return int(cursor.value)


async def _advance(desk: Desk, act: Act) -> Response:
    async def go_on(tx: Tx, visit: Visit, actor: Actor) -> None:
        await advance_booking(tx, visit, act, actor, desk.now)

    return await desk.run(PERMISSIONS[act], go_on)


async def _seen(db: Database, member: Member, booking_id: UUID) -> Visit:
    member.require(Permission.BOOKING_VIEW)
    async with db.tx(member.account_id) as tx:
        visit = await visit_of(tx, member.account_id, booking_id)
    require_seen(member, visit)
    return visit
