"""Bodies of fiscal's HTTP API: cash registers, settlement, the ledger, receipts."""

from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import (
    AwareDatetime,
    BeforeValidator,
    Field,
    StrictBool,
    StrictInt,
    StringConstraints,
    WithJsonSchema,
    model_validator,
)

from contracts.base import Money

from .base import Answer, Body, CurrencyCode, Line
from .catalogue import Day

MAX_AMOUNT = 100_000_000_000
"""Highest sum of one payment or operation, in minor units."""

PaymentState = Literal["unpaid", "part_paid", "settled", "reversed"]
ReceiptStateName = Literal["none", "due", "held", "registering", "registered", "failed", "reversed"]
CheckPartName = Literal["cashier", "licence", "signature"]
ShiftStateName = Literal["opening", "open", "closing", "closed"]


class PaymentType(StrEnum):
    """How a client pays; each cash register serves some of these."""

    CASH = "cash"
    CARD = "card"
    TRANSFER = "transfer"
    ONLINE = "online"


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


def _as_object(value: Any) -> Any:
    """A bare integer is an amount in the currency of the booking or the account."""
    return {"amount": value} if isinstance(value, int) and not isinstance(value, bool) else value


class Amount(Body):
    """Minor units, with the currency where the caller wants it checked."""

    amount: StrictInt = Field(ge=1, le=MAX_AMOUNT)
    currency: CurrencyCode | None = None


AmountIn = Annotated[
    Amount,
    BeforeValidator(_as_object),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "integer", "minimum": 1, "maximum": MAX_AMOUNT},
                {
                    "type": "object",
                    "required": ["amount"],
                    "additionalProperties": False,
                    "properties": {
                        "amount": {"type": "integer", "minimum": 1, "maximum": MAX_AMOUNT},
                        "currency": {"anyOf": [{"type": "string", "pattern": "^[A-Z]{3}$"}, {"type": "null"}]},
                    },
                },
            ]
        }
    ),
]
"""An amount as an integer in minor units, or as `{"amount", "currency"}`."""

Password = Annotated[str, StringConstraints(min_length=1, max_length=200)]
TAX_CODES = "Checkbox's codes of the taxes on every line of a receipt; see the register's taxes."
Pin = Annotated[str, StringConstraints(pattern="^[0-9]{4,12}$")]
TaxCode = Annotated[StrictInt, Field(ge=0, le=1000)]
Comment = Annotated[str, StringConstraints(strip_whitespace=True, max_length=500)]


class Fix(Answer):
    """What to do about a cause, with the page where it is done."""

    text: str
    url: str


# Cash registers


class CheckboxCredentials(Body):
    """What a register needs to issue receipts through Checkbox."""

    licence_key: Line = Field(repr=False)
    cashier_login: Line | None = Field(default=None, repr=False)
    cashier_password: Password | None = Field(default=None, repr=False)
    cashier_pin: Pin | None = Field(default=None, repr=False, description="In place of login and password.")


class CheckboxChanges(Body):
    """Single credentials to replace; what is left out stays."""

    licence_key: Line | None = Field(default=None, repr=False)
    cashier_login: Line | None = Field(default=None, repr=False)
    cashier_password: Password | None = Field(default=None, repr=False)
    cashier_pin: Pin | None = Field(default=None, repr=False, description="In place of login and password.")


class NewCashRegister(Body):
    name: Line
    payment_types: list[PaymentType] = Field(min_length=1, max_length=len(PaymentType))
    location_id: UUID | None = Field(default=None, description="None: it serves every location.")
    checkbox: CheckboxCredentials | None = Field(default=None, description="None: this register gives no receipts.")
    tax_codes: list[TaxCode] = Field(default_factory=list, max_length=10, description=TAX_CODES)


class CashRegisterChanges(Body):
    """Only the fields that are sent change; `checkbox: null` takes the credentials away."""

    name: Line | None = None
    payment_types: list[PaymentType] | None = Field(default=None, min_length=1, max_length=len(PaymentType))
    location_id: UUID | None = None
    is_active: StrictBool | None = None
    checkbox: CheckboxChanges | None = None
    tax_codes: list[TaxCode] | None = Field(default=None, max_length=10, description=TAX_CODES)


class CheckboxShown(Answer):
    """Stored credentials: secrets are never shown back."""

    cashier_login: str = Field(description="Empty for a cashier who signs in by PIN.")
    signs_in_by: Literal["password", "pin"] = "password"
    licence_key_masked: str
    fiscal_number: str | None = None


class FiscalShift(Answer):
    """A fiscal shift; `reason_*` say why the last attempt to open or close it failed."""

    id: UUID
    cash_register_id: UUID
    state: ShiftStateName
    serial: int | None = None
    opened_at: AwareDatetime | None = None
    closed_at: AwareDatetime | None = None
    reason_code: str | None = None
    reason_text: str | None = None
    fix: Fix | None = None


class CashRegister(Answer):
    id: UUID
    version: int
    name: str
    payment_types: list[PaymentType]
    location_id: UUID | None
    is_active: bool
    checkbox: CheckboxShown | None
    tax_codes: list[int] = Field(default_factory=list)
    fiscal_shift: FiscalShift | None = Field(description="The shift that is not closed; none for closed.")
    balances: list[Money] = Field(description="What lies in the register by the ledger, one per currency.")
    waiting_receipts: int = 0
    waiting_reason_code: str | None = None


class CashRegisters(Answer):
    items: list[CashRegister]
    next_cursor: str | None = None


class CheckPart(Answer):
    """One part of the check; `ok` is none when an earlier part made it impossible to ask."""

    part: CheckPartName
    ok: bool | None
    reason_code: str | None = None
    reason_text: str | None = None
    fix: Fix | None = None
    provider_text: str | None = None


class CashRegisterCheck(Answer):
    ok: bool
    checked_at: AwareDatetime
    items: list[CheckPart]


# Settlement and receipts


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


class ReceiptShort(Answer):
    """The receipt of one settlement; `id` is none and `state` "none" where no fiscal register took part."""

    id: UUID | None = None
    state: ReceiptStateName = "none"
    reason_code: str | None = None
    reason_text: str | None = None
    fix: Fix | None = None
    fiscal_code: str | None = None
    url: str | None = None


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


class ReceiptDelivery(Answer):
    """A receipt on its way to the client; the address is shown masked."""

    id: UUID
    way: Literal["email", "sms"]
    recipient: str
    state: Literal["wanted", "sent", "failed"]
    provider_text: str | None = None
    created_at: AwareDatetime
    created_by_name: str


class NewReceiptDelivery(Body):
    """Where to send a receipt: to an e-mail address or to a phone."""

    email: (
        Annotated[str, StringConstraints(pattern=r"^[^@\s<>\"]{1,64}@[^@\s<>\"]{1,190}\.[^@\s<>\".]{2,63}$")] | None
    ) = None
    phone: Line | None = None


class Tax(Answer):
    """A tax rate of Checkbox."""

    code: int
    label: str
    symbol: str
    rate: float


class Taxes(Answer):
    items: list[Tax]


class ReportPayment(Answer):
    """Totals of one way of paying in a shift."""

    label: str
    sold: Money
    returned: Money
    service_in: Money
    service_out: Money


class ReportTax(Answer):
    label: str
    turnover: Money
    value: Money


class FiscalReport(Answer):
    """Totals of a shift as Checkbox counts them: an X-report so far, a Z-report at its end."""

    id: str
    is_z_report: bool
    receipts: int
    returns: int
    payments: list[ReportPayment]
    taxes: list[ReportTax]
    cash: Money = Field(description="In the register at Checkbox.")
    created_at: AwareDatetime | None = None


class FiscalShiftOfPast(FiscalShift):
    """A shift with its Z-report, once it is closed."""

    z_report: FiscalReport | None = None


class FiscalShifts(Answer):
    items: list[FiscalShiftOfPast]
    next_cursor: str | None = None


class Receipt(ReceiptShort):
    """A fiscal receipt with its way so far."""

    id: UUID
    kind: Literal["sale", "return"]
    settlement_id: UUID
    booking_id: UUID | None
    cash_register_id: UUID
    cash_register_name: str
    total: Money
    provider_text: str | None = None
    attempts: int
    created_at: AwareDatetime
    age_s: int = Field(description="Seconds since the payment.")
    next_attempt_at: AwareDatetime | None = None
    registered_at: AwareDatetime | None = None
    is_offline: bool = False
    is_sent_to_tax_office: bool = Field(default=False, description="One made offline gets there later.")
    page_url: str | None = Field(default=None, description="The receipt's page at Checkbox, for the client.")
    deliveries: list[ReceiptDelivery] = Field(default_factory=list)


class Receipts(Answer):
    items: list[Receipt]
    next_cursor: str | None = None


# The ledger


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
