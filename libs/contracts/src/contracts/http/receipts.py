"""Bodies about fiscal receipts, their deliveries, and the shifts and reports they are counted in."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import AwareDatetime, Field, StringConstraints

from contracts.base import Money

from .amounts import Fix
from .base import Answer, Body, Line
from .cash_registers import FiscalShift

ReceiptStateName = Literal["none", "due", "held", "registering", "registered", "failed", "reversed"]


class ReceiptShort(Answer):
    """The receipt of one settlement; `id` is none and `state` "none" where no fiscal register took part."""

    id: UUID | None = None
    state: ReceiptStateName = "none"
    reason_code: str | None = None
    reason_text: str | None = None
    fix: Fix | None = None
    fiscal_code: str | None = None
    url: str | None = None


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
