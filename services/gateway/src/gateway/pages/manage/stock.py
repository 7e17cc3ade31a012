"""Goods on the shelf: what there is, what came, what was written off, and the book of it all."""

from __future__ import annotations

from typing import Literal
from uuid import UUID, uuid4

from starlette.responses import Response

from contracts.http.stock import StockItemBody, StockItemPatch, StockReceiptBody, WriteOffBody
from gateway.clients import Refused
from gateway.pages.errors import PageUnknown
from gateway.pages.forms import Form
from gateway.pages.newer import beside, is_stale
from gateway.pages.rendering import plain_price
from gateway.pages.route import page_router
from gateway.pages.visit import Visit, VisitDep
from gateway.pages.words import t

from .office import office_page
from .schedule import zone_of

router = page_router()

_WORDS = {"name": "goods_name", "code": "goods_code", "unit": "goods_unit", "price": "price"}

_SECTION = "stock"
_FIELDS = {"/price": "price", "/unit_cost": "unit_cost"}


@router.get("/manage/{account_id}/stock")
async def listed(visit: VisitDep, account_id: UUID) -> Response:
    """Goods with their numbers, the last movements, and the form for new goods."""
    return await _page(visit, account_id, Form())


@router.post("/manage/{account_id}/stock")
async def add(visit: VisitDep, account_id: UUID) -> Response:
    """New goods."""
    form = await visit.form()
    try:
        body = visit.body(StockItemBody, _item(form))
        await visit.api.care.add_item(account_id, body, key=form.key or str(uuid4()))
    except Refused as refused:
        if refused.status in (401, 403):
            raise
        return await _page(visit, account_id, form.note(refused.problem, _FIELDS), refused.status)
    return visit.go(f"/manage/{account_id}/stock", "manage.saved")


@router.post("/manage/{account_id}/stock/{item_id}/{act}")
async def act(
    visit: VisitDep, account_id: UUID, item_id: UUID, act: Literal["change", "receive", "write-off", "drop"]
) -> Response:
    """Change the goods, receive or write off some, take them out of use."""
    form = await visit.form()
    key = form.key or str(uuid4())
    care = visit.api.care
    try:
        if act == "change":
            version = form.whole("version")
            patch = visit.body(StockItemPatch, _item(form))
            await care.change_item(account_id, item_id, patch, version=version if isinstance(version, int) else None)
        elif act == "receive":
            cost = form.minor_units("unit_cost")
            values = {
                "quantity": form.whole("quantity"),
                "unit_cost": None if cost is None else {"amount": cost},
                "reason": form.text("reason"),
            }
            await care.receive(account_id, item_id, visit.body(StockReceiptBody, values), key=key)
        elif act == "write-off":
            values = {"quantity": form.whole("quantity"), "reason": form.value("reason")}
            await care.write_off(account_id, item_id, visit.body(WriteOffBody, values), key=key)
        else:
            gone = await care.drop_item(account_id, item_id)
            return visit.go(f"/manage/{account_id}/deleted", "deleted.gone", name=gone.name)
    except Refused as refused:
        if refused.status in (401, 403, 404):
            raise
        form.note(refused.problem, _FIELDS)
        if is_stale(refused):
            form = await _newer(visit, account_id, item_id, form)
        return await _page(visit, account_id, Form(), refused.status, wrong=(item_id, act, form))
    return visit.go(f"/manage/{account_id}/stock#g-{item_id}", "manage.saved")


async def _newer(visit: Visit, account_id: UUID, item_id: UUID, form: Form) -> Form:
    now = next((one for one in (await visit.api.care.stock(account_id)).items if one.id == item_id), None)
    if now is None:
        raise PageUnknown
    saved = Form.of(name=now.name, code=now.code, unit=now.unit, price=plain_price(now.price), version=now.version)
    return beside(form, saved, {name: t(f"label.{word}") for name, word in _WORDS.items()})


def _item(form: Form) -> dict[str, object]:
    price = form.minor_units("price")
    return {
        "name": form.value("name"),
        "code": form.text("code"),
        "unit": form.text("unit"),
        "price": {"amount": 0 if price is None else price},
    }


async def _page(
    visit: Visit,
    account_id: UUID,
    form: Form,
    status: int = 200,
    *,
    wrong: tuple[UUID, str, Form] | None = None,
) -> Response:
    visit.address = f"/manage/{account_id}/stock"
    items = (await visit.api.care.stock(account_id)).items
    return await office_page(
        visit,
        account_id,
        _SECTION,
        "stock",
        status,
        items=items,
        prices={one.id: plain_price(one.price) for one in items},
        movements=(await visit.api.care.movements(account_id)).items[:30],
        zone=zone_of((await visit.api.catalogue.locations(account_id)).items),
        form=form,
        wrong=wrong,
    )
