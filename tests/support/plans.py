"""What the statements of a request cost, as the database itself plans and counts it."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

FEW = 1_000
"""Rows of one statement: a page has some dozens, neighbours in the database some hundreds, the past ten thousand."""


@contextmanager
def heard(engine: AsyncEngine) -> Iterator[list[tuple[str, Any]]]:
    """Every statement that is sent meanwhile, transaction by transaction."""
    said: list[tuple[str, Any]] = []

    def begun(_: object) -> None:
        said.append(("RESET ROLE", ()))

    def sent(_: object, __: object, statement: str, parameters: Any, *___: object) -> None:
        said.append((statement, parameters))

    event.listen(engine.sync_engine, "begin", begun)
    event.listen(engine.sync_engine, "before_cursor_execute", sent)
    yield said
    event.remove(engine.sync_engine, "begin", begun)
    event.remove(engine.sync_engine, "before_cursor_execute", sent)


async def count_rows(migration_url: str, *tables: str) -> None:
    """Let the database count what the tables hold now, as it does by itself from time to time."""
    engine = create_async_engine(migration_url)
    async with engine.begin() as connection:
        await connection.exec_driver_sql(f"ANALYZE {', '.join(tables)}")
    await engine.dispose()


def rows_read(node: dict[str, Any]) -> int:
    """Rows that a plan looked at, also those that it then threw away."""
    loops = node.get("Actual Loops", 1)
    own = (node["Actual Rows"] + node.get("Rows Removed by Filter", 0)) * loops if "Relation Name" in node else 0
    thrown = node.get("Rows Removed by Index Recheck", 0) * loops
    return own + thrown + sum(rows_read(part) for part in node.get("Plans", ()))


async def costly(engine: AsyncEngine, said: list[tuple[str, Any]]) -> dict[str, int]:
    """The statements that read more than few rows, each with its number."""
    found = {}
    async with engine.connect() as connection:
        for statement, parameters in said:
            if not statement.lstrip().upper().startswith(("SELECT", "WITH")) or "set_config" in statement:
                await connection.exec_driver_sql(statement, parameters)
                continue
            explain = f"EXPLAIN (ANALYZE, FORMAT JSON) {statement}"
            answer = (await connection.exec_driver_sql(explain, parameters)).scalar_one()
            [plan] = json.loads(answer) if isinstance(answer, str) else answer
            number = rows_read(plan["Plan"])
            if number > FEW:
                found[statement] = number
    return found
