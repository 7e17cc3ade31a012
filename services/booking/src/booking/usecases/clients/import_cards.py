"""Cards out of a file: first a preview of every line, then, when somebody says so, the cards themselves."""

from __future__ import annotations

import asyncio
import base64
import binascii
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import TypeAdapter, ValidationError
from sqlalchemy import or_, select
from sqlalchemy.exc import IntegrityError

from booking.domain.headings import guessed
from booking.errors import ImportApplied
from booking.records import ClientImport
from booking.spreadsheets import UnreadableFileError, read_table
from booking.tables import AccountCopy, ClientRow
from contracts.base import Language
from contracts.http.catalogue import Comment, Email, Name
from contracts.http.clients import ImportBody
from kit.db import Tx
from kit.errors import InvalidInput, NotFound, TemporarilyUnavailable
from kit.ids import new_id

from .find_card import phone_of, say_client_changed

MOST_LINES = 5000
TRIES = 3
_CHECKS: dict[str, TypeAdapter[Any]] = {
    "name": TypeAdapter(Name),
    "surname": TypeAdapter(Name),
    "email": TypeAdapter(Email),
    "note": TypeAdapter(Comment),
    "language": TypeAdapter(Language),
}
_FILLED = ("surname", "email", "note")


@dataclass(frozen=True)
class Table:
    """A file that could be read: where each field stands, and the lines behind the headings."""

    columns: dict[str, str]
    lines: list[dict[str, str]]


async def read_file(body: ImportBody) -> Table:
    """Take the file apart; raises `InvalidInput` for what is no table, has no lines or no column that we need."""
    try:
        content = base64.b64decode(body.content_base64, validate=True)
    except (binascii.Error, ValueError):
        raise InvalidInput.of("/content_base64", "base64") from None
    try:
        cells = await asyncio.to_thread(read_table, content, most_rows=MOST_LINES + 1)
    except UnreadableFileError:
        raise InvalidInput.of("/content_base64", "file_unreadable") from None
    if len(cells) < 2:
        raise InvalidInput.of("/content_base64", "file_empty")
    if len(cells) > MOST_LINES + 1:
        raise InvalidInput.of("/content_base64", "file_long", max=MOST_LINES)
    headings = cells[0]
    where = _chosen(body.columns, headings) if body.columns else guessed(headings)
    if "name" not in where and "phone" not in where:
        raise InvalidInput.of("/columns", "column_missing")
    lines = [
        {field: line[number] for field, number in where.items() if number < len(line) and line[number]}
        for line in cells[1:]
    ]
    return Table({field: headings[number] for field, number in where.items()}, lines)


async def preview_import(
    tx: Tx, account: AccountCopy, table: Table, file_name: str, by: UUID, now: datetime
) -> ClientImport:
    """Say of every line what would become of it; nothing is written to a card."""
    rows = await _judged(tx, account, table.lines)
    kept = ClientImport(
        account_id=account.account_id,
        id=new_id(),
        file_name=file_name,
        columns=table.columns,
        rows=rows,
        created_by=by,
        created_at=now,
    )
    tx.add(kept)
    await tx.flush()
    return kept


async def import_of(tx: Tx, account_id: UUID, import_id: UUID, *, lock: bool = False) -> ClientImport:
    """A file that was read; raises `NotFound`."""
    kept = await tx.get(ClientImport, (account_id, import_id), with_for_update=lock or None)
    if kept is None:
        raise NotFound("import")
    return kept


async def apply_import(tx: Tx, account: AccountCopy, import_id: UUID, now: datetime) -> ClientImport:
    """Write the lines that have no error, judged again by today's cards. Raises `ImportApplied`, `NotFound`.

    What a card says already is never written over. The lines themselves are forgotten after that.
    """
    kept = await import_of(tx, account.account_id, import_id, lock=True)
    if kept.applied_at is not None:
        raise ImportApplied
    rows, made = await _open_new_cards(tx, account, [row["given"] for row in kept.rows], now)
    done = Counter(str(row["action"]) for row in rows)
    for row in rows:
        if row["action"] == "fill":
            card = await tx.get_one(ClientRow, (account.account_id, UUID(row["client_id"])))
            _fill(card, row["values"])
            say_client_changed(tx, card)
    for card in made:
        say_client_changed(tx, card)
    kept.applied_at = now
    kept.result = {"created": done["create"], "filled": done["fill"], "left": done["same"] + done["error"]}
    kept.rows = []
    return kept


async def _open_new_cards(
    tx: Tx, account: AccountCopy, lines: list[dict[str, str]], now: datetime
) -> tuple[list[dict[str, Any]], list[ClientRow]]:
    """The lines as they are judged now, their cards locked, and the cards that were opened for the new ones.

    Who books at this very moment may open a card with one of the phones: the lines are then judged once more.
    """
    for _ in range(TRIES):
        rows = await _judged(tx, account, lines, lock=True)
        made = [_new_card(account, row["values"], now) for row in rows if row["action"] == "create"]
        try:
            async with tx.begin_nested():
                tx.add_all(made)
                await tx.flush()
        except IntegrityError:
            continue
        return rows, made
    raise TemporarilyUnavailable("booking")


async def _judged(
    tx: Tx, account: AccountCopy, lines: list[dict[str, str]], *, lock: bool = False
) -> list[dict[str, Any]]:
    checked = [_checked(account, line) for line in lines]
    phones = {values["phone"] for values, _ in checked if "phone" in values}
    cards = await _by_phone(tx, account.account_id, phones, lock=lock)
    seen: dict[str, int] = {}
    rows = []
    for number, (given, (values, errors)) in enumerate(zip(lines, checked, strict=True), start=2):
        phone = values.get("phone")
        card = cards.get(phone) if phone else None
        if phone in seen and phone is not None:
            errors.append({"column": "phone", "code": "twice_in_file", "line": seen[phone]})
        elif phone:
            seen[phone] = number
        if card is None and "name" not in values and not any(one["column"] == "name" for one in errors):
            errors.append({"column": "name", "code": "missing"})
        rows.append(
            {
                "line": number,
                "action": _action(card, values, errors),
                "client_id": str(card.id) if card else None,
                "values": values,
                "given": given,
                "errors": errors,
            }
        )
    return rows


def _action(card: ClientRow | None, values: Mapping[str, str], errors: list[dict[str, Any]]) -> str:
    if errors:
        return "error"
    if card is None:
        return "create"
    return "fill" if any(values.get(name) and not getattr(card, name) for name in _FILLED) else "same"


def _checked(account: AccountCopy, line: Mapping[str, str]) -> tuple[dict[str, str], list[dict[str, Any]]]:
    values: dict[str, str] = {}
    errors: list[dict[str, Any]] = []
    for field, written in line.items():
        try:
            if field == "phone":
                values[field] = phone_of(account, written[:60], "phone")
            else:
                values[field] = str(_CHECKS[field].validate_python(written.lower() if field == "language" else written))
        except InvalidInput:
            errors.append({"column": field, "code": "phone"})
        except ValidationError as error:
            first = error.errors()[0]
            own = first.get("ctx", {}).get("error")
            errors.append({"column": field, "code": str(own) if own else _CODES.get(first["type"], "wrong")})
    return values, errors


_CODES = {"string_too_long": "too_long", "string_too_short": "too_short", "literal_error": "one_of"}


async def _by_phone(tx: Tx, account_id: UUID, phones: set[str], *, lock: bool) -> dict[str, ClientRow]:
    rows = (
        select(ClientRow)
        .where(
            ClientRow.account_id == account_id,
            ClientRow.merged_into.is_(None),
            or_(ClientRow.phone_e164.in_(phones), ClientRow.other_phones.overlap(sorted(phones))),
        )
        .order_by(ClientRow.id)
    )
    found: dict[str, ClientRow] = {}
    for row in await tx.scalars(rows.with_for_update() if lock else rows):
        for phone in (row.phone_e164, *row.other_phones):
            if phone:
                found[phone] = row
    return found


def _new_card(account: AccountCopy, values: Mapping[str, str], now: datetime) -> ClientRow:
    return ClientRow(
        account_id=account.account_id,
        id=new_id(),
        version=1,
        name=values["name"],
        surname=values.get("surname"),
        phone_e164=values.get("phone"),
        phone_confirmed=False,
        email=values.get("email"),
        socials={},
        language=values.get("language") or account.language,
        note=values.get("note") or None,
        notifications_on=True,
        custom={},
        other_phones=[],
        created_at=now,
    )


def _fill(card: ClientRow, values: Mapping[str, str]) -> None:
    for name in _FILLED:
        if values.get(name) and not getattr(card, name):
            setattr(card, name, values[name])
    card.version += 1


def _chosen(columns: Mapping[Any, str], headings: list[str]) -> dict[str, int]:
    plain = [heading.casefold() for heading in headings]
    found = {}
    for field, heading in columns.items():
        if heading.casefold() not in plain:
            raise InvalidInput.of(f"/columns/{field}", "column_unknown")
        found[str(field)] = plain.index(heading.casefold())
    return found
