"""When reports of figures are mailed, and to whom."""

from __future__ import annotations

from typing import get_args
from uuid import UUID

from fastapi import APIRouter, Response
from sqlalchemy import select

from booking.records import ReportMailing
from contracts.http.reports import MailedReport, ReportMailingAnswer, ReportMailingBody, ReportMailingList
from contracts.permissions import Permission
from kit.edge import DbDep, MemberDep
from kit.errors import InvalidInput
from kit.first_rows import locked_or_new

from .edge import IfMatchDep, etag, require_version, require_whole_account
from .report_readers import require_readers

router = APIRouter(prefix="/api/v1/accounts/{account_id}/report-mailings", tags=["reports"])


@router.get("", operation_id="list_report_mailings")
async def list_mailings(member: MemberDep, db: DbDep) -> ReportMailingList:
    """Every report that can be mailed with its timetable; one that was never set is off."""
    member.require(Permission.REPORTS_VIEW)
    require_whole_account(member)
    async with db.tx(member.account_id) as tx:
        rows = await tx.scalars(select(ReportMailing).where(ReportMailing.account_id == member.account_id))
        by_report = {row.report: row for row in rows}
    return ReportMailingList(items=[_answer(report, by_report.get(report)) for report in get_args(MailedReport)])


@router.put("/{report}", operation_id="set_report_mailing")
async def put_mailing(
    report: MailedReport,
    body: ReportMailingBody,
    member: MemberDep,
    db: DbDep,
    if_match: IfMatchDep,
    response: Response,
) -> ReportMailingAnswer:
    """Set it. Only members whose scope is the whole account ever get it: its figures are of all locations."""
    member.require(Permission.SETTINGS_ACCOUNT)
    require_whole_account(member)
    if body.time == "24:00":
        raise InvalidInput.of("/time", "clock_time")
    async with db.tx(member.account_id) as tx:
        await require_readers(tx, member.account_id, body.recipient_user_ids or ())
        row = await locked_or_new(tx, _unset(member.account_id, report))
        require_version(row.version, if_match)
        row.is_on, row.clock_time, row.span = body.is_on, body.time, body.span
        row.weekdays = list(dict.fromkeys(body.weekdays))
        row.recipient_user_ids = None if body.recipient_user_ids is None else sorted(set(body.recipient_user_ids))
        row.version += 1
        await tx.flush()
    response.headers.update(etag(row.version))
    return _answer(report, row)


def _unset(account_id: UUID, report: MailedReport) -> ReportMailing:
    unset = ReportMailingBody(is_on=False)
    return ReportMailing(
        account_id=account_id,
        report=report,
        version=0,
        is_on=unset.is_on,
        clock_time=unset.time,
        weekdays=list(unset.weekdays),
        span=unset.span,
    )


def _answer(report: MailedReport, row: ReportMailing | None) -> ReportMailingAnswer:
    unset = ReportMailingBody(is_on=False)
    return ReportMailingAnswer.model_validate(
        {
            "report": report,
            "version": row.version if row else 0,
            "is_on": row.is_on if row else unset.is_on,
            "time": row.clock_time if row else unset.time,
            "weekdays": row.weekdays if row else list(unset.weekdays),
            "span": row.span if row else unset.span,
            "recipient_user_ids": row.recipient_user_ids if row else None,
            "last_day": row.last_day if row else None,
        }
    )
