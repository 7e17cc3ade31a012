"""A change of the rules that may hit bookings: seen first, decided booking by booking, then carried out whole.

Whoever wants such a change calls `begin`. Nothing hit: it is carried out at once. Otherwise the answer is a page with
every booking, the free times near it and what its client would hear; it is sent to `/manage/{account}/changes`.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from starlette.responses import Response

from contracts.http.booking import Alternative, Conflict, Outcome
from contracts.http.identity import MemberAnswer
from contracts.http.notifications import PlanPreview
from gateway.clients import Refused
from gateway.clients.calling import segment
from gateway.pages.errors import PageUnknown
from gateway.pages.forms import Form
from gateway.pages.route import page_router
from gateway.pages.said import object_said
from gateway.pages.visit import Visit, VisitDep, safe_next
from gateway.pages.words import n, t

from .office import office_page

router = page_router()

CONFLICT = "booking.schedule_conflict"
CHOICES = ("keep", "move", "cancel")
_SECTIONS = {"service": "services", "service_removal": "services", "location_removal": "locations"}
_MOST_PREVIEWS = 12


@dataclass(frozen=True)
class Told:
    """What the client of one booking would hear; `why` instead of a text when nothing goes."""

    text: str | None
    parts: int
    why: str | None


@dataclass(frozen=True)
class Hit:
    """One booking in the way."""

    booking: Conflict
    times: Sequence[tuple[str, Alternative]]
    told: Mapping[str, Told]
    is_new: bool = False


async def begin(
    visit: Visit,
    account_id: UUID,
    change: Mapping[str, Any],
    *,
    back: str,
    key: str | None,
    then: str = "",
    gone: str = "",
) -> Response:
    """Look at what the change hits; raises `Refused` for what is wrong with the change itself.

    `then` is a member who is removed once their bookings are decided, `gone` the name of what the change removes.
    """
    about = Form.of(then=then, gone=gone)
    seen = await visit.api.office.change(account_id, {"change": change, "dry_run": True}, key=str(uuid4()))
    if seen.conflicts:
        return await _review(visit, account_id, change, back, seen.conflicts, seen.seen, about)
    wanted = {"change": change, "seen": seen.seen}
    try:
        await visit.api.office.change(account_id, wanted, key=key or str(uuid4()))
    except Refused as refused:
        if refused.code != CONFLICT:
            raise
        return await _meanwhile(visit, account_id, change, back, refused, about)
    await _finish(visit, account_id, then)
    return visit.go(back, "deleted.gone", name=gone) if gone else visit.go(back, "hits.saved")


@router.get("/manage/{account_id}/changes")
async def left(visit: VisitDep, account_id: UUID) -> Response:
    """The address of a decision, opened again: the change has to be made anew."""
    return visit.go(f"/manage/{account_id}/staff")


@router.post("/manage/{account_id}/changes")
async def decide(visit: VisitDep, account_id: UUID) -> Response:
    """Carry a change out with what was chosen for each booking."""
    form = await visit.form()
    change = _change(form)
    back = safe_next(form.value("back"), f"/manage/{account_id}")
    wanted: dict[str, Any] = {"change": change, "seen": form.value("seen")}
    if form.value("all") in CHOICES:
        wanted["on_conflict"] = form.value("all")
    else:
        wanted["choices"] = _choices(form)
    try:
        done = await visit.api.office.change(account_id, wanted, key=str(uuid4()))
    except Refused as refused:
        if refused.code == CONFLICT:
            return await _meanwhile(visit, account_id, change, back, refused, form)
        if refused.status in (401, 404):
            raise
        now = await visit.api.office.change(account_id, {"change": change, "dry_run": True}, key=str(uuid4()))
        form.note(refused.problem)
        return await _review(visit, account_id, change, back, now.conflicts, now.seen, form, status=refused.status)
    await _finish(visit, account_id, form.value("then"))
    return visit.go(back, "hits.done", outcome=_counted(done.outcome))


async def _finish(visit: Visit, account_id: UUID, then: str) -> None:
    """Let a member go whose bookings are decided."""
    if then:
        path = f"/accounts/{account_id}/members/{segment(then)}"
        await visit.api.identity.call(MemberAnswer, "DELETE", path, query={"on_conflict": "keep"})


def _change(form: Form) -> dict[str, Any]:
    change = object_said(form.value("change"))
    if change is None:
        raise PageUnknown
    return change


def _choices(form: Form) -> list[dict[str, Any]]:
    """What was chosen; a booking without a choice is left out, so that the owner of the rule asks for it."""
    found: list[dict[str, Any]] = []
    for name in form.values:
        kind, _, booking_id = name.partition("_")
        if kind != "choice" or form.value(name) not in CHOICES:
            continue
        one: dict[str, Any] = {"booking_id": booking_id, "choice": form.value(name)}
        starts_at, _, staff_member_id = form.value(f"to_{booking_id}").partition("|")
        if one["choice"] == "move" and starts_at:
            one |= {"starts_at": starts_at, "staff_member_id": staff_member_id or None}
        found.append(one)
    return found


def _counted(outcome: Sequence[Outcome]) -> str:
    """`2 залишено, 1 перенесено`."""
    counts = {kind: sum(one.choice == kind for one in outcome) for kind in CHOICES}
    return ", ".join(n(f"hits.count_{kind}", count) for kind, count in counts.items() if count) or t("hits.count_none")


async def _meanwhile(
    visit: Visit, account_id: UUID, change: Mapping[str, Any], back: str, refused: Refused, form: Form
) -> Response:
    """The list is not the one that was looked at, or a booking has no choice yet: shown again, choices kept."""
    conflicts = [Conflict.model_validate(one) for one in refused.problem.get("conflicts") or []]
    known = {name.partition("_")[2] for name in form.values if name.startswith("known_")}
    new = {str(one.booking_id) for one in conflicts} - known
    undecided = not new and bool(known)
    form.refuse(None, t("hits.undecided") if undecided else t("hits.meanwhile"))
    form.summary = str(refused.problem.get("title") or "")
    return await _review(
        visit, account_id, change, back, conflicts, str(refused.problem.get("seen") or ""), form, status=409, new=new
    )


async def _review(
    visit: Visit,
    account_id: UUID,
    change: Mapping[str, Any],
    back: str,
    conflicts: Sequence[Conflict],
    seen: str,
    form: Form,
    *,
    status: int = 200,
    new: set[str] | None = None,
) -> Response:
    visit.address = back
    people = {one.id: one.name for one in (await visit.api.catalogue.staff_members(account_id)).items}
    told = await _told(visit, account_id, conflicts[:_MOST_PREVIEWS])
    hits = [
        Hit(
            one,
            [(_value(free), free) for free in one.alternatives],
            told.get(one.booking_id, {}),
            str(one.booking_id) in (new or ()),
        )
        for one in conflicts
    ]
    return await office_page(
        visit,
        account_id,
        _SECTIONS.get(str(change.get("kind")), "staff"),
        "hits",
        status,
        hits=hits,
        people=people,
        change=json.dumps(change, ensure_ascii=False),
        seen=seen,
        back=back,
        form=form,
        choices=CHOICES,
        then=form.value("then"),
        gone=form.value("gone"),
    )


def _value(free: Alternative) -> str:
    return f"{free.starts_at.isoformat()}|{free.staff_member_ids[0] if free.staff_member_ids else ''}"


async def _told(visit: Visit, account_id: UUID, conflicts: Sequence[Conflict]) -> dict[UUID, dict[str, Told]]:
    """What a client would hear of a move to the nearest time and of a cancellation, where that may be seen."""

    async def ask(one: Conflict, act: str) -> tuple[UUID, str, Told | None]:
        body: dict[str, Any] = {"act": act, "booking_id": str(one.booking_id)}
        if act == "reschedule":
            if not one.alternatives:
                return one.booking_id, "move", None
            nearest = one.alternatives[0]
            body |= {"starts_at": nearest.starts_at.isoformat()}
            body |= {"staff_member_id": str(nearest.staff_member_ids[0])} if nearest.staff_member_ids else {}
        path = f"/accounts/{account_id}/notifications/preview"
        try:
            plan = await visit.api.notifications.call(PlanPreview, "POST", path, body=body)
        except Refused as refused:
            if refused.status == 401:
                raise
            return one.booking_id, "", None
        return one.booking_id, "move" if act == "reschedule" else "cancel", _to_client(plan)

    asked = [ask(one, act) for one in conflicts for act in ("reschedule", "cancel")]
    found: dict[UUID, dict[str, Told]] = {}
    for booking_id, choice, told in await asyncio.gather(*asked):
        if told is not None:
            found.setdefault(booking_id, {})[choice] = told
    return found


def _to_client(plan: PlanPreview) -> Told | None:
    """The message about the act itself; reminders come and go with the visit."""
    for one in plan.items:
        if one.recipient.type == "client" and one.change == "added" and one.kind in ("rescheduled", "cancelled"):
            is_planned = one.state in ("planned", "held")
            return Told(one.text if is_planned else None, one.parts or 0, None if is_planned else one.reason_text)
    return None
