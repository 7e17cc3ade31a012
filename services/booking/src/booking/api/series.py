"""Bookings that repeat, for the staff."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter, Response
from sqlalchemy import select

from booking.queries.accounts import locations_of
from booking.queries.actions import needed_to_cancel
from booking.queries.visits import visit_of, visits_of
from booking.tables import AccountCopy, BookingRow
from booking.tables_of_places import SeriesRow
from booking.usecases.actors import Actor
from booking.usecases.bookings.create_booking import Order
from booking.usecases.bookings.places import Wish
from booking.usecases.series.book_series import SeriesVisit, book_series
from booking.usecases.series.change_following import cancel_following, following, move_following
from contracts.http.series import (
    FollowingAnswer,
    FollowingCancelBody,
    FollowingRescheduleBody,
    Repeat,
    SeriesAnswer,
    SeriesBody,
    SeriesBookings,
)
from contracts.permissions import Permission
from kit.db import Tx
from kit.edge import DbDep, MemberDep
from kit.errors import NotFound
from kit.idempotency import OnceDep

from .answers import Eyes, booking_answer
from .bookings import client_of, order_prices, require_price, require_seen
from .edge import AccountDep, NowDep, TurnsDep, wait_for_staff

router = APIRouter(prefix="/api/v1/accounts/{account_id}", tags=["bookings"])


@router.post("/booking-series", operation_id="book_series", status_code=201, response_model=SeriesAnswer)
async def post_series(
    body: SeriesBody,
    member: MemberDep,
    account: AccountDep,
    db: DbDep,
    once: OnceDep,
    now: NowDep,
    turns: TurnsDep,
) -> Response:
    """Book a visit that repeats, or see before which dates cannot be had."""
    member.require(Permission.BOOKING_CREATE, location_id=body.location_id)
    if body.override:
        member.require(Permission.BOOKING_OVERRIDE)
    items = body.wanted_items()
    await wait_for_staff(db, account.account_id, [item.staff_member_id for item in items if item.staff_member_id])
    assert body.starts_at is not None  # the body was refused without it
    wish = Wish(
        account=account,
        items=items,
        starts_at=body.starts_at,
        location_id=body.location_id,
        is_public=False,
        override=body.override,
        beyond_window=True,
        scope=member.location_ids,
    )

    async def book() -> Response:
        async with db.tx(account.account_id) as tx:

            async def effect() -> SeriesAnswer:
                price, item_prices = order_prices(account, body, items)
                order = Order(
                    client=lambda: client_of(tx, account, body, now),
                    comment=body.comment or None,
                    actor=Actor.member(member),
                    price=price,
                    item_prices=item_prices,
                )
                await require_price(tx, account, wish, order, member)
                series_id, found = await book_series(
                    tx,
                    wish,
                    order,
                    body.repeat,
                    now,
                    zone=await _zone(tx, account, body.location_id),
                    skip_conflicts=body.skip_conflicts,
                    is_dry_run=body.dry_run,
                )
                told = [one.told() for one in found]
                return SeriesAnswer.model_validate({"id": series_id, "saved": not body.dry_run, "dates": told})

            return await once.run(tx, effect, status=200 if body.dry_run else 201)

    return await turns.run(book)


@router.get("/booking-series/{series_id}", operation_id="get_series")
async def get_series(series_id: UUID, member: MemberDep, db: DbDep) -> SeriesBookings:
    """Every booking of a series, the cancelled ones too."""
    member.require(Permission.BOOKING_VIEW)
    async with db.tx(member.account_id) as tx:
        row = await tx.get(SeriesRow, (member.account_id, series_id))
        if row is None:
            raise NotFound("series")
        rows = select(BookingRow).where(BookingRow.account_id == member.account_id, BookingRow.series_id == series_id)
        found = list(await tx.scalars(rows.order_by(BookingRow.starts_at, BookingRow.id)))
        visits = await visits_of(tx, member.account_id, [one for one in found if member.covers(one.location_id)])
        return SeriesBookings(
            id=series_id,
            repeat=Repeat.model_validate(row.rule),
            items=[booking_answer(visit, Eyes.of(member)) for visit in visits],
        )


@router.post("/bookings/{booking_id}/following/cancel", operation_id="cancel_following", response_model=FollowingAnswer)
async def post_cancel(
    booking_id: UUID,
    body: FollowingCancelBody,
    member: MemberDep,
    account: AccountDep,
    db: DbDep,
    once: OnceDep,
    now: NowDep,
    turns: TurnsDep,
) -> Response:
    """Cancel this booking and all that follow in its series."""
    member.require(Permission.BOOKING_CANCEL)

    async def cancel() -> Response:
        async with db.tx(account.account_id) as tx:

            async def effect() -> FollowingAnswer:
                visit = await visit_of(tx, account.account_id, booking_id)
                require_seen(member, visit)
                visits = await following(tx, account.account_id, visit)
                for permission in {permission for one in visits for permission in needed_to_cancel(one)}:
                    member.require(permission)
                await cancel_following(
                    tx, visits, Actor.member(member), now, reason=body.reason or None, tell_client=body.tell_client
                )
                done = [SeriesVisit(one.local(one.booking.starts_at)).booked(one.booking.id) for one in visits]
                return FollowingAnswer.model_validate({"saved": True, "dates": [one.told() for one in done]})

            return await once.run(tx, effect, status=200)

    return await turns.run(cancel)


@router.post(
    "/bookings/{booking_id}/following/reschedule", operation_id="reschedule_following", response_model=FollowingAnswer
)
async def post_reschedule(
    booking_id: UUID,
    body: FollowingRescheduleBody,
    member: MemberDep,
    account: AccountDep,
    db: DbDep,
    once: OnceDep,
    now: NowDep,
    turns: TurnsDep,
) -> Response:
    """Move this booking, and all that follow in its series by as much; or see before what stands against it."""
    member.require(Permission.BOOKING_RESCHEDULE)

    async def move() -> Response:
        async with db.tx(account.account_id) as tx:

            async def effect() -> FollowingAnswer:
                visit = await visit_of(tx, account.account_id, booking_id)
                require_seen(member, visit)
                found = await move_following(
                    tx,
                    account,
                    visit,
                    Actor.member(member),
                    now,
                    starts_at=body.starts_at,
                    staff_member_id=body.staff_member_id,
                    skip_conflicts=body.skip_conflicts,
                    is_dry_run=body.dry_run,
                    tell_client=body.tell_client,
                )
                told = [one.told() for one in found]
                return FollowingAnswer.model_validate({"saved": not body.dry_run, "dates": told})

            return await once.run(tx, effect, status=200)

    return await turns.run(move)


async def _zone(tx: Tx, account: AccountCopy, location_id: UUID | None) -> str:
    """The wall clock of the series: of its location, or of the account's first one."""
    places = await locations_of(tx, account.account_id)
    return next((one.time_zone for one in places if location_id in (None, one.id)), account.time_zone)
