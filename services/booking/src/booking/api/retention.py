"""How long the account keeps cards of clients who come no more."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from booking.records import ClientRetention
from booking.usecases.clients.keep_cards import cards_due, is_shorter, retention_of, set_retention
from contracts.http.clients import RetentionAnswer, RetentionBody
from contracts.permissions import Permission
from kit.db import Tx
from kit.edge import DbDep, MemberDep
from kit.errors import InvalidInput

from .edge import IfMatchDep, NowDep, etag, require_version, require_whole_account

router = APIRouter(prefix="/api/v1/accounts/{account_id}/client-retention", tags=["clients"])

MOST_COUNTED = 1000


@router.get("", operation_id="get_client_retention")
async def get_retention(
    member: MemberDep,
    db: DbDep,
    now: NowDep,
    response: Response,
    months: Annotated[int | None, Query(ge=6, le=240, description="As if so many months were set already.")] = None,
) -> RetentionAnswer:
    """The months, and how many cards are due by now; with `months` how many would be."""
    member.require(Permission.SETTINGS_ACCOUNT)
    async with db.tx(member.account_id) as tx:
        row = await tx.get(ClientRetention, member.account_id)
        version = row.version if row else 0
        response.headers.update(etag(version))
        return await _answer(tx, member.account_id, version, months or (row.months if row else None), now)


@router.put("", operation_id="set_client_retention")
async def put_retention(
    body: RetentionBody, member: MemberDep, db: DbDep, now: NowDep, if_match: IfMatchDep, response: Response
) -> RetentionAnswer:
    """Forget people by itself so many months after their last visit. What was erased does not come back.

    Keeping them for less time than before, or for a limited time at all, wants `confirm`.
    """
    member.require(Permission.SETTINGS_ACCOUNT)
    member.require(Permission.CLIENT_EDIT)
    require_whole_account(member)
    async with db.tx(member.account_id) as tx:
        row = await retention_of(tx, member.account_id, now)
        require_version(row.version, if_match)
        if is_shorter(body.months, row.months) and body.confirm is None:
            raise InvalidInput.of("/confirm", "one_of", expected="erase")
        await set_retention(tx, row, body.months, member.caller.user_id, now)
        response.headers.update(etag(row.version))
        return await _answer(tx, member.account_id, row.version, row.months, now)


async def _answer(tx: Tx, account_id: UUID, version: int, months: int | None, now: datetime) -> RetentionAnswer:
    due = 0 if months is None else len(await cards_due(tx, account_id, months, now, most=MOST_COUNTED))
    return RetentionAnswer(version=version, months=months, due=due)
