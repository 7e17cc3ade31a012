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


@dataclass(eq=False)
class FiscalConflict(FiscalProblem):
    """What was asked does not fit the present state of the books, the register or the payment."""

    kind: ClassVar[Kind] = Kind.CONFLICT


@dataclass(eq=False)
class MendedOnAPage(FiscalProblem):
    """The cure is on a page of the account; `page` is its address there, with the refusal's own fields in it."""

    page: ClassVar[str]
    account_id: str

    @property
    def fix_url(self) -> str:  # type: ignore[override]  # the page depends on the account
        return f"/manage/{self.account_id}/{self.page.format_map(vars(self))}"


@dataclass(eq=False)
class NoRegisterForPaymentType(MendedOnAPage):
    """No cash register of the account takes this payment type at the booking's location."""

    code: ClassVar[str] = "fiscal.no_register_for_payment_type"
    page: ClassVar[str] = "cash-registers?payment_type={payment_type}#f-payment_types"
    payment_type: str


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
class NothingDue(FiscalConflict):
    """The booking is settled already."""

    code: ClassVar[str] = "fiscal.nothing_due"


@dataclass(eq=False)
class BookingNotPayable(FiscalConflict):
    """Nothing is paid for a booking in this state."""

    code: ClassVar[str] = "fiscal.booking_not_payable"
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
class NothingToReverse(FiscalConflict):
    """Nothing is paid for the booking, or it was given back already."""

    code: ClassVar[str] = "fiscal.nothing_to_reverse"


# Payments by card


@dataclass(eq=False)
class AcquirerNotSetUp(MendedOnAPage, FiscalConflict):
    """Nobody takes payments by card here: the account has no shop at an acquirer, or not at the one that was named."""

    code: ClassVar[str] = "fiscal.acquirer_not_set_up"
    page: ClassVar[str] = "acquirers"


@dataclass(eq=False)
class TopUpUnavailable(FiscalProblem):
    """The platform itself has no shop at this acquirer, or its keys are not accepted."""

    code: ClassVar[str] = "fiscal.top_up_unavailable"
    kind: ClassVar[Kind] = Kind.UNAVAILABLE


@dataclass(eq=False)
class SubscriptionNotPayable(FiscalProblem):
    """The platform itself has no shop at this acquirer, or its keys are not accepted."""

    code: ClassVar[str] = "fiscal.subscription_not_payable"
    kind: ClassVar[Kind] = Kind.UNAVAILABLE


@dataclass(eq=False)
class SubscriptionPaid(FiscalConflict):
    """Nothing of the subscription is to be paid now."""

    code: ClassVar[str] = "fiscal.subscription_paid"


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
class PrepaymentOpen(FiscalConflict):
    """The client already has a link for this booking."""

    code: ClassVar[str] = "fiscal.prepayment_open"
    prepayment_id: str


@dataclass(eq=False)
class PrepaymentOver(FiscalConflict):
    """It was paid, its time is over, or it was taken back."""

    code: ClassVar[str] = "fiscal.prepayment_over"
    state: str


@dataclass(eq=False)
class PaymentNotRefundable(FiscalConflict):
    """Only money of a prepayment that was paid goes back by a refund."""

    code: ClassVar[str] = "fiscal.payment_not_refundable"
    state: str


# The ledger


@dataclass(eq=False)
class OperationReversed(FiscalConflict):
    """The operation was taken back already, or is itself a reversal."""

    code: ClassVar[str] = "fiscal.operation_reversed"


@dataclass(eq=False)
class OperationOfSettlement(FiscalConflict):
    """A payment for a booking is corrected by reversing the settlement and settling again."""

    code: ClassVar[str] = "fiscal.operation_of_settlement"
    booking_id: str


@dataclass(eq=False)
class NotEnoughCash(FiscalConflict):
    """More is to be taken out than lies in the cash register."""

    code: ClassVar[str] = "fiscal.not_enough_cash"
    balance: int


@dataclass(eq=False)
class TransferToItself(FiscalProblem):
    """A transfer names the same cash register twice."""

    code: ClassVar[str] = "fiscal.transfer_to_itself"


@dataclass(eq=False)
class DifferenceUnexplained(FiscalConflict):
    """What was counted is not what the books say, and nobody said why."""

    code: ClassVar[str] = "fiscal.difference_unexplained"
    expected: int
    counted: int
    difference: int


@dataclass(eq=False)
class SecondPersonNeeded(FiscalConflict):
    """The account lets nobody do this alone; `cause` is back_dated or reversal."""

    code: ClassVar[str] = "fiscal.second_person_needed"
    cause: str


@dataclass(eq=False)
class RequestDecided(FiscalConflict):
    """Somebody has approved or declined the request already."""

    code: ClassVar[str] = "fiscal.request_decided"
    state: str


@dataclass(eq=False)
class LicenceTaken(FiscalConflict):
    """Another cash register of the account has this licence key."""

    code: ClassVar[str] = "fiscal.licence_taken"
    register: str


@dataclass(eq=False)
class CredentialsIncomplete(FiscalProblem):
    """Credentials are set for the first time, and not all of them came."""

    code: ClassVar[str] = "fiscal.credentials_incomplete"


@dataclass(eq=False)
class SafeguardOwnerOnly(FiscalProblem):
    """What lets nobody do something alone is taken off by an owner alone: by others it would guard against nobody."""

    code: ClassVar[str] = "fiscal.safeguard_owner_only"
    kind: ClassVar[Kind] = Kind.FORBIDDEN
    holders: list[str]


@dataclass(eq=False)
class RegisterHasReceipts(FiscalConflict):
    """Receipts of this register still wait, and only with its present credentials can they be registered."""

    code: ClassVar[str] = "fiscal.register_has_receipts"
    waiting: int


@dataclass(eq=False)
class CheckboxNotSetUp(MendedOnAPage, FiscalConflict):
    """The cash register has no Checkbox credentials."""

    code: ClassVar[str] = "fiscal.checkbox_not_set_up"
    page: ClassVar[str] = "cash-registers/{cash_register_id}/edit#f-licence_key"
    cash_register_id: str


@dataclass(eq=False)
class FiscalRefusal(FiscalConflict):
    """Checkbox did not do what was asked; the subclass is the cause, `provider_text` its own words."""

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
class NoOfflineNumbers(FiscalRefusal):
    """The register has no fiscal numbers for documents that the tax office does not see at once."""

    code: ClassVar[str] = "fiscal.no_offline_numbers"


@dataclass(eq=False)
class ReceiptNotWaiting(FiscalConflict):
    """There is nothing to try again: the receipt is registered."""

    code: ClassVar[str] = "fiscal.receipt_not_waiting"
    state: str
