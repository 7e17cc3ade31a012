"""Bookings for the staff: list, make, read, change."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response
from sqlalchemy import select, tuple_

from booking.domain.lifecycle import Act, State, is_possible
from booking.errors import WrongState
from booking.queries.places import services_named
from booking.queries.visits import Visit, visit_of, visits_of
from booking.tables import AccountCopy, BookingItemRow, BookingRow, ClientRow
from booking.usecases.actors import Actor
from booking.usecases.bookings.change_booking import say_changed, set_client, set_comment, set_price
from booking.usecases.bookings.create_booking import Order, create_booking
from booking.usecases.bookings.places import Wish
from booking.usecases.catalogue.services import amount_of
from booking.usecases.clients.find_card import Known, find_card, living_card_of, phone_of
from contracts.booking import State as StateName
from contracts.http.booking import BookingAnswer, BookingList, BookingPatch, ClientBody, StaffBookingBody, WantedItem
from contracts.http.catalogue import Day
from contracts.http.waitlist import StaffWaitlistBody
from contracts.permissions import Permission
from kit.access import Member
from kit.db import Tx
from kit.edge import DbDep, MemberDep
from kit.errors import InvalidInput, NotFound
from kit.idempotency import OnceDep

from .answers import Eyes, booking_answer
from .edge import (
    PAGE,
    AccountDep,
    Cursor,
    CursorDep,
    IfMatchDep,
    Limit,
    NowDep,
    TurnsDep,
    day_range,
    etag,
    require_version,
    wait_for_staff,
)

LONGEST_VISIT = timedelta(days=10)
"""Ten services at most, one after the other without a pause, each of a day at most."""

router = APIRouter(prefix="/api/v1/accounts/{account_id}/bookings", tags=["bookings"])


@router.get("", operation_id="list_bookings")
async def list_bookings(
    member: MemberDep,
    account: AccountDep,
    db: DbDep,
    cursor: CursorDep,
    first: Annotated[Day | None, Query(alias="from")] = None,
    last: Annotated[Day | None, Query(alias="to", description="Inclusive.")] = None,
    staff_member_id: UUID | None = None,
    location_id: UUID | None = None,
    client_id: UUID | None = None,
    state: Annotated[list[StateName] | None, Query(description="One or several.")] = None,
    deleted: Annotated[bool, Query(description="Those that were deleted instead of the others.")] = False,
    limit: Limit = PAGE,
) -> BookingList:
    """By beginning; days are those of the account's time zone."""
    member.require(Permission.BOOKING_VIEW, location_id=location_id)
    rows = select(BookingRow).where(
        BookingRow.account_id == account.account_id,
        BookingRow.deleted_at.is_not(None) if deleted else BookingRow.deleted_at.is_(None),
    )
    since, until = day_range(account, first, last)
    if since is not None:
        rows = rows.where(BookingRow.starts_at >= since)
    if until is not None:
        rows = rows.where(BookingRow.starts_at < until)
    if staff_member_id is not None:
        served = select(BookingItemRow.booking_id).where(
            BookingItemRow.account_id == account.account_id, BookingItemRow.staff_member_id == staff_member_id
        )
        if since is not None:  # a service never begins before its booking
            served = served.where(BookingItemRow.starts_at >= since)
        if until is not None:
            served = served.where(BookingItemRow.starts_at < until + LONGEST_VISIT)
        rows = rows.where(BookingRow.id.in_(served))
    if location_id is not None:
        rows = rows.where(BookingRow.location_id == location_id)
    if member.location_ids is not None:
        rows = rows.where(BookingRow.location_id.in_(member.location_ids))
    if client_id is not None:
        rows = rows.where(BookingRow.client_id == client_id)
    if state:
        rows = rows.where(BookingRow.state.in_(state))
    if cursor:
        rows = rows.where(tuple_(BookingRow.starts_at, BookingRow.id) > tuple_(cursor.moment, cursor.id))
    async with db.tx(account.account_id) as tx:
        found = list(await tx.scalars(rows.order_by(BookingRow.starts_at, BookingRow.id).limit(limit + 1)))
        page = found[:limit]
        visits = await visits_of(tx, account.account_id, page)
    return BookingList(
        items=[booking_answer(visit, Eyes.of(member)) for visit in visits],
        next_cursor=str(Cursor(page[-1].starts_at.isoformat(), page[-1].id)) if len(found) > limit else None,
    )


@router.post("", operation_id="book_as_staff", status_code=201, response_model=BookingAnswer)
async def post_booking(
    body: StaffBookingBody,
    member: MemberDep,
    account: AccountDep,
    db: DbDep,
    once: OnceDep,
    now: NowDep,
    turns: TurnsDep,
) -> Response:
    """Book for a client; with `override` rules of time may be broken, never another booking's time."""
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
        scope=member.location_ids,
    )

    async def book() -> Response:
        async with db.tx(account.account_id) as tx:

            async def effect() -> BookingAnswer:
                price, item_prices = order_prices(account, body, items)
                order = Order(
                    client=lambda: client_of(tx, account, body, now),
                    comment=body.comment or None,
                    actor=Actor.member(member),
                    price=price,
                    item_prices=item_prices,
                )
                await require_price(tx, account, wish, order, member)
                visit = await create_booking(tx, wish, order, now)
                return booking_answer(visit, Eyes.of(member))

            response = await once.run(tx, effect)
        response.headers.update(etag(1))
        return response

    return await turns.run(book)


@router.get("/{booking_id}", operation_id="get_booking")
async def get_booking(booking_id: UUID, member: MemberDep, db: DbDep, response: Response) -> BookingAnswer:
    """One booking, with its version."""
    member.require(Permission.BOOKING_VIEW)
    async with db.tx(member.account_id) as tx:
        visit = await visit_of(tx, member.account_id, booking_id)
    require_seen(member, visit)
    response.headers.update(etag(visit.booking.version))
    return booking_answer(visit, Eyes.of(member))


@router.patch("/{booking_id}", operation_id="change_booking")
async def patch_booking(
    booking_id: UUID,
    body: BookingPatch,
    member: MemberDep,
    account: AccountDep,
    db: DbDep,
    now: NowDep,
    if_match: IfMatchDep,
    response: Response,
) -> BookingAnswer:
    """Change price, comment or client; what is not named stays."""
    member.require(Permission.BOOKING_VIEW)
    actor = Actor.member(member)
    async with db.tx(account.account_id) as tx:
        visit = await visit_of(tx, account.account_id, booking_id, lock=True)
        require_seen(member, visit)
        require_version(visit.booking.version, if_match)
        before = visit.booking.price, visit.booking.comment, visit.booking.client_id
        if body.price is not None:
            member.require(Permission.BOOKING_EDIT_PRICE)
            await set_price(tx, visit, amount_of(account, body.price, "/price"), actor, now)
        if "comment" in body.model_fields_set and (body.comment or None) != visit.booking.comment:
            member.require(Permission.BOOKING_CREATE)
            await set_comment(tx, visit, body.comment or None, actor, now)
        if body.client_id is not None and body.client_id != visit.booking.client_id:
            member.require(Permission.BOOKING_CREATE)
            if not is_possible(Act.CANCEL, State(visit.booking.state)):
                raise WrongState("change_client", visit.booking.state)
            await set_client(tx, visit, await _card(tx, account.account_id, body.client_id), actor, now)
        if (visit.booking.price, visit.booking.comment, visit.booking.client_id) != before:
            say_changed(tx, visit)
    response.headers.update(etag(visit.booking.version))
    return booking_answer(visit, Eyes.of(member))


def require_seen(member: Member, visit: Visit) -> None:
    """A booking outside of the member's scope is not there for them."""
    if not member.covers(visit.booking.location_id):
        raise NotFound("booking")


async def client_of(
    tx: Tx, account: AccountCopy, body: StaffBookingBody | StaffWaitlistBody, now: datetime
) -> ClientRow | None:
    """The card of whoever comes, found or opened; none where nobody was named."""
    if body.client_id is not None:
        return await _card(tx, account.account_id, body.client_id)
    written: ClientBody | None = body.client
    if written is None:
        return None
    known = Known(
        name=written.name,
        surname=written.surname,
        phone_e164=phone_of(account, written.phone, "/client/phone") if written.phone else None,
        email=written.email,
        language=written.language or account.language,  # type: ignore[arg-type]
    )
    return await find_card(tx, account.account_id, known, now)


async def _card(tx: Tx, account_id: UUID, client_id: UUID) -> ClientRow:
    try:
        return await living_card_of(tx, account_id, client_id, lock=True)
    except NotFound:
        raise InvalidInput.of("/client_id", "unknown_client") from None


def order_prices(
    account: AccountCopy, body: StaffBookingBody, items: Sequence[WantedItem]
) -> tuple[int | None, tuple[int | None, ...]]:
    """What was asked for the whole visit and for each part; raises `InvalidInput` for another currency."""
    whole = amount_of(account, body.price, "/price") if body.price else None
    return whole, tuple(
        amount_of(account, item.price, f"/items/{number}/price") if item.price else None
        for number, item in enumerate(items)
    )


async def require_price(tx: Tx, account: AccountCopy, wish: Wish, order: Order, member: Member) -> None:
    """Another price than the catalogue's needs its own right."""
    if order.price is None and not any(price is not None for price in order.item_prices):
        return
    services = await services_named(tx, account.account_id, [item.service_id for item in wish.items], "/service_ids")
    listed = [services[item.service_id].price * item.seats for item in wish.items]
    asked = [own if own is not None else price for own, price in zip(order.item_prices, listed, strict=True)]
    if asked != listed or order.price not in (None, sum(listed)):
        member.require(Permission.BOOKING_EDIT_PRICE)
