"""A report of figures: taken over from booking, and mailed to those who may read it."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert

from contracts.booking import ReportPrepared, ReportState
from contracts.permissions import Permission
from kit.db import Tx
from kit.tables import MemberCopy
from kit.texts import Texts
from notifications.domain.channels import EMAIL
from notifications.domain.facts import Kind
from notifications.domain.staff_news import News
from notifications.rules import House
from notifications.situation import zone_of
from notifications.tables import MailedReport

from .tell_staff import Telling, tell_staff

USEFUL = timedelta(hours=24)
FIGURES = "figures"


async def mail_report(event: ReportPrepared, tx: Tx, *, texts: Texts, house: House) -> None:
    """Once per report, however often it is told."""
    report = event.report
    assert event.account_id is not None
    row = insert(MailedReport).values(
        account_id=event.account_id,
        id=report.id,
        prepared_at=report.prepared_at,
        body=report.model_dump(mode="json"),
    )
    await tx.execute(row.on_conflict_do_nothing())
    chosen = set(report.recipient_user_ids) if report.recipient_user_ids is not None else None
    telling = Telling(
        news=News(
            kind=Kind.REPORT,
            occasion=f"report {report.id}",
            planned_at=report.prepared_at,
            useful_until=report.prepared_at + USEFUL,
            zone=zone_of(report.time_zone),
            keeps_quiet=False,
            channel=EMAIL,
        ),
        text=lambda language: texts.get(language, "mail.report", words_of(report, language)),
        facts={"report": FIGURES, "report_id": str(report.id)},
        readers=lambda member: _may_read(member, chosen),
    )
    await tell_staff(tx, event.account_id, telling, house, report.prepared_at)


def words_of(report: ReportState, language: str) -> dict[str, str]:
    """Its title and days, for the texts of the mail."""
    first, last = (f"{date.fromisoformat(day):%d.%m.%Y}" for day in (report.first, report.last))
    days = first if first == last else f"{first} – {last}"
    return {"title": next(table.title for known, table in report.tables.items() if known == language), "days": days}


def _may_read(member: MemberCopy, chosen: set[UUID] | None) -> bool:
    """Its figures are those of every location."""
    may = Permission.REPORTS_VIEW in member.permissions and member.location_ids is None
    return may and (chosen is None or member.user_id in chosen)
