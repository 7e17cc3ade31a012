"""Write down who changed what."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from contracts.fiscal import CashActRefused
from contracts.notifications import MessageWritten
from identity.tables import AccessRequest, Account, AuditEntry, Membership, SupportVisit
from kit import context
from kit.db import Tx

Action = Literal[
    "account.registered",
    "account.changed",
    "member.added",
    "member.changed",
    "member.removed",
    "member.restored",
    "member.profile_changed",
    "member.factor.set_up",
    "member.factor.removed",
    "member.factor.recovery_code_used",
    "member.factor.recovery_codes_renewed",
    "member.factor.reset_asked",
    "member.factor.reset_stopped",
    "member.factor.reset",
    "api_key.made",
    "api_key.revoked",
    "member.grants_ended",
    "member.ended",
    "request.made",
    "request.granted",
    "request.declined",
    "act.approved",
    "act.refused",
    "client.written_to",
    "visit.began",
    "visit.ended",
]


@dataclass(frozen=True)
class Actor:
    """Whose act it is; nobody's for the clock."""

    user_id: UUID | None
    name: str


CLOCK = Actor(None, "")
"""Time itself: what ends by the clock is nobody's act."""


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
    *,
    reason: str | None = None,
) -> None:
    """An act on a member."""
    _write(action, membership.account_id, ("member", membership.id, name), changes, actor, tx, now, reason)


def audit_request(action: Action, request: AccessRequest, actor: Actor, tx: Tx, now: datetime) -> None:
    """An act on a request for rights."""
    asked: dict[str, Any] = {
        "permissions": request.permissions,
        "location_ids": [str(location_id) for location_id in request.location_ids],
        "all_locations": request.all_locations,
        "act": request.act,
    }
    changes = [{"field": field, "before": None, "after": value} for field, value in asked.items() if value]
    _write(
        action, request.account_id, ("request", request.id, request.member_name), changes, actor, tx, now, request.note
    )


def audit_visit(action: Action, visit: SupportVisit, actor: Actor, tx: Tx, now: datetime) -> None:
    """Somebody of the platform came or went."""
    changes = [{"field": "ends_at", "before": None, "after": visit.ends_at.isoformat()}]
    _write(action, visit.account_id, ("visit", visit.id, visit.name), changes, actor, tx, now, visit.reason)


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


def audit_refused_act(event: CashActRefused, membership: Membership | None, tx: Tx) -> None:
    """An act on money that somebody wanted and may not do."""
    asked = {"permission": event.permission, "cash_operation_id": str(event.cash_operation_id)}
    who = Actor(event.user_id, event.user_name)
    tx.add(_heard("act.refused", event.account_id, who, membership, asked, event.origin, event.refused_at))


def audit_written_message(event: MessageWritten, membership: Membership | None, tx: Tx) -> None:
    """A message that somebody wrote to a client by hand."""
    said = event.notification
    about = {"client_id": said.recipient_id, "booking_id": said.booking_id, "notification_id": said.id}
    shown = {field: str(value) for field, value in about.items() if value is not None}
    who = Actor(event.author_id, event.author_name)
    tx.add(_heard("client.written_to", event.account_id, who, membership, shown, event.origin, event.written_at))


def _heard(
    action: Action,
    account_id: UUID | None,
    who: Actor,
    membership: Membership | None,
    said: Mapping[str, str],
    origin: str,
    at: datetime,
) -> AuditEntry:
    """What another service tells of somebody's act: theirs, and about themselves."""
    subject = ("api_key", who.user_id) if membership is None else ("member", membership.id)
    return AuditEntry(
        account_id=account_id,
        at=at,
        actor_id=who.user_id,
        actor_name=who.name,
        action=action,
        subject_type=subject[0],
        subject_id=subject[1],
        subject_name=who.name,
        changes=[{"field": field, "before": None, "after": value} for field, value in said.items()],
        origin=origin,
    )


def member_fields(membership: Membership, name: str) -> dict[str, Any]:
    """What of a member the audit compares."""
    return {
        "name": name,
        "role": membership.role,
        "permissions": sorted(membership.permissions),
        "location_ids": None if membership.location_ids is None else sorted(map(str, membership.location_ids)),
        "accepts_bookings": membership.accepts_bookings,
        "permission_expiries": dict(sorted(membership.permission_expiries.items())),
        "ends_at": None if membership.ends_at is None else membership.ends_at.isoformat(),
    }


def _write(
    action: Action,
    account_id: UUID,
    subject: tuple[str, UUID, str],
    changes: list[dict[str, Any]],
    actor: Actor,
    tx: Tx,
    now: datetime,
    reason: str | None = None,
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
            origin=context.current().origin if actor.user_id else "",
            reason=reason,
        )
    )
