"""Accounts and their settings."""

from functools import cache
from uuid import UUID
from zoneinfo import available_timezones

from babel.numbers import is_currency
from fastapi import APIRouter, Response

from contracts.http.identity import AccountAnswer, AccountBody, AccountChangeBody, AccountsAnswer
from contracts.permissions import Permission
from identity import queries
from identity.errors import VanityAddressTaken
from identity.tables import Account, User
from identity.usecases.change_account import change_account
from identity.usecases.keep_demo import check_leaves_demo
from identity.usecases.register_account import register_account
from kit.db import Database
from kit.edge import CallerDep, DbDep, MemberDep
from kit.errors import InvalidInput, Unauthenticated
from kit.idempotency import OnceDep
from kit.ids import new_id
from kit.messaging import now_utc

from .answers import account_answer
from .etags import ExpectedVersionDep, set_etag

router = APIRouter(prefix="/api/v1/accounts", tags=["Accounts"])


@router.get("", operation_id="list_accounts")
async def get_accounts(caller: CallerDep, db: DbDep) -> AccountsAnswer:
    """The accounts in which the caller works."""
    async with db.system_tx() as tx:
        found = await queries.memberships_of(tx, caller.user_id)
    return AccountsAnswer(items=tuple(account_answer(account) for _, account in found))


@router.post(
    "",
    status_code=201,
    response_model=AccountAnswer,
    operation_id="register_account",
    responses={409: {"description": "The address is taken; free ones are suggested"}},
)
async def post_account(body: AccountBody, caller: CallerDep, db: DbDep, once: OnceDep) -> Response:
    """Register an account; the caller owns it."""
    _check(body.time_zone, body.country)
    if not is_currency(body.currency):
        raise InvalidInput.of("/currency", "currency")
    async with db.system_tx() as tx:
        owner = await tx.get(User, caller.user_id)
    if owner is None:
        raise Unauthenticated
    check_leaves_demo(owner)
    account_id = new_id()
    try:
        async with db.tx(account_id) as tx:

            async def register() -> AccountAnswer:
                return account_answer(await register_account(account_id, body, owner, tx, now_utc()))

            return await once.run(tx, register)
    except VanityAddressTaken as taken:
        raise await _with_suggestions(taken, body.country, db) from None


@router.get("/{account_id}", operation_id="read_account")
async def get_account(account_id: UUID, member: MemberDep, db: DbDep, response: Response) -> AccountAnswer:  # noqa: ARG001
    """Settings of the account."""
    async with db.tx(account_id) as tx:
        account = await tx.get_one(Account, account_id)
    set_etag(response, account.version)
    return account_answer(account)


@router.patch(
    "/{account_id}",
    operation_id="change_account",
    responses={
        409: {"description": "The address is taken; free ones are suggested"},
        412: {"description": "Somebody changed it meanwhile"},
    },
)
async def patch_account(
    account_id: UUID,
    body: AccountChangeBody,
    member: MemberDep,
    db: DbDep,
    response: Response,
    expected: ExpectedVersionDep,
) -> AccountAnswer:
    """Change settings."""
    member.require(Permission.SETTINGS_ACCOUNT)
    named = body.model_fields_set
    _check(body.time_zone if "time_zone" in named else None, body.country if "country" in named else None)
    try:
        async with db.tx(account_id) as tx:
            account = await change_account(account_id, body, member, tx, now_utc(), expected=expected)
    except VanityAddressTaken as taken:
        raise await _with_suggestions(taken, body.country, db) from None
    set_etag(response, account.version)
    return account_answer(account)


async def _with_suggestions(taken: VanityAddressTaken, country: str, db: Database) -> VanityAddressTaken:
    async with db.system_tx() as tx:
        found = await queries.free_alternatives(tx, taken.vanity_address, country)
    return VanityAddressTaken(taken.vanity_address, found)


def _check(time_zone: str | None, country: str | None) -> None:
    if time_zone is not None and time_zone not in _time_zones():
        raise InvalidInput.of("/time_zone", "time_zone")
    if country is not None and country not in _countries():
        raise InvalidInput.of("/country", "country")


@cache
def _countries() -> frozenset[str]:
    from phonenumbers import SUPPORTED_REGIONS

    return frozenset(SUPPORTED_REGIONS)


@cache
def _time_zones() -> frozenset[str]:
    return frozenset(zone for zone in available_timezones() if "/" in zone or zone == "UTC")
