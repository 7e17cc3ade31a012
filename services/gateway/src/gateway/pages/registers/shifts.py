"""The fiscal shift of a register: open, count and close, X- and Z-reports."""

from __future__ import annotations

from uuid import UUID, uuid4

from starlette.responses import Response

from contracts.http.books import NewDayClose
from contracts.http.fiscal import FiscalReport
from gateway.clients import Refused
from gateway.pages.forms import Form
from gateway.pages.route import page_router
from gateway.pages.visit import Visit, VisitDep

from .boxes import boxes_page
from .frame import keep_typed, money_page

router = page_router()

_SHIFT = "/manage/{account_id}/cash-registers/{register_id}/shift"
_COUNT_FIELDS = {"/counted": "counted", "/explanation": "explanation"}


@router.post(f"{_SHIFT}-open")
async def open_(visit: VisitDep, account_id: UUID, register_id: UUID) -> Response:
    """Open it; a cause against it stands beside the register, with the field that cures it."""
    form = await visit.form()
    try:
        await visit.api.fiscal.turn_fiscal_shift(account_id, register_id, "open", key=form.key or str(uuid4()))
    except Refused as refused:
        if refused.status in (401, 403, 404):
            raise
        start = Form.of(payment_types=["cash"])
        return await boxes_page(visit, account_id, start, refused.status, refusals={register_id: refused.problem})
    return visit.go(f"/manage/{account_id}/cash-registers#r-{register_id}", "shift.done_open")


@router.get(f"{_SHIFT}")
async def shown(visit: VisitDep, account_id: UUID, register_id: UUID) -> Response:
    """The shift now, the form that counts and closes it, and the shifts before with their Z-reports."""
    return await _page(visit, account_id, register_id, Form.of())


@router.post(f"{_SHIFT}-close")
async def close(visit: VisitDep, account_id: UUID, register_id: UUID) -> Response:
    """Write down what was counted, where something was, then close the shift at Checkbox."""
    form = await visit.form()
    key = form.key or str(uuid4())
    values = {
        "counted": form.minor_units("counted"),
        "explanation": form.text("explanation"),
        "book_difference": form.has("book_difference"),
    }
    try:
        if form.text("counted"):
            body = visit.body(NewDayClose, values)
            await visit.api.books.close_day(account_id, register_id, body, key=f"{key}-count")
        await visit.api.fiscal.turn_fiscal_shift(account_id, register_id, "close", key=key)
    except Refused as refused:
        return await _page(visit, account_id, register_id, keep_typed(refused, form, _COUNT_FIELDS), refused.status)
    return visit.go(f"/manage/{account_id}/cash-registers/{register_id}/shift", "shift.done_close")


@router.post(f"{_SHIFT}-report")
async def x_report(visit: VisitDep, account_id: UUID, register_id: UUID) -> Response:
    """Totals so far, without closing."""
    form = Form.of()
    try:
        found = await visit.api.fiscal.x_report(account_id, register_id)
    except Refused as refused:
        return await _page(visit, account_id, register_id, keep_typed(refused, form, {}), refused.status)
    return await _page(visit, account_id, register_id, form, x=found)


async def _page(
    visit: Visit, account_id: UUID, register_id: UUID, form: Form, status: int = 200, *, x: FiscalReport | None = None
) -> Response:
    visit.address = f"/manage/{account_id}/cash-registers/{register_id}/shift"
    register = await visit.api.fiscal.cash_register(account_id, register_id)
    shifts = (await visit.api.fiscal.fiscal_shifts(account_id, register_id, limit=30)).items
    return await money_page(
        visit,
        account_id,
        "cash-registers",
        "shift",
        status,
        one=register,
        shifts=[one for one in shifts if one.state == "closed"],
        form=form,
        x=x,
    )
