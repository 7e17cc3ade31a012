"""Requests for rights: asking, deciding."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response
from sqlalchemy import or_, select

from contracts.http.access import (
    AccessRequestAnswer,
    AccessRequestBody,
    AccessRequestsAnswer,
    GrantBody,
    RequestState,
)
from contracts.permissions import Permission
from identity.tables import AccessRequest, Membership
from identity.usecases.ask_for_access import ask_for_access
from identity.usecases.decide_request import decline_request, grant_request
from kit.edge import DbDep, MemberDep
from kit.idempotency import OnceDep
from kit.messaging import now_utc

from .words import Words, WordsDep

router = APIRouter(prefix="/api/v1/accounts/{account_id}/access-requests", tags=["Members and rights"])


@router.get("", operation_id="list_access_requests")
async def get_requests(
    account_id: UUID,
    member: MemberDep,
    db: DbDep,
    words: WordsDep,
    state: Annotated[RequestState | None, Query()] = None,
) -> AccessRequestsAnswer:
    """For those who can decide: all of them; for everybody else: the own ones. Two hundred at most, newest first."""
    row = AccessRequest
    own = select(Membership.id).where(Membership.account_id == account_id, Membership.user_id == member.caller.user_id)
    seen = [row.member_id.in_(own), row.act.is_not(None) & row.permissions[1].in_(member.permissions)]
    if member.may(Permission.PERMISSIONS_EDIT):
        seen.append(row.act.is_(None))
    rows = select(row).where(row.account_id == account_id, or_(*seen)).order_by(row.id.desc()).limit(200)
    if state is not None:
        rows = rows.where(row.state == state)
    async with db.tx(account_id) as tx:
        found = (await tx.scalars(rows)).all()
    return AccessRequestsAnswer(items=tuple(_answer(row, words) for row in found))


@router.post("", operation_id="ask_for_access", status_code=201, response_model=AccessRequestAnswer)
async def post_request(
    account_id: UUID, body: AccessRequestBody, member: MemberDep, db: DbDep, words: WordsDep, once: OnceDep
) -> Response:
    """Ask for rights, for locations or for the approval of one act; whoever can decide hears of it."""
    async with db.tx(account_id) as tx:

        async def ask() -> AccessRequestAnswer:
            return _answer(await ask_for_access(body, member, tx, now_utc()), words)

        return await once.run(tx, ask)


@router.post(
    "/{request_id}/grant",
    operation_id="grant_access_request",
    responses={403: {"description": "Own request, or more than the caller holds"}, 409: {"description": "Decided"}},
)
async def post_grant(
    account_id: UUID, request_id: UUID, member: MemberDep, db: DbDep, words: WordsDep, body: GrantBody | None = None
) -> AccessRequestAnswer:
    """Give what was asked for, for ever or for a while; an approved act may be done once within half an hour."""
    expires_at = body.expires_at if body else None
    async with db.tx(account_id) as tx:
        request = await grant_request(request_id, member, tx, now_utc(), expires_at=expires_at, reasons=words.of_danger)
        return _answer(request, words)


@router.post(
    "/{request_id}/decline", operation_id="decline_access_request", responses={409: {"description": "Decided"}}
)
async def post_decline(
    account_id: UUID, request_id: UUID, member: MemberDep, db: DbDep, words: WordsDep
) -> AccessRequestAnswer:
    """Say no; the person who asked hears of it."""
    async with db.tx(account_id) as tx:
        return _answer(await decline_request(request_id, member, tx, now_utc()), words)


def _answer(request: AccessRequest, words: Words) -> AccessRequestAnswer:
    return AccessRequestAnswer(
        id=request.id,
        version=request.version,
        state=request.state,
        rule=request.rule,
        permissions=tuple(request.permissions),
        permission_names=tuple(words.right(key) for key in request.permissions),
        location_ids=tuple(request.location_ids),
        all_locations=request.all_locations,
        act=request.act,
        note=request.note,
        member_id=request.member_id,
        member_name=request.member_name,
        to=request.asked_member_id,
        created_at=request.created_at,
        expires_at=request.expires_at,
        decided_at=request.decided_at,
        decided_by_name=request.decided_by_name,
    )
