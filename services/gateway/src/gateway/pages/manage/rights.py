"""Who may do what: all members against all rights, and one member to change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from starlette.responses import Response

from contracts.http.identity import MemberAnswer, MemberChangeBody
from gateway.clients import Refused
from gateway.pages.errors import PageUnknown
from gateway.pages.forms import Form
from gateway.pages.route import page_router
from gateway.pages.visit import Visit, VisitDep
from gateway.pages.words import t

from .office import office_page
from .rights_form import OWNER, areas, change_of, form_of_member, preset
from .schedule import zone_of

router = page_router()

_SECTION = "rights"
_DANGER = "identity.danger_unconfirmed"
_STEP_UP = "access.step_up_required"
_STALE = (409, 412)


@router.get("/manage/{account_id}/rights")
async def matrix(visit: VisitDep, account_id: UUID) -> Response:
    """Members against rights, with the requests that wait."""
    members = (await visit.api.identity.members(account_id)).items
    known = await visit.api.identity.permissions(account_id)
    waiting = (await visit.api.access.requests(account_id, state="open")).items
    account = await visit.api.identity.account(account_id)
    places = (await visit.api.catalogue.locations(account_id)).items
    return await office_page(
        visit,
        account_id,
        _SECTION,
        "rights",
        members=members,
        areas=areas(known),
        usual={role.key: frozenset(role.permissions) for role in known.roles},
        waiting=waiting,
        twice=frozenset(account.second_person_for),
        zone=zone_of(places),
        places={one.id: one.name for one in places},
    )


@router.get("/manage/{account_id}/rights/{member_id}")
async def shown(visit: VisitDep, account_id: UUID, member_id: UUID) -> Response:
    """One member with every right."""
    member = await member_named(visit, account_id, member_id)
    zone = zone_of((await visit.api.catalogue.locations(account_id)).items)
    return await _page(visit, account_id, member, form_of_member(member, zone))


@router.post("/manage/{account_id}/rights/{member_id}")
async def change(visit: VisitDep, account_id: UUID, member_id: UUID) -> Response:
    """Change rights, places or the end; dangerous rights are shown with their reason before they are given."""
    form = await visit.form()
    member = await member_named(visit, account_id, member_id)
    known = await visit.api.identity.permissions(account_id)
    zone = zone_of((await visit.api.catalogue.locations(account_id)).items)
    if form.value("act") == "role":
        wanted: dict[str, Any] = {"role": form.value("role")}
        if member.permission_changes:
            wanted["permissions"] = dict.fromkeys(member.permission_changes)
    else:
        wanted = change_of(form, member, known, zone)
    here = f"/manage/{account_id}/rights/{member_id}"
    if not wanted:
        return visit.go(here, "rights.nothing")
    wanted["confirmed"] = form.has("confirmed", "yes")
    try:
        body = visit.body(MemberChangeBody, wanted, emptied=("location_ids", "ends_at"))
        await visit.api.identity.change_member(account_id, member_id, body, version=_version(form))
    except Refused as refused:
        if refused.status in (401, 404):
            raise
        return await _refused(visit, account_id, member, form, refused)
    return visit.go(here, "rights.saved", name=member.name)


async def member_named(visit: Visit, account_id: UUID, member_id: UUID) -> MemberAnswer:
    """The member, removed ones included. Raises `PageUnknown`."""
    for one in (await visit.api.identity.members(account_id, with_removed=True)).items:
        if one.id == member_id:
            return one
    raise PageUnknown


def _version(form: Form) -> int | None:
    version = form.whole("version")
    return version if isinstance(version, int) else None


async def _refused(visit: Visit, account_id: UUID, member: MemberAnswer, form: Form, refused: Refused) -> Response:
    """What was ticked stays; dangers, a code to enter and a newer state each have their own way on."""
    form.note(refused.problem)
    values = dict(form.values)
    dangers: Sequence[Mapping[str, str]] = ()
    if refused.code == _DANGER:
        dangers = refused.problem.get("dangers") or ()
    elif refused.status in _STALE and refused.code != "identity.last_owner":
        values["version"] = [str(member.version)]
        form.refuse(None, t("rights.changed_meanwhile"))
    again = Form(values, form.errors, form.summary, form.fix, form.trace_id)
    return await _page(
        visit,
        account_id,
        member,
        again,
        refused.status,
        dangers=dangers,
        needs_code=refused.code == _STEP_UP,
        ask=refused.problem.get("ask"),
        act=form.value("act") or "save",
    )


async def _page(
    visit: Visit,
    account_id: UUID,
    member: MemberAnswer,
    form: Form,
    status: int = 200,
    *,
    dangers: Sequence[Mapping[str, str]] = (),
    needs_code: bool = False,
    ask: Mapping[str, Any] | None = None,
    act: str = "save",
) -> Response:
    visit.address = f"/manage/{account_id}/rights/{member.id}"
    known = await visit.api.identity.permissions(account_id)
    account = await visit.api.identity.account(account_id)
    places = (await visit.api.catalogue.locations(account_id)).items
    return await office_page(
        visit,
        account_id,
        _SECTION,
        "rights_of_one",
        status,
        person=member,
        form=form,
        areas=areas(known),
        roles=known.roles,
        usual=preset(known, member.role),
        is_owner=member.role == OWNER,
        may_grant=any(one.held for one in known.items if one.key == "permissions.edit"),
        twice=frozenset(account.second_person_for),
        places=places,
        dangers=dangers,
        needs_code=needs_code,
        ask=ask,
        act=act,
    )
