"""Receipts: what waits, why, since when, and "send again"."""

import io
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query, Response
from sqlalchemy import select

from contracts.http import fiscal as bodies
from contracts.permissions import Permission
from fiscal import queries
from fiscal.api import views
from fiscal.api.registers import BoxDep
from fiscal.api.shifts import DeskDep
from fiscal.api.words import WordsDep
from fiscal.checkbox_tables import ReceiptDelivery
from fiscal.domain.reasons import Reason, refusal
from fiscal.domain.receipts import ReceiptState
from fiscal.providers.checkbox_answers import Unanswered
from fiscal.tables import CashRegister, Receipt
from fiscal.usecases.deliver_receipts import want_delivery
from fiscal.usecases.retry_receipt import retry_receipt
from kit.access import Member
from kit.db import Tx
from kit.edge import DbDep, MemberDep
from kit.errors import InvalidInput, NotFound
from kit.messaging import now_utc
from kit.phones import normalise

router = APIRouter(prefix="/api/v1/accounts/{account_id}/receipts", tags=["receipts"])


@router.get("", operation_id="list_receipts")
async def show(
    account_id: UUID,
    member: MemberDep,
    db: DbDep,
    words: WordsDep,
    state: Annotated[str | None, Query(max_length=100, description="One or several, comma separated.")] = None,
    cash_register_id: UUID | None = None,
    booking_id: UUID | None = None,
    cursor: UUID | None = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> bodies.Receipts:
    """Receipts, newest first; those that wait say why and since when."""
    if not member.may(Permission.SETTLEMENT_CREATE):
        member.require(Permission.CASH_VIEW)
    wanted = queries.ReceiptFilter(_states(state), cash_register_id, booking_id, cursor, limit)
    now = now_utc()
    async with db.tx(account_id) as tx:
        found = await queries.receipts(tx, account_id, member.location_ids, wanted)
    return bodies.Receipts(
        items=[views.receipt_in_full(receipt, name, words, now) for receipt, name in found],
        next_cursor=str(found[-1][0].id) if len(found) == limit else None,
    )


@router.post("/{receipt_id}/retry", operation_id="retry_receipt")
async def retry(
    account_id: UUID, receipt_id: UUID, member: MemberDep, db: DbDep, words: WordsDep
) -> bodies.ReceiptShort:
    """Try the receipt again now. One whose outcome is unknown is asked about first: nothing is ever sent twice."""
    member.require(Permission.SETTLEMENT_CREATE)
    async with db.tx(account_id) as tx:
        return views.receipt_short(await retry_receipt(receipt_id, member, tx, now_utc()), words)


def _states(text: str | None) -> list[str]:
    states = [part.strip() for part in (text or "").split(",") if part.strip()]
    known = [state.value for state in ReceiptState]
    if any(state not in known for state in states):
        raise InvalidInput.of("query/state", "one_of", expected=", ".join(known))
    return states


_FORMS = {
    "html": "text/html; charset=utf-8",
    "pdf": "application/pdf",
    "text": "text/plain; charset=utf-8",
    "png": "image/png",
    "qrcode": "image/png",
}


@router.get("/{receipt_id}", operation_id="get_receipt")
async def show_one(account_id: UUID, receipt_id: UUID, member: MemberDep, db: DbDep, words: WordsDep) -> bodies.Receipt:
    """One receipt with where it was sent to."""
    _may_see(member)
    async with db.tx(account_id) as tx:
        receipt, register = await _receipt(tx, member, receipt_id)
        wishes = await tx.scalars(
            select(ReceiptDelivery)
            .where(ReceiptDelivery.account_id == account_id, ReceiptDelivery.receipt_id == receipt_id)
            .order_by(ReceiptDelivery.id)
        )
        deliveries = [views.delivery(wish) for wish in wishes]
    shown = views.receipt_in_full(receipt, register.name, words, now_utc())
    return shown.model_copy(update={"deliveries": deliveries})


@router.get(
    "/{receipt_id}/document",
    operation_id="get_receipt_document",
    response_class=Response,
    responses={200: {"content": {kind: {} for kind in _FORMS.values()}}},
)
async def document(
    account_id: UUID,
    receipt_id: UUID,
    member: MemberDep,
    db: DbDep,
    desk: DeskDep,
    form: Annotated[Literal["html", "pdf", "text", "png", "qrcode"], Query()] = "pdf",
) -> Response:
    """The receipt as Checkbox prints it; the QR code leads to it at the tax office."""
    _may_see(member)
    async with db.tx(account_id) as tx:
        receipt, register = await _receipt(tx, member, receipt_id)
    if receipt.fiscal_code is None:
        raise NotFound("receipt")
    if form == "qrcode" and receipt.url:
        return _document(_qr(receipt.url), form)
    try:
        printed = await desk.checkbox.rendering(str(receipt.provider_id), form)
    except Unanswered as silence:
        raise refusal(Reason.FISCAL_UNAVAILABLE, account_id, register.id, silence.text) from silence
    if printed is None:
        raise NotFound("receipt")
    return _document(printed.body, form)


@router.post("/{receipt_id}/deliveries", status_code=201, operation_id="deliver_receipt")
async def deliver(
    account_id: UUID,
    receipt_id: UUID,
    body: bodies.NewReceiptDelivery,
    member: MemberDep,
    db: DbDep,
    box: BoxDep,
) -> bodies.ReceiptDelivery:
    """Send the receipt to the client, now or as soon as it is registered."""
    member.require(Permission.SETTLEMENT_CREATE)
    if (body.email is None) == (body.phone is None):
        raise InvalidInput.of("/email", "one_of", expected="email, phone")
    way, to = ("email", body.email) if body.email else ("sms", _phone(body.phone or ""))
    async with db.tx(account_id) as tx:
        await _receipt(tx, member, receipt_id)
        wish = await want_delivery(tx, member, box, receipt_id, way, to, now_utc())
        return views.delivery(wish)


def _phone(written: str) -> str:
    try:
        return normalise(written)
    except ValueError:
        raise InvalidInput.of("/phone", "phone") from None


def _may_see(member: Member) -> None:
    if not member.may(Permission.SETTLEMENT_CREATE):
        member.require(Permission.CASH_VIEW)


async def _receipt(tx: Tx, member: Member, receipt_id: UUID) -> tuple[Receipt, CashRegister]:
    receipt = await tx.get(Receipt, (member.account_id, receipt_id))
    if receipt is None:
        raise NotFound("receipt")
    register = await tx.get_one(CashRegister, (member.account_id, receipt.cash_register_id))
    if register.location_id is not None and not member.covers(register.location_id):
        raise NotFound("receipt")
    return receipt, register


def _document(content: bytes, form: str) -> Response:
    # It is somebody else's page under our address: it may show itself and do nothing.
    headers = {"Content-Security-Policy": "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:"}
    return Response(content, media_type=_FORMS[form], headers=headers)


def _qr(url: str) -> bytes:
    import segno  # only here: a serving process has no use for it otherwise

    image = io.BytesIO()
    segno.make(url).save(image, kind="png", scale=4)
    return image.getvalue()
