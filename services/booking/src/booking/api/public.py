"""The booking page of an account: what it shows, holds, bookings by clients, and the link in an SMS."""

from __future__ import annotations

from collections.abc import Hashable
from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query, Response
from sqlalchemy import func, or_, select

from booking.domain.wall_clock import moment_of
from booking.errors import ForeignPhone
from booking.queries.client_limits import Booker
from booking.queries.order import by_name
from booking.queries.public import one_booking, public_account, public_page
from booking.queries.reviews import ratings_of
from booking.tables import AccountCopy, LocationRow, ServiceRow
from booking.usecases.actors import Actor
from booking.usecases.bookings.create_booking import Order, book_hold, create_booking
from booking.usecases.bookings.hold_time import hold_time
from booking.usecases.bookings.places import Wish
from booking.usecases.clients.find_card import Known, find_card, phone_of
from booking.usecases.site.captcha import require_answer
from contracts import Money
from contracts.http.booking import (
    BookingAnswer,
    BookingClient,
    ClientBody,
    HoldAnswer,
    HoldBody,
    OneBookingAnswer,
    PublicBookingBody,
    WantedItem,
)
from contracts.http.catalogue import Catalogue, CatalogueItem, City, CityList, PublicPage, Rating
from kit import context, phones
from kit.access import Caller
from kit.db import Database
from kit.edge import DbDep, OptionalCallerDep
from kit.errors import InvalidInput, Unauthenticated
from kit.idempotency import Once, OnceDep

from .answers import OWN, booking_answer
from .edge import MOST, PAGE, Cursor, CursorDep, Limit, NowDep, PublicAccountDep, TurnsDep, etag

router = APIRouter(prefix="/api/v1", tags=["public"])


@router.get("/catalogue", operation_id="catalogue")
async def catalogue(
    db: DbDep,
    cursor: CursorDep,
    city: Annotated[str | None, Query(max_length=100)] = None,
    q: Annotated[str | None, Query(max_length=100, description="Part of a firm's or a service's name.")] = None,
    limit: Limit = PAGE,
) -> Catalogue:
    """Firms that want to be listed, by name."""
    name = by_name(func.lower(AccountCopy.name))
    rows = select(AccountCopy).where(AccountCopy.is_active, ~AccountCopy.unlisted)
    if city:
        rows = rows.where(func.lower(AccountCopy.city) == city.strip().lower())
    if q and (wanted := q.strip()):
        like = f"%{wanted.replace('~', '~~').replace('%', '~%').replace('_', '~_')}%"
        offers = select(ServiceRow.id).where(
            ServiceRow.account_id == AccountCopy.account_id,
            ServiceRow.bookable_online,
            ~ServiceRow.is_deleted,
            ServiceRow.name.ilike(like, escape="~"),
        )
        rows = rows.where(or_(AccountCopy.name.ilike(like, escape="~"), offers.exists()))
    if cursor:
        rows = rows.where(or_(name > cursor.value, (name == cursor.value) & (AccountCopy.account_id > cursor.id)))
    async with db.system_tx() as tx:
        found = list(await tx.scalars(rows.order_by(name, AccountCopy.account_id).limit(limit + 1)))
        page = found[:limit]
        places = await tx.execute(
            select(LocationRow.account_id, LocationRow.address).where(
                LocationRow.account_id.in_([row.account_id for row in page]),
                ~LocationRow.is_deleted,
                LocationRow.address.is_not(None),
            )
        )
        addresses: dict[UUID, list[str]] = {}
        for account_id, address in places:
            addresses.setdefault(account_id, []).append(str(address))
        # The cursor compares as the database does, so the database says how the name reads in lower case.
        last = await tx.scalar(select(func.lower(page[-1].name))) if len(found) > limit else None
        ratings = await ratings_of(tx, [row.account_id for row in page])
    nothing = Rating(average=None, count=0)
    items = [
        CatalogueItem(
            **public_account(row).model_dump(),
            addresses=sorted(addresses.get(row.account_id, [])),
            rating=ratings.get(row.account_id, nothing),
        )
        for row in page
    ]
    return Catalogue(items=items, next_cursor=str(Cursor(last, page[-1].account_id)) if last is not None else None)


@router.get("/catalogue/cities", operation_id="catalogue_cities")
async def cities(db: DbDep) -> CityList:
    """Cities with listed firms, the largest number first."""
    count = func.count()
    rows = (
        select(AccountCopy.city, count)
        .where(AccountCopy.is_active, ~AccountCopy.unlisted, AccountCopy.city.is_not(None), AccountCopy.city != "")
        .group_by(AccountCopy.city)
        .order_by(count.desc(), AccountCopy.city)
        .limit(MOST)
    )
    async with db.system_tx() as tx:
        return CityList(items=[City(name=city, firms=firms) for city, firms in await tx.execute(rows)])


@router.get("/public/b/{code}", operation_id="one_booking")
async def get_one_booking(
    code: Annotated[str, Path(min_length=6, max_length=20, pattern="^[a-z0-9]+$")], db: DbDep
) -> OneBookingAnswer:
    """The visit behind the link in an SMS; nothing about the person."""
    async with db.system_tx() as tx:
        return await one_booking(tx, code)


@router.get("/public/{vanity}", operation_id="public_page")
async def get_public_page(account: PublicAccountDep, db: DbDep) -> PublicPage:
    """What the booking page shows."""
    async with db.tx(account.account_id) as tx:
        return await public_page(tx, account)


@router.post("/public/{vanity}/holds", operation_id="hold_time", status_code=201, response_model=HoldAnswer)
async def post_hold(
    body: HoldBody,
    account: PublicAccountDep,
    caller: OptionalCallerDep,
    db: DbDep,
    once: OnceDep,
    now: NowDep,
    turns: TurnsDep,
) -> Response:
    """Keep a start while the form is filled in; nobody else can have it until the hold expires."""
    wish = _wish(account, body.wanted_items(), body.starts_at, body.location_id, _booker(caller))

    async def hold() -> Response:
        async with db.tx(account.account_id) as tx:

            async def effect() -> HoldAnswer:
                row, taken = await hold_time(tx, wish, caller.user_id if caller else None, now)
                zone = taken.place.days.clock.zone
                return HoldAnswer(
                    hold_id=row.id,
                    expires_at=row.expires_at,
                    starts_at=moment_of(wish.start, zone),
                    ends_at=row.ends_at.astimezone(zone),
                    location_id=row.location_id,
                    staff_member_ids=[item.staff_member_id for item in taken.items],
                    price=Money(amount=sum(item.list_price for item in taken.items), currency=account.currency),
                )

            return await once.run(tx, effect)

    return await turns.run(hold, wish=_sameness(account, body), is_repeat=lambda: _is_repeat(db, once))


@router.post("/public/{vanity}/bookings", operation_id="book_as_client", status_code=201, response_model=BookingAnswer)
async def post_booking(
    body: PublicBookingBody,
    account: PublicAccountDep,
    caller: OptionalCallerDep,
    db: DbDep,
    once: OnceDep,
    now: NowDep,
    turns: TurnsDep,
) -> Response:
    """Book as the signed-in person: the phone that was confirmed is the client's.

    Where the account allows it, also without signing in: with a name, a phone and a solved puzzle.
    """
    written = body.client or ClientBody()
    known = known_of(account, written, caller) if caller else _unconfirmed(account, written)

    booker = Booker(known.user_id, known.phone_e164)

    async def book() -> Response:
        async with db.tx(account.account_id) as tx:

            async def effect() -> BookingAnswer:
                if caller is None:
                    await require_answer(tx, body.captcha, now)
                order = Order(
                    client=lambda: find_card(tx, account.account_id, known, now),
                    comment=body.comment or None,
                    actor=Actor.client(caller),
                )
                if body.hold_id is not None:
                    visit = await book_hold(tx, account, body.hold_id, order, now, booker=booker)
                else:
                    wish = _wish(account, body.wanted_items(), body.starts_at, body.location_id, booker)
                    visit = await create_booking(tx, wish, order, now)
                answer = booking_answer(visit, OWN)
                return answer if caller else _as_written(answer, known)

            response = await once.run(tx, effect)
        response.headers.update(etag(1))
        return response

    return await turns.run(book, wish=_sameness(account, body), is_repeat=lambda: _is_repeat(db, once))


async def _is_repeat(db: Database, once: Once) -> bool:
    """Whether this very request was answered before: its answer is given again, whatever happened since."""
    if once.key is None:
        return False
    async with db.tx() as tx:
        return await once.is_repeat(tx)


def _sameness(account: AccountCopy, body: HoldBody | PublicBookingBody) -> Hashable:
    """What makes two wishes for time the same; one out of a hold is like no other."""
    if body.starts_at is None:
        return object()
    return account.account_id, body.wanted_items(), body.starts_at, body.location_id


def _wish(
    account: AccountCopy,
    items: tuple[WantedItem, ...],
    starts_at: datetime | None,
    location_id: UUID | None,
    booker: Booker | None,
) -> Wish:
    assert starts_at is not None  # the body was refused without it
    return Wish(
        account=account, items=items, starts_at=starts_at, location_id=location_id, is_public=True, booker=booker
    )


def _booker(caller: Caller | None) -> Booker | None:
    return Booker(caller.user_id, caller.phone_e164) if caller else None


def known_of(account: AccountCopy, written: ClientBody, caller: Caller) -> Known:
    """A signed-in client, as their form and their token tell; raises `InvalidInput` for another's phone."""
    if written.phone is not None and phone_of(account, written.phone, "/client/phone") != caller.phone_e164:
        raise InvalidInput.of("/client/phone", "not_your_phone")
    return Known(
        name=written.name,
        surname=written.surname,
        phone_e164=caller.phone_e164,
        email=written.email,
        language=written.language or context.current().language,  # type: ignore[arg-type]
        user_id=caller.user_id,
    )


def _unconfirmed(account: AccountCopy, written: ClientBody) -> Known:
    """Somebody who did not sign in; raises `Unauthenticated` where the account wants a confirmed phone.

    A number of another country is taken only where the account neither confirms phones nor checks their format.
    """
    rules = account.booking_rules
    is_foreign = written.phone is not None and phones.is_foreign(written.phone, account.country)
    if rules.phone_confirmation:
        if is_foreign and not rules.phone_format_check:
            raise ForeignPhone("phone_confirmation")
        raise Unauthenticated
    if written.name is None or written.phone is None:
        raise InvalidInput.of("/client/name" if written.name is None else "/client/phone", "missing")
    if is_foreign and rules.phone_format_check:
        raise ForeignPhone("phone_format_check")
    return Known(
        name=written.name,
        surname=written.surname,
        phone_e164=phone_of(account, written.phone, "/client/phone"),
        email=written.email,
        language=written.language or context.current().language,  # type: ignore[arg-type]
    )


def _as_written(answer: BookingAnswer, known: Known) -> BookingAnswer:
    """Who only typed a phone is told what they typed, not what is on the card of that phone."""
    assert answer.client is not None
    client = BookingClient(id=answer.client.id, name=known.name or "", surname=known.surname, phone=known.phone_e164)
    return answer.model_copy(update={"client": client})
