"""Rows of the books beside the ledger itself: sold lines, turnover, counted days, rules, requests, findings."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import SmallInteger
from sqlalchemy.orm import Mapped, mapped_column

from fiscal.tables import Base
from kit.ids import new_id


class SettlementLine(Base):
    """The part of one payment that went to one service or good; the parts of a payment sum to it."""

    __tablename__ = "settlement_line"

    account_id: Mapped[UUID] = mapped_column(primary_key=True)
    settlement_id: Mapped[UUID] = mapped_column(primary_key=True)
    payment_position: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    position: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    kind: Mapped[str]
    item_key: Mapped[str]
    code: Mapped[str]
    name: Mapped[str]
    staff_member_id: Mapped[UUID | None]
    staff_member_name: Mapped[str | None]
    amount: Mapped[int]


class RegisterTurnover(Base):
    """Sums of the ledger by register, day, payment type and figure, kept by the database with each entry."""

    __tablename__ = "register_turnover"

    account_id: Mapped[UUID] = mapped_column(primary_key=True)
    cash_register_id: Mapped[UUID] = mapped_column(primary_key=True)
    operating_day: Mapped[date] = mapped_column(primary_key=True)
    currency: Mapped[str] = mapped_column(primary_key=True)
    payment_type: Mapped[str] = mapped_column(primary_key=True)
    figure: Mapped[str] = mapped_column(primary_key=True)
    is_reversal: Mapped[bool] = mapped_column(primary_key=True)
    amount: Mapped[int]
    entries: Mapped[int]


class CashRules(Base):
    """What an account allows with its money; an account without a row has the defaults."""

    __tablename__ = "cash_rules"

    account_id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(default=0)
    back_days_limit: Mapped[int] = mapped_column(default=30)
    back_dating_needs_two: Mapped[bool] = mapped_column(default=False)
    reversal_needs_two: Mapped[bool] = mapped_column(default=False)
    discount_rounding: Mapped[int] = mapped_column(default=1)


class DayClose(Base):
    """A counted register at the end of a day; counting again adds a close with the next number."""

    __tablename__ = "day_close"

    account_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    cash_register_id: Mapped[UUID]
    payment_type: Mapped[str]
    currency: Mapped[str]
    operating_day: Mapped[date]
    number: Mapped[int]
    expected: Mapped[int]
    counted: Mapped[int]
    explanation: Mapped[str | None]
    operation_id: Mapped[UUID | None]
    created_at: Mapped[datetime]
    created_by: Mapped[UUID]
    created_by_name: Mapped[str]

    @property
    def difference(self) -> int:
        """Above zero: more lay there than the books say."""
        return self.counted - self.expected


class CashRequest(Base):
    """A command that waits for a second person."""

    __tablename__ = "cash_request"

    account_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    version: Mapped[int] = mapped_column(default=1)
    act: Mapped[str]
    command: Mapped[dict[str, Any]]
    cause: Mapped[str]
    location_id: Mapped[UUID | None]
    amount: Mapped[int | None]
    currency: Mapped[str]
    reason: Mapped[str | None]
    state: Mapped[str] = mapped_column(default="pending")
    requested_at: Mapped[datetime]
    requested_by: Mapped[UUID]
    requested_by_name: Mapped[str]
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[UUID | None]
    decided_by_name: Mapped[str | None]


class Reconciliation(Base):
    """What the comparison of settlements, receipts, ledger and payments found for a span of days (both inclusive)."""

    __tablename__ = "reconciliation"

    account_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    since: Mapped[date]
    until: Mapped[date]
    ran_at: Mapped[datetime]
    took_ms: Mapped[int]
    checked: Mapped[dict[str, Any]]
    count: Mapped[int]
    differences: Mapped[list[dict[str, Any]]]


class PaidExtra(Base):
    """Until when an extra of the price list is paid."""

    __tablename__ = "paid_extra"

    account_id: Mapped[UUID] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    paid_until: Mapped[datetime]


class WeeklyDigest(Base):
    """A week (from its Monday `since`) that the owners were told about, if there was anything to tell."""

    __tablename__ = "weekly_digest"

    account_id: Mapped[UUID] = mapped_column(primary_key=True)
    since: Mapped[date] = mapped_column(primary_key=True)


class Subscription(Base):
    """Which paid extras of the price list an account has taken."""

    __tablename__ = "subscription"

    account_id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(default=0)
    extras: Mapped[list[str]] = mapped_column(default=list)
    changed_at: Mapped[datetime]
    changed_by_name: Mapped[str]
