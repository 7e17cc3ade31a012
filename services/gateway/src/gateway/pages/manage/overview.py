"""`/manage`: which account, and what it still needs before clients can book."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from starlette.responses import Response

from gateway.clients import Refused
from gateway.pages.route import page_router
from gateway.pages.visit import Visit, VisitDep

from .office import member_of, office_page

router = page_router()


@dataclass(frozen=True)
class Need:
    """One thing on the way to the first booking."""

    name: str
    href: str
    is_done: bool
    is_optional: bool = False


@router.get("/manage")
async def accounts(visit: VisitDep) -> Response:
    """The only account at once; several to choose from; none with the way to one."""
    memberships = (await visit.profile()).memberships
    if len(memberships) == 1:
        return visit.go(f"/manage/{memberships[0].account_id}")
    return visit.page("manage/accounts.html.jinja", memberships=memberships, area="manage")


@router.get("/manage/{account_id}")
async def overview(visit: VisitDep, account_id: UUID) -> Response:
    """What is done and what is next."""
    member = await member_of(visit, account_id)
    needs = await _needs(visit, account_id)
    public_address = f"{visit.settings.public_url.rstrip('/')}/{member.vanity_address}"
    return await office_page(
        visit,
        account_id,
        "overview",
        "overview",
        needs=needs,
        next_need=next((need for need in needs if not need.is_done and not need.is_optional), None),
        public_address=public_address,
    )


async def _needs(visit: Visit, account_id: UUID) -> list[Need]:
    base = f"/manage/{account_id}"
    locations = (await visit.api.catalogue.locations(account_id)).items
    services = (await visit.api.catalogue.services(account_id)).items
    staff = (await visit.api.catalogue.staff_members(account_id)).items
    serving = [one for one in staff if one.accepts_bookings and one.service_ids]
    unscheduled = next((one for one in serving if not one.has_schedule), None)
    schedule = f"{base}/staff/{unscheduled.id}/schedule" if unscheduled else f"{base}/staff"
    return [
        Need("location", f"{base}/locations", bool(locations)),
        Need("service", f"{base}/services", bool(services)),
        Need("staff", f"{base}/staff", bool(serving)),
        Need("schedule", schedule, any(one.has_schedule for one in serving)),
        Need("cash-register", f"{base}/cash-registers", await _has_registers(visit, account_id), is_optional=True),
    ]


async def _has_registers(visit: Visit, account_id: UUID) -> bool:
    try:
        return bool((await visit.api.fiscal.cash_registers(account_id)).items)
    except Refused as refused:
        if refused.status == 401:
            raise
        return False  # no right to see them, or fiscal has not heard of the account yet
