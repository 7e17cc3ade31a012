"""Reports about visits, and when the journal is mailed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TypeVar
from uuid import UUID

from contracts.http import reports as bodies
from contracts.http.base import Answer

from .calling import Call

R = TypeVar("R", bound=Answer)


@dataclass(frozen=True)
class Reports:
    """Booking's reports for one asker."""

    call: Call

    async def one(
        self,
        answer: type[R],
        account_id: UUID,
        name: str,
        since: date,
        until: date,
        *,
        location_id: UUID | None = None,
        cursor: str | None = None,
    ) -> R:
        """A report of the days `since` to `until`, both included."""
        query = {"from": since, "to": until, "location_id": location_id, "cursor": cursor}
        return await self.call(answer, "GET", f"/accounts/{account_id}/reports/{name}", query=query)

    async def file(
        self, account_id: UUID, name: str, since: date, until: date, form: str, *, location_id: UUID | None = None
    ) -> bytes:
        """The same as CSV or XLSX."""
        query = {"from": since, "to": until, "location_id": location_id, "format": form}
        return await self.call(bytes, "GET", f"/accounts/{account_id}/reports/{name}", query=query)

    async def schedules(self, account_id: UUID) -> bodies.ReportScheduleList:
        """When the journal of each location is mailed."""
        return await self.call(bodies.ReportScheduleList, "GET", f"/accounts/{account_id}/report-schedules")

    async def set_schedule(
        self, account_id: UUID, location_id: UUID, body: bodies.ReportScheduleBody, *, version: int | None = None
    ) -> bodies.ReportScheduleAnswer:
        """Set it for one location."""
        path = f"/accounts/{account_id}/report-schedules/{location_id}"
        return await self.call(bodies.ReportScheduleAnswer, "PUT", path, body=body, version=version)

    async def mailings(self, account_id: UUID) -> bodies.ReportMailingList:
        """When reports of figures are mailed."""
        return await self.call(bodies.ReportMailingList, "GET", f"/accounts/{account_id}/report-mailings")

    async def set_mailing(
        self,
        account_id: UUID,
        report: bodies.MailedReport,
        body: bodies.ReportMailingBody,
        *,
        version: int | None = None,
    ) -> bodies.ReportMailingAnswer:
        """Set it for one report."""
        path = f"/accounts/{account_id}/report-mailings/{report}"
        return await self.call(bodies.ReportMailingAnswer, "PUT", path, body=body, version=version)
