"""Write down who changed what."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from identity.tables import Account, AuditEntry, Membership
from kit.db import Tx

Action = Literal[
    "account.registered",
    "account.changed",
    "member.added",
    "member.changed",
    "member.removed",
    "member.restored",
    "member.profile_changed",
    "api_key.made",
    "api_key.revoked",
]


@dataclass(frozen=True)
class Actor:
    """Whose act it is."""

    user_id: UUID
    name: str


def changes_between(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The fields that differ, with both values."""
    return [
        {"field": field, "before": before.get(field), "after": after.get(field)}
        for field in after
        if before.get(field) != after.get(field)
    ]


def audit_account(
    action: Action, account: Account, changes: list[dict[str, Any]], actor: Actor, tx: Tx, now: datetime
) -> None:
    """An act on the account itself."""
    _write(action, account.id, ("account", account.id, account.name), changes, actor, tx, now)


def audit_member(
    action: Action,
    membership: Membership,
    name: str,
    changes: list[dict[str, Any]],
    actor: Actor,
    tx: Tx,
    now: datetime,
) -> None:
    """An act on a member."""
    _write(action, membership.account_id, ("member", membership.id, name), changes, actor, tx, now)


def audit_api_key(
    action: Action,
    account_id: UUID,
    key_id: UUID,
    name: str,
    changes: list[dict[str, Any]],
    actor: Actor,
    tx: Tx,
    now: datetime,
) -> None:
    """An act on the key of a program."""
    _write(action, account_id, ("api_key", key_id, name), changes, actor, tx, now)


def member_fields(membership: Membership, name: str) -> dict[str, Any]:
    """What of a member the audit compares."""
    return {
        "name": name,
        "role": membership.role,
        "permissions": sorted(membership.permissions),
        "location_ids": None if membership.location_ids is None else sorted(map(str, membership.location_ids)),
        "accepts_bookings": membership.accepts_bookings,
    }


def _write(
    action: Action,
    account_id: UUID,
    subject: tuple[str, UUID, str],
    changes: list[dict[str, Any]],
    actor: Actor,
    tx: Tx,
    now: datetime,
) -> None:
    subject_type, subject_id, subject_name = subject
    tx.add(
        AuditEntry(
            account_id=account_id,
            at=now,
            actor_id=actor.user_id,
            actor_name=actor.name,
            action=action,
            subject_type=subject_type,
            subject_id=subject_id,
            subject_name=subject_name,
            changes=changes,
        )
    )
