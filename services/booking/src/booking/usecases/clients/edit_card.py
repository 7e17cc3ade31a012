"""Open or change a card by hand."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from booking.errors import PhoneHasCard
from booking.tables import AccountCopy, ClientRow
from contracts.http.clients import ClientCardBody, ClientCardPatch
from kit.db import Tx
from kit.ids import new_id

from .custom_fields import checked_values
from .find_card import phone_of, say_client_changed


async def add_card(tx: Tx, account: AccountCopy, body: ClientCardBody, now: datetime) -> ClientRow:
    """A new card; raises `PhoneHasCard`."""
    card = ClientRow(
        account_id=account.account_id,
        id=new_id(),
        version=1,
        name=body.name,
        surname=body.surname,
        phone_e164=phone_of(account, body.phone, "/phone") if body.phone else None,
        phone_confirmed=False,
        email=body.email,
        socials=dict(body.socials),
        language=body.language or account.language,
        note=body.note or None,
        notifications_on=True,
        custom=await checked_values(tx, account.account_id, {}, body.custom),
        other_phones=[],
        created_at=now,
    )
    async with _one_card_per_phone(tx, account.account_id, card.phone_e164):
        tx.add(card)
    say_client_changed(tx, card)
    return card


async def edit_card(tx: Tx, account: AccountCopy, card: ClientRow, patch: ClientCardPatch) -> None:
    """Change what the patch names; raises `PhoneHasCard`. A new number is not confirmed."""
    named = patch.model_fields_set
    phone = card.phone_e164
    if "phone" in named:
        phone = phone_of(account, patch.phone, "/phone") if patch.phone else None
    async with _one_card_per_phone(tx, account.account_id, phone):
        if phone != card.phone_e164:
            card.phone_e164, card.phone_confirmed, card.user_id = phone, False, None
        for field in ("surname", "email", "note"):
            if field in named:
                setattr(card, field, getattr(patch, field) or None)
        for field in ("name", "language", "notifications_on"):
            if getattr(patch, field) is not None:
                setattr(card, field, getattr(patch, field))
        if patch.socials is not None:
            card.socials = dict(patch.socials)
        if patch.custom is not None:
            card.custom = await checked_values(tx, account.account_id, card.custom, patch.custom)
        card.version += 1
    say_client_changed(tx, card)


@asynccontextmanager
async def _one_card_per_phone(tx: Tx, account_id: UUID, phone: str | None) -> AsyncIterator[None]:
    """Write what the block changes; a phone that has a card already becomes `PhoneHasCard`."""
    of_double = select(ClientRow.id).where(
        ClientRow.account_id == account_id, ClientRow.other_phones.contains([phone]), ClientRow.merged_into.is_(None)
    )
    if phone is not None and (other_id := await tx.scalar(of_double)) is not None:
        raise PhoneHasCard(str(other_id))
    try:
        async with tx.begin_nested():
            yield
            await tx.flush()
    except IntegrityError as error:
        other = select(ClientRow.id).where(ClientRow.account_id == account_id, ClientRow.phone_e164 == phone)
        raise PhoneHasCard(str(await tx.scalar(other))) from error
