"""When the journal of each location and the reports of all go out by e-mail, and to whom."""

from __future__ import annotations

from collections.abc import Mapping
from typing import get_args
from uuid import UUID

from starlette.responses import Response

from contracts.http.identity import MemberAnswer
from contracts.http.reports import (
    MailedReport,
    ReportMailingAnswer,
    ReportMailingBody,
    ReportScheduleAnswer,
    ReportScheduleBody,
    ReportSpan,
)
from gateway.clients import Refused
from gateway.pages.balance.purse import granted
from gateway.pages.forms import Form
from gateway.pages.manage.office import office_page
from gateway.pages.newer import beside, is_stale, ticked
from gateway.pages.registers.frame import keep_typed
from gateway.pages.route import page_router
from gateway.pages.visit import Visit, VisitDep
from gateway.pages.words import t

from .frame import TABS

router = page_router()

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_COVERS = ("today", "tomorrow")
_LABELS = {
    "is_on": "is_on",
    "time": "time",
    "covers": "covers",
    "span": "span",
    "weekdays": "days",
    "recipient_user_ids": "who",
}
_SPANS: tuple[str, ...] = get_args(ReportSpan)


@router.get("/manage/{account_id}/reports/mailing")
async def shown(visit: VisitDep, account_id: UUID) -> Response:
    """One timetable per location."""
    return await _page(visit, account_id)


@router.post("/manage/{account_id}/reports/mailing/{location_id}")
async def change(visit: VisitDep, account_id: UUID, location_id: UUID) -> Response:
    """Set the timetable of one location; nobody ticked means all who may see reports there."""
    form = await visit.form()
    version = form.whole("version")
    values = {
        "is_on": form.has("is_on"),
        "time": form.value("time"),
        "weekdays": form.many("weekdays"),
        "covers": form.value("covers"),
        "recipient_user_ids": form.many("recipient_user_ids") or None,
    }
    try:
        body = visit.body(ReportScheduleBody, values)
        await visit.api.reports.set_schedule(
            account_id, location_id, body, version=version if isinstance(version, int) else None
        )
    except Refused as refused:
        form = keep_typed(refused, form, {})
        if is_stale(refused):
            now = [
                one for one in (await visit.api.reports.schedules(account_id)).items if one.location_id == location_id
            ]
            form = await _newer(visit, account_id, form, _filled(now[0])) if now else form
        return await _page(visit, account_id, refused.status, typed={location_id: form})
    return visit.go(f"/manage/{account_id}/reports/mailing", "mailing.saved")


@router.post("/manage/{account_id}/reports/mailing/figures/{report}")
async def change_figures(visit: VisitDep, account_id: UUID, report: MailedReport) -> Response:
    """Set the timetable of one report of all locations."""
    form = await visit.form()
    version = form.whole("version")
    values = {
        "is_on": form.has("is_on"),
        "time": form.value("time"),
        "weekdays": form.many("weekdays"),
        "span": form.value("span"),
        "recipient_user_ids": form.many("recipient_user_ids") or None,
    }
    try:
        body = visit.body(ReportMailingBody, values)
        await visit.api.reports.set_mailing(
            account_id, report, body, version=version if isinstance(version, int) else None
        )
    except Refused as refused:
        form = keep_typed(refused, form, {})
        if is_stale(refused):
            now = [one for one in (await visit.api.reports.mailings(account_id)).items if one.report == report]
            form = await _newer(visit, account_id, form, _filled_figures(now[0])) if now else form
        return await _page(visit, account_id, refused.status, typed={report: form})
    return visit.go(f"/manage/{account_id}/reports/mailing", "mailing.saved")


async def _newer(visit: Visit, account_id: UUID, form: Form, saved: Form) -> Form:
    """What was typed stays; beside it stands what somebody else has saved meanwhile."""
    members, _ = await granted(visit.api.identity.members(account_id))
    said = {
        "is_on": ticked(),
        "weekdays": {day: t(f"label.{day}") for day in WEEKDAYS},
        "covers": {one: t(f"mailing.{one}") for one in _COVERS},
        "span": {one: t(f"mailing.span.{one}") for one in _SPANS},
        "recipient_user_ids": {str(one.user_id): one.name for one in (members.items if members else [])},
    }
    labels = {name: t(f"mailing.{word}") for name, word in _LABELS.items() if name in ("is_on", *saved.values)}
    return beside(form, saved, labels, said)


async def _page(
    visit: Visit, account_id: UUID, status: int = 200, *, typed: Mapping[UUID | MailedReport, Form] | None = None
) -> Response:
    visit.address = f"/manage/{account_id}/reports/mailing"
    schedules = (await visit.api.reports.schedules(account_id)).items
    figures, _ = await granted(visit.api.reports.mailings(account_id))
    members, _ = await granted(visit.api.identity.members(account_id))
    people = [one for one in members.items if one.user_id] if members else []
    return await office_page(
        visit,
        account_id,
        "reports",
        "reports/mailing",
        status,
        tab="reports/mailing",
        report_tabs=TABS,
        places=[(one, (typed or {}).get(one.location_id) or _filled(one)) for one in schedules],
        figures=[(one, (typed or {}).get(one.report) or _filled_figures(one)) for one in figures.items]
        if figures
        else [],
        spans=_SPANS,
        people=[(one.user_id, _who(one)) for one in people],
        weekdays=WEEKDAYS,
        covers=_COVERS,
        times=tuple(f"{hour:02}:{minute:02}" for hour in range(24) for minute in (0, 30)),
    )


def _filled(one: ReportScheduleAnswer) -> Form:
    return Form.of(
        is_on="on" if one.is_on else None,
        time=one.time,
        weekdays=one.weekdays,
        covers=one.covers,
        recipient_user_ids=one.recipient_user_ids or [],
        version=one.version,
    )


def _filled_figures(one: ReportMailingAnswer) -> Form:
    return Form.of(
        is_on="on" if one.is_on else None,
        time=one.time,
        weekdays=one.weekdays,
        span=one.span,
        recipient_user_ids=one.recipient_user_ids or [],
        version=one.version,
    )


def _who(one: MemberAnswer) -> str:
    return one.name
