"""Cards of clients."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response
from sqlalchemy import func, select, tuple_

from booking.errors import ClientErased, ClientIsDouble
from booking.queries.clients import living, matches
from booking.queries.order import by_name
from booking.queries.visits import visits_of
from booking.tables import AccountCopy, BookingRow, ClientRow
from booking.usecases.clients.custom_fields import contact_fields_of
from booking.usecases.clients.edit_card import add_card, edit_card
from booking.usecases.clients.find_card import card_of
from contracts.http.booking import BookingAnswer
from contracts.http.clients import ClientCard, ClientCardBody, ClientCardPatch, ClientHistory, ClientList
from contracts.permissions import Permission
from kit.access import Member
from kit.db import Tx
from kit.edge import DbDep, MemberDep
from kit.idempotency import OnceDep

from .answers import Eyes, booking_answer
from .edge import PAGE, AccountDep, Cursor, CursorDep, IfMatchDep, Limit, NowDep, etag, require_version

router = APIRouter(prefix="/api/v1/accounts/{account_id}/clients", tags=["clients"])


@router.get("", operation_id="list_clients")
async def list_clients(
    member: MemberDep,
    account: AccountDep,
    db: DbDep,
    cursor: CursorDep,
    query: Annotated[
        str | None, Query(alias="q", max_length=100, description="Words of a name, or some digits of a phone.")
    ] = None,
    limit: Limit = PAGE,
) -> ClientList:
    """By name. Nobody can search in what they may not see."""
    member.require(Permission.CLIENT_VIEW)
    name = by_name(func.lower(ClientRow.name))
    rows = select(ClientRow).where(ClientRow.account_id == account.account_id, living())
    if query and query.strip():
        seen = Eyes.of(member)
        rows = rows.where(matches(query.strip(), surname=seen.surname, phone=seen.phone))
    if cursor:
        rows = rows.where(tuple_(name, ClientRow.id) > tuple_(cursor.value, cursor.id))
    async with db.tx(account.account_id) as tx:
        found = list(await tx.scalars(rows.order_by(name, ClientRow.id).limit(limit + 1)))
        page = found[:limit]
        # The cursor compares as the database does, so the database says how the name reads in lower case.
        last = await tx.scalar(select(func.lower(page[-1].name))) if len(found) > limit else None
        eyes = await eyes_of(tx, member)
    return ClientList(
        items=[eyes.card(row) for row in page],
        next_cursor=str(Cursor(last, page[-1].id)) if last is not None else None,
    )


@router.post("", operation_id="add_client", status_code=201, response_model=ClientCard)
async def post_client(
    body: ClientCardBody, member: MemberDep, account: AccountDep, db: DbDep, once: OnceDep, now: NowDep
) -> Response:
    """A new card; a phone that has one is refused with the id of that card."""
    member.require(Permission.CLIENT_EDIT)
    async with db.tx(account.account_id) as tx:

        async def effect() -> ClientCard:
            card = await add_card(tx, account, body, now)
            return (await eyes_of(tx, member)).card(card)

        return await once.run(tx, effect)


@router.get("/{client_id}", operation_id="get_client")
async def get_client(client_id: UUID, member: MemberDep, db: DbDep, response: Response) -> ClientCard:
    """One card."""
    member.require(Permission.CLIENT_VIEW)
    async with db.tx(member.account_id) as tx:
        row = await card_of(tx, member.account_id, client_id)
        eyes = await eyes_of(tx, member)
    response.headers.update(etag(row.version))
    return eyes.card(row)


@router.patch("/{client_id}", operation_id="edit_client")
async def patch_client(
    client_id: UUID,
    body: ClientCardPatch,
    member: MemberDep,
    account: AccountDep,
    db: DbDep,
    if_match: IfMatchDep,
    response: Response,
) -> ClientCard:
    """Change a card; what is not named stays. Who may not see a field may not write over it."""
    member.require(Permission.CLIENT_EDIT)
    for field, permission in _RIGHTS_BY_FIELD.items():
        if field in body.model_fields_set:
            member.require(permission)
    async with db.tx(account.account_id) as tx:
        row = await card_of(tx, account.account_id, client_id, lock=True)
        require_version(row.version, if_match)
        require_living(row)
        eyes = await eyes_of(tx, member)
        if body.custom is not None and not eyes.phone and {str(one) for one in body.custom} & eyes.contact_fields:
            member.require(Permission.CLIENT_VIEW_PHONE)
        await edit_card(tx, account, row, body)
    response.headers.update(etag(row.version))
    return eyes.card(row)


@router.get("/{client_id}/history", operation_id="client_history")
async def client_history(
    client_id: UUID, member: MemberDep, account: AccountDep, db: DbDep, cursor: CursorDep, limit: Limit = PAGE
) -> ClientHistory:
    """All visits of a client, newest first, and what they add up to."""
    member.require(Permission.CLIENT_VIEW)
    member.require(Permission.BOOKING_VIEW)
    own = [BookingRow.account_id == account.account_id, BookingRow.client_id == client_id]
    if member.location_ids is not None:
        own.append(BookingRow.location_id.in_(member.location_ids))
    rows = select(BookingRow).where(*own)
    if cursor:
        rows = rows.where(tuple_(BookingRow.starts_at, BookingRow.id) < tuple_(cursor.moment, cursor.id))
    sums = select(
        func.count().filter(BookingRow.state == "completed"),
        func.count().filter(BookingRow.state == "no_show"),
        func.coalesce(func.sum(BookingRow.price).filter(BookingRow.state == "completed"), 0),
    ).where(*own)
    async with db.tx(account.account_id) as tx:
        await card_of(tx, account.account_id, client_id)
        found = list(
            await tx.scalars(rows.order_by(BookingRow.starts_at.desc(), BookingRow.id.desc()).limit(limit + 1))
        )
        visits, no_shows, spent = (await tx.execute(sums)).one()
        items = await _answers(tx, account, found[:limit], Eyes.of(member))
    last = found[limit - 1] if len(found) > limit else None
    return ClientHistory(
        visits=visits,
        no_shows=no_shows,
        spent=account.money(int(spent)),
        items=items,
        next_cursor=str(Cursor(last.starts_at.isoformat(), last.id)) if last else None,
    )


_RIGHTS_BY_FIELD = {
    "surname": Permission.CLIENT_VIEW_SURNAME,
    "phone": Permission.CLIENT_VIEW_PHONE,
    "email": Permission.CLIENT_VIEW_PHONE,
    "socials": Permission.CLIENT_VIEW_SOCIAL,
}


async def eyes_of(tx: Tx, member: Member) -> Eyes:
    """What the member may see of cards, the account's own fields included."""
    return Eyes.of(member, await contact_fields_of(tx, member.account_id))


def require_living(card: ClientRow) -> None:
    """Raise `ClientIsDouble` or `ClientErased` for a card that nothing may be written on."""
    if card.merged_into is not None:
        raise ClientIsDouble(str(card.merged_into))
    if card.erased_at is not None:
        raise ClientErased


async def _answers(tx: Tx, account: AccountCopy, rows: list[BookingRow], eyes: Eyes) -> list[BookingAnswer]:
    return [booking_answer(visit, eyes) for visit in await visits_of(tx, account.account_id, rows)]
