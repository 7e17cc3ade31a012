"""Kinds of disagreement between the books, and the page where each is looked at."""

from enum import StrEnum
from uuid import UUID


class DifferenceCode(StrEnum):
    """What does not agree; texts are `difference.<code>` of the catalogues."""

    LEDGER_MISSING = "ledger_missing"
    LEDGER_AMOUNT = "ledger_amount"
    LEDGER_UNEXPLAINED = "ledger_unexplained"
    ACT_PAYMENTS = "act_payments"
    ACT_LINES = "act_lines"
    ACT_TIPS = "act_tips"
    BOOKING_PAID = "booking_paid"
    TURNOVER = "turnover"
    NEGATIVE_BALANCE = "negative_balance"
    TRANSFER_UNBALANCED = "transfer_unbalanced"
    REVERSAL_AMOUNT = "reversal_amount"
    REFUND_ABOVE_SALE = "refund_above_sale"
    RECEIPT_MISSING = "receipt_missing"
    RECEIPT_AMOUNT = "receipt_amount"
    RECEIPT_UNEXPECTED = "receipt_unexpected"
    RECEIPT_WAITING = "receipt_waiting"
    RECEIPT_FAILED = "receipt_failed"
    FISCAL_CODE_REPEATED = "fiscal_code_repeated"
    PREPAYMENT_UNSETTLED = "prepayment_unsettled"
    PREPAYMENT_AMOUNT = "prepayment_amount"
    CARD_PAYMENT_UNAPPLIED = "card_payment_unapplied"
    CARD_PAYMENT_IN_REVIEW = "card_payment_in_review"
    REFUND_NOT_REVERSED = "refund_not_reversed"
    CARD_PAYMENT_STUCK = "card_payment_stuck"
    DAY_CHANGED = "day_changed"


_RECEIPTS = frozenset(
    {
        DifferenceCode.RECEIPT_MISSING,
        DifferenceCode.RECEIPT_AMOUNT,
        DifferenceCode.RECEIPT_UNEXPECTED,
        DifferenceCode.RECEIPT_WAITING,
        DifferenceCode.RECEIPT_FAILED,
        DifferenceCode.FISCAL_CODE_REPEATED,
    }
)
_PAYMENTS = frozenset(
    {
        DifferenceCode.PREPAYMENT_UNSETTLED,
        DifferenceCode.PREPAYMENT_AMOUNT,
        DifferenceCode.CARD_PAYMENT_UNAPPLIED,
        DifferenceCode.CARD_PAYMENT_IN_REVIEW,
        DifferenceCode.REFUND_NOT_REVERSED,
        DifferenceCode.CARD_PAYMENT_STUCK,
    }
)


def page_of(code: DifferenceCode, account_id: UUID, booking_id: UUID | None, cash_register_id: UUID | None) -> str:
    """Path of the page where the difference is looked at and cured."""
    root = f"/manage/{account_id}"
    if code in _RECEIPTS:
        return f"{root}/receipts"
    if code in _PAYMENTS:
        return f"{root}/payments"
    if booking_id is not None:
        return f"{root}/bookings/{booking_id}"
    if cash_register_id is not None:
        return f"{root}/cash-registers#r-{cash_register_id}"
    return f"{root}/cash-registers"
