"""Save what a client refuses: at one account, or everywhere; the plan of the coming visits follows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert

from contracts.http.notifications import ClientPreferences
from kit.db import Tx
from notifications.tables import ClientCopy, ClientPreference, UserPreference

from .copy_others import ask_to_replan

_IN_PERSON: dict[str, None] = {"changed_by": None, "changed_by_name": None, "changed_by_role": None}
"""Whom a wish is put down to that the client said in person."""


@dataclass(frozen=True)
class Author:
    """Who of the account wrote the wishes down."""

    user_id: UUID
    name: str
    role: str


async def save_client_preferences(
    tx: Tx, account_id: UUID, client_id: UUID, wanted: ClientPreferences, author: Author, now: datetime
) -> None:
    """For one client of one account."""
    values = {
        **wanted.model_dump(exclude={"refused_channels"}),
        "refused_channels": sorted(wanted.refused_channels),
        "changed_at": now,
        "changed_by": author.user_id,
        "changed_by_name": author.name,
        "changed_by_role": author.role,
    }
    statement = insert(ClientPreference).values(account_id=account_id, client_id=client_id, **values)
    await tx.execute(statement.on_conflict_do_update(index_elements=["account_id", "client_id"], set_=values))
    await ask_to_replan(tx, account_id, now, client_id=client_id)


async def refuse_everything(tx: Tx, account_id: UUID, client_id: UUID, now: datetime) -> None:
    """The client in person wants to hear nothing more from one account; the rest of what they said stays."""
    row = ClientPreference
    refusal = insert(row).values(
        account_id=account_id, client_id=client_id, messages=False, reminders=True, changes=True, changed_at=now
    )
    values = {"messages": False, "changed_at": now, **_IN_PERSON}
    await tx.execute(refusal.on_conflict_do_update(index_elements=["account_id", "client_id"], set_=values))
    await ask_to_replan(tx, account_id, now, client_id=client_id)


async def refuse_channel(tx: Tx, account_id: UUID, client_id: UUID, channel: str, now: datetime) -> None:
    """The client in person refuses one way of hearing from one account; the rest of what they said stays."""
    row = ClientPreference
    refusal = insert(row).values(
        account_id=account_id,
        client_id=client_id,
        messages=True,
        reminders=True,
        changes=True,
        refused_channels=[channel],
        changed_at=now,
    )
    added = func.array_append(func.array_remove(row.refused_channels, channel), channel)
    values = {"refused_channels": added, "changed_at": now, **_IN_PERSON}
    await tx.execute(refusal.on_conflict_do_update(index_elements=["account_id", "client_id"], set_=values))
    await ask_to_replan(tx, account_id, now, client_id=client_id)


async def save_own_preferences(tx: Tx, user_id: UUID, wanted: ClientPreferences, now: datetime) -> None:
    """For a person at every account that knows them; `tx` spans accounts."""
    values = {**wanted.model_dump(exclude={"refused_channels"}), "changed_at": now}
    statement = insert(UserPreference).values(user_id=user_id, **values)
    await tx.execute(statement.on_conflict_do_update(index_elements=["user_id"], set_=values))
    cards = await tx.execute(select(ClientCopy.account_id, ClientCopy.client_id).where(ClientCopy.user_id == user_id))
    for account_id, client_id in cards.all():
        await ask_to_replan(tx, account_id, now, client_id=client_id)
