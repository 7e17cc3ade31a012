"""The account's connections to SMS providers."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Body

from contracts.http.notifications import (
    ApiKey,
    HttpToken,
    OwnBalance,
    Provider,
    ProviderCheck,
    ProviderList,
    ProviderSettings,
    SoapLogin,
)
from contracts.permissions import Permission
from kit.db import Tx
from kit.edge import DbDep, MemberDep
from notifications import queries
from notifications.providers.factory import Providers
from notifications.tables import ProviderAccount
from notifications.usecases.save_provider import KINDS, draft_connection, save_provider
from notifications.views import Words, provider_of

from .parts import PREFIX, CheckerDep, ClockDep, ProvidersDep, WordsDep

router = APIRouter(tags=["notifications"])

PATH = f"{PREFIX}/sms-providers"
Connection = Annotated[HttpToken | SoapLogin | ApiKey | OwnBalance, Body(discriminator="kind")]


@router.get(PATH, operation_id="list_sms_providers", response_model=ProviderList)
async def list_all(member: MemberDep, db: DbDep, words: WordsDep, providers: ProvidersDep) -> ProviderList:
    """All providers, set up or not; secrets are never shown."""
    member.require(Permission.SETTINGS_INTEGRATIONS)
    async with db.tx(member.account_id) as tx:
        held = await queries.held_by_provider(tx, member.account_id)
        items = []
        for name in KINDS:
            account = await tx.get(ProviderAccount, (member.account_id, name))
            items.append(provider_of(name, account, held.get(name, 0), words, providers))
    return ProviderList(items=items)


@router.get(f"{PATH}/{{provider}}", operation_id="get_sms_provider", response_model=ProviderSettings)
async def read(
    provider: Provider, member: MemberDep, db: DbDep, words: WordsDep, providers: ProvidersDep
) -> ProviderSettings:
    """One provider; of its secret only whether it is set."""
    member.require(Permission.SETTINGS_INTEGRATIONS)
    async with db.tx(member.account_id) as tx:
        account = await tx.get(ProviderAccount, (member.account_id, provider))
        return await _shown(tx, provider, account, words, providers)


@router.put(f"{PATH}/{{provider}}", operation_id="put_sms_provider", response_model=ProviderSettings)
async def replace(
    provider: Provider,
    body: Connection,
    member: MemberDep,
    db: DbDep,
    clock: ClockDep,
    words: WordsDep,
    providers: ProvidersDep,
    checker: CheckerDep,
) -> ProviderSettings:
    """Save the connection. A secret that is left out keeps its stored value; held messages try again at once.

    A sender name that the provider says is not the account's is refused before anything is saved.
    """
    member.require(Permission.SETTINGS_INTEGRATIONS)
    member.require_fresh()
    async with db.tx(member.account_id) as tx:
        draft = await draft_connection(tx, member.account_id, provider, body, providers)
    await checker.refuse_unknown_name(draft)
    async with db.tx(member.account_id) as tx:
        now = await clock.now(tx)
        account = await save_provider(tx, member.account_id, provider, body, providers, now)
        return await _shown(tx, provider, account, words, providers)


@router.post(f"{PATH}/{{provider}}/check", operation_id="check_sms_provider", response_model=ProviderCheck)
async def check(provider: Provider, member: MemberDep, checker: CheckerDep, words: WordsDep) -> ProviderCheck:
    """Ask the provider now: access, sender name, balance. Nothing is sent to anybody by the check itself."""
    member.require(Permission.SETTINGS_INTEGRATIONS)
    verdict = await checker.check(member.account_id, provider)
    return ProviderCheck(
        ok=verdict.reason is None,
        reason_code=verdict.reason,
        reason_text=words.reason(verdict.reason, {}, provider),
        fix=words.fix(verdict.reason, provider),
        provider_error=verdict.said,
        balance=verdict.balance,
        checked_at=verdict.at,
        released=verdict.released,
    )


async def _shown(
    tx: Tx, provider: str, account: ProviderAccount | None, words: Words, providers: Providers
) -> ProviderSettings:
    held = await queries.held_by_provider(tx, account.account_id) if account else {}
    return provider_of(provider, account, held.get(provider, 0), words, providers)
