"""Rows of payments by card: shops at acquirers, what is asked in advance, attempts to pay, and notices about them."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Mapped, mapped_column

from fiscal.tables import Base
from kit.ids import new_id


class AcquirerAccount(Base):
    """A shop of the account at an acquirer. New keys are a new row: an order keeps those it was made with."""

    __tablename__ = "acquirer_account"

    account_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    provider: Mapped[str]
    is_current: Mapped[bool] = mapped_column(default=True)
    merchant_hint: Mapped[str]
    takes_tests: Mapped[bool] = mapped_column(default=False)
    sealed: Mapped[bytes]
    created_at: Mapped[datetime]


class Prepayment(Base):
    """Money asked for a booking in advance; its id is the link by which the client pays."""

    __tablename__ = "prepayment"

    account_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    version: Mapped[int] = mapped_column(default=1)
    booking_id: Mapped[UUID]
    cash_register_id: Mapped[UUID]
    amount: Mapped[int]
    currency: Mapped[str]
    state: Mapped[str] = mapped_column(default="pending")
    expires_at: Mapped[datetime]
    next_check_at: Mapped[datetime | None]
    settlement_id: Mapped[UUID | None]
    created_at: Mapped[datetime]
    created_by: Mapped[UUID | None]
    created_by_name: Mapped[str]


class CardPayment(Base):
    """One order at an acquirer: a top-up, or an attempt to pay a prepayment. Its id is the order's reference."""

    __tablename__ = "card_payment"

    account_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    version: Mapped[int] = mapped_column(default=1)
    kind: Mapped[str]
    provider: Mapped[str]
    acquirer_account_id: Mapped[UUID | None]
    prepayment_id: Mapped[UUID | None]
    amount: Mapped[int]
    currency: Mapped[str]
    description: Mapped[str]
    state: Mapped[str] = mapped_column(default="pending")
    reason_code: Mapped[str | None]
    provider_text: Mapped[str | None]
    checkout: Mapped[dict[str, Any] | None]
    provider_payment_id: Mapped[str | None]
    created_at: Mapped[datetime]
    created_by: Mapped[UUID | None]
    created_by_name: Mapped[str]
    valid_until: Mapped[datetime]
    paid_at: Mapped[datetime | None]
    refunded_at: Mapped[datetime | None]
    refunded: Mapped[int] = mapped_column(default=0)
    refund_part: Mapped[int | None]
    refund_asked_at: Mapped[datetime | None]
    extras: Mapped[list[str]] = mapped_column(default=list)
    extras_from: Mapped[dict[str, Any] | None]
    told_at: Mapped[datetime | None]
    next_check_at: Mapped[datetime | None]
    checks: Mapped[int] = mapped_column(default=0)
    settlement_id: Mapped[UUID | None]


class PaymentNotice(Base):
    """A call that names one of our orders, kept as it came; `verdict` says what was made of it."""

    __tablename__ = "payment_notice"

    account_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    payment_id: Mapped[UUID]
    fingerprint: Mapped[bytes]
    headers: Mapped[dict[str, Any]]
    body: Mapped[bytes]
    received_at: Mapped[datetime]
    next_look_at: Mapped[datetime | None]
    verdict: Mapped[str | None]


class PrepaymentRules(Base):
    """Which bookings are asked for money in advance by themselves."""

    __tablename__ = "prepayment_rules"

    account_id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(default=1)
    is_on: Mapped[bool]
    share_percent: Mapped[int]
    pay_within_min: Mapped[int]
    sources: Mapped[list[str]]
