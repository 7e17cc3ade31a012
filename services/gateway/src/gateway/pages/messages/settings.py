"""What is sent, when, to whom; a change is foretold exactly before it is saved."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, get_args
from uuid import UUID

from starlette.responses import Response

from contracts.http.notifications import (
    ClientChannel,
    Kind,
    NotificationSettings,
    QuietPolicy,
    RecipientRole,
    SettingsChange,
    StaffKind,
)
from gateway.clients import Refused
from gateway.pages.forms import Form
from gateway.pages.newer import Words, beside, ticked
from gateway.pages.registers.frame import keep_typed
from gateway.pages.route import page_router
from gateway.pages.visit import Visit, VisitDep
from gateway.pages.words import t

from .frame import message_page

router = page_router()

KINDS: tuple[str, ...] = get_args(Kind)
STAFF_KINDS: tuple[str, ...] = get_args(StaffKind)
CHANNELS: tuple[str, ...] = get_args(ClientChannel)
ROLES: tuple[str, ...] = get_args(RecipientRole)
POLICIES: tuple[str, ...] = get_args(QuietPolicy)
IN_MINUTES = ("reminder_3d_min", "reminder_3h_min", "review_after_min")
_PATH = "/manage/{account_id}/messages/settings"
_FIELDS = {f"/offsets/{name}": name for name in (*IN_MINUTES, "reminder_eve_at")} | {
    "/quiet_hours/starts": "quiet_starts",
    "/quiet_hours/ends": "quiet_ends",
    "/quiet_hours/policy": "quiet_policy",
    "/balance_warning_amount": "balance_warning",
}
_CHANGED_MEANWHILE = (409, 412)


@router.get(_PATH)
async def shown(visit: VisitDep, account_id: UUID) -> Response:
    """As they are now."""
    settings = await visit.api.notifications.settings(account_id)
    return await _page(visit, account_id, _filled(settings))


@router.post(_PATH)
async def change(visit: VisitDep, account_id: UUID) -> Response:
    """Foretell what they would do; with `act=save` do it."""
    form = await visit.form()
    api = visit.api.notifications
    try:
        body = visit.body(NotificationSettings, _typed(form))
        if form.value("act") != "save":
            return await _page(visit, account_id, form, change=await api.foretell_settings(account_id, body))
        await api.set_settings(account_id, body)
    except Refused as refused:
        if refused.status in _CHANGED_MEANWHILE:
            saved = _filled(await api.settings(account_id))
            newer = beside(form.note(refused.problem), saved, _labels(), _words())
            return await _page(visit, account_id, newer, refused.status)
        return await _page(visit, account_id, keep_typed(refused, form, _FIELDS), refused.status)
    return visit.go(f"/manage/{account_id}/messages/settings", "messages.settings_saved")


def _filled(settings: NotificationSettings) -> Form:
    said: dict[str, Any] = settings.model_dump(mode="json")
    quiet, offsets = said["quiet_hours"], said["offsets"]
    values: dict[str, object] = {
        "client_messages_on": "on" if settings.client_messages_on else None,
        "merge_same_day": "on" if settings.merge_same_day else None,
        "kinds": [kind for kind in KINDS if said["client_kinds"][kind]],
        "reminder_eve_at": offsets["reminder_eve_at"],
        "quiet_on": "on" if quiet["enabled"] else None,
        "quiet_starts": quiet["starts"],
        "quiet_ends": quiet["ends"],
        "quiet_policy": quiet["policy"],
        "staff_kinds": [kind for kind in STAFF_KINDS if said["staff_kinds"][kind]["enabled"]],
        "morning_check_at": said["morning_check_at"],
        "balance_warning": _amount(settings.balance_warning_amount),
        "version": settings.version,
    }
    values |= {f"channel_{kind}": said["client_channels"][kind] for kind in KINDS}
    values |= {name: _hours(offsets[name]) for name in IN_MINUTES}
    values |= {f"to_{kind}": sorted(said["staff_kinds"][kind]["recipients"]) for kind in STAFF_KINDS}
    return Form.of(**values)


def _typed(form: Form) -> Mapping[str, object]:
    return {
        "client_messages_on": form.has("client_messages_on"),
        "merge_same_day": form.has("merge_same_day"),
        "client_kinds": {kind: form.has("kinds", kind) for kind in KINDS},
        "client_channels": {kind: form.value(f"channel_{kind}") or "sms" for kind in KINDS},
        "offsets": {name: _minutes(form.value(name)) for name in IN_MINUTES}
        | {"reminder_eve_at": form.value("reminder_eve_at")},
        "quiet_hours": {
            "enabled": form.has("quiet_on"),
            "starts": form.value("quiet_starts"),
            "ends": form.value("quiet_ends"),
            "policy": form.value("quiet_policy") or "drop",
        },
        "staff_kinds": {
            kind: {"enabled": form.has("staff_kinds", kind), "recipients": form.many(f"to_{kind}")}
            for kind in STAFF_KINDS
        },
        "morning_check_at": form.value("morning_check_at"),
        "balance_warning_amount": form.minor_units("balance_warning"),
        "version": form.whole("version") or 0,
    }


def _labels() -> dict[str, str]:
    """The fields of the form as it names them."""
    boxes = {"client_messages_on": "client_messages_on", "merge_same_day": "merge", "quiet_on": "quiet_on"}
    found = {name: t(f"settings.{word}") for name, word in boxes.items()}
    found |= {"kinds": t("settings.to_clients"), "staff_kinds": t("settings.to_staff")}
    fields = ("reminder_eve_at", *IN_MINUTES, "quiet_starts", "quiet_ends", "quiet_policy")
    found |= {name: t(f"label.{name}") for name in (*fields, "morning_check_at", "balance_warning")}
    found |= {f"channel_{kind}": t("settings.channel_of", kind=t(f"kind.{kind}")) for kind in KINDS}
    return found | {f"to_{kind}": t("settings.who", kind=t(f"staff_kind.{kind}")) for kind in STAFF_KINDS}


def _words() -> dict[str, Words]:
    roles = {role: t("settings.the_one" if role == "staff_member" else f"role.{role}") for role in ROLES}
    found: dict[str, Words] = dict.fromkeys(("client_messages_on", "merge_same_day", "quiet_on"), ticked())
    found |= {"kinds": {kind: t(f"kind.{kind}") for kind in KINDS}}
    found |= {"staff_kinds": {kind: t(f"staff_kind.{kind}") for kind in STAFF_KINDS}}
    found |= {"quiet_policy": {name: t(f"settings.policy.{name}") for name in POLICIES}}
    found |= {f"channel_{kind}": {name: t(f"channel.{name}") for name in CHANNELS} for kind in KINDS}
    return found | {f"to_{kind}": roles for kind in STAFF_KINDS}


def _hours(minutes: int) -> str:
    """`1,5` for ninety minutes."""
    return f"{minutes / 60:.2f}".rstrip("0").rstrip(".").replace(".", ",")


def _amount(minor: int | None) -> str | None:
    """`150,50`, as it is typed; none where nothing was chosen."""
    return None if minor is None else f"{minor / 100:.2f}".removesuffix(".00").replace(".", ",")


def _minutes(hours: str) -> int | str:
    """Minutes of typed hours; what is no number stays as typed, so that the owner of the rule can refuse it."""
    try:
        return round(float(hours.strip().replace(",", ".")) * 60)
    except (ValueError, OverflowError):
        return hours


async def _page(
    visit: Visit, account_id: UUID, form: Form, status: int = 200, *, change: SettingsChange | None = None
) -> Response:
    return await message_page(
        visit,
        account_id,
        "messages/settings",
        "settings",
        status,
        form=form,
        change=change,
        kinds=KINDS,
        staff_kinds=STAFF_KINDS,
        channels=CHANNELS,
        roles=ROLES,
        policies=POLICIES,
        times=tuple(f"{hour:02}:{minute:02}" for hour in range(24) for minute in (0, 30)),
    )
