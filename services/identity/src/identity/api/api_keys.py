"""Keys for programs, and the exchange of a key for a token that every service knows."""

from uuid import UUID

from fastapi import APIRouter, Request, Response
from sqlalchemy import select

from contracts.http.api_keys import (
    ApiKeyAnswer,
    ApiKeyBody,
    ApiKeysAnswer,
    ApiTokenAnswer,
    ApiTokenBody,
    NewApiKeyAnswer,
)
from contracts.permissions import Permission
from identity.api_key_tables import ApiKeyRow
from identity.keyring import ACCESS_LIFE
from identity.tables import Membership, User
from identity.usecases.api_keys.exchange_api_key import exchange_api_key
from identity.usecases.api_keys.make_api_key import make_api_key
from identity.usecases.api_keys.revoke_api_key import revoke_api_key
from identity.wiring import WiringDep
from kit.edge import DbDep, MemberDep
from kit.messaging import now_utc

router = APIRouter(prefix="/api/v1/accounts/{account_id}/api-keys", tags=["API keys"])
exchange = APIRouter(prefix="/api/v1/auth", tags=["API keys"])


@router.get("", operation_id="list_api_keys")
async def get_keys(account_id: UUID, member: MemberDep, db: DbDep) -> ApiKeysAnswer:
    """The keys in force, without the keys themselves."""
    member.require(Permission.SETTINGS_INTEGRATIONS)
    async with db.tx(account_id) as tx:
        found = await tx.execute(
            select(ApiKeyRow, Membership, User)
            .join(
                Membership, (Membership.account_id == ApiKeyRow.account_id) & (Membership.user_id == ApiKeyRow.kept_by)
            )
            .join(User, User.id == ApiKeyRow.kept_by)
            .where(ApiKeyRow.account_id == account_id, ApiKeyRow.revoked_at.is_(None))
            .order_by(ApiKeyRow.created_at.desc(), ApiKeyRow.id)
        )
        items = tuple(_answer(row, membership.name_with(user)) for row, membership, user in found)
    return ApiKeysAnswer(items=items)


@router.post(
    "",
    status_code=201,
    operation_id="make_api_key",
    responses={403: {"description": "Right missing, more granted than held, or no fresh code"}},
)
async def post_key(
    account_id: UUID, body: ApiKeyBody, member: MemberDep, db: DbDep, response: Response
) -> NewApiKeyAnswer:
    """Make a key. It takes no Idempotency-Key: the answer, which holds the key, must lie nowhere."""
    member.require(Permission.SETTINGS_INTEGRATIONS)
    member.require_fresh()
    async with db.tx(account_id) as tx:
        row, key = await make_api_key(body, member, tx, now_utc())
    response.headers["Cache-Control"] = "no-store"
    return NewApiKeyAnswer(**_answer(row, member.name).model_dump(), key=key)


@router.delete(
    "/{key_id}",
    status_code=204,
    operation_id="revoke_api_key",
    responses={404: {"description": "No such key is in force"}},
)
async def delete_key(account_id: UUID, key_id: UUID, member: MemberDep, db: DbDep) -> None:
    """Revoke a key; its tokens are refused everywhere within a second."""
    member.require(Permission.SETTINGS_INTEGRATIONS)
    async with db.tx(account_id) as tx:
        await revoke_api_key(key_id, member, tx, now_utc())


@exchange.post(
    "/tokens",
    operation_id="exchange_api_key",
    responses={401: {"description": "Unknown, revoked or expired, or its keeper works there no more"}},
)
async def post_token(
    body: ApiTokenBody, request: Request, response: Response, db: DbDep, wiring: WiringDep
) -> ApiTokenAnswer:
    """Exchange an API key for an access token of ten minutes, which goes into `Authorization: Bearer …`."""
    async with db.system_tx() as tx:
        now = now_utc()
        done = await exchange_api_key(body.api_key, request.client.host if request.client else "", tx, now)
    response.headers["Cache-Control"] = "no-store"
    key = done.api_key
    return ApiTokenAnswer(
        access_token=(await wiring.keys.fresh(db)).api_key_token(done.key_id, done.session_id, key, now),
        expires_in=int(ACCESS_LIFE.total_seconds()),
        account_id=key.account_id,
        permissions=tuple(sorted(key.permissions)),
        location_ids=None if key.location_ids is None else tuple(sorted(key.location_ids)),
    )


def _answer(row: ApiKeyRow, keeper: str) -> ApiKeyAnswer:
    return ApiKeyAnswer(
        id=row.id,
        name=row.name,
        hint=row.hint,
        permissions=tuple(row.permissions),
        location_ids=None if row.location_ids is None else tuple(row.location_ids),
        kept_by=keeper,
        created_at=row.created_at,
        expires_at=row.expires_at,
        last_used_at=row.last_used_at,
        last_used_from=row.last_used_from,
    )
