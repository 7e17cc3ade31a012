"""Fiscal receipts: those that wait with their cause and age, and each one with its code to print."""

from __future__ import annotations

from uuid import UUID, uuid4

from starlette.responses import Response

from contracts.http.fiscal import NewReceiptDelivery
from gateway.clients import Refused
from gateway.pages.errors import PageUnknown
from gateway.pages.forms import Form
from gateway.pages.pictures import square_code
from gateway.pages.route import page_router
from gateway.pages.visit import Visit, VisitDep

from .frame import keep_typed, money_page

router = page_router()

_WAITING = ("due", "held", "registering", "failed")
_LOOKS = {"waiting": _WAITING, "all": ()}
_ONE = "/manage/{account_id}/receipts/{receipt_id}"
_PAPER = ("58", "80")


@router.get("/manage/{account_id}/receipts")
async def listed(visit: VisitDep, account_id: UUID) -> Response:
    """What waits, why and since when; or everything."""
    look = visit.query.get("show") if visit.query.get("show") in _LOOKS else "waiting"
    found = await visit.api.fiscal.receipts(
        account_id, states=_LOOKS[look or "waiting"], cursor=visit.query.get("after")
    )
    return await money_page(
        visit, account_id, "receipts", "receipts", items=found.items, next_cursor=found.next_cursor, look=look
    )


@router.post(f"{_ONE}/retry")
async def retry(visit: VisitDep, account_id: UUID, receipt_id: UUID) -> Response:
    """Try again now; one whose fate is unknown is asked about first."""
    form = await visit.form()
    await visit.api.fiscal.retry_receipt(account_id, receipt_id, key=form.key or str(uuid4()))
    return visit.go(f"/manage/{account_id}/receipts", "receipts.retried")


@router.get(_ONE)
async def shown(visit: VisitDep, account_id: UUID, receipt_id: UUID) -> Response:
    """One receipt: its way so far, its code, where it was sent to."""
    return await _page(visit, account_id, receipt_id, Form.of())


@router.get(f"{_ONE}/print")
async def printed(visit: VisitDep, account_id: UUID, receipt_id: UUID) -> Response:
    """For the paper of a till, 58 or 80 mm wide, with the code that leads to the tax office."""
    one = await visit.api.fiscal.receipt(account_id, receipt_id)
    if one.fiscal_code is None:
        raise PageUnknown
    text = await visit.api.fiscal.receipt_document(account_id, receipt_id, "text")
    paper = visit.query.get("paper") if visit.query.get("paper") in _PAPER else "58"
    return await money_page(
        visit,
        account_id,
        "receipts",
        "print",
        one=one,
        text=text.decode("utf-8", errors="replace"),
        paper=paper,
        papers=_PAPER,
        code=square_code(one.url) if one.url else None,
    )


@router.post(f"{_ONE}/send")
async def send(visit: VisitDep, account_id: UUID, receipt_id: UUID) -> Response:
    """Send it to the client by e-mail or SMS."""
    form = await visit.form()
    way = "phone" if form.value("way") == "phone" else "email"
    try:
        body = visit.body(NewReceiptDelivery, {way: form.value("address").strip()})
        await visit.api.fiscal.deliver_receipt(account_id, receipt_id, body)
    except Refused as refused:
        kept = keep_typed(refused, form, {"/email": "address", "/phone": "address"})
        return await _page(visit, account_id, receipt_id, kept, refused.status)
    return visit.go(f"/manage/{account_id}/receipts/{receipt_id}", "receipts.sent")


async def _page(visit: Visit, account_id: UUID, receipt_id: UUID, form: Form, status: int = 200) -> Response:
    visit.address = f"/manage/{account_id}/receipts/{receipt_id}"
    one = await visit.api.fiscal.receipt(account_id, receipt_id)
    return await money_page(
        visit,
        account_id,
        "receipts",
        "receipt",
        status,
        one=one,
        form=form,
        code=square_code(one.url) if one.url else None,
    )
