"""Bodies of fiscal's books: rules, counted days, second persons, reconciliation, reports, subscription."""

from datetime import date
from typing import Any, Literal
from uuid import UUID

from pydantic import AwareDatetime, Field, StrictBool, StrictInt

from contracts.base import Money

from .amounts import CountedIn, Fix, PaymentType
from .base import Answer, Body, Line
from .catalogue import Day

ReportBy = Literal["day", "register", "payment_type", "staff_member", "service"]
ReportFormat = Literal["json", "csv", "xlsx"]
RequestState = Literal["pending", "approved", "declined"]


# Rules and second persons


class CashRules(Answer):
    """What the account allows with its money."""

    version: int
    back_days_limit: int = Field(description="How many days back an operation may be dated.")
    back_dating_needs_two: bool = Field(description="Dating back waits for another person's approval.")
    reversal_needs_two: bool = Field(description="Deleting, editing and giving back wait for another's approval.")
    discount_rounding: int = Field(description="What is left after a discount in per cent is a multiple of this.")


class CashRulesChanges(Body):
    back_days_limit: StrictInt | None = Field(default=None, ge=0, le=366)
    back_dating_needs_two: StrictBool | None = None
    reversal_needs_two: StrictBool | None = None
    discount_rounding: Literal[1, 10, 50, 100] | None = None


class CashRequest(Answer):
    """A command with money that waits for a second person, or what became of it."""

    id: UUID
    state: RequestState
    act: str
    cause: Literal["back_dated", "reversal"]
    amount: Money | None
    reason: str | None
    command: dict[str, Any] = Field(description="What was asked, as it will be done.")
    requested_at: AwareDatetime
    requested_by: UUID
    requested_by_name: str
    decided_at: AwareDatetime | None = None
    decided_by_name: str | None = None


class CashRequests(Answer):
    items: list[CashRequest]
    next_cursor: str | None = None


# Counted days


class NewDayClose(Body):
    """What was counted in the register at the end of the day."""

    counted: CountedIn
    payment_type: PaymentType = PaymentType.CASH
    operating_day: Day | None = None
    explanation: Line | None = Field(default=None, description="Needed where the count differs from the books.")
    book_difference: StrictBool = Field(
        default=False, description="Write the difference into the ledger, so that the balance is what was counted."
    )


class DayClose(Answer):
    id: UUID
    cash_register_id: UUID
    cash_register_name: str
    payment_type: PaymentType
    operating_day: date
    number: int = Field(description="The day may be counted again; the highest number holds.")
    expected: Money
    counted: Money
    difference: Money = Field(description="Above zero: more lay there than the books say.")
    explanation: str | None
    operation_id: UUID | None = Field(default=None, description="The ledger line that took the difference over.")
    created_at: AwareDatetime
    created_by_name: str


class DayCloses(Answer):
    items: list[DayClose]
    next_cursor: str | None = None


class DayFigures(Answer):
    """One register, payment type and currency on one day; `closing` is `opening` and all between."""

    cash_register_id: UUID
    cash_register_name: str
    payment_type: PaymentType
    opening: Money
    sold: Money
    given_back: Money
    tips: Money
    paid_in: Money
    paid_out: Money
    transferred: Money
    collected: Money
    counted: Money
    closing: Money
    entries: int
    close: DayClose | None = None


class DayReport(Answer):
    operating_day: date
    items: list[DayFigures]


# Reports


class ReportRow(Answer):
    """One line of a report: `net` is `sold` and `given_back`, which is below zero."""

    key: str
    name: str
    currency: str
    sold: int
    given_back: int
    net: int
    tips: int
    entries: int
    reversals: int


class ReversalShown(Answer):
    """Something that was taken back in the period, with who did it and why."""

    id: UUID
    of_id: UUID | None
    kind: str
    figure: str
    operating_day: date
    original_day: date | None
    created_at: AwareDatetime
    created_by_name: str
    approved_by_name: str | None
    cash_register_name: str
    payment_type: PaymentType
    booking_id: UUID | None
    amount: Money
    reason: str | None


class Report(Answer):
    """Money of the days `since` to `until`, both included; amounts in minor units."""

    by: ReportBy
    since: date
    until: date
    items: list[ReportRow]
    totals: list[ReportRow] = Field(description="One per currency; the same for every `by`.")
    reversals: list[ReversalShown]
    reversals_left_out: int = Field(default=0, description="How many more there are than are listed.")


# Reconciliation


class Difference(Answer):
    """Two books that do not agree, and what to do about it."""

    code: str
    text: str
    fix: Fix
    subject_id: str | None = None
    booking_id: UUID | None = None
    cash_register_id: UUID | None = None
    operating_day: date | None = None
    expected: int | None = None
    found: int | None = None


class ReconciliationReport(Answer):
    id: UUID | None = Field(description="None for one that was made for this request and not kept.")
    since: date
    until: date
    ran_at: AwareDatetime
    took_ms: int
    checked: dict[str, int] = Field(description="How many of each were compared.")
    count: int
    items: list[Difference] = Field(description="At most a thousand of them.")


class ReconciliationShort(Answer):
    id: UUID
    since: date
    until: date
    ran_at: AwareDatetime
    count: int


class Reconciliations(Answer):
    items: list[ReconciliationShort]
    next_cursor: str | None = None


class OwnerDigest(Answer):
    """A week's doings with money that an owner should know of."""

    since: date
    until: date
    back_dated: list[ReversalShown]
    reversals: list[ReversalShown]
    shortages: list[DayClose]
    without_second_person: int = Field(description="Back-dated or taken back by one person alone.")


# Subscription


class PriceOfExtra(Answer):
    key: str
    name: str
    description: str
    price: Money
    per: Literal["month"]
    paid_until: AwareDatetime | None = Field(default=None, description="Of an extra that the account has taken.")


class PriceList(Answer):
    """What the product costs. The base is free; SMS are prepaid apart and are no part of it."""

    currency: str
    base: PriceOfExtra
    extras: list[PriceOfExtra]
    note: str


class Subscription(Answer):
    """What the account pays for the product itself; its SMS balance is another purse."""

    version: int
    state: Literal["active", "unpaid"] = Field(description="Unpaid: an extra that was taken is not paid for.")
    plan: Literal["base"]
    base: PriceOfExtra
    extras: list[PriceOfExtra]
    monthly_total: Money
    due: Money | None = Field(default=None, description="What can be paid now; none where that is nothing.")
    changed_at: AwareDatetime | None
    changed_by_name: str | None


class SubscriptionChanges(Body):
    extras: list[Line] = Field(max_length=20)
