"""The operating day: what lay in each register, what moved, what was counted; back-dated acts; second persons."""

from __future__ import annotations

from datetime import timedelta
from typing import Literal
from uuid import UUID, uuid4

from starlette.responses import Response

from contracts.http.books import CashRequest, CashRules, CashRulesChanges, NewDayClose
from contracts.http.fiscal import PaymentType
from gateway.clients import Refused
from gateway.pages.forms import Form
from gateway.pages.newer import beside, is_stale, ticked
from gateway.pages.route import page_router
from gateway.pages.visit import Visit, VisitDep
from gateway.pages.words import t

from .frame import day_of, keep_typed, money_page, registers_of, today, zone_of

router = page_router()

_DAY = "/manage/{account_id}/day"
_FIELDS = {"/counted": "counted", "/explanation": "explanation", "/operating_day": "operating_day"}
_ROUNDINGS = (1, 10, 50, 100)


@router.get(_DAY)
async def shown(visit: VisitDep, account_id: UUID) -> Response:
    """One day, today unless the address says another."""
    return await _page(visit, account_id, Form.of())


@router.post(f"{_DAY}/count")
async def count(visit: VisitDep, account_id: UUID) -> Response:
    """Write down what was counted."""
    form = await visit.form()
    values = {
        "counted": form.minor_units("counted"),
        "payment_type": form.text("payment_type"),
        "operating_day": form.text("operating_day"),
        "explanation": form.text("explanation"),
        "book_difference": form.has("book_difference"),
    }
    try:
        register_id = UUID(form.value("cash_register_id"))
        body = visit.body(NewDayClose, values)
        made = await visit.api.books.close_day(account_id, register_id, body, key=form.key or str(uuid4()))
    except Refused as refused:
        return await _page(visit, account_id, keep_typed(refused, form, _FIELDS), refused.status)
    except ValueError:
        return await _page(visit, account_id, form.refuse("cash_register_id", ""), 422)
    if isinstance(made, CashRequest):
        return visit.go(f"/manage/{account_id}/day?day={form.text('operating_day')}", "ledger.asked")
    said = "day.counted" if not made.difference.amount else "day.counted_otherwise"
    return visit.go(f"/manage/{account_id}/day?day={made.operating_day}", said)


@router.post(f"{_DAY}/rules")
async def rules(visit: VisitDep, account_id: UUID) -> Response:
    """How far back, and what waits for a second person."""
    form = await visit.form()
    version = form.whole("version")
    values = {
        "back_days_limit": form.whole("back_days_limit"),
        "back_dating_needs_two": form.has("back_dating_needs_two"),
        "reversal_needs_two": form.has("reversal_needs_two"),
        "discount_rounding": form.whole("discount_rounding"),
    }
    try:
        body = visit.body(CashRulesChanges, values)
        await visit.api.books.change_rules(account_id, body, version=version if isinstance(version, int) else None)
    except Refused as refused:
        form = keep_typed(refused, form, {})
        if is_stale(refused):
            labels = {name: t(f"label.{name}") for name in ("back_days_limit", "discount_rounding")}
            labels |= {"back_dating_needs_two": t("day.back_two"), "reversal_needs_two": t("day.reversal_two")}
            said = {"back_dating_needs_two": ticked(), "reversal_needs_two": ticked()}
            saved = _ruling(await visit.api.books.rules(account_id))
            form = beside(form, saved, labels, said)
        return await _page(visit, account_id, form, refused.status, is_ruling=True)
    return visit.go(f"/manage/{account_id}/day", "manage.saved")


@router.post("/manage/{account_id}/cash-requests/{request_id}/{act}")
async def decide(visit: VisitDep, account_id: UUID, request_id: UUID, act: Literal["approve", "decline"]) -> Response:
    """The second person says yes or no."""
    form = await visit.form()
    await visit.api.books.decide(account_id, request_id, act, key=form.key or str(uuid4()))
    return visit.go(f"/manage/{account_id}/day", f"day.did_{act}")


def _ruling(rules: CashRules) -> Form:
    return Form.of(
        back_days_limit=rules.back_days_limit,
        back_dating_needs_two="on" if rules.back_dating_needs_two else None,
        reversal_needs_two="on" if rules.reversal_needs_two else None,
        discount_rounding=rules.discount_rounding,
        version=rules.version,
    )


async def _page(visit: Visit, account_id: UUID, form: Form, status: int = 200, *, is_ruling: bool = False) -> Response:
    zone = await zone_of(visit, account_id)
    now = today(zone)
    day = day_of(visit.query.get("day") or form.text("operating_day"), now)
    visit.address = f"/manage/{account_id}/day?day={day}"
    api = visit.api
    rules_now = await api.books.rules(account_id)
    if not is_ruling:
        ruling = _ruling(rules_now)
    else:
        ruling, form = form, Form.of()
    dated = await api.fiscal.cash_operations(account_id, back_dated=True, since=now - timedelta(days=31), limit=50)
    return await money_page(
        visit,
        account_id,
        "day",
        "day",
        status,
        zone=zone,
        day=day,
        now=now,
        before=day - timedelta(days=1),
        after=day + timedelta(days=1) if day < now else None,
        report=await api.books.day(account_id, day),
        registers=[one for one in await registers_of(visit, account_id) if one.is_active],
        payment_types=[kind.value for kind in PaymentType],
        requests=(await api.books.requests(account_id, state="pending")).items,
        back_dated=dated.items,
        rules=rules_now,
        ruling=ruling,
        is_ruling=is_ruling,
        roundings=_ROUNDINGS,
        form=form,
    )
