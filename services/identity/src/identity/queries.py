"""Reads that answers need."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import exists, select

from kit.db import Tx

from .domain import vanity
from .sign_in_tables import Session
from .tables import Account, AuditEntry, Membership, User, VanityAddress

SUGGESTIONS = 3


async def works_somewhere(tx: Tx, user_id: UUID) -> bool:
    """Whether the user is a member of any account."""
    active = select(exists().where(Membership.user_id == user_id, Membership.removed_at.is_(None)))
    return bool(await tx.scalar(active))


async def memberships_of(tx: Tx, user_id: UUID) -> list[tuple[Membership, Account]]:
    """The user's memberships in force with their accounts, oldest first. Needs a transaction of the system."""
    found = await tx.execute(
        select(Membership, Account)
        .join(Account, Account.id == Membership.account_id)
        .where(Membership.user_id == user_id, Membership.removed_at.is_(None), Account.is_active)
        .order_by(Membership.added_at, Membership.id)
    )
    return [(membership, account) for membership, account in found]


async def language_of_phone(tx: Tx, phone_e164: str) -> str | None:
    """The language that the person with this phone has chosen."""
    return await tx.scalar(select(User.language).where(User.phone_e164 == phone_e164))


async def live_sessions(tx: Tx, user_id: UUID, now: datetime) -> Sequence[Session]:
    """The devices on which the user is signed in, used last first."""
    alive = select(Session).where(Session.user_id == user_id, Session.ended_at.is_(None), Session.expires_at > now)
    return (await tx.scalars(alive.order_by(Session.last_used_at.desc()))).all()


async def free_alternatives(tx: Tx, address: str, country: str) -> list[str]:
    """Some free addresses near to one that is taken. Needs a transaction of the system."""
    wanted = [found for found in vanity.alternatives(address, country) if not vanity.is_reserved(found)]
    taken = set(await tx.scalars(select(VanityAddress.address).where(VanityAddress.address.in_(wanted))))
    return [found for found in wanted if found not in taken][:SUGGESTIONS]


async def members(tx: Tx, *, with_removed: bool) -> list[tuple[Membership, User]]:
    """The members of the transaction's account, by name."""
    statement = select(Membership, User).join(User, User.id == Membership.user_id)
    if not with_removed:
        statement = statement.where(Membership.removed_at.is_(None))
    found = [(membership, user) for membership, user in await tx.execute(statement)]
    return sorted(found, key=lambda pair: (pair[0].name_with(pair[1]).casefold(), pair[0].id))


@dataclass(frozen=True)
class AuditWanted:
    """What of the journal is asked for; none means no condition."""

    actor_id: UUID | None = None
    subject_type: str | None = None
    until: datetime | None = None


async def audit_page(tx: Tx, wanted: AuditWanted, *, before: UUID | None, limit: int) -> Sequence[AuditEntry]:
    """Entries of the transaction's account, newest first, older than the entry `before`."""
    statement = select(AuditEntry).order_by(AuditEntry.id.desc()).limit(limit)
    if wanted.actor_id is not None:
        statement = statement.where(AuditEntry.actor_id == wanted.actor_id)
    if wanted.subject_type is not None:
        statement = statement.where(AuditEntry.subject_type == wanted.subject_type)
    if wanted.until is not None:
        statement = statement.where(AuditEntry.at < wanted.until)
    if before is not None:
        statement = statement.where(AuditEntry.id < before)
    return (await tx.scalars(statement)).all()
