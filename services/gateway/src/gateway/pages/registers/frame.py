"""What the pages about money in registers share: the tabs, the clock of the place, what a day is."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from starlette.responses import Response

from contracts.http.fiscal import CashRegister
from gateway.clients import Refused
from gateway.pages.forms import Form
from gateway.pages.manage.office import office_page
from gateway.pages.said import day_said
from gateway.pages.visit import Visit
from gateway.pages.zones import USUAL_ZONE

SECTION = "cash-registers"
TABS = ("cash-registers", "day", "cash-operations", "receipts", "payments")


async def zone_of(visit: Visit, account_id: UUID) -> str:
    """The time zone of the first location; of a firm without one the usual one."""
    locations = (await visit.api.catalogue.locations(account_id)).items
    return locations[0].time_zone if locations else USUAL_ZONE


async def money_page(
    visit: Visit, account_id: UUID, tab: str, template: str, status: int = 200, **values: object
) -> Response:
    """A page under one of the tabs."""
    values.setdefault("zone", await zone_of(visit, account_id))
    return await office_page(
        visit, account_id, SECTION, f"registers/{template}", status, tab=tab, money_tabs=TABS, **values
    )


def today(zone: str) -> date:
    """By the clock on the wall there."""
    return datetime.now(ZoneInfo(zone)).date()


def day_of(text: str | None, otherwise: date) -> date:
    """A day as the address says it; what is no day is answered by `otherwise`."""
    return day_said(text) or otherwise


async def registers_of(visit: Visit, account_id: UUID) -> list[CashRegister]:
    """The registers of the account."""
    return (await visit.api.fiscal.cash_registers(account_id)).items


def keep_typed(refused: Refused, form: Form, fields: dict[str, str]) -> Form:
    """The form with what was wrong; a page of its own tells of rights, of sign-in and of what is not there."""
    if refused.status in (401, 403, 404):
        raise refused
    return form.note(refused.problem, fields)
