"""Bodies about the ledger of the cash registers."""

from datetime import date
from enum import StrEnum
from typing import Literal
from uuid import UUID

from pydantic import AwareDatetime, Field, model_validator

from contracts.base import Money

from .amounts import AmountIn, Comment, PaymentType
from .base import Answer, Body
from .catalogue import Day


class OperationKind(StrEnum):
    """Why money came into a cash register or left it."""

    SALE = "sale"
    TIP = "tip"
    REFUND = "refund"
    DEPOSIT = "deposit"
    WITHDRAWAL = "withdrawal"
    TRANSFER = "transfer"
    COLLECTION = "collection"
    SURPLUS = "surplus"
    SHORTAGE = "shortage"
    REVERSAL = "reversal"


class NewCashOperation(Body):
    """Money put in, taken out, carried to another register, or collected (taken to the bank or the safe)."""

    kind: Literal["deposit", "withdrawal", "transfer", "collection"]
    cash_register_id: UUID
    to_cash_register_id: UUID | None = Field(default=None, description="Where a transfer goes; for nothing else.")
    amount: AmountIn
    payment_type: PaymentType = PaymentType.CASH
    operating_day: Day | None = None
    comment: Comment | None = None

    @model_validator(mode="after")
    def _target_of_a_transfer(self) -> "NewCashOperation":
        if (self.kind == "transfer") != (self.to_cash_register_id is not None):
            raise ValueError("missing" if self.kind == "transfer" else "only_for_transfer", "to_cash_register_id")
        return self


class CashOperationChanges(Body):
    """The corrected operation: the old one is taken back by a reversal and a new one is written."""

    amount: AmountIn | None = None
    operating_day: Day | None = None
    comment: Comment | None = None
    reason: Comment | None = None


class CashOperation(Answer):
    """One line of the ledger; lines are never changed or removed."""

    id: UUID
    kind: OperationKind
    cash_register_id: UUID
    cash_register_name: str
    payment_type: PaymentType
    amount: Money = Field(description="Positive in, negative out.")
    operating_day: date
    is_back_dated: bool
    created_at: AwareDatetime
    created_by_name: str
    comment: str | None = None
    settlement_id: UUID | None = None
    booking_id: UUID | None = None
    reverses_id: UUID | None = None
    reversed_by_id: UUID | None = None
    refunds_id: UUID | None = Field(default=None, description="The payment that this line gives back in part.")
    replaces_id: UUID | None = None
    transfer_id: UUID | None = Field(default=None, description="Shared by the two lines of a transfer.")
    staff_member_id: UUID | None = Field(default=None, description="Whose tip it is.")
    staff_member_name: str | None = None
    approved_by_name: str | None = None


class CashOperations(Answer):
    items: list[CashOperation]
    next_cursor: str | None = None
