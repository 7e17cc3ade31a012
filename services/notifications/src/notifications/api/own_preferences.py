"""What a person refuses at single accounts: told by the person."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter
from sqlalchemy import or_, select

from contracts.http.notifications import AccountPreferences, AccountPreferencesList, ClientPreferences
from kit.access import Caller
from kit.db import Tx
from kit.edge import CallerDep, DbDep
from kit.errors import NotFound
from notifications.tables import AccountCopy, ClientCopy, ClientPreference
from notifications.usecases.save_preferences import Author, save_client_preferences

from .parts import ClockDep

router = APIRouter(prefix="/api/v1/me/notification-preferences/accounts", tags=["notifications"])

CLIENT = "client"
"""The role of an author who is no member of the account."""


@router.get("", operation_id="list_my_notification_preferences")
async def read_all(caller: CallerDep, db: DbDep) -> AccountPreferencesList:
    """Every account that knows the caller as a client, with what is refused there."""
    async with db.system_tx() as tx:
        first: dict[UUID, tuple[ClientCopy, str]] = {}
        for card, name in await _cards(tx, caller):
            first.setdefault(card.account_id, (card, name))
        return AccountPreferencesList(items=[await _shown(tx, card, name) for card, name in first.values()])


@router.put("/{account_id}", operation_id="put_my_notification_preferences_at_account")
async def replace_one(
    account_id: UUID, body: ClientPreferences, caller: CallerDep, db: DbDep, clock: ClockDep
) -> AccountPreferences:
    """Replace the caller's refusals at one account; messages that were not sent yet follow them."""
    async with db.system_tx() as tx:
        found = [(card, name) for card, name in await _cards(tx, caller) if card.account_id == account_id]
        if not found:
            raise NotFound("client")
        for card, _ in found:
            author = Author(caller.user_id, card.name, CLIENT)
            await save_client_preferences(tx, account_id, card.client_id, body, author, await clock.now(tx))
        return await _shown(tx, *found[0])


async def _cards(tx: Tx, caller: Caller) -> list[tuple[ClientCopy, str]]:
    rows = (
        select(ClientCopy, AccountCopy.name)
        .join(AccountCopy, AccountCopy.account_id == ClientCopy.account_id)
        .where(or_(ClientCopy.user_id == caller.user_id, ClientCopy.phone_e164 == caller.phone_e164))
        .order_by(AccountCopy.name, ClientCopy.client_id)
    )
    return [(row[0], row[1]) for row in await tx.execute(rows)]


async def _shown(tx: Tx, card: ClientCopy, account_name: str) -> AccountPreferences:
    row = await tx.get(ClientPreference, (card.account_id, card.client_id), populate_existing=True)
    wishes = {name: getattr(row, name) for name in ClientPreferences.model_fields} if row is not None else {}
    return AccountPreferences(account_id=card.account_id, account_name=account_name, **wishes)
