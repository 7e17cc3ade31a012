"""A register at work without the tax office: how it stands, sending it offline by hand, and bringing it back."""

from __future__ import annotations

from typing import Any, Literal
from uuid import UUID, uuid4

from starlette.responses import Response

from gateway.clients import Refused
from gateway.pages.route import page_router
from gateway.pages.visit import Visit, VisitDep

from .frame import money_page

router = page_router()

_OFFLINE = "/manage/{account_id}/cash-registers/{register_id}/offline"
_PASSED_ON = frozenset({401, 404})


@router.get(_OFFLINE)
async def shown(visit: VisitDep, account_id: UUID, register_id: UUID) -> Response:
    """What working offline means, how the register stands, and the way to the other side."""
    return await _page(visit, account_id, register_id)


@router.post(f"{_OFFLINE}-{{act}}")
async def turn(visit: VisitDep, account_id: UUID, register_id: UUID, act: Literal["begin", "end"]) -> Response:
    """Send it offline, or bring it back; what Checkbox has against it stands on the page."""
    form = await visit.form()
    is_offline = act == "begin"
    try:
        await visit.api.fiscal.turn_offline(
            account_id, register_id, is_offline=is_offline, key=form.key or str(uuid4())
        )
    except Refused as refused:
        if refused.status in _PASSED_ON:
            raise
        return await _page(visit, account_id, register_id, refused.problem, refused.status)
    said = "offline.begun" if is_offline else "offline.ended"
    return visit.go(f"/manage/{account_id}/cash-registers/{register_id}/offline", said)


async def _page(
    visit: Visit, account_id: UUID, register_id: UUID, problem: dict[str, Any] | None = None, status: int = 200
) -> Response:
    """Checkbox is asked how the register stands; where it does not answer, its reason is the page."""
    visit.address = f"/manage/{account_id}/cash-registers/{register_id}/offline"
    register = await visit.api.fiscal.cash_register(account_id, register_id)
    work = None
    if register.checkbox is not None:
        try:
            work = await visit.api.fiscal.offline_work(account_id, register_id)
        except Refused as refused:
            if refused.status in _PASSED_ON:
                raise
            problem = problem or refused.problem
    return await money_page(
        visit, account_id, "cash-registers", "offline", status, one=register, work=work, problem=problem
    )
