"""What a client refuses: told by staff for one account, or by the person for all."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query

from contracts.http.notifications import ClientPreferences, ClientRefusals, ClientRefusalsList, RecordedPreferences
from contracts.permissions import Permission
from kit.db import Database, Tx
from kit.edge import CallerDep, DbDep, MemberDep
from kit.errors import NotFound
from kit.freshness import wait_for_copy
from notifications import queries
from notifications.tables import ClientCopy, ClientPreference, UserPreference
from notifications.usecases.save_preferences import Author, save_client_preferences, save_own_preferences

from .parts import PREFIX, ClockDep

router = APIRouter(tags=["notifications"])

OF_CLIENT = f"{PREFIX}/clients/{{client_id}}/notification-preferences"
OF_ACCOUNT = f"{PREFIX}/notification-refusals"
OF_ME = "/api/v1/me/notification-preferences"


@router.get(OF_CLIENT, operation_id="get_client_notification_preferences", response_model=RecordedPreferences)
async def read_of_client(client_id: UUID, member: MemberDep, db: DbDep) -> RecordedPreferences:
    """What this client refused here, who wrote it down and when; nothing, until somebody says so."""
    member.require(Permission.CLIENT_VIEW)
    await _known(db, member.account_id, client_id)
    async with db.tx(member.account_id) as tx:
        return await _recorded(tx, member.account_id, client_id)


@router.put(OF_CLIENT, operation_id="put_client_notification_preferences", response_model=RecordedPreferences)
async def replace_of_client(
    client_id: UUID, body: ClientPreferences, member: MemberDep, db: DbDep, clock: ClockDep
) -> RecordedPreferences:
    """Replace a client's refusals, under the caller's name; messages that were not sent yet follow them."""
    member.require(Permission.CLIENT_EDIT)
    await _known(db, member.account_id, client_id)
    author = Author(member.caller.user_id, member.name, member.role)
    async with db.tx(member.account_id) as tx:
        await save_client_preferences(tx, member.account_id, client_id, body, author, await clock.now(tx))
        return await _recorded(tx, member.account_id, client_id)


@router.get(OF_ACCOUNT, operation_id="list_client_notification_refusals", response_model=ClientRefusalsList)
async def read_all(
    member: MemberDep, db: DbDep, cursor: Annotated[str | None, Query(max_length=200)] = None
) -> ClientRefusalsList:
    """Everybody who refuses something here or everywhere, with who wrote it down and when; said last first."""
    member.require(Permission.CLIENT_VIEW)
    async with db.tx(member.account_id) as tx:
        found, next_cursor = await queries.refusals(tx, member.account_id, cursor)
        return ClientRefusalsList(
            items=[
                ClientRefusals(client_id=card.client_id, client_name=card.name, **_told(here, everywhere).model_dump())
                for card, here, everywhere in found
            ],
            next_cursor=next_cursor,
        )


@router.get(OF_ME, operation_id="get_my_notification_preferences", response_model=ClientPreferences)
async def read_mine(caller: CallerDep, db: DbDep) -> ClientPreferences:
    """What the caller refused everywhere."""
    async with db.system_tx() as tx:
        row = await tx.get(UserPreference, caller.user_id)
    return _shown(row)


@router.put(OF_ME, operation_id="put_my_notification_preferences", response_model=ClientPreferences)
async def replace_mine(body: ClientPreferences, caller: CallerDep, db: DbDep, clock: ClockDep) -> ClientPreferences:
    """Replace the caller's refusals at every account; login codes are not concerned."""
    async with db.system_tx() as tx:
        await save_own_preferences(tx, caller.user_id, body, await clock.now(tx))
    return body


def _shown(row: UserPreference | None) -> ClientPreferences:
    if row is None:
        return ClientPreferences()
    return ClientPreferences(messages=row.messages, reminders=row.reminders, changes=row.changes)


async def _recorded(tx: Tx, account_id: UUID, client_id: UUID) -> RecordedPreferences:
    row = await tx.get(ClientPreference, (account_id, client_id), populate_existing=True)
    card = await tx.get(ClientCopy, (account_id, client_id))
    everywhere = await tx.get(UserPreference, card.user_id) if card and card.user_id else None
    return _told(row, everywhere)


def _told(row: ClientPreference | None, everywhere: UserPreference | None) -> RecordedPreferences:
    shown: dict[str, Any] = {}
    if row is not None:
        shown = {name: getattr(row, name) for name in RecordedPreferences.model_fields if hasattr(row, name)}
    if everywhere is not None:
        shown["refused_everywhere"] = [
            name for name in ("messages", "reminders", "changes") if not getattr(everywhere, name)
        ]
    return RecordedPreferences.model_validate(shown)


async def _known(db: Database, account_id: UUID, client_id: UUID) -> None:
    async def look_up() -> ClientCopy | None:
        async with db.tx(account_id) as tx:
            return await tx.get(ClientCopy, (account_id, client_id))

    if await wait_for_copy(client_id, look_up) is None:
        raise NotFound("client")
