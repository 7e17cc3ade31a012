"""Cards found by what somebody remembers, cards that may be one person, and all that is kept of one."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import aliased

from booking.records import ReviewRow
from booking.tables import BookingEvent, BookingRow, ClientRow
from kit.db import Tx

MOST_DOUBLES = 100
_LAST_DIGITS = 9


def living() -> ColumnElement[bool]:
    """Cards that are neither doubles nor forgotten."""
    return and_(ClientRow.merged_into.is_(None), ClientRow.erased_at.is_(None))


def matches(query: str, *, surname: bool, phone: bool) -> ColumnElement[bool]:
    """Every word is a part of the name (or surname), or the whole is a part of a phone; only in what may be seen."""
    by_name = and_(*(_in_name(word, surname=surname) for word in query.lower().split()))
    digits = "".join(sign for sign in query if sign.isdigit())
    is_number = len(digits) >= 3 and not any(sign.isalpha() for sign in query)
    if not (phone and is_number):
        return by_name
    pattern = f"%{digits.removeprefix('0') if len(digits) > 3 else digits}%"
    others = func.array_to_string(ClientRow.other_phones, " ")
    return or_(by_name, ClientRow.phone_e164.like(pattern), others.like(pattern))


def _in_name(word: str, *, surname: bool) -> ColumnElement[bool]:
    pattern = "%" + word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
    if not surname:
        return func.lower(func.split_part(ClientRow.name, " ", 1)).like(pattern)
    return or_(func.lower(ClientRow.name).like(pattern), func.lower(ClientRow.surname).like(pattern))


async def doubles_of(tx: Tx, account_id: UUID) -> list[tuple[Literal["name", "email", "phone"], list[ClientRow]]]:
    """Groups of cards with the same e-mail address, the same last digits of the phone, or the same full name."""
    full_name = func.lower(func.concat_ws(" ", ClientRow.name, ClientRow.surname))
    keys: tuple[tuple[Literal["name", "email", "phone"], ColumnElement[Any]], ...] = (
        ("email", func.lower(ClientRow.email)),
        ("phone", func.right(ClientRow.phone_e164, _LAST_DIGITS)),
        ("name", full_name),
    )
    found: list[tuple[Literal["name", "email", "phone"], list[ClientRow]]] = []
    told: set[frozenset[UUID]] = set()
    for why, key in keys:
        own = ClientRow.account_id == account_id, living(), key.is_not(None)
        twice = select(key).where(*own).group_by(key).having(func.count() > 1).limit(MOST_DOUBLES)
        rows = await tx.execute(
            select(key.label("key"), ClientRow).where(*own, key.in_(twice)).order_by(key, ClientRow.id)
        )
        groups: dict[str, list[ClientRow]] = defaultdict(list)
        for row in rows:
            groups[row.key].append(row.ClientRow)
        for cards in groups.values():
            ids = frozenset(card.id for card in cards)
            if ids not in told:
                told.add(ids)
                found.append((why, cards))
    return found[:MOST_DOUBLES]


async def merged_cards_of(tx: Tx, account_id: UUID, client_id: UUID) -> list[ClientRow]:
    """The doubles that went up into a card, and those that had gone up into them before, oldest first."""
    card = aliased(ClientRow)
    own = select(card.id).where(card.account_id == account_id, card.merged_into == client_id).cte(recursive=True)
    further = aliased(ClientRow)
    own = own.union(
        select(further.id).where(further.account_id == account_id, further.merged_into == own.c.id)
    )  # fmt: skip
    rows = select(ClientRow).where(ClientRow.account_id == account_id, ClientRow.id.in_(select(own.c.id)))
    return list(await tx.scalars(rows.order_by(ClientRow.id)))


async def all_of_client(tx: Tx, account_id: UUID, client_id: UUID) -> dict[str, list[Any]]:
    """What is kept of one person: doubles, visits, reviews, and every act on those visits."""
    doubles = await merged_cards_of(tx, account_id, client_id)
    visits = list(
        await tx.scalars(
            select(BookingRow)
            .where(BookingRow.account_id == account_id, BookingRow.client_id == client_id)
            .order_by(BookingRow.starts_at, BookingRow.id)
        )
    )
    reviews = await tx.scalars(
        select(ReviewRow).where(ReviewRow.account_id == account_id, ReviewRow.client_id == client_id)
    )
    acts = await tx.scalars(
        select(BookingEvent)
        .where(BookingEvent.account_id == account_id, BookingEvent.booking_id.in_([one.id for one in visits]))
        .order_by(BookingEvent.at, BookingEvent.id)
    )
    return {"doubles": doubles, "visits": visits, "reviews": list(reviews), "acts": list(acts)}


def told(row: Any) -> dict[str, Any]:
    """A row as it is, for the person whom it is about."""
    values = {column.key: getattr(row, column.key) for column in row.__table__.columns}
    return {
        key: value.isoformat() if isinstance(value, datetime) else str(value) if isinstance(value, UUID) else value
        for key, value in values.items()
    }
