"""Rows of the books as the bodies of answers."""

from contracts.base import Money
from contracts.http import books
from fiscal.book_tables import CashRules, DayClose
from fiscal.report_queries import Undone


def day_close(close: DayClose, register_name: str) -> books.DayClose:
    """A counted day."""

    def money(amount: int) -> Money:
        return Money(amount=amount, currency=close.currency)

    return books.DayClose(
        id=close.id,
        cash_register_id=close.cash_register_id,
        cash_register_name=register_name,
        payment_type=close.payment_type,
        operating_day=close.operating_day,
        number=close.number,
        expected=money(close.expected),
        counted=money(close.counted),
        difference=money(close.difference),
        explanation=close.explanation,
        operation_id=close.operation_id,
        created_at=close.created_at,
        created_by_name=close.created_by_name,
    )


def undone(one: Undone) -> books.ReversalShown:
    """An entry that took another back, or one that was dated back."""
    line = one.line
    return books.ReversalShown(
        id=line.id,
        of_id=one.of.id if one.of else None,
        kind=line.kind,
        figure=line.figure,
        operating_day=line.operating_day,
        original_day=one.of.operating_day if one.of else None,
        created_at=line.created_at,
        created_by_name=line.created_by_name,
        approved_by_name=line.approved_by_name,
        cash_register_name=one.register,
        payment_type=line.payment_type,
        booking_id=line.booking_id,
        amount=Money(amount=line.amount, currency=line.currency),
        reason=line.comment,
    )


def cash_rules(rules: CashRules) -> books.CashRules:
    """The rules of an account."""
    return books.CashRules(
        version=rules.version,
        back_days_limit=rules.back_days_limit,
        back_dating_needs_two=rules.back_dating_needs_two,
        reversal_needs_two=rules.reversal_needs_two,
        discount_rounding=rules.discount_rounding,
    )
