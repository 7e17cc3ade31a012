"""What firms keep of a person, for that person: take it along, or have it forgotten."""

from __future__ import annotations

from fastapi import APIRouter
from sqlalchemy import select

from booking.domain.lifecycle import ACTIVE
from booking.errors import ClientHasVisitsAhead
from booking.queries.clients import all_of_client, living, told
from booking.queries.own_cards import own_card
from booking.queries.visits import visits_of
from booking.tables import AccountCopy, BookingRow, ClientRow
from booking.usecases.clients.erase_card import drop_imports, erase_card
from contracts.http.clients import OwnEraseBody, OwnErasure, OwnErasures, OwnExport, OwnExports
from kit.access import Caller
from kit.db import Tx
from kit.edge import CallerDep, DbDep, FreshCallerDep

from .answers import OWN, booking_answer
from .edge import NowDep

router = APIRouter(prefix="/api/v1/me/client-data", tags=["my bookings"])


@router.get("", operation_id="export_my_client_data")
async def get_own(caller: CallerDep, db: DbDep, now: NowDep) -> OwnExports:
    """Everything that every firm keeps of me as its client."""
    items = []
    async with db.system_tx() as tx:
        for card, account in await _own_cards(tx, caller):
            kept = await all_of_client(tx, card.account_id, card.id)
            visits = await visits_of(tx, card.account_id, kept["visits"])
            items.append(
                OwnExport(
                    account_id=account.account_id,
                    account_name=account.name,
                    card=OWN.card(card),
                    merged_cards=[told(row) for row in kept["doubles"]],
                    bookings=[booking_answer(visit, OWN) for visit in visits],
                    reviews=[told(row) for row in kept["reviews"]],
                    acts=[told(row) for row in kept["acts"]],
                    exported_at=now,
                )
            )
    return OwnExports(items=items, exported_at=now)


@router.post("/erase", operation_id="erase_my_client_data")
async def post_erase(body: OwnEraseBody, caller: FreshCallerDep, db: DbDep, now: NowDep) -> OwnErasures:
    """Be forgotten, at one firm or at all; figures stay. Nothing brings it back; asked again there is nothing left.

    While a visit lies ahead nobody is forgotten anywhere.
    """
    assert body.confirm == "erase"
    done = []
    async with db.system_tx() as tx:
        cards = [
            (card, account)
            for card, account in await _own_cards(tx, caller)
            if body.account_id in (None, account.account_id)
        ]
        ids = [card.id for card, _ in cards]
        ahead = await tx.scalars(
            select(BookingRow.id)
            .where(BookingRow.client_id.in_(ids), BookingRow.state.in_(ACTIVE), BookingRow.ends_at > now)
            .order_by(BookingRow.starts_at)
        )
        if still := [str(one) for one in ahead]:
            raise ClientHasVisitsAhead(still)
        for card, account in cards:
            visits = await erase_card(tx, account.account_id, card.id, now)
            await drop_imports(tx, account.account_id)
            done.append(OwnErasure(account_id=account.account_id, account_name=account.name, bookings=visits))
    return OwnErasures(items=done, erased_at=now)


async def _own_cards(tx: Tx, caller: Caller) -> list[tuple[ClientRow, AccountCopy]]:
    """Every living card of the person, by the name of the firm."""
    rows = (
        select(ClientRow, AccountCopy)
        .join(AccountCopy, AccountCopy.account_id == ClientRow.account_id)
        .where(own_card(caller), living())
        .order_by(AccountCopy.name, ClientRow.id)
    )
    return [(row.ClientRow, row.AccountCopy) for row in await tx.execute(rows)]
