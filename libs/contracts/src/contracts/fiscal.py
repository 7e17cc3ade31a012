"""Events of money and fiscal receipts."""

from typing import ClassVar, Literal
from uuid import UUID

from pydantic import AwareDatetime, Field

from .base import Event, Money, Value


class SettlementState(Value):
    """What is paid for a booking after an act of settlement or reversal."""

    id: UUID
    booking_id: UUID
    payment_state: Literal["unpaid", "part_paid", "settled", "reversed"]
    paid: Money
    due: Money
    discounted: Money | None = Field(
        default=None, description="Discounts given at settlement, in all: with `paid` they come to the price."
    )
    operating_day: str


class _OfSettlement(Event):
    must_be_heard: ClassVar[bool] = True
    settlement: SettlementState

    @property
    def subject_id(self) -> str:
        return str(self.settlement.booking_id)


class BookingSettled(_OfSettlement):
    """Money for a booking was taken; `version` counts the settlement acts of this booking."""

    name: ClassVar[str] = "fiscal.booking.settled.v1"


class BookingReversed(_OfSettlement):
    name: ClassVar[str] = "fiscal.booking.reversed.v1"


class ReceiptState(Value):
    id: UUID
    settlement_id: UUID
    booking_id: UUID | None = None
    cash_register_id: UUID
    state: str
    reason_code: str | None = None
    total: Money
    fiscal_code: str | None = None
    url: str | None = None


class _OfReceipt(Event):
    receipt: ReceiptState

    @property
    def subject_id(self) -> str:
        return str(self.receipt.id)


class ReceiptRegistered(_OfReceipt):
    name: ClassVar[str] = "fiscal.receipt.registered.v1"
    must_be_heard: ClassVar[bool] = True


class ReceiptHeld(_OfReceipt):
    name: ClassVar[str] = "fiscal.receipt.held.v1"
    must_be_heard: ClassVar[bool] = True


class ReceiptFailed(_OfReceipt):
    name: ClassVar[str] = "fiscal.receipt.failed.v1"
    must_be_heard: ClassVar[bool] = True


class FiscalShiftState(Value):
    id: UUID
    cash_register_id: UUID
    state: Literal["opening", "open", "closing", "closed"]
    opened_at: AwareDatetime | None = None
    closed_at: AwareDatetime | None = None


class _OfShift(Event):
    must_be_heard: ClassVar[bool] = True
    shift: FiscalShiftState

    @property
    def subject_id(self) -> str:
        return str(self.shift.id)


class ShiftOpened(_OfShift):
    name: ClassVar[str] = "fiscal.shift.opened.v1"


class ShiftClosed(_OfShift):
    name: ClassVar[str] = "fiscal.shift.closed.v1"


class CashActRefused(Event):
    """Somebody without the right wanted to take back or to correct a line of the ledger; nothing was done."""

    name: ClassVar[str] = "fiscal.cash_act.refused.v1"
    must_be_heard: ClassVar[bool] = True
    refusal_id: UUID
    cash_operation_id: UUID
    permission: str = Field(description="The right that is missing.")
    user_id: UUID = Field(description="Who wanted to; of a program its key.")
    user_name: str
    origin: str = Field(default="", description="Address and program that it came from.")
    refused_at: AwareDatetime

    @property
    def subject_id(self) -> str:
        return str(self.refusal_id)


class _OfTopUp(Event):
    top_up_id: UUID
    amount: Money
    provider: str | None = None

    @property
    def subject_id(self) -> str:
        return str(self.top_up_id)


class TopUpPaid(_OfTopUp):
    """A payment for the own SMS balance was received and verified; said once for each top-up."""

    name: ClassVar[str] = "fiscal.top_up.paid.v1"
    must_be_heard: ClassVar[bool] = True


class TopUpReversed(_OfTopUp):
    """A top-up that was paid has gone back to the payer: `amount` leaves the SMS balance, once for each top-up."""

    name: ClassVar[str] = "fiscal.top_up.reversed.v1"
    must_be_heard: ClassVar[bool] = True


class PrepaymentState(Value):
    """Money asked for a booking in advance, by a link of an acquirer."""

    id: UUID
    booking_id: UUID
    state: Literal["pending", "paid", "expired", "cancelled", "refunded"]
    amount: Money
    url: str | None = Field(default=None, description="Where the client pays.")
    expires_at: AwareDatetime = Field(description="Until then the time of the booking is kept for the payer.")


class _OfPrepayment(Event):
    must_be_heard: ClassVar[bool] = True
    prepayment: PrepaymentState

    @property
    def subject_id(self) -> str:
        return str(self.prepayment.id)


class PrepaymentRequested(_OfPrepayment):
    name: ClassVar[str] = "fiscal.prepayment.requested.v1"


class PrepaymentPaid(_OfPrepayment):
    """The money is here; that the booking is paid is said by `fiscal.booking.settled`."""

    name: ClassVar[str] = "fiscal.prepayment.paid.v1"


class PrepaymentExpired(_OfPrepayment):
    """It was not paid in time: whoever owns the booking may give its time away."""

    name: ClassVar[str] = "fiscal.prepayment.expired.v1"


class PrepaymentCancelled(_OfPrepayment):
    """Nobody is to pay it any more: its link was closed, or its booking was cancelled or paid otherwise."""

    name: ClassVar[str] = "fiscal.prepayment.cancelled.v1"


class BooksDiffer(Event):
    """The daily comparison of settlements, receipts, ledger and card payments found something that does not agree."""

    name: ClassVar[str] = "fiscal.books.differ.v1"
    must_be_heard: ClassVar[bool] = True
    reconciliation_id: UUID
    since: str
    until: str
    count: int = Field(ge=1)
    codes: tuple[str, ...] = Field(description="Kinds of difference; texts and cures are the service's own.")

    @property
    def subject_id(self) -> str:
        return str(self.reconciliation_id)


class DigestLine(Value):
    """Something that was done with money and that an owner should know of."""

    what: Literal["back_dated", "taken_back", "shortage"]
    day: str = Field(description="The operating day, `YYYY-MM-DD`.")
    amount: Money
    register_name: str
    by_name: str
    reason: str | None = None


class WeeklyDigestPrepared(Event):
    """A week of money is over: what was dated back, taken back or found missing. All is counted, some is listed."""

    name: ClassVar[str] = "fiscal.weekly_digest.prepared.v1"
    must_be_heard: ClassVar[bool] = True
    since: str
    until: str = Field(description="Inclusive.")
    back_dated: int = Field(ge=0)
    taken_back: int = Field(ge=0)
    shortages: int = Field(ge=0)
    without_second_person: int = Field(ge=0, description="Dated back or taken back by one person alone.")
    lines: tuple[DigestLine, ...] = ()

    @property
    def subject_id(self) -> str:
        return f"{self.account_id}:{self.since}"
