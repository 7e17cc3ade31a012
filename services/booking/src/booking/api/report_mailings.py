"""When reports of figures are mailed, and to whom."""

from __future__ import annotations

from typing import get_args
from uuid import UUID

from fastapi import APIRouter, Response
from sqlalchemy import select

from booking.records import ReportMailing
from contracts.http.reports import MailedReport, ReportMailingAnswer, ReportMailingBody, ReportMailingList
from contracts.permissions import Permission
from kit.access import Member
from kit.db import Tx
from kit.edge import DbDep, MemberDep
from kit.errors import EVERYWHERE, InvalidInput, MissingScope
from kit.tables import MemberCopy

from .edge import IfMatchDep, etag, require_version

router = APIRouter(prefix="/api/v1/accounts/{account_id}/report-mailings", tags=["reports"])


@router.get("", operation_id="list_report_mailings")
async def list_mailings(member: MemberDep, db: DbDep) -> ReportMailingList:
    """Every report that can be mailed with its timetable; one that was never set is off."""
    member.require(Permission.REPORTS_VIEW)
    _require_everywhere(member)
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
    _require_everywhere(member)
    if body.time == "24:00":
        raise InvalidInput.of("/time", "clock_time")
    async with db.tx(member.account_id) as tx:
        await _require_readers(tx, member.account_id, body.recipient_user_ids or ())
        row = await tx.get(ReportMailing, (member.account_id, report), with_for_update=True)
        require_version(row.version if row else 0, if_match)
        if row is None:
            row = ReportMailing(account_id=member.account_id, report=report, version=0, last_day=None)
            tx.add(row)
        row.is_on, row.clock_time, row.span = body.is_on, body.time, body.span
        row.weekdays = list(dict.fromkeys(body.weekdays))
        row.recipient_user_ids = None if body.recipient_user_ids is None else sorted(set(body.recipient_user_ids))
        row.version += 1
        await tx.flush()
    response.headers.update(etag(row.version))
    return _answer(report, row)


def _require_everywhere(member: Member) -> None:
    if member.location_ids is not None:
        whole = [granter.name for granter in member.granters if granter.location_ids is None]
        raise MissingScope(EVERYWHERE, whole)


async def _require_readers(tx: Tx, account_id: UUID, user_ids: tuple[UUID, ...]) -> None:
    rows = await tx.scalars(
        select(MemberCopy).where(
            MemberCopy.account_id == account_id, MemberCopy.is_active, MemberCopy.user_id.in_(user_ids)
        )
    )
    able = {row.user_id for row in rows if Permission.REPORTS_VIEW in row.permissions and row.location_ids is None}
    if set(user_ids) - able:
        raise InvalidInput.of("/recipient_user_ids", "unknown_member")


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
