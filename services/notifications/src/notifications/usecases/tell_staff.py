"""Tell the people of an account something that belongs to no booking: one decision per member, once per occasion."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from kit import telemetry
from kit.db import Tx
from kit.ids import new_id
from kit.tables import MemberCopy
from kit.wakeups import notify
from notifications.domain.channels import TELEGRAM
from notifications.domain.facts import Decision, Member, StaffKindRule
from notifications.domain.segments import measure
from notifications.domain.staff_news import News, plan_for_staff
from notifications.rules import House, rules_of
from notifications.situation import member_of, read_members
from notifications.tables import NotificationRow, TelegramChat

from .write_decisions import DUE_CHANNEL, state_of

_READER = "reader"


@dataclass(frozen=True)
class Telling:
    """What is told: `text` in a language of ours, `facts` kept beside it."""

    news: News
    text: Callable[[str], str]
    facts: Mapping[str, Any] = field(default_factory=dict)
    readers: Callable[[MemberCopy], bool] | None = None
    """Who is meant, where that is not a matter of roles in the settings."""
    booking_id: UUID | None = None


async def tell_staff(tx: Tx, account_id: UUID, telling: Telling, house: House, now: datetime) -> int:
    """Write the decisions that are not there yet; answers how many messages will go because of that."""
    rules = await rules_of(tx, account_id, house)
    rows = await read_members(tx, account_id)
    chats = await _with_chats(tx, rows)
    members: Iterable[Member] = [
        replace(one, addresses=one.addresses | {TELEGRAM}) if one.user_id in chats else one
        for one in map(member_of, rows.values())
    ]
    if telling.readers is not None:
        chosen = {user_id for user_id, row in rows.items() if telling.readers(row)}
        members = [replace(one, role=_READER if one.user_id in chosen else one.role) for one in members]
        of_kind = {telling.news.kind: StaffKindRule(True, frozenset({_READER}))}
        rules = replace(rules, staff_kinds={**rules.staff_kinds, **of_kind})
    decisions = plan_for_staff(telling.news, members, rules, now)
    if not decisions:
        return 0
    values = [_values(account_id, decision, rows[decision.recipient_id], telling, now) for decision in decisions]
    written = await tx.execute(
        insert(NotificationRow)
        .values(values)
        .on_conflict_do_nothing(constraint="one_decision")
        .returning(NotificationRow.state)
    )
    planned = sum(1 for row in written if row.state == "planned")
    if planned:
        await notify(tx, DUE_CHANNEL)
    return planned


async def _with_chats(tx: Tx, users: Iterable[UUID]) -> frozenset[UUID]:
    """Who of them has opened a chat with the platform's bot, whatever the profile says."""
    found = await tx.scalars(select(TelegramChat.user_id).where(TelegramChat.user_id.in_(list(users))))
    return frozenset(found)


def _values(
    account_id: UUID, decision: Decision, member: MemberCopy, telling: Telling, now: datetime
) -> dict[str, Any]:
    is_planned = decision.reason is None
    text = telling.text(member.language) if is_planned else None
    return {
        "account_id": account_id,
        "id": new_id(),
        "booking_id": telling.booking_id,
        "location_id": telling.news.location_id,
        "kind": decision.kind,
        "occasion": decision.occasion,
        "recipient_type": decision.recipient_type,
        "recipient_id": decision.recipient_id,
        "recipient_name": member.name,
        "phone_e164": member.phone_e164,
        "language": member.language,
        "channel": decision.channel,
        "state": state_of(decision.reason),
        "reason_code": decision.reason,
        "reason_params": {},
        "planned_at": decision.planned_at,
        "useful_until": decision.useful_until,
        "due_at": decision.planned_at if is_planned else None,
        "text": text,
        "parts": measure(text).parts if text else None,
        "facts": dict(telling.facts),
        "time_zone": telling.news.zone.key,
        "booking_version": 0,
        "version": 1,
        "trace": telemetry.carry(),
        "created_at": now,
        "changed_at": now,
    }
