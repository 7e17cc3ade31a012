"""The waiting list: for clients, for staff, and for whoever has the link of an offer."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Response
from sqlalchemy import select

from booking.errors import HoldExpired
from booking.queries.own_cards import own_card
from booking.queries.waitlist import clients_of, offer_answer, waitlist_answers
from booking.tables import AccountCopy, ClientRow
from booking.tables_of_places import WaitlistEntry
from booking.usecases.actors import Actor
from booking.usecases.bookings.create_booking import Order, book_hold
from booking.usecases.clients.find_card import find_card, living_card_of
from booking.usecases.waitlist.entries import decline, entry_of, join, service_names, withdraw
from contracts.http.booking import BookingAnswer, ClientBody
from contracts.http.waitlist import (
    PublicOffer,
    StaffWaitlistBody,
    WaitlistAnswer,
    WaitlistBody,
    WaitlistList,
)
from contracts.permissions import Permission
from kit.access import Caller
from kit.db import Database
from kit.edge import CallerDep, DbDep, MemberDep
from kit.errors import NotFound
from kit.idempotency import Once, OnceDep

from .answers import OWN, Eyes, booking_answer
from .bookings import client_of
from .edge import AccountDep, NowDep, PublicAccountDep, TurnsDep
from .public import known_of

router = APIRouter(prefix="/api/v1", tags=["waiting list"])

Code = Annotated[str, Path(min_length=12, max_length=12)]


@router.post("/public/{vanity}/waitlist", operation_id="wait", status_code=201, response_model=WaitlistAnswer)
async def post_wait(
    body: WaitlistBody, account: PublicAccountDep, caller: CallerDep, db: DbDep, once: OnceDep, now: NowDep
) -> Response:
    """Wait for time that is taken now: it is kept for a while for whoever waits longest, one after the other."""
    known = known_of(account, body.client or ClientBody(), caller)
    async with db.tx(account.account_id) as tx:

        async def effect() -> WaitlistAnswer:
            client = await find_card(tx, account.account_id, known, now)
            entry = await join(tx, account, client, body, caller.user_id, now)
            return (await waitlist_answers(tx, account, [entry]))[0]

        return await once.run(tx, effect)


@router.get("/me/waitlist", operation_id="my_waitlist")
async def my_waitlist(caller: CallerDep, db: DbDep) -> WaitlistList:
    """What I wait for, in every firm, newest first."""
    rows = (
        select(WaitlistEntry)
        .join(ClientRow, (ClientRow.account_id == WaitlistEntry.account_id) & (ClientRow.id == WaitlistEntry.client_id))
        .where(own_card(caller))
        .order_by(WaitlistEntry.created_at.desc(), WaitlistEntry.id)
        .limit(100)
    )
    async with db.system_tx() as tx:
        entries = list(await tx.scalars(rows))
        found: dict[UUID, WaitlistAnswer] = {}
        for account_id in {entry.account_id for entry in entries}:
            account = await tx.get_one(AccountCopy, account_id)
            own = [entry for entry in entries if entry.account_id == account_id]
            found |= {answer.id: answer for answer in await waitlist_answers(tx, account, own)}
    return WaitlistList(items=[found[entry.id] for entry in entries])


@router.delete("/me/waitlist/{entry_id}", operation_id="stop_waiting", status_code=204)
async def delete_mine(entry_id: UUID, caller: CallerDep, db: DbDep, now: NowDep) -> None:
    """Wait no longer; what was offered goes to the next."""
    account_id = await _mine(db, entry_id, caller)
    async with db.tx(account_id) as tx:
        account = await tx.get_one(AccountCopy, account_id)
        await withdraw(tx, account, await entry_of(tx, account_id, entry_id), now)


@router.post(
    "/me/waitlist/{entry_id}/accept", operation_id="accept_offer", status_code=201, response_model=BookingAnswer
)
async def accept_mine(
    entry_id: UUID, caller: CallerDep, db: DbDep, once: OnceDep, now: NowDep, turns: TurnsDep
) -> Response:
    """Book the offered time."""
    account_id = await _mine(db, entry_id, caller)
    actor = Actor("client", caller.user_id, None, "waitlist")
    return await turns.run(_accepting(db, account_id, entry_id, actor, once, now))


@router.post("/me/waitlist/{entry_id}/decline", operation_id="decline_offer", response_model=WaitlistAnswer)
async def decline_mine(entry_id: UUID, caller: CallerDep, db: DbDep, once: OnceDep, now: NowDep) -> Response:
    """Not this time: it goes to the next, and this wish waits on behind the others."""
    account_id = await _mine(db, entry_id, caller)
    return await _decline(db, account_id, entry_id, once, now)


@router.get("/public/waitlist-offers/{code}", operation_id="get_offer")
async def get_offer(code: Code, db: DbDep) -> PublicOffer:
    """What the link in a message offers."""
    account_id, entry_id = await _offered(db, code)
    async with db.tx(account_id) as tx:
        account = await tx.get_one(AccountCopy, account_id)
        entry = await tx.get_one(WaitlistEntry, (account_id, entry_id))
        return PublicOffer(
            account_name=account.name,
            vanity_address=account.vanity_address,
            services=await service_names(tx, account_id, entry.service_ids),
            offer=offer_answer(entry) if entry.offer else None,
        )


@router.post(
    "/public/waitlist-offers/{code}/accept",
    operation_id="accept_offer_by_link",
    status_code=201,
    response_model=BookingAnswer,
)
async def accept_by_link(code: Code, db: DbDep, once: OnceDep, now: NowDep, turns: TurnsDep) -> Response:
    """Book the offered time; the link came to the phone of whoever waits."""
    account_id, entry_id = await _offered(db, code)
    return await turns.run(_accepting(db, account_id, entry_id, Actor("client", None, None, "waitlist"), once, now))


@router.post(
    "/public/waitlist-offers/{code}/decline", operation_id="decline_offer_by_link", response_model=WaitlistAnswer
)
async def decline_by_link(code: Code, db: DbDep, once: OnceDep, now: NowDep) -> Response:
    """Not this time."""
    account_id, entry_id = await _offered(db, code)
    return await _decline(db, account_id, entry_id, once, now)


@router.get("/accounts/{account_id}/waitlist", operation_id="list_waitlist")
async def list_waitlist(member: MemberDep, account: AccountDep, db: DbDep) -> WaitlistList:
    """Who waits, or has an offer, in the order of the queue."""
    member.require(Permission.BOOKING_VIEW)
    rows = select(WaitlistEntry).where(
        WaitlistEntry.account_id == account.account_id, WaitlistEntry.state.in_(("waiting", "offered"))
    )
    if member.location_ids is not None:
        rows = rows.where(WaitlistEntry.location_id.in_(member.location_ids))
    async with db.tx(account.account_id) as tx:
        entries = list(await tx.scalars(rows.order_by(WaitlistEntry.queued_at, WaitlistEntry.id).limit(500)))
        eyes = Eyes.of(member)
        clients: dict[object, object] = {card.id: eyes.client(card) for card in await clients_of(tx, entries)}
        return WaitlistList(items=await waitlist_answers(tx, account, entries, clients))  # type: ignore[arg-type]


@router.post(
    "/accounts/{account_id}/waitlist", operation_id="add_to_waitlist", status_code=201, response_model=WaitlistAnswer
)
async def post_staff_wait(
    body: StaffWaitlistBody, member: MemberDep, account: AccountDep, db: DbDep, once: OnceDep, now: NowDep
) -> Response:
    """Let a client wait."""
    member.require(Permission.BOOKING_CREATE, location_id=body.location_id)
    async with db.tx(account.account_id) as tx:

        async def effect() -> WaitlistAnswer:
            client = await client_of(tx, account, body, now)
            assert client is not None  # the body was refused without one
            entry = await join(tx, account, client, body, member.caller.user_id, now)
            who = {client.id: Eyes.of(member).client(client)}
            return (await waitlist_answers(tx, account, [entry], who))[0]  # type: ignore[arg-type]

        return await once.run(tx, effect)


@router.delete("/accounts/{account_id}/waitlist/{entry_id}", operation_id="remove_from_waitlist", status_code=204)
async def delete_staff_wait(entry_id: UUID, member: MemberDep, account: AccountDep, db: DbDep, now: NowDep) -> None:
    """Let a client wait no longer."""
    member.require(Permission.BOOKING_CREATE)
    async with db.tx(account.account_id) as tx:
        entry = await entry_of(tx, account.account_id, entry_id)
        if entry.location_id is not None and not member.covers(entry.location_id):
            raise NotFound("waitlist_entry")
        await withdraw(tx, account, entry, now)


def _accepting(
    db: Database, account_id: UUID, entry_id: UUID, actor: Actor, once: Once, now: datetime
) -> Callable[[], Awaitable[Response]]:
    async def accept() -> Response:
        async with db.tx(account_id) as tx:

            async def effect() -> BookingAnswer:
                account = await tx.get_one(AccountCopy, account_id)
                entry = await tx.get(WaitlistEntry, (account_id, entry_id))
                if entry is None or entry.hold_id is None or entry.state != "offered":
                    raise HoldExpired
                client_id = entry.client_id

                async def client() -> ClientRow:
                    return await living_card_of(tx, account_id, client_id, lock=True)

                order = Order(client=client, comment=None, actor=actor)
                return booking_answer(await book_hold(tx, account, entry.hold_id, order, now), OWN)

            return await once.run(tx, effect)

    return accept


async def _decline(db: Database, account_id: UUID, entry_id: UUID, once: Once, now: datetime) -> Response:
    async with db.tx(account_id) as tx:

        async def effect() -> WaitlistAnswer:
            account = await tx.get_one(AccountCopy, account_id)
            entry = await entry_of(tx, account_id, entry_id)
            await decline(tx, account, entry, now)
            return (await waitlist_answers(tx, account, [entry]))[0]

        return await once.run(tx, effect, status=200)


async def _mine(db: Database, entry_id: UUID, caller: Caller) -> UUID:
    """The account of a wish that is the caller's; raises `NotFound` for those of others."""
    rows = (
        select(WaitlistEntry.account_id)
        .join(ClientRow, (ClientRow.account_id == WaitlistEntry.account_id) & (ClientRow.id == WaitlistEntry.client_id))
        .where(
            WaitlistEntry.id == entry_id,
            own_card(caller),
        )
    )
    async with db.system_tx() as tx:
        account_id = await tx.scalar(rows)
    if account_id is None:
        raise NotFound("waitlist_entry")
    return account_id


async def _offered(db: Database, code: str) -> tuple[UUID, UUID]:
    rows = select(WaitlistEntry.account_id, WaitlistEntry.id).where(WaitlistEntry.offer_code == code)
    async with db.system_tx() as tx:
        found = (await tx.execute(rows)).first()
    if found is None:
        raise NotFound("offer")
    return found.account_id, found.id
