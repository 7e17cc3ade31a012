"""The client's link: whoever has its key acts on that one visit without signing in."""

from __future__ import annotations

import hmac
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query, Response
from sqlalchemy import select

from booking.domain.lifecycle import Act, State, is_possible, may_change_until
from booking.queries.confirmation import deadline_of
from booking.queries.own import beside
from booking.queries.public import one_visit
from booking.queries.visits import Visit, visit_of
from booking.tables import AccountCopy, BookingRow
from booking.usecases.actors import Actor
from booking.usecases.bookings.advance_booking import advance_booking
from booking.usecases.bookings.cancel_booking import cancel_booking, require_before_cutoff
from booking.usecases.bookings.reschedule_booking import reschedule_booking, sameness
from booking.usecases.reviews.reviews import leave_review
from contracts.http.reviews import LinkReviewBody
from contracts.http.site import LinkBody, LinkCancelBody, LinkedBookingAnswer, LinkRescheduleBody
from kit.db import Database, Tx
from kit.edge import DbDep
from kit.errors import NotFound
from kit.idempotency import Once, OnceDep

from .edge import NowDep, TurnsDep

router = APIRouter(prefix="/api/v1/public/b/{code}", tags=["public"])

Code = Annotated[str, Path(min_length=6, max_length=20, pattern="^[a-z0-9]+$")]
_CLIENT = Actor("client", None, None, "site")


class Link:
    """A visit that somebody has the address of; the key decides whether they may act on it."""

    def __init__(self, code: Code, db: DbDep, once: OnceDep, now: NowDep, turns: TurnsDep) -> None:
        self.code, self.db, self.once, self.now, self.turns = code, db, once, now, turns

    async def run(
        self, key: str, act: Callable[[Tx, AccountCopy, Visit], Awaitable[None]], *, status: int = 200
    ) -> Response:
        """Do `act` as the client, once, and answer the visit as it then is."""
        account_id, booking_id = await _behind(self.db, self.code, key)
        once: Once = self.once

        async def among_rivals() -> Response:
            async with self.db.tx(account_id) as tx:

                async def effect() -> LinkedBookingAnswer:
                    account = await tx.get_one(AccountCopy, account_id)
                    visit = await visit_of(tx, account_id, booking_id, lock=True)
                    await act(tx, account, visit)
                    return await self._answer(tx, account, visit)

                return await once.run(tx, effect, status=status)

        return await self.turns.run(among_rivals)

    async def _answer(self, tx: Tx, account: AccountCopy, visit: Visit) -> LinkedBookingAnswer:
        return await linked(tx, account, visit, self.now)


async def linked(tx: Tx, account: AccountCopy, visit: Visit, now: datetime) -> LinkedBookingAnswer:
    """The visit for whoever has its key, with what they may do to it now."""
    state = State(visit.booking.state)
    is_early = now <= may_change_until(visit.booking.starts_at, account.booking_rules.cancel_cutoff_min)
    aside = (await beside(tx, [visit]))[visit.booking.id]
    return LinkedBookingAnswer.model_validate(
        {
            **one_visit(account, visit),
            "version": visit.booking.version,
            "service_ids": [item.service_id for item in visit.items],
            "staff_member_ids": visit.staff_member_ids,
            "may_confirm": is_possible(Act.CONFIRM, state) and state is not State.CONFIRMED,
            "confirm": await deadline_of(tx, account, visit, now),
            "cancel_cause": visit.booking.cancel_cause,
            "may_cancel": is_early and is_possible(Act.CANCEL, state),
            "may_reschedule": is_early and is_possible(Act.RESCHEDULE, state),
            "may_review": aside.may_review,
            "review": aside.review,
            "prepayment": aside.prepayment,
        }
    )


@router.get("/linked", operation_id="linked_booking")
async def get_linked(
    code: Code, db: DbDep, now: NowDep, key: Annotated[str, Query(min_length=1, max_length=64)]
) -> LinkedBookingAnswer:
    """The visit, and what may be done to it by whoever has the key of its link."""
    account_id, booking_id = await _behind(db, code, key)
    async with db.tx(account_id) as tx:
        account = await tx.get_one(AccountCopy, account_id)
        return await linked(tx, account, await visit_of(tx, account_id, booking_id), now)


@router.post("/confirm", operation_id="confirm_by_link", response_model=LinkedBookingAnswer)
async def confirm(body: LinkBody, code: Code, db: DbDep, once: OnceDep, now: NowDep, turns: TurnsDep) -> Response:
    """I shall come."""
    link = Link(code, db, once, now, turns)

    async def act(tx: Tx, _: AccountCopy, visit: Visit) -> None:
        await advance_booking(tx, visit, Act.CONFIRM, _CLIENT, now)

    return await link.run(body.key, act)


@router.post("/cancel", operation_id="cancel_by_link", response_model=LinkedBookingAnswer)
async def cancel(body: LinkCancelBody, code: Code, db: DbDep, once: OnceDep, now: NowDep, turns: TurnsDep) -> Response:
    """I shall not come; until the account's cut-off."""
    link = Link(code, db, once, now, turns)

    async def act(tx: Tx, account: AccountCopy, visit: Visit) -> None:
        if is_possible(Act.CANCEL, State(visit.booking.state)):
            require_before_cutoff(account, visit, now)
        await cancel_booking(tx, visit, _CLIENT, now, reason=body.reason or None)

    return await link.run(body.key, act)


@router.post("/reschedule", operation_id="reschedule_by_link", response_model=LinkedBookingAnswer)
async def reschedule(
    body: LinkRescheduleBody, code: Code, db: DbDep, once: OnceDep, now: NowDep, turns: TurnsDep
) -> Response:
    """I shall come at another offered start; until the account's cut-off."""
    link = Link(code, db, once, now, turns)

    async def act(tx: Tx, account: AccountCopy, visit: Visit) -> None:
        require_before_cutoff(account, visit, now)
        starts_at, person = body.starts_at, body.staff_member_id
        with link.turns.sharing_loss(sameness(visit, starts_at, person, kind="client")):
            await reschedule_booking(tx, account, visit, _CLIENT, now, starts_at=starts_at, staff_member_id=person)

    return await link.run(body.key, act)


@router.post("/review", operation_id="review_by_link", status_code=201, response_model=LinkedBookingAnswer)
async def review(body: LinkReviewBody, code: Code, db: DbDep, once: OnceDep, now: NowDep, turns: TurnsDep) -> Response:
    """How it was."""
    link = Link(code, db, once, now, turns)

    async def act(tx: Tx, _: AccountCopy, visit: Visit) -> None:
        await leave_review(tx, visit, body, _CLIENT, now)

    return await link.run(body.key, act, status=201)


async def _behind(db: Database, code: str, key: str) -> tuple[UUID, UUID]:
    """The visit of a code and its key; raises `NotFound`, as for a code that does not exist."""
    rows = select(BookingRow.account_id, BookingRow.id, BookingRow.link_key).where(BookingRow.code == code)
    async with db.system_tx() as tx:
        found = (await tx.execute(rows)).first()
    if found is None or not hmac.compare_digest(key.encode(), str(found.link_key).encode()):
        raise NotFound("booking")
    return found.account_id, found.id
