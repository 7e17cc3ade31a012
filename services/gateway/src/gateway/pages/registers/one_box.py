"""One register to change: name, payment types, place, and how its cashier signs in at Checkbox."""

from __future__ import annotations

from uuid import UUID

from starlette.responses import Response

from contracts.http.fiscal import CashRegisterChanges, PaymentType
from gateway.clients import Refused
from gateway.pages.forms import Form
from gateway.pages.newer import beside, is_stale, ticked
from gateway.pages.route import page_router
from gateway.pages.visit import Visit, VisitDep
from gateway.pages.words import t

from .boxes import FIELDS, SECRETS
from .frame import keep_typed, money_page

router = page_router()

_ONE = "/manage/{account_id}/cash-registers/{register_id}"


@router.get(f"{_ONE}/edit")
async def shown(visit: VisitDep, account_id: UUID, register_id: UUID) -> Response:
    """What may be changed; secrets are never shown back, and a field left empty stays as it was."""
    return await _page(visit, account_id, register_id, await _saved(visit, account_id, register_id))


@router.post(f"{_ONE}/edit")
async def change(visit: VisitDep, account_id: UUID, register_id: UUID) -> Response:
    """Change it; new credentials let receipts go that waited for them."""
    form = await visit.form()
    given = {name: value for name in SECRETS if (value := form.text(name))}
    values: dict[str, object] = {
        "name": form.value("name"),
        "payment_types": form.many("payment_types"),
        "location_id": form.text("location_id"),
        "is_active": form.has("is_active"),
    }
    if given:
        values["checkbox"] = given
    version = form.whole("version")
    try:
        body = visit.body(CashRegisterChanges, values, emptied=("location_id",))
        await visit.api.fiscal.change_cash_register(
            account_id, register_id, body, version=version if isinstance(version, int) else None
        )
    except Refused as refused:
        form = keep_typed(refused, form, FIELDS)
        if is_stale(refused):
            form = await _newer(visit, account_id, register_id, form)
        return await _page(visit, account_id, register_id, form, refused.status)
    return visit.go(f"/manage/{account_id}/cash-registers#r-{register_id}", "manage.saved")


@router.post(f"{_ONE}/without-receipts")
async def part(visit: VisitDep, account_id: UUID, register_id: UUID) -> Response:
    """Take the Checkbox credentials away."""
    body = visit.body(CashRegisterChanges, {"checkbox": None}, emptied=("checkbox",))
    await visit.api.fiscal.change_cash_register(account_id, register_id, body)
    return visit.go(f"/manage/{account_id}/cash-registers#r-{register_id}", "register_box.parted")


@router.get(f"{_ONE}/{{act}}")
async def back(visit: VisitDep, account_id: UUID, register_id: UUID, act: str) -> Response:
    """The address of a form, opened again."""
    return visit.go(f"/manage/{account_id}/cash-registers#r-{register_id}" if act else "")


async def _saved(visit: Visit, account_id: UUID, register_id: UUID) -> Form:
    one = await visit.api.fiscal.cash_register(account_id, register_id)
    return Form.of(
        name=one.name,
        payment_types=[kind.value for kind in one.payment_types],
        location_id=one.location_id,
        is_active="on" if one.is_active else None,
        cashier_login=one.checkbox.cashier_login if one.checkbox else None,
        version=one.version,
    )


async def _newer(visit: Visit, account_id: UUID, register_id: UUID, form: Form) -> Form:
    """What was typed stays; secrets are typed anew."""
    places = (await visit.api.catalogue.locations(account_id)).items
    said = {
        "payment_types": {kind.value: t(f"pay.{kind.value}") for kind in PaymentType},
        "location_id": {str(one.id): one.name for one in places},
        "is_active": ticked(),
    }
    labels = {name: t(f"label.{name}") for name in ("name", "payment_types", "location_id")}
    labels["is_active"] = t("register_box.active")
    return beside(form, await _saved(visit, account_id, register_id), labels, said)


async def _page(visit: Visit, account_id: UUID, register_id: UUID, form: Form, status: int = 200) -> Response:
    visit.address = f"/manage/{account_id}/cash-registers/{register_id}/edit"
    one = await visit.api.fiscal.cash_register(account_id, register_id)
    return await money_page(
        visit,
        account_id,
        "cash-registers",
        "edit",
        status,
        one=one,
        form=form,
        locations=(await visit.api.catalogue.locations(account_id)).items,
        payment_types=[kind.value for kind in PaymentType],
    )
