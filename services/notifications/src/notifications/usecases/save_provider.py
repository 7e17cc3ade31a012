"""Save an account's connection to a provider. Saved credentials let waiting messages go: they may be the cure."""

from __future__ import annotations

import re
import secrets
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from contracts.http.notifications import ApiKey, HttpToken, OwnBalance, SoapLogin
from kit.db import Tx
from kit.errors import InvalidInput
from notifications.errors import ProviderKindMismatch
from notifications.providers.factory import Providers
from notifications.tables import ProviderAccount

from .release_held import release_held

Connection = HttpToken | SoapLogin | ApiKey | OwnBalance

KINDS = {"turbosms": ["http-token", "soap-login"], "alphasms": ["api-key"], "integrica": ["own-balance"]}
LONGEST_VIBER_NAME = 28
_SENDER_NAME = re.compile(r"(?=.*[A-Za-z])[A-Za-z0-9 ._&-]{3,11}")


async def save_provider(
    tx: Tx, account_id: UUID, provider: str, wanted: Connection, providers: Providers, now: datetime
) -> ProviderAccount:
    """Create or replace the settings; a secret that is left out keeps its stored value."""
    if wanted.kind not in KINDS[provider]:
        raise ProviderKindMismatch(provider, wanted.kind, KINDS[provider])
    account = await _locked(tx, account_id, provider)
    is_new = account is None
    if account is None:
        account = ProviderAccount(
            account_id=account_id,
            provider=provider,
            version=0,
            failures=0,
            callback_token=secrets.token_urlsafe(32),
        )
    former = {} if is_new or account.kind != wanted.kind else providers.secrets(account)
    sealed = _secrets(wanted, former, account.login if not is_new else None)
    account.kind = wanted.kind
    account.sealed = providers.seal(account, sealed) if sealed else None
    account.login = (wanted.login or account.login) if isinstance(wanted, SoapLogin) else None
    account.sender_name = providers.platform_sender_name if isinstance(wanted, OwnBalance) else _sender_name(wanted)
    account.viber_sender_name = _viber_name(wanted)
    account.position, account.enabled = wanted.order, wanted.enabled
    account.state, account.provider_error, account.probe_at, account.failures = "unchecked", None, None, 0
    account.version += 1
    if is_new:
        tx.add(account)
    await _make_room(tx, account)
    await tx.flush()
    await release_held(tx, account_id, now)
    return account


async def draft_connection(
    tx: Tx, account_id: UUID, provider: str, wanted: Connection, providers: Providers
) -> ProviderAccount:
    """The connection as it would be saved, for asking the provider about it; nothing is kept."""
    if wanted.kind not in KINDS[provider]:
        raise ProviderKindMismatch(provider, wanted.kind, KINDS[provider])
    stored = await tx.get(ProviderAccount, (account_id, provider))
    former = {} if stored is None or stored.kind != wanted.kind else providers.secrets(stored)
    former_login = stored.login if stored is not None else None
    draft = ProviderAccount(account_id=account_id, provider=provider, kind=wanted.kind, callback_token="", version=0)
    sealed = _secrets(wanted, former, former_login)
    draft.sealed = providers.seal(draft, sealed) if sealed else None
    draft.login = (wanted.login or former_login) if isinstance(wanted, SoapLogin) else None
    draft.sender_name = providers.platform_sender_name if isinstance(wanted, OwnBalance) else _sender_name(wanted)
    return draft


async def _make_room(tx: Tx, saved: ProviderAccount) -> None:
    """Whoever was saved last has the place that was asked for; those at it and after it move down."""
    row = ProviderAccount
    others = await tx.scalars(
        select(row)
        .where(row.account_id == saved.account_id, row.provider != saved.provider)
        .order_by(row.position, row.provider)
        .with_for_update()
    )
    taken = saved.position
    for other in others.all():
        if other.position == taken:
            taken = other.position = taken + 1


async def _locked(tx: Tx, account_id: UUID, provider: str) -> ProviderAccount | None:
    row = ProviderAccount
    found = await tx.scalars(
        select(row).where(row.account_id == account_id, row.provider == provider).with_for_update()
    )
    return found.first()


def _secrets(wanted: Connection, former: dict[str, str], former_login: str | None) -> dict[str, str]:
    match wanted:
        case HttpToken():
            kept = {"token": wanted.token or former.get("token", "")}
            if webhook_secret := wanted.webhook_secret or former.get("webhook_secret"):
                kept["webhook_secret"] = webhook_secret
        case SoapLogin():
            kept = {"password": wanted.password or former.get("password", "")}
            if not wanted.login and not former_login:
                raise InvalidInput.of("/login", "missing")
        case ApiKey():
            kept = {"key": wanted.key or former.get("key", "")}
        case OwnBalance():
            return {}
    for name, value in kept.items():
        if not value:
            raise InvalidInput.of(f"/{name}", "missing")
    return kept


def _sender_name(wanted: HttpToken | SoapLogin | ApiKey) -> str:
    name = wanted.sender_name.strip()
    if not _SENDER_NAME.fullmatch(name):
        raise InvalidInput.of("/sender_name", "sender_name")
    return name


def _viber_name(wanted: Connection) -> str | None:
    given = wanted.viber_sender_name if isinstance(wanted, HttpToken | ApiKey) else None
    name = given.strip() if given else ""
    if name and len(name) > LONGEST_VIBER_NAME:
        raise InvalidInput.of("/viber_sender_name", "too_long")
    return name or None
