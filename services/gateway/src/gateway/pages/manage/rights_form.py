"""The rights of one person as a form, and as the change that the API takes: only what differs from what is there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from contracts.http.identity import MemberAnswer, PermissionAnswer, PermissionsAnswer
from gateway.pages.forms import Form, uuids

OWNER = "owner"
AREAS: Mapping[str, tuple[str, ...]] = {
    "bookings": ("booking",),
    "clients": ("client",),
    "work": ("schedule", "catalogue", "stock"),
    "money": ("settlement", "cash", "operating_day", "fiscal_shift", "payments"),
    "people": ("staff", "permissions", "audit"),
    "firm": ("settings", "notifications", "reports"),
}


@dataclass(frozen=True)
class Area:
    """Rights that belong together."""

    name: str
    rights: tuple[PermissionAnswer, ...]


def areas(known: PermissionsAnswer) -> list[Area]:
    """All rights by subject; those of a subject not named here come last."""
    placed = {prefix: name for name, prefixes in AREAS.items() for prefix in prefixes}
    found: dict[str, list[PermissionAnswer]] = {name: [] for name in (*AREAS, "other")}
    for one in known.items:
        found[placed.get(one.key.partition(".")[0], "other")].append(one)
    return [Area(name, tuple(rights)) for name, rights in found.items() if rights]


def preset(known: PermissionsAnswer, role: str) -> frozenset[str]:
    """What a role brings."""
    return next((frozenset(one.permissions) for one in known.roles if one.key == role), frozenset())


def form_of_member(member: MemberAnswer, zone: str) -> Form:
    """What the person may do now."""
    days = {f"until_{key}": _last_day(at, zone) for key, at in member.permission_expiries.items()}
    return Form.of(
        right=member.permissions,
        role=member.role,
        scope="all" if member.location_ids is None else "some",
        location_ids=member.location_ids or (),
        ends_on=_last_day(member.ends_at, zone) if member.ends_at else None,
        version=member.version,
        **days,
    )


def change_of(form: Form, member: MemberAnswer, known: PermissionsAnswer, zone: str) -> dict[str, Any]:
    """The fields to send; empty when nothing differs."""
    change: dict[str, Any] = {}
    if member.role != OWNER:
        change |= _rights(form, member, known, zone) | _scope(form, member)
    ends_at = _end_of(form.value("ends_on"), zone)
    if ends_at != (member.ends_at.isoformat() if member.ends_at else None) and form.value("ends_on") != (
        _last_day(member.ends_at, zone) if member.ends_at else ""
    ):
        change["ends_at"] = ends_at
    return change


def _rights(form: Form, member: MemberAnswer, known: PermissionsAnswer, zone: str) -> dict[str, Any]:
    usual, ticked, now = preset(known, member.role), set(form.many("right")), set(member.permissions)
    wanted = {
        one.key: None if (one.key in ticked) == (one.key in usual) else one.key in ticked
        for one in known.items
        if (one.key in ticked) != (one.key in now)
    }
    before = {key: _last_day(at, zone) for key, at in member.permission_expiries.items()}
    typed = {key: form.value(f"until_{key}") for key in ticked - usual}
    expiries = {key: _end_of(day, zone) for key, day in typed.items() if day != before.get(key, "")}
    change: dict[str, Any] = {}
    if wanted:
        change["permissions"] = wanted
    if expiries:
        change["permission_expiries"] = expiries
    return change


def _scope(form: Form, member: MemberAnswer) -> dict[str, Any]:
    places = None if form.value("scope") != "some" else tuple(sorted(uuids(form.many("location_ids"))))
    before = None if member.location_ids is None else tuple(sorted(member.location_ids))
    return {} if places == before else {"location_ids": places}


def _last_day(moment: datetime, zone: str) -> str:
    """The last whole day before a moment."""
    return (moment.astimezone(ZoneInfo(zone)) - timedelta(minutes=1)).date().isoformat()


def _end_of(day: str, zone: str) -> str | None:
    """The end of a day; what is none goes as typed, for the owner of the rule to refuse."""
    if not day.strip():
        return None
    try:
        following = date.fromisoformat(day) + timedelta(days=1)
    except (ValueError, OverflowError):
        return day
    return datetime(following.year, following.month, following.day, tzinfo=ZoneInfo(zone)).isoformat()
