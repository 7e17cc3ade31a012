"""Bodies of fiscal's HTTP API: top-ups of the SMS balance, prepayments of bookings, shops at acquirers."""

from enum import StrEnum
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AwareDatetime, Field, StrictBool, StrictInt, StringConstraints

from contracts.base import Money

from .base import Answer, Body, OneLine
from .fiscal import AmountIn

MIN_TOP_UP = 100
MAX_TOP_UP = 10_000_000
"""Kopecks."""

CardPaymentState = Literal["pending", "paid", "failed", "expired", "cancelled", "refunding", "refunded", "review"]
PrepaymentStateName = Literal["pending", "paid", "expired", "cancelled", "refunded"]
Key = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500), OneLine]
Domain = Annotated[str, StringConstraints(strip_whitespace=True, max_length=253), OneLine]


class AcquirerName(StrEnum):
    """An acquirer of card payments."""

    LIQPAY = "liqpay"
    MONOBANK = "monobank"
    WAYFORPAY = "wayforpay"


class Checkout(Answer):
    """How the payer gets to the acquirer: an address to open, or a form whose fields are sent there by the browser."""

    method: Literal["GET", "POST"]
    url: str
    fields: dict[str, str | list[str]] = Field(default_factory=dict)


class NewTopUp(Body):
    amount: AmountIn = Field(description="In hryvnias' kopecks, whatever the account's own currency.")
    provider: AcquirerName | None = Field(default=None, description="None: the first that the platform has.")


class TopUp(Answer):
    """One order to top up the SMS balance; `reason_*` say why it did not come to be paid."""

    id: UUID
    state: CardPaymentState
    provider: AcquirerName
    amount: Money
    checkout: Checkout | None = None
    reason_code: str | None = None
    reason_text: str | None = None
    provider_text: str | None = None
    created_at: AwareDatetime
    created_by_name: str
    paid_at: AwareDatetime | None = None
    refunded_at: AwareDatetime | None = None


class TopUps(Answer):
    items: list[TopUp]
    providers: list[AcquirerName] = Field(description="Where a top-up can be paid.")
    next_cursor: str | None = None


class NewSubscriptionPayment(Body):
    provider: AcquirerName | None = Field(default=None, description="None: the first that the platform has.")


class SubscriptionPayment(TopUp):
    """One order that pays for a month of some extras."""

    extras: list[str]


class SubscriptionPayments(Answer):
    items: list[SubscriptionPayment]
    providers: list[AcquirerName] = Field(description="Where it can be paid.")
    next_cursor: str | None = None


class NewPrepayment(Body):
    amount: AmountIn | None = Field(default=None, description="None: everything that is still to be paid.")
    pay_within_min: StrictInt = Field(default=60, ge=5, le=10_080, description="Then the booking's time is free again.")


class NewRefund(Body):
    amount: AmountIn | None = Field(default=None, description="None: all that was not given back yet.")


class RefundOutcome(Body):
    """What a person found in the shop's cabinet about a part whose refund the acquirer does not tell of."""

    went_back: StrictBool


class CardPayment(Answer):
    """One attempt to pay."""

    id: UUID
    provider: AcquirerName
    state: CardPaymentState
    amount: Money
    reason_code: str | None = None
    reason_text: str | None = None
    provider_text: str | None = None
    created_at: AwareDatetime
    paid_at: AwareDatetime | None = None
    refunded_at: AwareDatetime | None = None
    refunded: Money | None = Field(default=None, description="How much went back to the payer so far.")


class Prepayment(Answer):
    """Money asked for a booking in advance, with the link for the client and the attempts to pay."""

    id: UUID
    version: int
    booking_id: UUID
    state: PrepaymentStateName
    amount: Money
    url: str
    expires_at: AwareDatetime
    created_at: AwareDatetime
    created_by_name: str
    settlement_id: UUID | None = None
    payments: list[CardPayment]


class Prepayments(Answer):
    items: list[Prepayment]
    next_cursor: str | None = None


class PublicPrepayment(Answer):
    """What the holder of the link may see: nothing of the client."""

    id: UUID
    state: PrepaymentStateName
    account_name: str
    amount: Money
    expires_at: AwareDatetime
    starts_at: AwareDatetime | None = None
    time_zone: str | None = None
    providers: list[AcquirerName]
    last_attempt: CardPaymentState | None = None
    last_attempt_text: str | None = Field(default=None, description="What to tell the payer about the last attempt.")


class Paying(Body):
    provider: AcquirerName | None = None


class StartedPayment(Answer):
    payment_id: UUID
    provider: AcquirerName
    checkout: Checkout


class NewAcquirer(Body):
    """Keys of a shop: LiqPay's public and private key, monobank's token, WayForPay's account, secret and domain."""

    merchant: Domain = Field(default="", description="Public key or merchant account; monobank has none.")
    secret: Key = Field(repr=False)
    domain: Domain = ""
    takes_tests: StrictBool = Field(
        default=False, description="LiqPay's sandbox payments count. Never with real money."
    )


class AcquirerShown(Answer):
    """A shop; its secret is never shown."""

    provider: AcquirerName
    merchant: str
    takes_tests: bool
    set_at: AwareDatetime
    notice_url: str


class Acquirers(Answer):
    items: list[AcquirerShown]


class PrepaymentRules(Body):
    """Which new bookings are asked for money in advance by themselves."""

    is_on: StrictBool
    share_percent: StrictInt = Field(default=100, ge=1, le=100, description="Of the price, rounded up to the kopeck.")
    pay_within_min: StrictInt = Field(default=30, ge=5, le=10_080)
    sources: list[Literal["site", "widget", "api", "staff"]] = Field(
        default=["site", "widget"], min_length=1, max_length=4
    )


class PrepaymentRulesShown(Answer):
    is_on: bool
    share_percent: int
    pay_within_min: int
    sources: list[str]
