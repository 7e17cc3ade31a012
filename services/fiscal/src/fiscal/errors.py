"""Everything that fiscal may refuse. Texts: `texts/*.po`, by code."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from kit.errors import Kind, Problem

PREFIX = "fiscal."


@dataclass(eq=False)
class FiscalProblem(Problem):
    """A refusal of this service; `reason_code` is its code without the owner, as receipts carry it."""

    def params(self) -> Mapping[str, Any]:
        return {**super().params(), "reason_code": self.code.removeprefix(PREFIX)}


# Settlement


@dataclass(eq=False)
class NoRegisterForPaymentType(FiscalProblem):
    """No cash register of the account takes this payment type at the booking's location."""

    code: ClassVar[str] = "fiscal.no_register_for_payment_type"
    account_id: str
    payment_type: str

    @property
    def fix_url(self) -> str:  # type: ignore[override]  # the page depends on the account
        return f"/manage/{self.account_id}/cash-registers?payment_type={self.payment_type}#f-payment_types"


@dataclass(eq=False)
class ChooseRegister(FiscalProblem):
    """Several cash registers take this payment type and none was named."""

    code: ClassVar[str] = "fiscal.choose_register"
    payment_type: str
    registers: list[dict[str, str]]


@dataclass(eq=False)
class RegisterUnsuitable(FiscalProblem):
    """The named cash register is switched off, or does not take this payment type or this location."""

    code: ClassVar[str] = "fiscal.register_unsuitable"
    register: str
    payment_type: str


@dataclass(eq=False)
class SeveralFiscalRegisters(FiscalProblem):
    """Payments of one settlement go to two fiscal registers, and one settlement has one receipt."""

    code: ClassVar[str] = "fiscal.several_fiscal_registers"
    registers: list[str]


@dataclass(eq=False)
class AmountAboveDue(FiscalProblem):
    """More than is due, in a way that cannot give change."""

    code: ClassVar[str] = "fiscal.amount_above_due"
    payment_type: str
    due: int


@dataclass(eq=False)
class NothingDue(FiscalProblem):
    """The booking is settled already."""

    code: ClassVar[str] = "fiscal.nothing_due"
    kind: ClassVar[Kind] = Kind.CONFLICT


@dataclass(eq=False)
class BookingNotPayable(FiscalProblem):
    """Nothing is paid for a booking in this state."""

    code: ClassVar[str] = "fiscal.booking_not_payable"
    kind: ClassVar[Kind] = Kind.CONFLICT
    state: str


@dataclass(eq=False)
class CurrencyMismatch(FiscalProblem):
    """The amount is in another currency than the booking or the account."""

    code: ClassVar[str] = "fiscal.currency_mismatch"
    currency: str


@dataclass(eq=False)
class ReceiptsInHryvniaOnly(FiscalProblem):
    """A fiscal register of Ukraine cannot take another currency."""

    code: ClassVar[str] = "fiscal.receipts_in_hryvnia_only"
    currency: str


@dataclass(eq=False)
class OperatingDayInFuture(FiscalProblem):
    """Money cannot be dated ahead."""

    code: ClassVar[str] = "fiscal.operating_day_in_future"
    today: str


@dataclass(eq=False)
class OperatingDayTooOld(FiscalProblem):
    """The account lets operations be dated so many days back and no more."""

    code: ClassVar[str] = "fiscal.operating_day_too_old"
    limit_days: int
    earliest: str


@dataclass(eq=False)
class DiscountAboveDue(FiscalProblem):
    """The discount is more than what is still to be paid."""

    code: ClassVar[str] = "fiscal.discount_above_due"
    due: int


@dataclass(eq=False)
class RefundAbovePaid(FiscalProblem):
    """More is to be given back than was taken (in this way) and not given back yet."""

    code: ClassVar[str] = "fiscal.refund_above_paid"
    refundable: int


@dataclass(eq=False)
class NothingToReverse(FiscalProblem):
    """Nothing is paid for the booking, or it was given back already."""

    code: ClassVar[str] = "fiscal.nothing_to_reverse"
    kind: ClassVar[Kind] = Kind.CONFLICT


# Payments by card


@dataclass(eq=False)
class AcquirerNotSetUp(FiscalProblem):
    """Nobody takes payments by card here: the account has no shop at an acquirer, or not at the one that was named."""

    code: ClassVar[str] = "fiscal.acquirer_not_set_up"
    kind: ClassVar[Kind] = Kind.CONFLICT
    account_id: str

    @property
    def fix_url(self) -> str:  # type: ignore[override]  # the page depends on the account
        return f"/manage/{self.account_id}/acquirers"


@dataclass(eq=False)
class TopUpUnavailable(FiscalProblem):
    """The platform itself has no shop at this acquirer, or its keys are not accepted."""

    code: ClassVar[str] = "fiscal.top_up_unavailable"
    kind: ClassVar[Kind] = Kind.UNAVAILABLE


@dataclass(eq=False)
class AcquirerUnavailable(FiscalProblem):
    """The acquirer does not answer."""

    code: ClassVar[str] = "fiscal.acquirer_unavailable"
    kind: ClassVar[Kind] = Kind.UNAVAILABLE
    provider: str


@dataclass(eq=False)
class AcquirerRefused(FiscalProblem):
    """The acquirer does not take the order, in its own words."""

    code: ClassVar[str] = "fiscal.acquirer_refused"
    provider: str
    provider_text: str


@dataclass(eq=False)
class PrepaymentOpen(FiscalProblem):
    """The client already has a link for this booking."""

    code: ClassVar[str] = "fiscal.prepayment_open"
    kind: ClassVar[Kind] = Kind.CONFLICT
    prepayment_id: str


@dataclass(eq=False)
class PrepaymentOver(FiscalProblem):
    """It was paid, its time is over, or it was taken back."""

    code: ClassVar[str] = "fiscal.prepayment_over"
    kind: ClassVar[Kind] = Kind.CONFLICT
    state: str


@dataclass(eq=False)
class PaymentNotRefundable(FiscalProblem):
    """Only money of a prepayment that was paid goes back by a refund."""

    code: ClassVar[str] = "fiscal.payment_not_refundable"
    kind: ClassVar[Kind] = Kind.CONFLICT
    state: str


# The ledger


@dataclass(eq=False)
class OperationReversed(FiscalProblem):
    """The operation was taken back already, or is itself a reversal."""

    code: ClassVar[str] = "fiscal.operation_reversed"
    kind: ClassVar[Kind] = Kind.CONFLICT


@dataclass(eq=False)
class OperationOfSettlement(FiscalProblem):
    """A payment for a booking is corrected by reversing the settlement and settling again."""

    code: ClassVar[str] = "fiscal.operation_of_settlement"
    kind: ClassVar[Kind] = Kind.CONFLICT
    booking_id: str


@dataclass(eq=False)
class NotEnoughCash(FiscalProblem):
    """More is to be taken out than lies in the cash register."""

    code: ClassVar[str] = "fiscal.not_enough_cash"
    kind: ClassVar[Kind] = Kind.CONFLICT
    balance: int


@dataclass(eq=False)
class TransferToItself(FiscalProblem):
    """A transfer names the same cash register twice."""

    code: ClassVar[str] = "fiscal.transfer_to_itself"


@dataclass(eq=False)
class DifferenceUnexplained(FiscalProblem):
    """What was counted is not what the books say, and nobody said why."""

    code: ClassVar[str] = "fiscal.difference_unexplained"
    kind: ClassVar[Kind] = Kind.CONFLICT
    expected: int
    counted: int
    difference: int


@dataclass(eq=False)
class SecondPersonNeeded(FiscalProblem):
    """The account lets nobody do this alone; `cause` is back_dated or reversal."""

    code: ClassVar[str] = "fiscal.second_person_needed"
    kind: ClassVar[Kind] = Kind.CONFLICT
    cause: str


@dataclass(eq=False)
class RequestDecided(FiscalProblem):
    """Somebody has approved or declined the request already."""

    code: ClassVar[str] = "fiscal.request_decided"
    kind: ClassVar[Kind] = Kind.CONFLICT
    state: str


# Registers and shifts


@dataclass(eq=False)
class LicenceTaken(FiscalProblem):
    """Another cash register of the account has this licence key."""

    code: ClassVar[str] = "fiscal.licence_taken"
    kind: ClassVar[Kind] = Kind.CONFLICT
    register: str


@dataclass(eq=False)
class CredentialsIncomplete(FiscalProblem):
    """Credentials are set for the first time, and not all of them came."""

    code: ClassVar[str] = "fiscal.credentials_incomplete"


@dataclass(eq=False)
class RegisterHasReceipts(FiscalProblem):
    """Receipts of this register still wait, and only with its present credentials can they be registered."""

    code: ClassVar[str] = "fiscal.register_has_receipts"
    kind: ClassVar[Kind] = Kind.CONFLICT
    waiting: int


@dataclass(eq=False)
class CheckboxNotSetUp(FiscalProblem):
    """The cash register has no Checkbox credentials."""

    code: ClassVar[str] = "fiscal.checkbox_not_set_up"
    kind: ClassVar[Kind] = Kind.CONFLICT
    account_id: str
    cash_register_id: str

    @property
    def fix_url(self) -> str:  # type: ignore[override]  # the page depends on the register
        return f"/manage/{self.account_id}/cash-registers/{self.cash_register_id}/edit#f-licence_key"


@dataclass(eq=False)
class FiscalRefusal(FiscalProblem):
    """Checkbox did not do what was asked; the subclass is the cause, `provider_text` its own words."""

    kind: ClassVar[Kind] = Kind.CONFLICT
    page: str
    provider_text: str

    @property
    def fix_url(self) -> str:  # type: ignore[override]  # the page depends on the register
        return self.page


@dataclass(eq=False)
class ShiftClosed(FiscalRefusal):
    code: ClassVar[str] = "fiscal.shift_closed"


@dataclass(eq=False)
class CashierCredentialsInvalid(FiscalRefusal):
    code: ClassVar[str] = "fiscal.cashier_credentials_invalid"


@dataclass(eq=False)
class RegisterLicenceInvalid(FiscalRefusal):
    code: ClassVar[str] = "fiscal.register_licence_invalid"


@dataclass(eq=False)
class SignatureInactive(FiscalRefusal):
    code: ClassVar[str] = "fiscal.signature_inactive"


@dataclass(eq=False)
class RegisterBusy(FiscalRefusal):
    code: ClassVar[str] = "fiscal.register_busy"


@dataclass(eq=False)
class FiscalUnavailable(FiscalRefusal):
    code: ClassVar[str] = "fiscal.fiscal_unavailable"
    kind: ClassVar[Kind] = Kind.UNAVAILABLE


@dataclass(eq=False)
class OutcomeUnknown(FiscalRefusal):
    code: ClassVar[str] = "fiscal.unknown_outcome"
    kind: ClassVar[Kind] = Kind.UNAVAILABLE


@dataclass(eq=False)
class Rejected(FiscalRefusal):
    code: ClassVar[str] = "fiscal.rejected"


@dataclass(eq=False)
class ReceiptNotWaiting(FiscalProblem):
    """There is nothing to try again: the receipt is registered."""

    code: ClassVar[str] = "fiscal.receipt_not_waiting"
    kind: ClassVar[Kind] = Kind.CONFLICT
    state: str
