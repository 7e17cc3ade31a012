"""A person had the own login forgotten: their cards stay with the firms and are nobody's by login."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import or_, select

from booking.records import ClientMerge
from booking.tables import ClientRow
from booking.usecases.clients.find_card import say_client_changed
from contracts.identity import UserErased
from kit.db import Tx


async def forget_user(event: UserErased, tx: Tx) -> None:
    """Let go of the cards, so that whoever signs in with the number finds them again; undoing a merge changes nothing.

    Asked again there is nothing left to do.
    """
    said = (ClientMerge.double_before, ClientMerge.kept_before["before"], ClientMerge.kept_before["after"])
    named = or_(*(one.op("->>")("user_id") == str(event.user_id) for one in said))
    for merge in await tx.scalars(select(ClientMerge).where(named).with_for_update()):
        merge.double_before = _without(merge.double_before, event.user_id)
        merge.kept_before = {
            name: _without(value, event.user_id) if isinstance(value, dict) else value
            for name, value in merge.kept_before.items()
        }
    cards = (
        select(ClientRow)
        .where(ClientRow.user_id == event.user_id)
        .order_by(ClientRow.account_id, ClientRow.id)
        .with_for_update()
    )
    for card in await tx.scalars(cards):
        card.user_id, card.phone_confirmed = None, False
        card.version += 1
        say_client_changed(tx, card)


def _without(card: dict[str, Any], user_id: UUID) -> dict[str, Any]:
    return {**card, "user_id": None, "phone_confirmed": False} if card.get("user_id") == str(user_id) else card
