"""One card per phone: find it, or open a new one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from booking.errors import ClientErased
from booking.queries.visits import client_state
from booking.tables import AccountCopy, ClientRow
from contracts import Language
from contracts.booking import ClientChanged
from kit import phones
from kit.db import Tx
from kit.errors import InvalidInput, NotFound
from kit.ids import new_id


@dataclass(frozen=True)
class Known:
    """What a form says of a client. With `user_id` the phone was confirmed by signing in."""

    name: str | None
    surname: str | None
    phone_e164: str | None
    email: str | None
    language: Language
    user_id: UUID | None = None


async def find_card(tx: Tx, account_id: UUID, known: Known, now: datetime) -> ClientRow:
    """The card with this phone, or a new one; raises `InvalidInput` when a new one has no name.

    It stays the card of that phone until the transaction ends: who merges or forgets it meanwhile waits.

    A form never changes what a card says already; only a phone that is now confirmed is written down. A phone that
    somebody else has confirmed since has changed hands: the card of its former owner loses it.
    """
    if known.phone_e164 is not None:
        found = await _by_phone(tx, account_id, known.phone_e164)
        if found is not None and _is_of_somebody_else(found, known):
            await _part_from_phone(tx, found, known.phone_e164)
        elif found is not None:
            return await _confirmed(tx, found, known)
    if known.name is None:
        raise InvalidInput.of("/client/name", "missing")
    values = {
        "account_id": account_id,
        "id": new_id(),
        "version": 1,
        "name": known.name,
        "surname": known.surname,
        "phone_e164": known.phone_e164,
        "phone_confirmed": known.user_id is not None,
        "email": known.email,
        "socials": {},
        "language": known.language,
        "user_id": known.user_id,
        "notifications_on": True,
        "created_at": now,
    }
    made: ClientRow | None = await tx.scalar(
        insert(ClientRow).values(values).on_conflict_do_nothing().returning(ClientRow)
    )
    if made is None:  # somebody opened the same card a moment ago
        assert known.phone_e164 is not None
        other = await _by_phone(tx, account_id, known.phone_e164)
        assert other is not None
        return await _confirmed(tx, other, known)
    say_client_changed(tx, made)
    return made


async def card_of(tx: Tx, account_id: UUID, client_id: UUID, *, lock: bool = False) -> ClientRow:
    """A card by id; raises `NotFound`."""
    card = await tx.get(ClientRow, (account_id, client_id), with_for_update=lock or None, populate_existing=True)
    if card is None:
        raise NotFound("client")
    return card


async def living_card_of(tx: Tx, account_id: UUID, client_id: UUID, *, lock: bool = False) -> ClientRow:
    """As `card_of`; for a double the card it went into. Raises `ClientErased` for who was forgotten."""
    card = await card_of(tx, account_id, client_id, lock=lock)
    while card.merged_into is not None:
        card = await card_of(tx, account_id, card.merged_into, lock=lock)
    if card.erased_at is not None:
        raise ClientErased
    return card


def say_client_changed(tx: Tx, card: ClientRow) -> None:
    """Tell the card's whole state."""
    tx.emit(ClientChanged(account_id=card.account_id, version=card.version, client=client_state(card)))


def phone_of(account: AccountCopy, written: str, pointer: str) -> str:
    """A phone as it is kept; raises `InvalidInput` at `pointer`.

    Where the account has switched the check of the format off, any international number of 6 to 15 digits will do.
    """
    try:
        return phones.normalise(written, region=account.country)
    except ValueError:
        digits = "".join(str(int(sign)) for sign in written if sign.isdecimal())
        if account.booking_rules.phone_format_check or not 6 <= len(digits) <= 15:
            raise InvalidInput.of(pointer, "phone") from None
        return f"+{digits}"


async def _by_phone(tx: Tx, account_id: UUID, phone_e164: str) -> ClientRow | None:
    of_account = select(ClientRow).where(ClientRow.account_id == account_id).with_for_update(key_share=True)
    found = (await tx.scalars(of_account.where(ClientRow.phone_e164 == phone_e164))).first()
    if found is not None:
        return found
    of_double = ClientRow.other_phones.contains([phone_e164]), ClientRow.merged_into.is_(None)
    return (await tx.scalars(of_account.where(*of_double))).first()


def _is_of_somebody_else(card: ClientRow, known: Known) -> bool:
    return known.user_id is not None and card.user_id is not None and card.user_id != known.user_id


async def _part_from_phone(tx: Tx, card: ClientRow, phone_e164: str) -> None:
    card = await card_of(tx, card.account_id, card.id, lock=True)
    if card.phone_e164 == phone_e164:
        card.phone_e164, card.phone_confirmed = None, False
    card.other_phones = [other for other in card.other_phones if other != phone_e164]
    card.version += 1
    await tx.flush()  # the number is free for the card of its new owner
    say_client_changed(tx, card)


async def _confirmed(tx: Tx, card: ClientRow, known: Known) -> ClientRow:
    if (
        known.user_id is None
        or card.phone_e164 != known.phone_e164
        or (card.phone_confirmed and card.user_id == known.user_id)
    ):
        return card
    card = await card_of(tx, card.account_id, card.id, lock=True)
    card.phone_confirmed, card.user_id = True, known.user_id
    card.version += 1
    say_client_changed(tx, card)
    return card
