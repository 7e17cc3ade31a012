"""A person's own bookings, in all accounts."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query, Response
from sqlalchemy import ColumnElement, and_, or_, select, tuple_

from booking.domain.lifecycle import COMING, Act, State, is_possible, may_change_until
from booking.queries.own import Beside, beside
from booking.queries.own_cards import own_visit
from booking.queries.visits import Visit, visit_of, visits_of
from booking.tables import AccountCopy, BookingRow, ClientRow
from booking.usecases.actors import Actor
from booking.usecases.bookings.cancel_booking import cancel_booking, require_before_cutoff
from booking.usecases.bookings.reschedule_booking import reschedule_booking, sameness
from contracts.http.booking import CancelBody, ClientRescheduleBody, MyBookingAnswer, MyBookingList
from kit.access import Caller
from kit.db import Database, Tx
from kit.edge import CallerDep, DbDep
from kit.errors import NotFound
from kit.idempotency import OnceDep

from .answers import OWN, booking_fields
from .edge import PAGE, Cursor, CursorDep, IfMatchDep, Limit, NowDep, TurnsDep, etag, require_version

router = APIRouter(prefix="/api/v1/me/bookings", tags=["my bookings"])


@router.get("", operation_id="my_bookings")
async def my_bookings(
    caller: CallerDep,
    db: DbDep,
    now: NowDep,
    cursor: CursorDep,
    when: Annotated[Literal["coming", "past"] | None, Query()] = None,
    limit: Limit = PAGE,
) -> MyBookingList:
    """Mine in every firm: those to come by date, the others newest first; all of them newest first."""
    rows = select(BookingRow).join(ClientRow, _card_of_booking()).where(own_visit(caller, now))
    key = tuple_(BookingRow.starts_at, BookingRow.id)
    if when == "coming":
        rows = rows.where(BookingRow.ends_at > now, BookingRow.state.in_(COMING | {State.ARRIVED}))
        rows = rows.order_by(BookingRow.starts_at, BookingRow.id)
        if cursor:
            rows = rows.where(key > tuple_(cursor.moment, cursor.id))
    else:
        if when == "past":
            rows = rows.where(or_(BookingRow.ends_at <= now, BookingRow.state.not_in(COMING | {State.ARRIVED})))
        rows = rows.order_by(BookingRow.starts_at.desc(), BookingRow.id.desc())
        if cursor:
            rows = rows.where(key < tuple_(cursor.moment, cursor.id))
    async with db.system_tx() as tx:
        found = list(await tx.scalars(rows.limit(limit + 1)))
        page = found[:limit]
        ids = {row.account_id for row in page}
        accounts = {
            account.account_id: account
            for account in await tx.scalars(select(AccountCopy).where(AccountCopy.account_id.in_(ids)))
        }
        visits: dict[UUID, Visit] = {}
        for account_id in ids:
            own = [row for row in page if row.account_id == account_id]
            visits |= {visit.booking.id: visit for visit in await visits_of(tx, account_id, own)}
        aside = await beside(tx, list(visits.values()))
    return MyBookingList(
        items=[_answer(visits[row.id], accounts[row.account_id], now, aside[row.id]) for row in page],
        next_cursor=str(Cursor(page[-1].starts_at.isoformat(), page[-1].id)) if len(found) > limit else None,
    )


@router.post("/{booking_id}/cancel", operation_id="cancel_my_booking", response_model=MyBookingAnswer)
async def cancel_mine(
    booking_id: UUID,
    caller: CallerDep,
    db: DbDep,
    once: OnceDep,
    now: NowDep,
    if_match: IfMatchDep,
    turns: TurnsDep,
    body: CancelBody | None = None,
) -> Response:
    """Cancel it oneself, until the account's cut-off; the time is free at once."""
    account_id = await account_of_mine(db, booking_id, caller, now)

    async def cancel() -> Response:
        async with db.tx(account_id) as tx:

            async def effect() -> MyBookingAnswer:
                account = await tx.get_one(AccountCopy, account_id)
                visit = await visit_of(tx, account_id, booking_id, lock=True)
                require_version(visit.booking.version, if_match)
                if is_possible(Act.CANCEL, State(visit.booking.state)):
                    require_before_cutoff(account, visit, now)
                reason = body.reason if body else None
                await cancel_booking(tx, visit, Actor.client(caller), now, reason=reason)
                return await _own(tx, visit, account, now)

            return await once.run(tx, effect, status=200)

    return await turns.run(cancel)


@router.post("/{booking_id}/reschedule", operation_id="reschedule_my_booking", response_model=MyBookingAnswer)
async def reschedule_mine(
    booking_id: UUID,
    body: ClientRescheduleBody,
    caller: CallerDep,
    db: DbDep,
    once: OnceDep,
    now: NowDep,
    if_match: IfMatchDep,
    turns: TurnsDep,
) -> Response:
    """Move it oneself to another offered start, until the account's cut-off."""
    account_id = await account_of_mine(db, booking_id, caller, now)

    async def move() -> Response:
        async with db.tx(account_id) as tx:

            async def effect() -> MyBookingAnswer:
                account = await tx.get_one(AccountCopy, account_id)
                visit = await visit_of(tx, account_id, booking_id, lock=True)
                require_version(visit.booking.version, if_match)
                require_before_cutoff(account, visit, now)
                with turns.sharing_loss(sameness(visit, body.starts_at, body.staff_member_id, kind="client")):
                    await reschedule_booking(
                        tx,
                        account,
                        visit,
                        Actor.client(caller),
                        now,
                        starts_at=body.starts_at,
                        staff_member_id=body.staff_member_id,
                    )
                return await _own(tx, visit, account, now)

            return await once.run(tx, effect, status=200)

    return await turns.run(move)


@router.get("/{booking_id}", operation_id="my_booking")
async def my_booking(
    booking_id: UUID, caller: CallerDep, db: DbDep, now: NowDep, response: Response
) -> MyBookingAnswer:
    """One of mine."""
    account_id = await account_of_mine(db, booking_id, caller, now)
    async with db.tx(account_id) as tx:
        account = await tx.get_one(AccountCopy, account_id)
        visit = await visit_of(tx, account_id, booking_id)
        answer = await _own(tx, visit, account, now)
    response.headers.update(etag(visit.booking.version))
    return answer


def _card_of_booking() -> ColumnElement[bool]:
    return and_(ClientRow.account_id == BookingRow.account_id, ClientRow.id == BookingRow.client_id)


async def account_of_mine(db: Database, booking_id: UUID, caller: Caller, now: datetime) -> UUID:
    """The account of a booking that is the caller's; raises `NotFound` for those of others."""
    rows = select(BookingRow.account_id).join(ClientRow, _card_of_booking())
    async with db.system_tx() as tx:
        account_id = await tx.scalar(rows.where(BookingRow.id == booking_id, own_visit(caller, now)))
    if account_id is None:
        raise NotFound("booking")
    return account_id


async def _own(tx: Tx, visit: Visit, account: AccountCopy, now: datetime) -> MyBookingAnswer:
    return _answer(visit, account, now, (await beside(tx, [visit]))[visit.booking.id])


def _answer(visit: Visit, account: AccountCopy, now: datetime, aside: Beside) -> MyBookingAnswer:
    until = may_change_until(visit.booking.starts_at, account.booking_rules.cancel_cutoff_min)
    state = State(visit.booking.state)
    return MyBookingAnswer.model_validate(
        {
            **booking_fields(visit, OWN),
            "account_name": account.name,
            "vanity_address": account.vanity_address,
            "location_address": visit.location.address,
            "location_phone": visit.location.phone_e164,
            "may_change_until": visit.local(until),
            "may_cancel": now <= until and is_possible(Act.CANCEL, state),
            "may_reschedule": now <= until and is_possible(Act.RESCHEDULE, state),
            **aside.fields(),
        }
    )
