"""Where money goes: all cash registers, and the form for another one."""

from __future__ import annotations

from uuid import UUID, uuid4

from starlette.responses import Response

from contracts.http.fiscal import CashRegisterCheck, NewCashRegister, PaymentType
from gateway.clients import Refused
from gateway.pages.forms import Form
from gateway.pages.route import page_router
from gateway.pages.visit import Visit, VisitDep

from .frame import keep_typed, money_page, registers_of

router = page_router()

SECRETS = ("licence_key", "cashier_login", "cashier_password", "cashier_pin")
FIELDS = {f"/checkbox/{name}": name for name in SECRETS} | {
    "/checkbox": "licence_key",
    "/payment_types": "payment_types",
    "/name": "name",
}


@router.get("/manage/{account_id}/cash-registers")
async def listed(visit: VisitDep, account_id: UUID) -> Response:
    """All registers, and the form for another one; a link may say which payment type it lacks."""
    wanted = visit.query.get("payment_type")
    known = [kind.value for kind in PaymentType]
    return await boxes_page(visit, account_id, Form.of(payment_types=[wanted if wanted in known else "cash"]))


@router.post("/manage/{account_id}/cash-registers")
async def add(visit: VisitDep, account_id: UUID) -> Response:
    """A new one."""
    form = await visit.form()
    secrets = {name: form.text(name) for name in SECRETS}
    given = {name: value for name, value in secrets.items() if value}
    values = {
        "name": form.value("name"),
        "payment_types": form.many("payment_types"),
        "location_id": form.text("location_id"),
        "checkbox": {"licence_key": "", **given} if given else None,
    }
    try:
        body = visit.body(NewCashRegister, values)
        made = await visit.api.fiscal.add_cash_register(account_id, body, key=form.key or str(uuid4()))
    except Refused as refused:
        return await boxes_page(visit, account_id, keep_typed(refused, form, FIELDS), refused.status)
    return visit.go(f"/manage/{account_id}/cash-registers#r-{made.id}", "register_box.added", name=made.name)


@router.post("/manage/{account_id}/cash-registers/{register_id}/check")
async def check(visit: VisitDep, account_id: UUID, register_id: UUID) -> Response:
    """Ask Checkbox now; the answer stands beside the register."""
    form = Form.of(payment_types=["cash"])
    try:
        found = await visit.api.fiscal.check_cash_register(account_id, register_id)
    except Refused as refused:
        if refused.status in (401, 403, 404):
            raise
        return await boxes_page(visit, account_id, form, refused.status, refusals={register_id: refused.problem})
    return await boxes_page(visit, account_id, form, checks={register_id: found})


async def boxes_page(
    visit: Visit,
    account_id: UUID,
    form: Form,
    status: int = 200,
    *,
    checks: dict[UUID, CashRegisterCheck] | None = None,
    refusals: dict[UUID, dict[str, object]] | None = None,
) -> Response:
    """The list, with what was asked about single registers beside them."""
    visit.address = f"/manage/{account_id}/cash-registers"
    registers = await registers_of(visit, account_id)
    locations = (await visit.api.catalogue.locations(account_id)).items
    served = {kind for one in registers if one.is_active for kind in one.payment_types}
    return await money_page(
        visit,
        account_id,
        "cash-registers",
        "boxes",
        status,
        items=registers,
        locations=locations,
        places={one.id: one.name for one in locations},
        payment_types=[kind.value for kind in PaymentType],
        unserved=[kind.value for kind in PaymentType if kind not in served] if registers else [],
        form=form,
        checks=checks or {},
        refusals=refusals or {},
    )
