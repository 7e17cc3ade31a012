"""Where money goes: cash registers, their receipts through Checkbox, the fiscal shift."""

from __future__ import annotations

from typing import Literal
from uuid import UUID, uuid4

from starlette.responses import Response

from contracts.http.fiscal import CashRegisterCheck, NewCashRegister, PaymentType
from gateway.clients import Refused
from gateway.pages.forms import Form
from gateway.pages.route import page_router
from gateway.pages.visit import Visit, VisitDep

from .office import office_page

router = page_router()

_SECTION = "cash-registers"
_SECRETS = ("licence_key", "cashier_login", "cashier_password")
_FIELDS = {f"/checkbox/{name}": name for name in _SECRETS} | {"/payment_types": "payment_types", "/name": "name"}


@router.get("/manage/{account_id}/cash-registers")
async def listed(visit: VisitDep, account_id: UUID) -> Response:
    """All registers, and the form for another one."""
    return await _page(visit, account_id, Form.of(payment_types=["cash"]))


@router.post("/manage/{account_id}/cash-registers")
async def add(visit: VisitDep, account_id: UUID) -> Response:
    """A new one."""
    form = await visit.form()
    checkbox = {name: form.text(name) for name in _SECRETS}
    values = {
        "name": form.value("name"),
        "payment_types": form.many("payment_types"),
        "location_id": form.text("location_id"),
        "checkbox": {name: value or "" for name, value in checkbox.items()} if any(checkbox.values()) else None,
    }
    try:
        body = visit.body(NewCashRegister, values)
        await visit.api.fiscal.add_cash_register(account_id, body, key=form.key or str(uuid4()))
    except Refused as refused:
        if refused.status in (401, 403):
            raise
        return await _page(visit, account_id, form.note(refused.problem, _FIELDS), refused.status)
    return visit.go(f"/manage/{account_id}/cash-registers", "manage.saved")


@router.get("/manage/{account_id}/cash-registers/{register_id}/{act}")
async def back(visit: VisitDep, account_id: UUID, register_id: UUID, act: str) -> Response:
    """The address of a form, opened again."""
    return visit.go(f"/manage/{account_id}/cash-registers#r-{register_id}" if act else "")


@router.post("/manage/{account_id}/cash-registers/{register_id}/check")
async def check(visit: VisitDep, account_id: UUID, register_id: UUID) -> Response:
    """Ask Checkbox now; the answer stands beside the register."""
    form = Form.of(payment_types=["cash"])
    try:
        found = await visit.api.fiscal.check_cash_register(account_id, register_id)
    except Refused as refused:
        if refused.status in (401, 403, 404):
            raise
        return await _page(visit, account_id, form, refused.status, refusals={register_id: refused.problem})
    return await _page(visit, account_id, form, checks={register_id: found})


@router.post("/manage/{account_id}/cash-registers/{register_id}/shift-{act}")
async def shift(visit: VisitDep, account_id: UUID, register_id: UUID, act: Literal["open", "close"]) -> Response:
    """Open or close the fiscal shift."""
    form = await visit.form()
    try:
        await visit.api.fiscal.turn_fiscal_shift(account_id, register_id, act, key=form.key or str(uuid4()))
    except Refused as refused:
        if refused.status in (401, 403, 404):
            raise
        start = Form.of(payment_types=["cash"])
        return await _page(visit, account_id, start, refused.status, refusals={register_id: refused.problem})
    return visit.go(f"/manage/{account_id}/cash-registers#r-{register_id}", f"shift.done_{act}")


async def _page(
    visit: Visit,
    account_id: UUID,
    form: Form,
    status: int = 200,
    *,
    checks: dict[UUID, CashRegisterCheck] | None = None,
    refusals: dict[UUID, dict[str, object]] | None = None,
) -> Response:
    visit.address = f"/manage/{account_id}/cash-registers"
    registers = (await visit.api.fiscal.cash_registers(account_id)).items
    locations = (await visit.api.catalogue.locations(account_id)).items
    return await office_page(
        visit,
        account_id,
        _SECTION,
        "cash_registers",
        status,
        items=registers,
        locations=locations,
        zone=locations[0].time_zone if locations else "Europe/Kyiv",
        payment_types=[kind.value for kind in PaymentType],
        form=form,
        checks=checks or {},
        refusals=refusals or {},
    )
