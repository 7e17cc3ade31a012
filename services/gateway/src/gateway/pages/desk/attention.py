"""What needs somebody: messages that did not go, visits nobody confirmed, receipts that wait, refunds, old dates."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID, uuid4

from starlette.responses import Response

from contracts.http.booking import BookingAnswer, BookingList
from contracts.http.fiscal import CashOperations, Receipts
from contracts.http.notifications import Notifications
from contracts.http.payments import Prepayments, RefundOutcome
from contracts.http.staff_tasks import StaffTasks
from gateway.clients import Refused
from gateway.pages.forms import uuids
from gateway.pages.manage.office import member_of
from gateway.pages.route import page_router
from gateway.pages.visit import VisitDep

router = page_router()

AHEAD_DAYS = 7
_RECEIPTS = ("held", "failed", "registering")
BACK_DAYS = 14
SHOWN = 30

T = TypeVar("T")


@dataclass(frozen=True)
class Answered:
    """What a service said: its list, or why the reader does not get it."""

    found: Any = None
    problem: dict[str, Any] | None = None


@router.get("/desk/{account_id}/attention")
async def attention(visit: VisitDep, account_id: UUID) -> Response:
    """Each with its cause and its cure as a button."""
    return await attention_page(visit, account_id)


async def attention_page(
    visit: VisitDep, account_id: UUID, problem: dict[str, Any] | None = None, status: int = 200
) -> Response:
    """The page; `problem` is what a cure was refused with."""
    member = await member_of(visit, account_id)
    visit.address = f"/desk/{account_id}/attention"
    location_id = next(iter(uuids([visit.query.get("location", "")])), None)
    today = datetime.now(UTC).date()
    messages, tasks, pending, receipts, payments, dated_back = await asyncio.gather(
        _or_refusal(visit.api.notifications.listed(account_id, states=("held", "failed"))),
        _or_refusal(visit.api.notifications.staff_tasks(account_id)),
        _or_refusal(
            visit.api.booking.bookings(
                account_id,
                since=today,
                until=today + timedelta(days=AHEAD_DAYS),
                state="pending",
                location_id=location_id,
            )
        ),
        _or_refusal(visit.api.fiscal.receipts(account_id, states=_RECEIPTS)),
        _or_refusal(visit.api.payments.prepayments(account_id, in_review=True)),
        _or_refusal(visit.api.fiscal.cash_operations(account_id, since=today - timedelta(days=BACK_DAYS), until=today)),
    )
    about, pending = _visits_of(tasks, pending)
    return visit.page(
        "desk/attention.html.jinja",
        status,
        zone=member.time_zone,
        member=member,
        account_id=account_id,
        messages=messages,
        tasks=tasks,
        about=about,
        pending=pending,
        receipts=_told_of(receipts),
        payments=_in_doubt(payments),
        dated_back=dated_back,
        shown=SHOWN,
        problem=problem,
    )


@router.post("/desk/{account_id}/tasks/{task_id}/settle")
async def settle_task(visit: VisitDep, account_id: UUID, task_id: UUID) -> Response:
    """Somebody has called the client or mended the card."""
    await visit.form()
    try:
        await visit.api.notifications.settle_task(account_id, task_id)
    except Refused as refused:
        if refused.status == 401:
            raise
        return await attention_page(visit, account_id, refused.problem, refused.status)
    return visit.go(f"/desk/{account_id}/attention")


@router.post("/desk/{account_id}/payments/{prepayment_id}/outcome")
async def refund_outcome(visit: VisitDep, account_id: UUID, prepayment_id: UUID) -> Response:
    """Whether a refund arrived that the acquirer does not tell of, as the shop's cabinet shows it."""
    form = await visit.form()
    said = {"yes": True, "no": False}.get(form.value("went_back"))
    try:
        body = visit.body(RefundOutcome, {"went_back": said})
        await visit.api.payments.refund_outcome(account_id, prepayment_id, body, key=form.key or str(uuid4()))
    except Refused as refused:
        if refused.status == 401:
            raise
        return await attention_page(visit, account_id, refused.problem, refused.status)
    return visit.go(f"/desk/{account_id}/attention", "desk.refund_told")


@router.post("/desk/{account_id}/registers/{cash_register_id}/open-shift")
async def open_shift(visit: VisitDep, account_id: UUID, cash_register_id: UUID) -> Response:
    """Open the fiscal shift in place, so that what waits for it goes."""
    form = await visit.form()
    try:
        await visit.api.fiscal.turn_fiscal_shift(account_id, cash_register_id, "open", key=form.key or str(uuid4()))
    except Refused as refused:
        if refused.status == 401:
            raise
        return await attention_page(visit, account_id, refused.problem, refused.status)
    back = form.value("back")
    mine = f"/desk/{account_id}/"
    return visit.go(back if back.startswith(mine) else f"{mine}attention", "desk.shift_opens")


def _visits_of(tasks: Answered, pending: Answered) -> tuple[dict[UUID, BookingAnswer], Answered]:
    """The visits that tasks are about, by task, as the reader may see them; and those that no task is about."""
    if not tasks.found or not pending.found:
        return {}, pending
    visits = {one.id: one for one in pending.found}
    about = {one.id: visits[one.booking_id] for one in tasks.found if one.booking_id in visits}
    told = {one.id for one in about.values()}
    return about, Answered([one for one in pending.found if one.id not in told])


def _told_of(receipts: Answered) -> Answered:
    """Without those that are on their way and have nothing to be told of."""
    if receipts.found is None:
        return receipts
    return Answered([one for one in receipts.found if one.state != "registering" or one.reason_code])


def _in_doubt(payments: Answered) -> Answered:
    """Those with an attempt that a person has to look at."""
    if payments.found is None:
        return payments
    return Answered([one for one in payments.found if any(paid.state == "review" for paid in one.payments)])


async def _or_refusal(
    asked: Awaitable[BookingList | Notifications | StaffTasks | Receipts | Prepayments | CashOperations],
) -> Answered:
    try:
        return Answered((await asked).items)
    except Refused as refused:
        if refused.status == 401:
            raise
        return Answered(problem=refused.problem)
