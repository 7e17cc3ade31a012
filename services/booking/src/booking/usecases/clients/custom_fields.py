"""The account's own fields of cards, and their values."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from booking.errors import NameTaken
from booking.records import ClientField
from contracts.http.clients import ClientFieldBody, ClientFieldPatch
from kit.db import Tx
from kit.errors import InvalidInput, NotFound
from kit.ids import new_id

MOST_FIELDS = 50


async def fields_of(tx: Tx, account_id: UUID) -> list[ClientField]:
    """The fields in use, oldest first."""
    rows = select(ClientField).where(ClientField.account_id == account_id, ~ClientField.is_deleted)
    return list(await tx.scalars(rows.order_by(ClientField.created_at, ClientField.id)))


async def contact_fields_of(tx: Tx, account_id: UUID) -> frozenset[str]:
    """The ids, as cards keep them, of the fields that hold contacts; those taken away are still hidden."""
    rows = select(ClientField.id).where(ClientField.account_id == account_id, ClientField.is_contact)
    return frozenset(str(identifier) for identifier in await tx.scalars(rows))


async def add_field(tx: Tx, account_id: UUID, body: ClientFieldBody, now: datetime) -> ClientField:
    """One more field; raises `NameTaken`, or `InvalidInput` past the limit and for a choice of nothing."""
    fields = await fields_of(tx, account_id)
    if len(fields) >= MOST_FIELDS:
        raise InvalidInput.of("/name", "too_many", max=MOST_FIELDS)
    if (body.kind == "choice") != bool(body.choices):
        raise InvalidInput.of("/choices", "choices_of_choice")
    await _require_free(tx, account_id, body.name)
    row = ClientField(
        account_id=account_id,
        id=new_id(),
        name=body.name,
        kind=body.kind,
        choices=list(body.choices),
        is_contact=body.is_contact,
        is_deleted=False,
        created_at=now,
    )
    tx.add(row)
    await tx.flush()
    return row


async def change_field(tx: Tx, account_id: UUID, field_id: UUID, patch: ClientFieldPatch) -> ClientField:
    """Change what the patch names; values that were chosen before stay. Raises `NotFound`, `NameTaken`."""
    row = await _field(tx, account_id, field_id)
    if patch.name is not None and patch.name != row.name:
        await _require_free(tx, account_id, patch.name)
        row.name = patch.name
    if patch.choices is not None:
        if (row.kind == "choice") != bool(patch.choices):
            raise InvalidInput.of("/choices", "choices_of_choice")
        row.choices = list(patch.choices)
    if patch.is_contact is not None:
        row.is_contact = patch.is_contact
    return row


async def drop_field(tx: Tx, account_id: UUID, field_id: UUID) -> None:
    """Take a field off the cards; what it said is kept and hidden. Raises `NotFound`."""
    (await _field(tx, account_id, field_id)).is_deleted = True


async def checked_values(
    tx: Tx, account_id: UUID, before: Mapping[str, Any], wanted: Mapping[UUID, Any]
) -> dict[str, Any]:
    """The values of a card after a change; raises `InvalidInput` for an unknown field or a value of another kind."""
    values = dict(before)
    if not wanted:
        return values
    fields = {field.id: field for field in await fields_of(tx, account_id)}
    for field_id, value in wanted.items():
        field = fields.get(field_id)
        if field is None:
            raise InvalidInput.of(f"/custom/{field_id}", "unknown_field")
        if value is None:
            values.pop(str(field_id), None)
        elif not _fits(field, value):
            raise InvalidInput.of(f"/custom/{field_id}", f"of_{field.kind}", choices=field.choices)
        else:
            values[str(field_id)] = value
    return values


def _fits(field: ClientField, value: object) -> bool:
    match field.kind:
        case "number":
            return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e15
        case "yes_no":
            return isinstance(value, bool)
        case "date":
            return isinstance(value, str) and _is_date(value)
        case "choice":
            return value in field.choices
        case _:
            return isinstance(value, str) and not any(sign == "\0" or "\ud800" <= sign <= "\udfff" for sign in value)


def _is_date(written: str) -> bool:
    try:
        return len(written) == 10 and bool(date.fromisoformat(written))
    except ValueError:
        return False


async def _field(tx: Tx, account_id: UUID, field_id: UUID) -> ClientField:
    row = await tx.get(ClientField, (account_id, field_id), with_for_update=True)
    if row is None or row.is_deleted:
        raise NotFound("client_field")
    return row


async def _require_free(tx: Tx, account_id: UUID, name: str) -> None:
    same = select(ClientField.id).where(
        ClientField.account_id == account_id, ~ClientField.is_deleted, func.lower(ClientField.name) == name.lower()
    )
    if await tx.scalar(same) is not None:
        raise NameTaken(name)
