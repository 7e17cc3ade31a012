"""Bodies about cash registers: what they take, their credentials at Checkbox, the check."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import AwareDatetime, Field, StrictBool, StrictInt, StringConstraints

from contracts.base import Money

from .amounts import Fix, PaymentType
from .base import Answer, Body, Line, OneLine

CheckPartName = Literal["cashier", "licence", "signature"]
ShiftStateName = Literal["opening", "open", "closing", "closed"]
Password = Annotated[str, StringConstraints(min_length=1, max_length=200), OneLine]
TAX_CODES = "Checkbox's codes of the taxes on every line of a receipt; see the register's taxes."
Pin = Annotated[str, StringConstraints(pattern="^[0-9]{4,12}$")]
TaxCode = Annotated[StrictInt, Field(ge=0, le=1000)]


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


class OfflineWork(Answer):
    """How a register stands to the tax office."""

    is_offline: bool
    stays_offline: bool = Field(description="Sent offline by hand: it does not come back by itself.")
    in_a_row_s: int = Field(description="How long it has worked so without a break.")
    longest_in_a_row_s: int = Field(description="How long it may.")
    numbers_left: int = Field(description="Fiscal numbers in stock for work without the tax office.")
    is_short_of_numbers: bool


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
