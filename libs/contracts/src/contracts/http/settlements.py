"""Bodies about settling a booking and giving its money back."""

from datetime import date
from decimal import Decimal
from typing import Literal
from uuid import UUID

from pydantic import AwareDatetime, Field, model_validator

from contracts.base import Money

from .amounts import AmountIn, Comment, PaymentState, PaymentType
from .base import Answer, Body
from .catalogue import Day
from .receipts import ReceiptShort


class NewPayment(Body):
    payment_type: PaymentType
    cash_register_id: UUID | None = Field(
        default=None, description="May be left out when exactly one register serves the payment type."
    )
    amount: AmountIn = Field(description="Cash may be above what is due: the rest is change.")


class NewDiscount(Body):
    """What the client need not pay of what is due: a sum, or per cent of it with at most two decimals."""

    amount: AmountIn | None = None
    percent: Decimal | None = Field(default=None, gt=0, le=100, max_digits=5, decimal_places=2)
    reason: Comment | None = None

    @model_validator(mode="after")
    def _one_of_two(self) -> "NewDiscount":
        if (self.amount is None) == (self.percent is None):
            raise ValueError("amount_or_percent", "amount")
        return self


class NewTip(Body):
    """Money for a person beside the price; it is on no receipt of the booking."""

    payment_type: PaymentType
    cash_register_id: UUID | None = None
    amount: AmountIn
    staff_member_id: UUID | None = Field(default=None, description="None: who serves the first item of the booking.")


class NewSettlement(Body):
    payments: list[NewPayment] = Field(
        max_length=10, description="Empty only where a discount covers what is due, or where a tip alone is left."
    )
    discount: NewDiscount | None = Field(default=None, description="Needs the right to edit prices.")
    tips: list[NewTip] = Field(default=[], max_length=10)
    operating_day: Day | None = Field(default=None, description="Another day than today needs a right of its own.")

    @model_validator(mode="after")
    def _something(self) -> "NewSettlement":
        if not self.payments and self.discount is None and not self.tips:
            raise ValueError("missing", "payments")
        return self


class NewReversal(Body):
    settlement_id: UUID | None = Field(default=None, description="None: everything that was paid for the booking.")
    amount: AmountIn | None = Field(
        default=None,
        description="None: all of it, with its discounts and tips. Else a refund of so much, newest first.",
    )
    payment_type: PaymentType | None = Field(default=None, description="Refund only what was paid in this way.")
    reason: Comment | None = None
    operating_day: Day | None = None

    @model_validator(mode="after")
    def _type_with_amount(self) -> "NewReversal":
        if self.payment_type is not None and self.amount is None:
            raise ValueError("missing", "amount")
        return self


class PaymentShown(Answer):
    payment_type: PaymentType
    cash_register_id: UUID
    cash_register_name: str
    amount: Money = Field(description="What went towards the booking; negative in a reversal.")
    tendered: Money
    change: Money


class TipShown(Answer):
    payment_type: PaymentType
    cash_register_id: UUID
    staff_member_id: UUID | None
    staff_member_name: str | None
    amount: Money


class SoldLine(Answer):
    """What of the act went to one service or good."""

    kind: Literal["service", "goods"]
    code: str = Field(description="Id of the service or of the good.")
    name: str
    staff_member_id: UUID | None
    staff_member_name: str | None
    amount: Money


class Settlement(Answer):
    """One act of settlement or reversal, with the state of the booking's payment after it."""

    id: UUID
    booking_id: UUID
    act: int = Field(description="Number of this act of the booking, from 1.")
    kind: Literal["settlement", "reversal"]
    payment_state: PaymentState
    paid: Money = Field(description="Paid for the booking in all, after this act.")
    due: Money
    change: Money = Field(description="Cash to give back to the client.")
    amount: Money = Field(description="Counted towards the booking by this act; negative when given back.")
    discount: Money
    discount_reason: str | None = None
    tips: list[TipShown] = Field(default_factory=list)
    lines: list[SoldLine] = Field(default_factory=list, description="What it was paid for; they sum to `amount`.")
    operating_day: date
    is_back_dated: bool
    payments: list[PaymentShown]
    reverses_id: UUID | None = None
    reason: str | None = None
    created_at: AwareDatetime
    created_by_name: str
    approved_by_name: str | None = Field(default=None, description="The second person, where one was needed.")
    receipt: ReceiptShort


class BookingSettlement(Answer):
    """What is paid for a booking now, and by which acts; `id` and `receipt` are those of the last act."""

    booking_id: UUID
    booking_version: int
    id: UUID | None
    payment_state: PaymentState
    price: Money
    discounted: Money = Field(description="Discounts given at settlement, in all.")
    paid: Money
    due: Money
    receipt: ReceiptShort
    items: list[Settlement]


class Reversals(Answer):
    """The acts that a reversal made, one per settlement taken back, and the state after them."""

    booking_id: UUID
    payment_state: PaymentState
    paid: Money
    due: Money
    items: list[Settlement]
