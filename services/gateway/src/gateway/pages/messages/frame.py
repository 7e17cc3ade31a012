"""What the pages about messages share."""

from __future__ import annotations

from uuid import UUID

from starlette.responses import Response

from gateway.pages.manage.office import office_page
from gateway.pages.visit import Visit

SECTION = "messages"
TABS = ("messages", "messages/settings", "messages/texts")


async def message_page(
    visit: Visit, account_id: UUID, tab: str, template: str, status: int = 200, **values: object
) -> Response:
    """A page under one of the tabs."""
    return await office_page(
        visit, account_id, SECTION, f"messages/{template}", status, tab=tab, message_tabs=TABS, **values
    )
