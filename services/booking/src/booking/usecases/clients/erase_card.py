"""A person is forgotten: what was personal goes, figures stay without a name."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import delete, or_, select, update

from booking.domain.lifecycle import ACTIVE
from booking.errors import ClientErased as AlreadyErased
from booking.errors import ClientHasVisitsAhead, ClientIsDouble
from booking.queries.clients import merged_cards_of
from booking.records import ClientImport, ClientMerge, ReviewRow
from booking.tables import AccountCopy, BookingEvent, BookingRow, ClientRow
from booking.tables_of_places import WaitlistEntry
from booking.usecases.waitlist.entries import withdraw
from contracts.booking import ClientErased
from kit.db import Tx

from .find_card import card_of, say_client_changed

log = structlog.get_logger("clients")

NOBODY = "—"
_WORDS_OF_PEOPLE = ("reason", "before", "after", "text", "comment")


async def erase_card(tx: Tx, account_id: UUID, client_id: UUID, now: datetime) -> int:
    """Forget the person with all doubles of theirs; answers how many visits stay, without a name.

    They wait for nothing any more: time that was offered to them goes to the next. Imported files are not looked into:
    see `drop_imports`. Raises `ClientHasVisitsAhead`, `ClientIsDouble`, `ClientErased`, `NotFound`.
    """
    card = await card_of(tx, account_id, client_id, lock=True)
    if card.merged_into is not None:
        raise ClientIsDouble(str(card.merged_into))
    if card.erased_at is not None:
        raise AlreadyErased
    cards = [card, *await merged_cards_of(tx, account_id, client_id)]
    ids = [one.id for one in cards]
    rows = list(
        await tx.scalars(
            select(BookingRow)
            .where(BookingRow.account_id == account_id, BookingRow.client_id.in_(ids))
            .order_by(BookingRow.id)
            .with_for_update()
        )
    )
    ahead = [row for row in rows if row.state in ACTIVE and row.ends_at > now]
    if ahead:
        raise ClientHasVisitsAhead([str(row.id) for row in ahead])
    for row in rows:
        row.comment = None
    await _clean_history(tx, account_id, [row.id for row in rows])
    await tx.execute(
        update(ReviewRow)
        .where(ReviewRow.account_id == account_id, ReviewRow.client_id.in_(ids))
        .values(client_id=None, text=None)
    )
    await tx.execute(
        delete(ClientMerge).where(
            ClientMerge.account_id == account_id, or_(ClientMerge.kept_id.in_(ids), ClientMerge.double_id.in_(ids))
        )
    )
    for one in cards:
        _empty(one, now)
        say_client_changed(tx, one)
        tx.emit(ClientErased(account_id=account_id, version=one.version, client_id=one.id, erased_at=now))
        log.info("client erased", account_id=str(account_id), client_id=str(one.id))
    await _end_waiting(tx, account_id, ids, now)
    return len(rows)


async def drop_imports(tx: Tx, account_id: UUID, *, before: datetime | None = None) -> None:
    """Throw away imported files, which may name anybody: all of them, or those read before a moment."""
    old = delete(ClientImport).where(ClientImport.account_id == account_id)
    await tx.execute(old if before is None else old.where(ClientImport.created_at < before))


def _empty(card: ClientRow, now: datetime) -> None:
    nothing: dict[str, Any] = {
        "name": NOBODY, "surname": None, "phone_e164": None, "phone_confirmed": False, "email": None, "socials": {},
        "note": None, "user_id": None, "notifications_on": False, "custom": {}, "other_phones": [],
    }  # fmt: skip
    for name, value in nothing.items():
        setattr(card, name, value)
    card.erased_at = now
    card.version += 1


async def _end_waiting(tx: Tx, account_id: UUID, client_ids: list[UUID], now: datetime) -> None:
    account = await tx.get_one(AccountCopy, account_id)
    entries = select(WaitlistEntry).where(
        WaitlistEntry.account_id == account_id,
        WaitlistEntry.client_id.in_(client_ids),
        WaitlistEntry.state.in_(("waiting", "offered")),
    )
    for entry in list(await tx.scalars(entries.order_by(WaitlistEntry.id).with_for_update())):
        await withdraw(tx, account, entry, now)


async def _clean_history(tx: Tx, account_id: UUID, booking_ids: list[UUID]) -> None:
    """Acts and their moments stay; what somebody wrote or was called does not."""
    acts = await tx.scalars(
        select(BookingEvent).where(BookingEvent.account_id == account_id, BookingEvent.booking_id.in_(booking_ids))
    )
    for act in acts:
        kept = {
            name: None if name in _WORDS_OF_PEOPLE and isinstance(value, str) else value
            for name, value in act.details.items()
        }
        if kept != act.details:
            act.details = kept
        if act.actor_type == "client" and act.actor_name is not None:
            act.actor_name = None
