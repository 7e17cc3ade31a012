"""What the pages of reports share."""

from __future__ import annotations

from uuid import UUID

from starlette.responses import Response

from gateway.pages.manage.office import office_page
from gateway.pages.visit import Visit

from .makers import MAKERS
from .sheets import Period, Sheet

MONEY = ("day", "register", "payment_type", "staff_member", "service")
TABS = (*(f"reports/{name}" for name in MAKERS), *(f"finance/{name}" for name in MONEY))


async def report_page(
    visit: Visit,
    account_id: UUID,
    tab: str,
    period: Period,
    sheet: Sheet,
    *,
    next_cursor: str | None = None,
    **values: object,
) -> Response:
    """A report under its tab."""
    return await office_page(
        visit,
        account_id,
        "reports",
        "reports/report",
        200,
        tab=tab,
        report_tabs=TABS,
        period=period,
        sheet=sheet,
        next_cursor=next_cursor,
        **values,
    )
