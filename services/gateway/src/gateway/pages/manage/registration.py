"""`/register`: an account of one's own in five short steps, which can be left and continued on another device."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, get_args
from uuid import NAMESPACE_URL, UUID, uuid5

from starlette.responses import Response

from contracts.http.access import DraftAnswer, Step
from contracts.http.catalogue import LocationBody, ServiceBody, StaffMemberBody, WeeklySchedule
from contracts.http.identity import AccountBody, MemberBody, ProfileBody
from gateway.clients import Refused
from gateway.pages.forms import Form
from gateway.pages.route import page_router
from gateway.pages.visit import Visit, VisitDep
from gateway.pages.words import t
from gateway.pages.zones import USUAL_ZONE

from .schedule_form import PRESETS, TIMES, clock

router = page_router()

STEPS: tuple[Step, ...] = get_args(Step)
ROWS = (1, 2, 3)
_FIELDS = {"/name": "name", "/vanity_address": "vanity_address", "/city": "city", "/time_zone": "time_zone"}


@router.get("/register")
async def ask(visit: VisitDep) -> Response:
    """The step asked for, or the first one not filled in; a stranger signs in on the way."""
    if not visit.is_signed_in:
        return visit.page("manage/welcome.html.jinja")
    draft = await visit.api.access.draft()
    return await _page(visit, draft, _step(visit.query.get("step"), draft), None)


@router.post("/register")
async def keep(visit: VisitDep) -> Response:
    """Keep the step as it stands; the last one makes the account."""
    await visit.profile()
    form = await visit.form()
    draft = await visit.api.access.draft()
    step = _step(form.value("step"), draft)
    values = {name: found[0] for name, found in form.values.items() if name not in ("csrf", "step", "act")}
    if form.has("presets"):
        values["preset"] = form.value("preset")
    try:
        draft = await visit.api.access.keep_step(step, values)
        if form.value("act") == "later":
            return visit.go("/me", "register.kept")
        _check(visit, step, form)
        if step == "firm":
            await _check_address(visit, form.value("vanity_address"))
    except Refused as refused:
        if refused.status == 401:
            raise
        return await _page(visit, draft, step, form.note(refused.problem, _FIELDS), refused.status)
    waiting = next((one for one in STEPS if one not in draft.steps), None)
    following = STEPS[STEPS.index(step) + 1] if step != STEPS[-1] else waiting
    if following is not None:
        return visit.go(f"/register?step={following}")
    return await _finish(visit, draft)


def _step(named: str | None, draft: DraftAnswer) -> Step:
    if named in STEPS:
        return named
    return draft.next_step or STEPS[-1]


def _check(visit: Visit, step: Step, form: Form) -> None:
    """Raises `Refused` for what the services would not take."""
    if step == "firm":
        visit.body(AccountBody, _firm(visit, form))
    elif step == "location":
        visit.body(LocationBody, _location(form, "x"))
    elif step == "services":
        found = _services(form)
        for number, one in found:
            try:
                visit.body(ServiceBody, one)
            except Refused as refused:
                raise Refused({**refused.problem, "errors": _numbered(refused.problem, number)}, 422) from refused
        if not found:
            raise _missing("service_name_1")
    elif step == "staff" and not _staff(form):
        raise _missing("staff_name_1")
    elif step == "schedule" and form.value("preset") not in PRESETS:
        raise _missing("preset")


async def _check_address(visit: Visit, vanity_address: str) -> None:
    """Raises `Refused` where another firm's page answers: better now than after five steps."""
    try:
        await visit.api.catalogue.public_page(vanity_address)
    except Refused as refused:
        if refused.status == 401:
            raise
        return
    raise _wrong("vanity_address", t("register.address_taken"))


def _numbered(problem: Mapping[str, Any], number: int) -> list[dict[str, Any]]:
    names = {"name": "service_name", "duration_min": "service_minutes", "price": "service_price"}
    found = []
    for error in problem.get("errors") or []:
        field = str(error["pointer"]).split("/")[1]
        found.append({**error, "pointer": f"/{names.get(field, field)}_{number}"})
    return found


def _missing(field: str) -> Refused:
    return _wrong(field, t("register.missing"))


def _wrong(field: str, text: str) -> Refused:
    error = {"pointer": f"/{field}", "code": "missing", "text": text}
    return Refused({"code": "request.invalid", "title": t("form.has_errors"), "errors": [error]}, 422)


def _firm(visit: Visit, form: Form) -> dict[str, object]:
    return {
        "name": form.value("name"),
        "vanity_address": form.value("vanity_address"),
        "city": form.text("city"),
        "time_zone": form.text("time_zone"),
        "language": visit.language,
    }


def _location(form: Form, firm: str) -> dict[str, object]:
    return {"name": form.text("name") or firm, "address": form.text("address"), "phone": form.text("phone")}


def _services(form: Form) -> list[tuple[int, dict[str, object]]]:
    return [
        (
            number,
            {
                "name": form.value(f"service_name_{number}"),
                "duration_min": form.whole(f"service_minutes_{number}") or 60,
                "price": {"amount": form.minor_units(f"service_price_{number}") or 0},
            },
        )
        for number in ROWS
        if form.text(f"service_name_{number}")
    ]


def _staff(form: Form) -> list[tuple[int, str, str | None]]:
    found = [(number, form.text(f"staff_name_{number}"), form.text(f"staff_phone_{number}")) for number in ROWS]
    return [(number, name, phone) for number, name, phone in found if name]


def _of(draft: DraftAnswer, step: Step) -> Form:
    return Form.of(**draft.steps.get(step, {}))


async def _finish(visit: Visit, draft: DraftAnswer) -> Response:
    """Make the account with everything in it; what goes wrong after the account is there waits on the overview."""
    user = (await visit.profile()).id

    def key(what: str) -> str:
        return str(uuid5(NAMESPACE_URL, f"registration/{user}/{draft.version}/{what}"))

    form = _of(draft, "firm")
    try:
        if name := form.text("owner_name"):
            await visit.api.identity.change_me(visit.body(ProfileBody, {"name": name}))
    except Refused as refused:
        if refused.status == 401:
            raise
        return await _page(visit, draft, "firm", form.note(refused.problem, {"/name": "owner_name"}), refused.status)
    try:
        body = visit.body(AccountBody, _firm(visit, form))
        account = await visit.api.identity.register_account(body, key=key("account"))
    except Refused as refused:
        if refused.status == 401:
            raise
        form.note(refused.problem, _FIELDS)
        return await _page(visit, draft, "firm", form, refused.status, refused.problem.get("suggestions") or [])
    home = f"/manage/{account.id}"
    try:
        await _furnish(visit, draft, account.id, account.name, key)
    except Refused as refused:
        if refused.status == 401:
            raise
        return visit.go(home, "register.partly", why=str(refused.problem.get("title") or ""))
    finally:
        await visit.api.access.drop_draft()
    return visit.go(home, "register.done", name=account.name)


async def _furnish(visit: Visit, draft: DraftAnswer, account_id: UUID, name: str, key: Any) -> None:
    catalogue = visit.api.catalogue
    place = visit.body(LocationBody, _location(_of(draft, "location"), name))
    await catalogue.add_location(account_id, place, key=key("location"))
    services = [
        (await catalogue.add_service(account_id, visit.body(ServiceBody, one), key=key(f"service-{number}"))).id
        for number, one in _services(_of(draft, "services"))
    ]
    hours = visit.body(WeeklySchedule, _week(_of(draft, "schedule")))
    for number, person, phone in _staff(_of(draft, "staff")):
        if phone:
            values = {"phone": phone, "name": person, "role": "master", "accepts_bookings": True}
            member = await visit.api.identity.add_member(
                account_id, visit.body(MemberBody, values), key=key(f"member-{number}")
            )
            staff_member_id = member.staff_member_id
            if staff_member_id is None:
                continue
            patch = {"service_ids": [str(one) for one in services]}
            path = f"/accounts/{account_id}/staff-members/{staff_member_id}"
            await catalogue.call(object, "PATCH", path, body=patch)
        else:
            chair = visit.body(StaffMemberBody, {"name": person, "service_ids": services})
            staff_member_id = (await catalogue.add_staff_member(account_id, chair, key=key(f"staff-{number}"))).id
        await catalogue.set_schedule(account_id, staff_member_id, hours)


def _week(form: Form) -> dict[str, object]:
    days, (since, until) = PRESETS[form.value("preset") if form.value("preset") in PRESETS else "weekdays"]
    hours = {"from": clock(form.value("from") or since), "to": clock(form.value("to") or until)}
    return {"pattern": "weekly", "days": {day: [hours] for day in days}}


async def _page(
    visit: Visit,
    draft: DraftAnswer,
    step: Step,
    form: Form | None,
    status: int = 200,
    suggestions: list[str] | None = None,
) -> Response:
    visit.address = f"/register?step={step}"
    if form is None:
        start = {"firm": {"time_zone": USUAL_ZONE}, "services": {"service_minutes_1": "60"}}
        form = Form.of(**(draft.steps.get(step) or start.get(step) or {}))
    host = visit.settings.public_url.split("://", 1)[-1].rstrip("/")
    return visit.page(
        "manage/register.html.jinja",
        status,
        form=form,
        host=host,
        suggestions=suggestions or [],
        is_nameless=not (await visit.profile()).name,
        step=step,
        steps=[(name, name in draft.steps) for name in STEPS],
        number=STEPS.index(step) + 1,
        rows=ROWS,
        presets=tuple(PRESETS),
        times=TIMES,
        is_last=all(name in draft.steps for name in STEPS if name != step),
    )
