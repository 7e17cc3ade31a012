"""Rows as the bodies of answers."""

from datetime import datetime
from typing import Any
from uuid import UUID

from contracts.base import Money
from contracts.http import fiscal as bodies
from fiscal.api.words import Words
from fiscal.checkbox_tables import ReceiptDelivery
from fiscal.queries import ActShown, RegisterShown
from fiscal.tables import BookingCopy, CashOperation, FiscalShift, Receipt
from fiscal.usecases.credentials import PIN

PAGE = "https://check.checkbox.ua/"


def receipt_short(receipt: Receipt | None, words: Words) -> bodies.ReceiptShort:
    """The receipt as a settlement shows it; none where no fiscal register took part."""
    return bodies.ReceiptShort() if receipt is None else bodies.ReceiptShort(**_short(receipt, words))


def receipt_in_full(receipt: Receipt, register_name: str, words: Words, now: datetime) -> bodies.Receipt:
    """The receipt as the list of receipts shows it."""
    return bodies.Receipt(
        **_short(receipt, words),
        kind=receipt.kind,
        settlement_id=receipt.settlement_id,
        booking_id=receipt.booking_id,
        cash_register_id=receipt.cash_register_id,
        cash_register_name=register_name,
        total=Money(amount=receipt.total, currency=receipt.currency),
        provider_text=receipt.provider_text,
        attempts=receipt.attempts,
        created_at=receipt.created_at,
        age_s=max(int((now - receipt.created_at).total_seconds()), 0),
        next_attempt_at=receipt.next_attempt_at,
        registered_at=receipt.registered_at,
        is_offline=receipt.is_offline,
        is_sent_to_tax_office=receipt.sent_to_tax_office_at is not None,
        page_url=f"{PAGE}{receipt.provider_id}" if receipt.fiscal_code else None,
    )


def settlement(shown: ActShown, words: Words) -> bodies.Settlement:
    """One act with its payments and its receipt."""
    act = shown.act

    def money(amount: int) -> Money:
        return Money(amount=amount, currency=act.currency)

    return bodies.Settlement(
        id=act.id,
        booking_id=act.booking_id,
        act=act.act,
        kind=act.kind,
        payment_state=act.payment_state,
        paid=money(act.paid_after),
        due=money(act.due_after),
        change=money(act.change),
        amount=money(act.amount),
        discount=money(act.discount),
        discount_reason=act.discount_reason,
        tips=[
            bodies.TipShown(
                payment_type=tip.payment_type,
                cash_register_id=tip.cash_register_id,
                staff_member_id=tip.staff_member_id,
                staff_member_name=tip.staff_member_name,
                amount=money(tip.amount),
            )
            for tip in shown.tips
        ],
        lines=[
            bodies.SoldLine(
                kind=line.kind,
                code=line.code,
                name=line.name,
                staff_member_id=line.staff_member_id,
                staff_member_name=line.staff_member_name,
                amount=money(line.amount),
            )
            for line in shown.lines
        ],
        operating_day=act.operating_day,
        is_back_dated=act.is_back_dated,
        payments=[
            bodies.PaymentShown(
                payment_type=payment.payment_type,
                cash_register_id=payment.cash_register_id,
                cash_register_name=name,
                amount=money(payment.amount),
                tendered=money(payment.tendered),
                change=money(payment.change),
            )
            for payment, name in shown.payments
        ],
        reverses_id=act.reverses_id,
        reason=act.reason,
        created_at=act.created_at,
        created_by_name=act.created_by_name,
        approved_by_name=act.approved_by_name,
        receipt=receipt_short(shown.receipt, words),
    )


def booking_settlement(
    booking: BookingCopy, state: bodies.PaymentState, acts: list[ActShown], words: Words
) -> bodies.BookingSettlement:
    """What is paid for a booking now."""
    last = acts[-1] if acts else None
    return bodies.BookingSettlement(
        booking_id=booking.booking_id,
        booking_version=booking.version,
        id=last.act.id if last else None,
        payment_state=state,
        price=Money(amount=booking.price, currency=booking.currency),
        discounted=Money(amount=booking.discounted, currency=booking.currency),
        paid=Money(amount=booking.paid, currency=booking.currency),
        due=Money(amount=booking.due, currency=booking.currency),
        receipt=receipt_short(last.receipt if last else None, words),
        items=[settlement(act, words) for act in acts],
    )


def fiscal_shift(shift: FiscalShift, words: Words) -> bodies.FiscalShift:
    """A shift with the cause of its last failure."""
    return bodies.FiscalShift(
        id=shift.id,
        cash_register_id=shift.cash_register_id,
        state=shift.state,
        serial=shift.serial,
        opened_at=shift.opened_at,
        closed_at=shift.closed_at,
        reason_code=shift.reason_code,
        reason_text=words.reason(shift.reason_code, shift.provider_text),
        fix=words.fix(shift.reason_code, shift.account_id, shift.cash_register_id, shift.provider_text),
    )


def cash_register(shown: RegisterShown, words: Words, *, sees_money: bool) -> bodies.CashRegister:
    """A register; of its credentials only what is no secret, and balances for those who may see the cash."""
    row = shown.row
    checkbox = None
    if row.is_fiscal:
        by_pin = (row.cashier_login or "").startswith(PIN)
        checkbox = bodies.CheckboxShown(
            cashier_login="" if by_pin else row.cashier_login,
            signs_in_by="pin" if by_pin else "password",
            licence_key_masked=f"…{row.licence_hint}",
            fiscal_number=row.fiscal_number,
        )
    return bodies.CashRegister(
        id=row.id,
        version=row.version,
        name=row.name,
        payment_types=row.payment_types,
        location_id=row.location_id,
        is_active=row.is_active,
        checkbox=checkbox,
        tax_codes=row.tax_codes,
        fiscal_shift=fiscal_shift(shown.shift, words) if shown.shift else None,
        balances=[Money(amount=amount, currency=currency) for currency, amount in sorted(shown.balances.items())]
        if sees_money
        else [],
        waiting_receipts=shown.waiting,
        waiting_reason_code=shown.blocked_reason,
    )


def cash_operation(line: CashOperation, register_name: str, reversed_by: UUID | None) -> bodies.CashOperation:
    """A line of the ledger."""
    return bodies.CashOperation(
        id=line.id,
        kind=line.kind,
        cash_register_id=line.cash_register_id,
        cash_register_name=register_name,
        payment_type=line.payment_type,
        amount=Money(amount=line.amount, currency=line.currency),
        operating_day=line.operating_day,
        is_back_dated=line.is_back_dated,
        created_at=line.created_at,
        created_by_name=line.created_by_name,
        comment=line.comment,
        settlement_id=line.settlement_id,
        booking_id=line.booking_id,
        reverses_id=line.reverses_id,
        reversed_by_id=reversed_by,
        refunds_id=line.refunds_id,
        replaces_id=line.replaces_id,
        transfer_id=line.transfer_id,
        staff_member_id=line.staff_member_id,
        staff_member_name=line.staff_member_name,
        approved_by_name=line.approved_by_name,
    )


def _short(receipt: Receipt, words: Words) -> dict[str, Any]:
    code, told = receipt.reason_code, receipt.provider_text
    return {
        "id": receipt.id,
        "state": receipt.state,
        "reason_code": code,
        "reason_text": words.reason(code, told),
        "fix": words.fix(code, receipt.account_id, receipt.cash_register_id, told),
        "fiscal_code": receipt.fiscal_code,
        "url": receipt.url,
    }


def fiscal_report(report: dict[str, Any]) -> bodies.FiscalReport:
    """A report of Checkbox in our words; what it does not say is nothing."""

    def money(value: Any) -> Money:
        return Money(amount=int(value or 0), currency="UAH")

    return bodies.FiscalReport(
        id=str(report.get("id", "")),
        is_z_report=bool(report.get("is_z_report")),
        receipts=int(report.get("sell_receipts_count") or 0),
        returns=int(report.get("return_receipts_count") or 0),
        payments=[
            bodies.ReportPayment(
                label=str(one.get("label", "")),
                sold=money(one.get("sell_sum")),
                returned=money(one.get("return_sum")),
                service_in=money(one.get("service_in")),
                service_out=money(one.get("service_out")),
            )
            for one in report.get("payments") or []
        ],
        taxes=[
            bodies.ReportTax(
                label=str(one.get("label", "")), turnover=money(one.get("turnover")), value=money(one.get("value"))
            )
            for one in report.get("taxes") or []
        ],
        cash=money(report.get("balance")),
        created_at=report.get("created_at"),
    )


def delivery(wish: ReceiptDelivery) -> bodies.ReceiptDelivery:
    """A wish to send a receipt."""
    return bodies.ReceiptDelivery(
        id=wish.id,
        way=wish.way,
        recipient=wish.recipient_masked,
        state=wish.state,
        provider_text=wish.provider_text,
        created_at=wish.created_at,
        created_by_name=wish.created_by_name,
    )
