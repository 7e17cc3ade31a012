"""The account's shops at acquirers."""

import hashlib
import json
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, update

from fiscal.payment_tables import AcquirerAccount
from fiscal.usecases.payments.acquiring import owner_of
from kit.db import Tx
from kit.ids import new_id
from kit.secrets import SecretBox


@dataclass(frozen=True)
class Shop:
    """Keys of a shop; monobank knows a token alone."""

    provider: str
    merchant: str
    secret: str = field(repr=False)
    domain: str = ""
    takes_tests: bool = False


async def save_shop(shop: Shop, account_id: UUID, box: SecretBox, tx: Tx, now: datetime) -> AcquirerAccount:
    """Use these keys from now on; orders that are under way end with the keys they were made with."""
    await leave_shop(shop.provider, account_id, tx)
    # A token is the shop's whole identity, and must not be shown: a short digest tells two of them apart.
    merchant = shop.merchant or hashlib.sha256(shop.secret.encode()).hexdigest()[:12]
    row = AcquirerAccount(
        account_id=account_id,
        id=new_id(),
        provider=shop.provider,
        is_current=True,
        merchant_hint=merchant,
        takes_tests=shop.takes_tests,
        created_at=now,
    )
    kept = {"id": merchant, "secret": shop.secret, "domain": shop.domain}
    row.sealed = box.seal(json.dumps(kept), owner_of(row))
    tx.add(row)
    await tx.flush()
    return row


async def leave_shop(provider: str, account_id: UUID, tx: Tx) -> None:
    """Make no new orders at this acquirer."""
    await tx.execute(
        select(AcquirerAccount.id)
        .where(AcquirerAccount.account_id == account_id, AcquirerAccount.is_current)
        .with_for_update()
    )
    await tx.execute(
        update(AcquirerAccount)
        .where(
            AcquirerAccount.account_id == account_id,
            AcquirerAccount.provider == provider,
            AcquirerAccount.is_current,
        )
        .values(is_current=False)
    )
