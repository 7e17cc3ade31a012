"""How long the account keeps cards of clients who come no more."""

from __future__ import annotations

from datetime import datetime

from fastapi import APIRouter, Response

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
async def get_retention(member: MemberDep, db: DbDep, now: NowDep, response: Response) -> RetentionAnswer:
    """The months, and how many cards are due by now."""
    member.require(Permission.SETTINGS_ACCOUNT)
    async with db.tx(member.account_id) as tx:
        row = await tx.get(ClientRetention, member.account_id)
        response.headers.update(etag(row.version if row else 0))
        return await _answer(tx, row, now)


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
        return await _answer(tx, row, now)


async def _answer(tx: Tx, row: ClientRetention | None, now: datetime) -> RetentionAnswer:
    months = row.months if row else None
    due = 0
    if row is not None and months is not None:
        due = len(await cards_due(tx, row.account_id, months, now, most=MOST_COUNTED))
    return RetentionAnswer(months=months, due=due)
