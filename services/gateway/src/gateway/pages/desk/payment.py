"""Taking money for a booking and giving it back, on the booking's page."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

from starlette.responses import Response

from contracts.http.books import CashRequest
from contracts.http.fiscal import NewReversal, NewSettlement
from contracts.http.stock import SellBody
from gateway.clients import Refused
from gateway.pages.forms import Form
from gateway.pages.route import page_router
from gateway.pages.visit import VisitDep

from .booking import booking_page

router = page_router()

MORE_PARTS = (2, 3)
"""Further parts of one payment that the panel has fields for."""
_FIELDS = {
    "/payments/0/amount": "amount",
    "/payments/0/payment_type": "way",
    "/payments/0/cash_register_id": "way",
    "/payments/1/amount": "amount2",
    "/payments/2/amount": "amount3",
    "/discount": "discount",
    "/tips/0": "tip",
    "/operating_day": "operating_day",
}
_PASSED_ON = frozenset({401, 404})


@router.post("/desk/{account_id}/bookings/{booking_id}/settle")
async def settle(visit: VisitDep, account_id: UUID, booking_id: UUID) -> Response:
    """Take payment: in one way or several, with a discount, a tip, another operating day."""
    form = await visit.form()
    try:
        body = visit.body(NewSettlement, _settlement(form))
        done = await visit.api.fiscal.settle(account_id, booking_id, body, key=form.key or str(uuid4()))
    except Refused as refused:
        if refused.status in _PASSED_ON:
            raise
        form.note(refused.problem, _FIELDS)
        return await booking_page(visit, account_id, booking_id, "payment", form=form, refused=refused)
    if isinstance(done, CashRequest):
        return visit.go(f"/desk/{account_id}/bookings/{booking_id}?tab=payment", "ledger.asked")
    said = "payment.done" if done.payment_state == "settled" else "payment.part_done"
    return visit.go(f"/desk/{account_id}/bookings/{booking_id}?tab=payment", said)


def _settlement(form: Form) -> dict[str, Any]:
    """The parts that have a sum; what was left empty is not sent."""
    parts = [_part(form, "way", "amount")] if form.text("amount") or not form.text("discount") else []
    parts += [_part(form, f"way{n}", f"amount{n}") for n in MORE_PARTS if form.text(f"amount{n}")]
    values: dict[str, Any] = {"payments": parts}
    if typed := form.text("discount"):
        kind = {"percent": typed.replace(",", ".")}
        if form.value("discount_kind") != "percent":
            kind = {"amount": {"amount": form.minor_units("discount")}}  # type: ignore[dict-item]
        values["discount"] = {**kind, "reason": form.text("discount_reason")}
    if form.text("tip"):
        tip = _part(form, "tip_way", "tip")
        values["tips"] = [{**tip, "staff_member_id": form.text("tip_staff")}]
    if day := form.text("operating_day"):
        values["operating_day"] = day
    return values


def _part(form: Form, way: str, amount: str) -> dict[str, Any]:
    payment_type, _, register_id = form.value(way).partition(":")
    return {
        "payment_type": payment_type,
        "cash_register_id": register_id or None,
        "amount": {"amount": form.minor_units(amount)},
    }


@router.post("/desk/{account_id}/bookings/{booking_id}/goods")
async def sell(visit: VisitDep, account_id: UUID, booking_id: UUID) -> Response:
    """Goods sold with the visit; their price joins its price."""
    form = await visit.form()
    values = {"stock_item_id": form.text("stock_item"), "quantity": form.whole("quantity")}
    version = form.whole("version")
    try:
        body = visit.body(SellBody, values)
        await visit.api.booking.sell_goods(
            account_id,
            booking_id,
            body,
            key=form.key or str(uuid4()),
            version=version if isinstance(version, int) else None,
        )
    except Refused as refused:
        if refused.status in _PASSED_ON:
            raise
        form.note(refused.problem, {"/stock_item_id": "stock_item"})
        return await booking_page(visit, account_id, booking_id, "payment", form=form, refused=refused, panel="goods")
    return visit.go(f"/desk/{account_id}/bookings/{booking_id}?tab=payment", "payment.goods_added")


@router.post("/desk/{account_id}/bookings/{booking_id}/goods/{goods_id}/remove")
async def take_back(visit: VisitDep, account_id: UUID, booking_id: UUID, goods_id: UUID) -> Response:
    """Back on the shelf."""
    await visit.form()
    try:
        await visit.api.booking.take_back_goods(account_id, booking_id, goods_id)
    except Refused as refused:
        if refused.status in _PASSED_ON:
            raise
        return await booking_page(visit, account_id, booking_id, "payment", refused=refused)
    return visit.go(f"/desk/{account_id}/bookings/{booking_id}?tab=payment", "payment.goods_removed")


@router.post("/desk/{account_id}/bookings/{booking_id}/reverse")
async def reverse(visit: VisitDep, account_id: UUID, booking_id: UUID) -> Response:
    """Take back everything that was paid, or a part of it."""
    form = await visit.form()
    try:
        part = form.minor_units("part")
        values = {"reason": form.text("reason"), **({"amount": {"amount": part}} if part is not None else {})}
        body = visit.body(NewReversal, values)
        done = await visit.api.fiscal.reverse_settlement(account_id, booking_id, body, key=form.key or str(uuid4()))
    except Refused as refused:
        if refused.status in _PASSED_ON:
            raise
        return await booking_page(visit, account_id, booking_id, "payment", form=form, refused=refused, panel="reverse")
    said = "ledger.asked" if isinstance(done, CashRequest) else "payment.reversed"
    return visit.go(f"/desk/{account_id}/bookings/{booking_id}?tab=payment", said)


@router.post("/desk/{account_id}/bookings/{booking_id}/receipts/{receipt_id}/retry")
async def retry(visit: VisitDep, account_id: UUID, booking_id: UUID, receipt_id: UUID) -> Response:
    """Try a waiting receipt now."""
    form = await visit.form()
    try:
        await visit.api.fiscal.retry_receipt(account_id, receipt_id, key=form.key or str(uuid4()))
    except Refused as refused:
        if refused.status in _PASSED_ON:
            raise
        return await booking_page(visit, account_id, booking_id, "payment", refused=refused)
    return visit.go(f"/desk/{account_id}/bookings/{booking_id}?tab=payment", "payment.retried")
