"""Rows whose time has come, each served by one worker: what the loops around providers have in common.

A row is leased by moving its time ahead, in a transaction of its own; the calls that it needs are made afterwards. As
many are taken as are served at once, so that none waits for a slow provider of another until its lease is over, and
one that is broken ends nobody else's turn.
"""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func, inspect, select, true, tuple_, update
from sqlalchemy.orm import InstrumentedAttribute

from kit.db import Database
from kit.loops import each

AT_ONCE = 20
"""Mostly they wait for a provider; connections of the database are held for moments only."""


async def serve_due(
    db: Database,
    when: InstrumentedAttribute[datetime | None],
    lease: timedelta,
    act: Callable[[UUID, UUID], Awaitable[object]],
    *,
    only: ColumnElement[bool] | None = None,
) -> int:
    """Do `act` (account, key within the account) for the rows of which `when` has passed, the longest waiting first.

    Whoever does not set `when` anew has the row served again after `lease`. Answers how many were taken, `AT_ONCE` at
    most.
    """
    table = inspect(when.class_)
    account, key = (table.get_property_by_column(column).class_attribute for column in table.primary_key)
    due = when <= func.now()
    waiting = (
        select(account, key)
        .where(due, true() if only is None else only)
        .order_by(when)
        .limit(AT_ONCE)
        .with_for_update(skip_locked=True)
    )
    async with db.system_tx() as tx:
        found: list[Any] = [tuple(row) for row in await tx.execute(waiting)]
        if found:
            ahead = update(when.class_).where(tuple_(account, key).in_(found)).values({when: func.now() + lease})
            await tx.execute(ahead.execution_options(synchronize_session=False))
    await each(table.local_table.name, found, lambda one: act(*one), at_once=AT_ONCE)
    return len(found)
