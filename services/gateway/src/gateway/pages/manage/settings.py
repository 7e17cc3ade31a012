"""Settings of the account: the everyday ones at first, all of them on request, each with its effect."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Any, get_args
from uuid import UUID
from zoneinfo import ZoneInfo

from starlette.responses import Response

from contracts.http.access import SettingAnswer
from contracts.http.identity import AccountAnswer, AccountChangeBody
from contracts.identity import Unconfirmed
from gateway.clients import Refused
from gateway.pages import formats
from gateway.pages.forms import Form
from gateway.pages.newer import beside, is_stale, ticked
from gateway.pages.route import page_router
from gateway.pages.visit import Visit, VisitDep
from gateway.pages.words import LANGUAGE_NAMES, t

from .office import office_page

router = page_router()

_SECTION = "settings"
_HERE = "PATCH /api/v1/accounts/"
_RULES = "booking_rules."
_COUNTRIES = ("UA", "PL", "CZ", "DE", "GB", "MD", "GE", "KZ")
_LINKS = {
    "schedules": "staff",
    "locations": "locations",
    "members": "rights",
    "second_factor_demanded": "rights/second-factor",
}
SECTIONS = ("firm", "booking", "clients", "safety")


@router.get("/manage/{account_id}/settings")
async def shown(visit: VisitDep, account_id: UUID) -> Response:
    """By subject; `?expert=1` shows those too that few people need."""
    return await _page(visit, account_id, None)


@router.post("/manage/{account_id}/settings")
async def change(visit: VisitDep, account_id: UUID) -> Response:
    """Save what differs."""
    form = await visit.form()
    is_expert = form.has("expert", "1")
    settings = (await visit.api.access.settings(account_id, expert=is_expert)).items
    wanted = _wanted(form, settings)
    here = f"/manage/{account_id}/settings{'?expert=1' if is_expert else ''}"
    if not wanted:
        return visit.go(here, "rights.nothing")
    version = form.whole("version")
    try:
        body = visit.body(AccountChangeBody, wanted, emptied=("city",))
        await visit.api.identity.change_account(account_id, body, version=version if isinstance(version, int) else None)
    except Refused as refused:
        if refused.status in (401, 403):
            raise
        form.note(refused.problem, _fields(settings))
        if is_stale(refused):
            form = await _newer(visit, account_id, form, is_expert=is_expert)
        return await _page(visit, account_id, form, refused.status, is_expert=is_expert)
    return visit.go(here, "manage.saved")


async def _newer(visit: Visit, account_id: UUID, form: Form, *, is_expert: bool) -> Form:
    """What was typed stays; beside it stands what somebody else has saved meanwhile."""
    settings = (await visit.api.access.settings(account_id, expert=is_expert)).items
    account = await visit.api.identity.account(account_id)
    saved = Form.of(version=account.version, **{field_of(one.key): _typed(one) for one in settings})
    said = {field_of(one.key): ticked() for one in settings if one.kind == "yes_no"}
    said |= {field_of(key): dict(options) for key, options in _choices(account.country).items()}
    return beside(form, saved, {field_of(one.key): one.name for one in settings}, said)


def field_of(key: str) -> str:
    """The form field of a setting: without the dot that field names elsewhere do not have."""
    return key.replace(".", "__")


def _fields(settings: tuple[SettingAnswer, ...]) -> dict[str, str]:
    return {f"/{one.key.replace('.', '/')}": field_of(one.key) for one in settings}


def _wanted(form: Form, settings: tuple[SettingAnswer, ...]) -> dict[str, Any]:
    """Only what differs, nested as the API takes it."""
    wanted: dict[str, Any] = {}
    rules: dict[str, Any] = {}
    for one in settings:
        if not one.change.startswith(_HERE) or one.change.count("/") > 4:
            continue
        value = _value(form, one)
        before = list(one.value or ()) if one.kind == "list" else one.value
        if value == before:
            continue
        if one.key.startswith(_RULES):
            rules[one.key.removeprefix(_RULES)] = value
        else:
            wanted[one.key] = value
    return wanted | ({"booking_rules": rules} if rules else {})


def _value(form: Form, one: SettingAnswer) -> Any:
    name = field_of(one.key)
    if one.kind == "yes_no":
        return form.has(name)
    if one.kind == "number":
        return form.whole(name)
    if one.kind == "list":
        return form.many(name)
    return form.text(name)


async def _page(
    visit: Visit, account_id: UUID, form: Form | None, status: int = 200, *, is_expert: bool | None = None
) -> Response:
    expert = visit.query.get("expert") == "1" if is_expert is None else is_expert
    visit.address = f"/manage/{account_id}/settings{'?expert=1' if expert else ''}"
    settings = await visit.api.access.settings(account_id, expert=expert)
    account = await visit.api.identity.account(account_id)
    if form is None:
        form = Form.of(version=account.version, **{field_of(one.key): _typed(one) for one in settings.items})
    known = await visit.api.identity.permissions(account_id)
    return await office_page(
        visit,
        account_id,
        _SECTION,
        "settings",
        status,
        form=form,
        sections=[(name, [one for one in settings.items if one.section == name]) for name in SECTIONS],
        hidden=settings.hidden,
        is_expert=expert,
        choices=_choices(account.country),
        links=_LINKS,
        field_of=field_of,
        markable=[(one.key, one.name) for one in known.items if one.key in ("staff.delete", "permissions.edit")],
        unconfirmed=_unconfirmed(account),
        both_open=not (account.booking_rules.phone_confirmation or account.booking_rules.phone_format_check),
    )


def _unconfirmed(account: AccountAnswer) -> dict[str, Any]:
    """What the saved rule does to a visit at noon, some days ahead; the moments stand on the account's own clock."""
    rules, zone = account.booking_rules, ZoneInfo(account.time_zone)
    before = timedelta(minutes=rules.confirm_cutoff_min)
    day = datetime.now(zone).date() + timedelta(days=before.days + 2)
    starts_at = datetime.combine(day, time(12), zone).astimezone(UTC)
    return {"rule": rules.unconfirmed, "visit": starts_at, "until": starts_at - before, "zone": account.time_zone}


def _choices(country: str) -> dict[str, list[tuple[str, str]]]:
    """What may be chosen, in the reader's words; the present country is always there."""
    names = formats.locale().territories
    countries = dict.fromkeys((country, *_COUNTRIES))
    return {
        "language": [*LANGUAGE_NAMES.items()],
        f"{_RULES}unconfirmed": [(rule, t(f"settings.unconfirmed.{rule}")) for rule in get_args(Unconfirmed)],
        "country": [(code, str(names.get(code, code))) for code in countries],
    }


def _typed(one: SettingAnswer) -> object:
    if one.kind == "yes_no":
        return "on" if one.value else None
    return one.value
