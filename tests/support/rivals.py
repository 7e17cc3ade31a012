"""Two callers at the same row, in an order that the test knows."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import TextClause, text

from kit.db import Database, Tx

from .waiting import eventually

T = TypeVar("T")

IS_WAITED_FOR = text(
    "SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY (pg_blocking_pids(pid)))"
)
"""Whether anybody waits for the transaction that asks."""


async def while_saved(
    db: Database,
    account_id: UUID,
    first: TextClause | Callable[[Tx], Awaitable[object]],
    second: Coroutine[Any, Any, T],
) -> T:
    """The answer to `second`, asked after `first` was written and before it was committed."""
    async with db.tx(account_id) as tx:
        if isinstance(first, TextClause):
            await tx.execute(first, {"account": account_id})
        else:
            await first(tx)
            await tx.flush()
        asked = asyncio.create_task(second)

        async def is_waited_for() -> bool:
            return asked.done() or bool(await tx.scalar(IS_WAITED_FOR))

        await eventually(is_waited_for)
    return await asked
