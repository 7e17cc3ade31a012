"""Commands with money at the edge: done at once, or kept until a second person approves."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from fastapi import Response

from contracts.base import Money
from contracts.http import books
from fiscal.book_tables import CashRequest
from fiscal.errors import SecondPersonNeeded
from fiscal.usecases.second_person import Command, ask_for_second
from kit.access import Member
from kit.db import Database, Tx
from kit.idempotency import Once
from kit.messaging import now_utc

WAITS: dict[int | str, dict[str, Any]] = {
    202: {"model": books.CashRequest, "description": "It waits for a second person, as the account's rules want."}
}
"""For `responses=` of a route whose command may need a second person."""


async def done_or_asked(
    db: Database,
    member: Member,
    once: Once,
    command: Command,
    effect: Callable[[Tx], Awaitable[Any]],
    *,
    status: int = 201,
) -> Response:
    """The answer of `effect`, or 202 with the request that was put down instead; once for each Idempotency-Key."""
    try:
        async with db.tx(member.account_id) as tx:
            return await once.run(tx, lambda: effect(tx), status=status)
    except SecondPersonNeeded as needed:
        cause = needed.cause
    async with db.tx(member.account_id) as tx:

        async def ask() -> books.CashRequest:
            return cash_request(await ask_for_second(command, cause, member, tx, now_utc()))

        return await once.run(tx, ask, status=202)


def cash_request(row: CashRequest) -> books.CashRequest:
    """A request as it is shown."""
    return books.CashRequest(
        id=row.id,
        state=row.state,
        act=row.act,
        cause=row.cause,
        amount=None if row.amount is None else Money(amount=row.amount, currency=row.currency),
        reason=row.reason,
        command=row.command,
        requested_at=row.requested_at,
        requested_by=row.requested_by,
        requested_by_name=row.requested_by_name,
        decided_at=row.decided_at,
        decided_by_name=row.decided_by_name,
    )
