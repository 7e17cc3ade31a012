"""The ledger of the cash registers: lines, money in and out, corrections and reversals. Nothing is ever removed."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID, uuid4

from starlette.responses import Response

from contracts.base import Money
from contracts.http.books import CashRequest
from contracts.http.fiscal import CashOperationChanges, NewCashOperation, PaymentType
from gateway.clients import Refused
from gateway.pages.errors import PageUnknown
from gateway.pages.forms import Form, uuids
from gateway.pages.rendering import plain_price
from gateway.pages.route import page_router
from gateway.pages.visit import Visit, VisitDep

from .frame import day_of, keep_typed, money_page, registers_of, today, zone_of

router = page_router()

KINDS = ("deposit", "withdrawal", "transfer", "collection")
_LEDGER = "/manage/{account_id}/cash-operations"
_FIELDS = {"/amount": "amount", "/operating_day": "operating_day", "/to_cash_register_id": "to_cash_register_id"}


@router.get(_LEDGER)
async def listed(visit: VisitDep, account_id: UUID) -> Response:
    """Lines of a register or of all, and the form for another one."""
    kind = visit.query.get("kind")
    start = Form.of(kind=kind if kind in KINDS else "deposit", cash_register_id=visit.query.get("register"))
    return await _list_page(visit, account_id, start)


@router.post(_LEDGER)
async def add(visit: VisitDep, account_id: UUID) -> Response:
    """Put money in, take it out, carry it over, take it to the bank."""
    form = await visit.form()
    kind = form.value("kind")
    values = {
        "kind": kind,
        "cash_register_id": form.text("cash_register_id"),
        "to_cash_register_id": form.text("to_cash_register_id") if kind == "transfer" else None,
        "amount": form.minor_units("amount"),
        "operating_day": form.text("operating_day"),
        "comment": form.text("comment"),
    }
    try:
        body = visit.body(NewCashOperation, values)
        made = await visit.api.fiscal.add_cash_operation(account_id, body, key=form.key or str(uuid4()))
    except Refused as refused:
        return await _list_page(visit, account_id, keep_typed(refused, form, _FIELDS), refused.status)
    return _told(visit, account_id, made, "ledger.added")


@router.get(f"{_LEDGER}/{{operation_id}}")
async def shown(visit: VisitDep, account_id: UUID, operation_id: UUID) -> Response:
    """One line, with what may be done about it."""
    return await _one_page(visit, account_id, operation_id, None)


@router.post(f"{_LEDGER}/{{operation_id}}")
async def correct(visit: VisitDep, account_id: UUID, operation_id: UUID) -> Response:
    """The right amount or day: the old line is taken back, a new one is written."""
    form = await visit.form()
    values = {
        "amount": form.minor_units("amount"),
        "operating_day": form.text("operating_day"),
        "comment": form.text("comment"),
        "reason": form.text("reason"),
    }
    try:
        body = visit.body(CashOperationChanges, values)
        made = await visit.api.fiscal.correct_cash_operation(
            account_id, operation_id, body, key=form.key or str(uuid4())
        )
    except Refused as refused:
        return await _one_page(visit, account_id, operation_id, keep_typed(refused, form, _FIELDS), refused.status)
    return _told(visit, account_id, made, "ledger.corrected")


@router.post(f"{_LEDGER}/{{operation_id}}/reverse")
async def reverse(visit: VisitDep, account_id: UUID, operation_id: UUID) -> Response:
    """Take it back."""
    form = await visit.form()
    try:
        made = await visit.api.fiscal.reverse_cash_operation(
            account_id, operation_id, form.text("reason"), key=form.key or str(uuid4())
        )
    except Refused as refused:
        return await _one_page(visit, account_id, operation_id, keep_typed(refused, form, {}), refused.status)
    return _told(visit, account_id, made, "ledger.reversed")


def _told(visit: Visit, account_id: UUID, made: object, said: str) -> Response:
    return visit.go(f"/manage/{account_id}/cash-operations", "ledger.asked" if isinstance(made, CashRequest) else said)


async def _list_page(visit: Visit, account_id: UUID, form: Form, status: int = 200) -> Response:
    zone = await zone_of(visit, account_id)
    until = day_of(visit.query.get("to"), today(zone))
    since = min(day_of(visit.query.get("from"), until - timedelta(days=6)), until)
    chosen = next(iter(uuids([visit.query.get("register") or ""])), None)
    found = await visit.api.fiscal.cash_operations(
        account_id, cash_register_id=chosen, since=since, until=until, cursor=visit.query.get("after")
    )
    if visit.request.method == "POST":
        visit.address = f"/manage/{account_id}/cash-operations"
    return await money_page(
        visit,
        account_id,
        "cash-operations",
        "ledger",
        status,
        zone=zone,
        items=found.items,
        next_cursor=found.next_cursor,
        registers=[one for one in await registers_of(visit, account_id) if one.is_active],
        chosen=chosen,
        since=since,
        until=until,
        now=today(zone),
        kinds=KINDS,
        payment_types=[kind.value for kind in PaymentType],
        form=form,
    )


async def _one_page(
    visit: Visit, account_id: UUID, operation_id: UUID, form: Form | None, status: int = 200
) -> Response:
    visit.address = f"/manage/{account_id}/cash-operations/{operation_id}"
    zone = await zone_of(visit, account_id)
    found = [
        one for one in (await visit.api.fiscal.cash_operations(account_id, limit=500)).items if one.id == operation_id
    ]
    if not found:
        raise PageUnknown
    one = found[0]
    filled = form or Form.of(
        amount=plain_price(Money(amount=abs(one.amount.amount), currency=one.amount.currency)),
        operating_day=one.operating_day,
        comment=one.comment,
    )
    return await money_page(visit, account_id, "cash-operations", "operation", status, zone=zone, one=one, form=filled)
