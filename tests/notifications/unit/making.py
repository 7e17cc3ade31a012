"""Situations for the planner, with everything usual filled in."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from notifications.domain.facts import (
    CLIENT_KINDS,
    STAFF_KINDS,
    Act,
    Client,
    Kind,
    Member,
    Rules,
    Situation,
    StaffKindRule,
    Standing,
    Visit,
)
from notifications.domain.quiet_hours import QuietHours, QuietPolicy

KYIV = ZoneInfo("Europe/Kyiv")
NIGHT = QuietHours(time(21), time(7), QuietPolicy.DROP)
SOFIA = UUID(int=1)
OLENA, IHOR = UUID(int=11), UUID(int=12)
USUAL = StaffKindRule(True, frozenset({"owner", "administrator", "staff_member"}))


def kyiv(written: str, fold: int = 0) -> datetime:
    return datetime.fromisoformat(written).replace(tzinfo=KYIV, fold=fold).astimezone(UTC)


def rules(**more: Any) -> Rules:
    usual: dict[str, Any] = {
        "account_is_active": True,
        "client_messages_on": True,
        "client_kinds": frozenset(CLIENT_KINDS) - {Kind.CREATED},
        "staff_kinds": dict.fromkeys(STAFF_KINDS, USUAL),
        "reminder_3d_before": timedelta(days=3),
        "reminder_eve_at": time(19),
        "reminder_3h_before": timedelta(hours=3),
        "review_after": timedelta(hours=2),
        "client_channels": {},
        "quiet": NIGHT,
        "merge_same_day": False,
        "undo_window": timedelta(seconds=8),
        "sendable": frozenset({"sms"}),
    }
    return Rules(**(usual | more))


def client(**more: Any) -> Client:
    usual: dict[str, Any] = {"id": UUID(int=21), "user_id": UUID(int=22), "has_phone": True, "phone_confirmed": True}
    return Client(**(usual | more))


def member(user_id: UUID = OLENA, role: str = "owner", **more: Any) -> Member:
    usual: dict[str, Any] = {"staff_member_id": None, "location_ids": None, "channel": "sms"}
    return Member(user_id, role, **(usual | more))


def visit(starts_at: datetime, **more: Any) -> Visit:
    usual: dict[str, Any] = {
        "version": 1,
        "standing": Standing(starts_at, frozenset({SOFIA})),
        "ends_at": starts_at + timedelta(hours=1),
        "zone": KYIV,
        "location_id": UUID(int=31),
        "is_ahead": True,
        "is_cancelled": False,
        "by_unconfirmed_door": False,
    }
    return Visit(**(usual | more))


def act(kind: Kind, **more: Any) -> Act:
    usual: dict[str, Any] = {"by_client": False, "actor_id": None}
    return Act(kind, **(usual | more))


def situation(starts_at: datetime, **more: Any) -> Situation:
    usual: dict[str, Any] = {
        "visit": visit(starts_at),
        "client": client(),
        "members": (member(),),
        "rules": rules(),
        "act": None,
    }
    return Situation(**(usual | more))
