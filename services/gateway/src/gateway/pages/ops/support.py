"""Into an account as support: with a reason, for a while, seen by its owner."""

from __future__ import annotations

from uuid import UUID, uuid4

from starlette.responses import Response

from contracts.http.access import SupportVisitBody
from contracts.http.identity import SecondFactorResetBody
from gateway.clients import Refused
from gateway.pages.balance.purse import granted
from gateway.pages.formats import stamp
from gateway.pages.forms import Form
from gateway.pages.registers.frame import keep_typed
from gateway.pages.route import page_router
from gateway.pages.visit import Visit, VisitDep

from .frame import UTC, operator, ops_page

router = page_router()


@router.get("/ops/support")
async def listed(visit: VisitDep) -> Response:
    """Own visits, and the form for another one."""
    return await _page(visit, Form.of(minutes=30, account=visit.query.get("account")))


@router.post("/ops/support")
async def begin(visit: VisitDep) -> Response:
    """Begin a visit; the reason stands in the owner's journal."""
    form = await visit.form()
    values = {"account": form.value("account"), "reason": form.value("reason"), "minutes": form.whole("minutes")}
    try:
        body = visit.body(SupportVisitBody, values)
        made = await visit.api.identity.begin_support_visit(body, key=form.key or str(uuid4()))
    except Refused as refused:
        if refused.code == "access.step_up_required":
            raise
        if refused.status == 404:
            return await _page(visit, form.note(refused.problem), 404)
        return await _page(visit, keep_typed(refused, form, {}), refused.status)
    return visit.go(f"/desk/{made.account_id}")


@router.post("/ops/support/second-factor")
async def reset_factor(visit: VisitDep) -> Response:
    """Take off the second factor of somebody who has lost it; the owner hears of it and has days to say no."""
    form = await visit.form()
    values = {"phone": form.value("phone"), "reason": form.value("why")}
    try:
        done = await visit.api.identity.reset_second_factor(visit.body(SecondFactorResetBody, values))
    except Refused as refused:
        if refused.code == "access.step_up_required":
            raise
        noted = form.note(refused.problem, {"/phone": "phone", "/reason": "why"})
        return await _page(visit, Form.of(minutes=30), refused.status, lost=noted)
    return visit.go("/ops/support", "ops.factor_reset", when=stamp(done.reset_at, UTC))


@router.post("/ops/support/{visit_id}/end")
async def end(visit: VisitDep, visit_id: UUID) -> Response:
    """Leave before the time is over."""
    await visit.api.identity.end_support_visit(visit_id)
    return visit.go("/ops/support", "ops.left")


async def _page(visit: Visit, form: Form, status: int = 200, *, lost: Form | None = None) -> Response:
    await operator(visit)
    visit.address = "/ops/support"
    visits, refusal = await granted(visit.api.identity.support_visits())
    return ops_page(
        visit,
        "ops/support",
        "support",
        status,
        visits=visits.items if visits else (),
        refusal=refusal,
        form=form,
        lost=lost or Form(),
    )
