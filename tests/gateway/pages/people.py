"""Members of the salon with their rights, as identity tells of them."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import contracts
from contracts.http.access import AccessRequestAnswer
from contracts.http.identity import MemberAnswer, PermissionsAnswer, SecondFactorDemand
from contracts.permissions import Permission
from kit.texts import Texts

from .salon import ACCOUNT, ANDRII, LOCATION, OLENA, moment, uid
from .stage import Stage

NAMES = Texts(Path(contracts.__file__).parent / "texts")
BASE = f"/accounts/{ACCOUNT}"
OWNER_ID, MASTER_ID, WISH, KEY = uid(95), uid(97), uid(98), uid(99)
MASTER_RIGHTS = (
    "booking.cancel",
    "booking.create",
    "booking.reschedule",
    "booking.view",
    "client.message",
    "client.view",
)
DANGEROUS = {"client.view_phone": "Майстер, що піде, забере базу клієнтів.", "cash.delete": "Сліди грошей зникнуть."}


def member(**changes: Any) -> MemberAnswer:
    """Andrii, who works as a master."""
    said: dict[str, Any] = {
        "id": MASTER_ID,
        "version": 4,
        "account_id": ACCOUNT,
        "user_id": uid(96),
        "staff_member_id": ANDRII,
        "name": "Андрій Мельник",
        "phone": "+380671112233",
        "role": "master",
        "permissions": [*MASTER_RIGHTS, "client.edit"],
        "permission_changes": {"client.edit": True},
        "permission_expiries": {},
        "ends_at": None,
        "location_ids": None,
        "accepts_bookings": True,
        "is_active": True,
        "added_at": moment(-30, 9),
        "removed_at": None,
    }
    return MemberAnswer.model_validate({**said, **changes})


def owner() -> MemberAnswer:
    return member(
        id=OWNER_ID,
        user_id=uid(70),
        staff_member_id=OLENA,
        name="Олена Шевчук",
        role="owner",
        permissions=sorted(Permission),
        permission_changes={},
    )


def known(*, without: tuple[str, ...] = ()) -> PermissionsAnswer:
    """Every right; those of `without` the reader does not hold."""
    items = [
        {
            "key": key,
            "name": NAMES.get("uk", f"permission.{key}"),
            "dangerous": key in DANGEROUS,
            "why": DANGEROUS.get(key),
            "held": key not in without,
        }
        for key in Permission
    ]
    roles = [
        {"key": "owner", "name": "Власник", "permissions": sorted(Permission)},
        {"key": "administrator", "name": "Адміністратор", "permissions": ["booking.view", "staff.edit"]},
        {"key": "master", "name": "Майстер", "permissions": MASTER_RIGHTS},
    ]
    return PermissionsAnswer.model_validate({"items": items, "roles": roles})


def wish(**changes: Any) -> AccessRequestAnswer:
    said: dict[str, Any] = {
        "id": WISH,
        "version": 1,
        "state": "open",
        "rule": "access.missing_permission",
        "permissions": ["booking.cancel_paid"],
        "permission_names": ["Скасовувати оплачені записи"],
        "location_ids": [LOCATION],
        "all_locations": False,
        "act": None,
        "note": "Клієнтка захворіла <b>сьогодні</b>",
        "member_id": MASTER_ID,
        "member_name": "Андрій Мельник",
        "to": None,
        "created_at": moment(0, 9),
        "expires_at": moment(7, 9),
        "decided_at": None,
        "decided_by_name": None,
    }
    return AccessRequestAnswer.model_validate({**said, **changes})


def key(**changes: Any) -> dict[str, Any]:
    at: datetime = moment(-3, 9)
    said: dict[str, Any] = {
        "id": KEY,
        "name": "Сайт",
        "hint": "a1b2",
        "permissions": ["booking.view"],
        "location_ids": None,
        "kept_by": "Олена Шевчук",
        "created_at": at,
        "expires_at": None,
        "last_used_at": at + timedelta(days=1),
        "last_used_from": "203.0.113.7",
    }
    return {**said, **changes}


def demand(**changes: Any) -> SecondFactorDemand:
    """Nobody demands it yet; the master has no app."""
    lacking = {
        "member_id": MASTER_ID,
        "name": "Андрій Мельник",
        "role": "manager",
        "dangerous_permissions": ("client.view_phone", "staff.edit"),
        "state": "none",
    }
    return SecondFactorDemand.model_validate({"demanded": False, "lacking": [lacking], "concerned": 2, **changes})


def open_people(stage: Stage) -> None:
    """Members, rights, requests and keys are there."""
    stage.on("identity", "GET", f"{BASE}/settings/second-factor", demand())
    stage.on("identity", "PUT", f"{BASE}/settings/second-factor", demand(demanded=True))
    stage.on("identity", "GET", f"{BASE}/members", {"items": [owner(), member()]})
    stage.on("identity", "GET", f"{BASE}/permissions", known())
    stage.on("identity", "GET", f"{BASE}/access-requests", {"items": [wish()]})
    stage.on("identity", "POST", f"{BASE}/access-requests", wish())
    stage.on("identity", "POST", f"{BASE}/access-requests/{WISH}/(grant|decline)", wish(state="granted"))
    stage.on("identity", "PATCH", f"{BASE}/members/{MASTER_ID}", member(version=5))
    stage.on("identity", "GET", f"{BASE}/api-keys", {"items": [key()]})
    stage.on("identity", "POST", f"{BASE}/api-keys", key(key="zk_secret_of_the_key"))
    stage.on("identity", "DELETE", f"{BASE}/api-keys/{KEY}", None)
