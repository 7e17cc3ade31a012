"""Whether dangerous acts need an authenticator app: who has none, and the switch for the owner."""

from __future__ import annotations

from uuid import UUID

from starlette.responses import Response

from contracts.http.identity import SecondFactorDemandBody
from gateway.clients import Refused
from gateway.pages.forms import Form
from gateway.pages.route import page_router
from gateway.pages.visit import Visit, VisitDep

from .office import member_of, office_page
from .rights_form import OWNER

router = page_router()

_HERE = "/manage/{account_id}/rights/second-factor"
_SHOWN_HERE = ("identity.second_factor_first", "identity.owner_only")


@router.get(_HERE)
async def shown(visit: VisitDep, account_id: UUID) -> Response:
    """Whom it concerns, before it is switched on and after."""
    return await _page(visit, account_id, Form())


@router.post(_HERE)
async def switch(visit: VisitDep, account_id: UUID) -> Response:
    """On or off."""
    form = await visit.form()
    demanded = form.value("demanded") == "yes"
    try:
        await visit.api.access.demand_factor(account_id, SecondFactorDemandBody(demanded=demanded))
    except Refused as refused:
        if refused.code not in _SHOWN_HERE:
            raise
        return await _page(visit, account_id, form.note(refused.problem), refused.status)
    return visit.go(f"/manage/{account_id}/rights/second-factor", "demand.on" if demanded else "demand.off")


async def _page(visit: Visit, account_id: UUID, form: Form, status: int = 200) -> Response:
    visit.address = f"/manage/{account_id}/rights/second-factor"
    member = await member_of(visit, account_id)
    demand = await visit.api.access.factor_demand(account_id)
    own = await visit.api.own.second_factor()
    return await office_page(
        visit,
        account_id,
        "rights",
        "factor_demand",
        status,
        form=form,
        demand=demand,
        is_owner=member.role == OWNER,
        own=own.state,
        zone=member.time_zone,
    )
