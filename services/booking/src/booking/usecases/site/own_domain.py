"""A domain of the account's own: named, proved by a record that only its owner can write, and seen in its state."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.exc import IntegrityError

from booking.errors import DomainTaken
from booking.providers.dns import Dns, Heard
from booking.records import CustomDomain
from kit.db import Database, Tx
from kit.errors import InvalidInput, NotFound

PROOF_NAME = "_zapys"
GIVEN_UP_AFTER = timedelta(days=7)
LOOKED_AT_EVERY = timedelta(minutes=10)


def proof_record(domain: CustomDomain) -> tuple[str, str]:
    """Name and value of the TXT record that proves the domain."""
    return f"{PROOF_NAME}.{domain.host}", f"zapys-proof={domain.proof}"


async def domain_of(tx: Tx, account_id: UUID, *, lock: bool = False) -> CustomDomain:
    """The account's domain; raises `NotFound`."""
    row = await tx.get(CustomDomain, account_id, with_for_update=lock or None, populate_existing=True)
    if row is None:
        raise NotFound("domain")
    return row


async def name_domain(tx: Tx, account_id: UUID, host: str, our_host: str, now: datetime) -> CustomDomain:
    """Begin with a domain, or begin again with another one; the same one keeps its proof."""
    host = host.lower()
    if host == our_host or host.endswith(f".{our_host}"):
        raise InvalidInput.of("/host", "host_ours")
    row = await tx.get(CustomDomain, account_id, with_for_update=True)
    if row is not None and row.host == host:
        return row
    if row is None:
        row = CustomDomain(account_id=account_id)
        tx.add(row)
    row.host, row.proof, row.state, row.found, row.trouble = host, secrets.token_hex(16), "pending", [], None
    row.created_at, row.checked_at, row.verified_at = now, None, None
    await tx.flush()
    return row


async def check_domain(db: Database, dns: Dns, account_id: UUID, now: datetime) -> CustomDomain:
    """Look at what DNS says now and write down the state; the question is asked outside of any transaction.

    Raises `NotFound`, and `DomainTaken` when another account has proved the same host.
    """
    async with db.tx(account_id) as tx:
        asked = await domain_of(tx, account_id)
    name, value = proof_record(asked)
    heard = await dns.texts(name)
    try:
        async with db.tx(account_id) as tx:
            row = await domain_of(tx, account_id, lock=True)
            if row.proof == asked.proof:
                _judge(row, heard, value, now)
            return row
    except IntegrityError as error:
        async with db.tx(account_id) as tx:
            row = await domain_of(tx, account_id, lock=True)
            row.checked_at = now  # it waits for its next turn behind the others
        raise DomainTaken(asked.host) from error


def _judge(row: CustomDomain, heard: Heard, value: str, now: datetime) -> None:
    """Proved once is proved while the record stays; silence of DNS takes nothing away."""
    row.found, row.trouble, row.checked_at = list(heard.texts), heard.trouble, now
    if value in heard.texts:
        row.state, row.verified_at = "verified", row.verified_at or now
    elif heard.trouble == "no_answer":
        return
    elif row.state == "verified":
        row.state, row.verified_at, row.created_at = "pending", None, now
    elif now - row.created_at >= GIVEN_UP_AFTER:
        row.state = "failed"


async def domains_to_look_at(tx: Tx, now: datetime, most: int = 20) -> list[UUID]:
    """Accounts whose domain waits for its proof, or was not looked at for a day, for a system transaction."""
    waits = (CustomDomain.state == "pending") & or_(
        CustomDomain.checked_at.is_(None), CustomDomain.checked_at <= now - LOOKED_AT_EVERY
    )
    old = (CustomDomain.state == "verified") & (CustomDomain.checked_at <= now - timedelta(days=1))
    rows = select(CustomDomain.account_id).where(or_(waits, old)).order_by(CustomDomain.checked_at.nulls_first())
    return list(await tx.scalars(rows.limit(most)))
