"""A row that two callers may write for the first time at the same moment."""

from __future__ import annotations

from typing import TypeVar

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import DeclarativeBase

from .db import Tx

R = TypeVar("R", bound=DeclarativeBase)


async def locked_or_new(tx: Tx, blank: R) -> R:
    """The row with the primary key of `blank`, locked; `blank` is inserted where there is none.

    Whoever comes second waits for the first and gets that one's row. `blank` itself never joins the session; columns
    that it does not name get their defaults.
    """
    mapper = type(blank).__mapper__
    named = blank.__dict__
    values = {one.key: named[one.key] for one in mapper.column_attrs if one.key in named}
    await tx.execute(insert(type(blank)).values(values).on_conflict_do_nothing())
    key = tuple(values[mapper.get_property_by_column(column).key] for column in mapper.primary_key)
    return await tx.get_one(type(blank), key, with_for_update=True, populate_existing=True)
