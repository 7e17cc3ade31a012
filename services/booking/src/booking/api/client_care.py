"""Cards beyond the single one: own fields, doubles, what is kept of a person, and forgetting them."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Response
from sqlalchemy import select

from booking.queries.clients import all_of_client, doubles_of, told
from booking.queries.visits import visits_of
from booking.records import ClientField, ClientMerge
from booking.usecases.actors import Actor
from booking.usecases.clients.custom_fields import add_field, change_field, drop_field, fields_of
from booking.usecases.clients.erase_card import drop_imports, erase_card
from booking.usecases.clients.find_card import card_of
from booking.usecases.clients.merge_cards import merge_cards, undo_merge
from contracts.http.clients import (
    ClientCard,
    ClientExport,
    ClientFieldAnswer,
    ClientFieldBody,
    ClientFieldList,
    ClientFieldPatch,
    Doubles,
    DoublesList,
    EraseAnswer,
    EraseBody,
    MergeAnswer,
    MergeBody,
    MergeList,
)
from contracts.permissions import Permission
from kit.access import Member
from kit.callers import EXPORT_AGE
from kit.edge import DbDep, MemberDep
from kit.idempotency import OnceDep

from .answers import OWN, booking_answer
from .clients import eyes_of
from .edge import NowDep, require_whole_account

router = APIRouter(prefix="/api/v1/accounts/{account_id}", tags=["clients"])

_CONTACTS = (Permission.CLIENT_VIEW_SURNAME, Permission.CLIENT_VIEW_PHONE, Permission.CLIENT_VIEW_SOCIAL)
ClientId = Annotated[UUID, Path()]


@router.get("/client-fields", operation_id="list_client_fields")
async def list_fields(member: MemberDep, db: DbDep) -> ClientFieldList:
    """The account's own fields of its cards."""
    member.require(Permission.CLIENT_VIEW)
    async with db.tx(member.account_id) as tx:
        return ClientFieldList(items=[_field(row) for row in await fields_of(tx, member.account_id)])


@router.post("/client-fields", operation_id="add_client_field", status_code=201, response_model=ClientFieldAnswer)
async def post_field(body: ClientFieldBody, member: MemberDep, db: DbDep, once: OnceDep, now: NowDep) -> Response:
    """One more."""
    member.require(Permission.SETTINGS_ACCOUNT)
    async with db.tx(member.account_id) as tx:

        async def effect() -> ClientFieldAnswer:
            return _field(await add_field(tx, member.account_id, body, now))

        return await once.run(tx, effect)


@router.patch("/client-fields/{field_id}", operation_id="change_client_field")
async def patch_field(field_id: UUID, body: ClientFieldPatch, member: MemberDep, db: DbDep) -> ClientFieldAnswer:
    """Another name, other choices, hidden or not; the kind stays."""
    member.require(Permission.SETTINGS_ACCOUNT)
    async with db.tx(member.account_id) as tx:
        return _field(await change_field(tx, member.account_id, field_id, body))


@router.delete("/client-fields/{field_id}", operation_id="drop_client_field", status_code=204)
async def delete_field(field_id: UUID, member: MemberDep, db: DbDep) -> None:
    """Take it off the cards."""
    member.require(Permission.SETTINGS_ACCOUNT)
    async with db.tx(member.account_id) as tx:
        await drop_field(tx, member.account_id, field_id)


@router.get("/client-doubles", operation_id="client_doubles")
async def get_doubles(member: MemberDep, db: DbDep) -> DoublesList:
    """Cards that may be one person."""
    member.require(Permission.CLIENT_VIEW)
    _require_contacts(member)
    async with db.tx(member.account_id) as tx:
        found = await doubles_of(tx, member.account_id)
        eyes = await eyes_of(tx, member)
    return DoublesList(items=[Doubles(why=why, cards=[eyes.card(card) for card in cards]) for why, cards in found])


@router.post("/clients/{client_id}/merges", operation_id="merge_clients", status_code=201, response_model=MergeAnswer)
async def post_merge(
    client_id: ClientId, body: MergeBody, member: MemberDep, db: DbDep, once: OnceDep, now: NowDep
) -> Response:
    """Let a double go up into this card, with all its visits."""
    member.require(Permission.CLIENT_EDIT)
    _require_contacts(member)
    async with db.tx(member.account_id) as tx:

        async def effect() -> MergeAnswer:
            actor = Actor.member(member)
            return _merge(await merge_cards(tx, member.account_id, client_id, body.double_id, actor, now))

        return await once.run(tx, effect)


@router.get("/clients/{client_id}/merges", operation_id="client_merges")
async def get_merges(client_id: ClientId, member: MemberDep, db: DbDep) -> MergeList:
    """Which cards went up into this one, newest first."""
    member.require(Permission.CLIENT_VIEW)
    async with db.tx(member.account_id) as tx:
        await card_of(tx, member.account_id, client_id)
        rows = await tx.scalars(
            select(ClientMerge)
            .where(ClientMerge.account_id == member.account_id, ClientMerge.kept_id == client_id)
            .order_by(ClientMerge.merged_at.desc(), ClientMerge.id)
        )
        return MergeList(items=[_merge(row) for row in rows])


@router.post("/clients/{client_id}/merges/{merge_id}/undo", operation_id="undo_client_merge", response_model=ClientCard)
async def post_undo(
    client_id: ClientId, merge_id: UUID, member: MemberDep, db: DbDep, once: OnceDep, now: NowDep
) -> Response:
    """Two cards again; answers the one that was the double."""
    member.require(Permission.CLIENT_EDIT)
    _require_contacts(member)
    async with db.tx(member.account_id) as tx:

        async def effect() -> ClientCard:
            await undo_merge(tx, member.account_id, client_id, merge_id, Actor.member(member), now)
            double = (await tx.get_one(ClientMerge, (member.account_id, merge_id))).double_id
            return (await eyes_of(tx, member)).card(await card_of(tx, member.account_id, double))

        return await once.run(tx, effect, status=200)


@router.get("/clients/{client_id}/export", operation_id="export_client")
async def get_export(client_id: ClientId, member: MemberDep, db: DbDep, now: NowDep) -> ClientExport:
    """Everything that is kept of the person here, for the person."""
    member.require(Permission.CLIENT_VIEW)
    member.require(Permission.REPORTS_EXPORT)
    member.require_fresh(EXPORT_AGE, programs=True)
    _require_contacts(member)
    require_whole_account(member)
    async with db.tx(member.account_id) as tx:
        card = await card_of(tx, member.account_id, client_id)
        kept = await all_of_client(tx, member.account_id, client_id)
        visits = await visits_of(tx, member.account_id, kept["visits"])
        return ClientExport(
            card=(await eyes_of(tx, member)).card(card),
            merged_cards=[told(row) for row in kept["doubles"]],
            bookings=[booking_answer(visit, OWN) for visit in visits],
            reviews=[told(row) for row in kept["reviews"]],
            acts=[told(row) for row in kept["acts"]],
            exported_at=now,
        )


@router.post("/clients/{client_id}/erase", operation_id="erase_client", response_model=EraseAnswer)
async def post_erase(
    client_id: ClientId, body: EraseBody, member: MemberDep, db: DbDep, once: OnceDep, now: NowDep
) -> Response:
    """Forget the person, here and in every service; figures stay. Nothing brings it back."""
    assert body.confirm == "erase"
    member.require(Permission.CLIENT_EDIT)
    member.require(Permission.SETTINGS_ACCOUNT)
    require_whole_account(member)
    async with db.tx(member.account_id) as tx:

        async def effect() -> EraseAnswer:
            visits = await erase_card(tx, member.account_id, client_id, now)
            await drop_imports(tx, member.account_id)
            return EraseAnswer(client_id=client_id, erased_at=now, bookings=visits)

        return await once.run(tx, effect, status=200)


def _require_contacts(member: Member) -> None:
    """Who may not see a field may not move it from card to card."""
    for permission in _CONTACTS:
        member.require(permission)


def _field(row: ClientField) -> ClientFieldAnswer:
    return ClientFieldAnswer.model_validate(row, from_attributes=True)


def _merge(row: ClientMerge) -> MergeAnswer:
    return MergeAnswer(
        id=row.id,
        kept_id=row.kept_id,
        double_id=row.double_id,
        bookings=len(row.booking_ids),
        merged_by_name=row.merged_by_name,
        merged_at=row.merged_at,
        undone_at=row.undone_at,
    )
