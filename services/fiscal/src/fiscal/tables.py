"""Rows of fiscal's database. Money is a whole number of minor units everywhere."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, BigInteger, DateTime, Identity, LargeBinary, SmallInteger, Text, Uuid
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from kit.ids import new_id


class Base(DeclarativeBase):
    type_annotation_map = {  # noqa: RUF012 - SQLAlchemy reads it from the class
        datetime: DateTime(timezone=True),
        str: Text,
        int: BigInteger,
        bytes: LargeBinary,
        dict[str, Any]: JSONB,
        list[dict[str, Any]]: JSONB,
        list[str]: ARRAY(Text),
        list[int]: ARRAY(BigInteger),
        list[UUID]: ARRAY(Uuid),
    }


class AccountCopy(Base):
    """What fiscal needs to know of an account, fed by events of identity."""

    __tablename__ = "account_copy"

    account_id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int]
    name: Mapped[str]
    currency: Mapped[str]
    language: Mapped[str]
    time_zone: Mapped[str]
    is_active: Mapped[bool]


class LocationCopy(Base):
    __tablename__ = "location_copy"

    account_id: Mapped[UUID] = mapped_column(primary_key=True)
    location_id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int]
    name: Mapped[str]
    time_zone: Mapped[str]
    is_deleted: Mapped[bool]


class BookingCopy(Base):
    """A booking as its owner last said it, and beside it what this service knows: `acts` and `paid`."""

    __tablename__ = "booking_copy"

    account_id: Mapped[UUID] = mapped_column(primary_key=True)
    booking_id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int]
    state: Mapped[str]
    price: Mapped[int]
    currency: Mapped[str]
    items: Mapped[list[dict[str, Any]]]
    client_id: Mapped[UUID | None]
    location_id: Mapped[UUID]
    time_zone: Mapped[str]
    starts_at: Mapped[datetime]
    acts: Mapped[int] = mapped_column(default=0)
    paid: Mapped[int] = mapped_column(default=0)
    discounted: Mapped[int] = mapped_column(default=0)
    goods: Mapped[list[dict[str, Any]]] = mapped_column(default=list)

    @property
    def net(self) -> int:
        """The price less the discounts given at settlement."""
        return max(self.price - self.discounted, 0)

    @property
    def due(self) -> int:
        """What is still to be paid."""
        return max(self.net - self.paid, 0)


class CashRegister(Base):
    """A money box of the account; with Checkbox credentials it is a fiscal register too."""

    __tablename__ = "cash_register"

    account_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    version: Mapped[int] = mapped_column(default=1)
    name: Mapped[str]
    payment_types: Mapped[list[str]]
    location_id: Mapped[UUID | None]
    is_active: Mapped[bool] = mapped_column(default=True)
    checkbox_sealed: Mapped[bytes | None]
    cashier_login: Mapped[str | None]
    licence_hint: Mapped[str | None]
    licence_fingerprint: Mapped[bytes | None]
    checkbox_register_id: Mapped[str | None]
    fiscal_number: Mapped[str | None]
    tax_codes: Mapped[list[int]] = mapped_column(default=list)
    created_at: Mapped[datetime]

    @property
    def is_fiscal(self) -> bool:
        """Whether payments at this register get a receipt."""
        return self.checkbox_sealed is not None


class CashierToken(Base):
    """A live access token of a cashier at Checkbox, shared by all processes; sealed."""

    __tablename__ = "cashier_token"

    account_id: Mapped[UUID] = mapped_column(primary_key=True)
    cashier_login: Mapped[str] = mapped_column(primary_key=True)
    sealed: Mapped[bytes]
    signed_in_at: Mapped[datetime]


class Settlement(Base):
    """One act of taking money for a booking, or of giving (part of) it back; never changed.

    `price_then` is the price less the discounts that stood after the act. `fiscal_register_id` names the register
    that owes a receipt for it.
    """

    __tablename__ = "settlement"

    account_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    booking_id: Mapped[UUID]
    act: Mapped[int]
    kind: Mapped[str]
    reverses_id: Mapped[UUID | None]
    reason: Mapped[str | None]
    amount: Mapped[int]
    change: Mapped[int] = mapped_column(default=0)
    discount: Mapped[int] = mapped_column(default=0)
    discount_reason: Mapped[str | None]
    tips: Mapped[int] = mapped_column(default=0)
    fiscal_register_id: Mapped[UUID | None]
    currency: Mapped[str]
    price_then: Mapped[int]
    paid_after: Mapped[int]
    payment_state: Mapped[str]
    operating_day: Mapped[date]
    is_back_dated: Mapped[bool]
    created_at: Mapped[datetime]
    created_by: Mapped[UUID]
    created_by_name: Mapped[str]
    approved_by: Mapped[UUID | None]
    approved_by_name: Mapped[str | None]

    @property
    def due_after(self) -> int:
        """What was still to be paid after this act."""
        return max(self.price_then - self.paid_after, 0)


class SettlementPayment(Base):
    """One payment of an act: `amount` went towards the booking, `tendered` is what the client gave."""

    __tablename__ = "settlement_payment"

    account_id: Mapped[UUID] = mapped_column(primary_key=True)
    settlement_id: Mapped[UUID] = mapped_column(primary_key=True)
    position: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    payment_type: Mapped[str]
    cash_register_id: Mapped[UUID]
    amount: Mapped[int]
    tendered: Mapped[int]
    change: Mapped[int]
    reverses_position: Mapped[int | None] = mapped_column(SmallInteger)


class CashOperation(Base):
    """A line of the ledger: positive came in, negative went out. Never changed, never removed.

    `figure` is the sum of the books it belongs to; a line that takes another back belongs to that one's.
    """

    __tablename__ = "cash_operation"

    account_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    kind: Mapped[str]
    figure: Mapped[str]
    cash_register_id: Mapped[UUID]
    payment_type: Mapped[str]
    amount: Mapped[int]
    currency: Mapped[str]
    operating_day: Mapped[date]
    is_back_dated: Mapped[bool]
    settlement_id: Mapped[UUID | None]
    position: Mapped[int | None] = mapped_column(SmallInteger)
    booking_id: Mapped[UUID | None]
    reverses_id: Mapped[UUID | None]
    refunds_id: Mapped[UUID | None]
    replaces_id: Mapped[UUID | None]
    transfer_id: Mapped[UUID | None]
    staff_member_id: Mapped[UUID | None]
    staff_member_name: Mapped[str | None]
    comment: Mapped[str | None]
    created_at: Mapped[datetime]
    created_by: Mapped[UUID]
    created_by_name: Mapped[str]
    approved_by: Mapped[UUID | None]
    approved_by_name: Mapped[str | None]


class FiscalShift(Base):
    """A shift at Checkbox; `id` is the one under which Checkbox knows it."""

    __tablename__ = "fiscal_shift"

    account_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    version: Mapped[int] = mapped_column(default=1)
    cash_register_id: Mapped[UUID]
    state: Mapped[str]
    serial: Mapped[int | None]
    opened_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    reason_code: Mapped[str | None]
    provider_text: Mapped[str | None]
    created_at: Mapped[datetime]
    next_look_at: Mapped[datetime | None]
    close_at: Mapped[datetime | None]
    z_report: Mapped[dict[str, Any] | None]


class Receipt(Base):
    """A fiscal receipt of one settlement.

    `provider_id` is the UUID under which it is sent to Checkbox, stored before the first call and kept through every
    repetition; only a receipt that Checkbox has ended with an error gets a new one.
    """

    __tablename__ = "receipt"

    account_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    position: Mapped[int] = mapped_column(Identity(always=True))
    version: Mapped[int] = mapped_column(default=1)
    kind: Mapped[str]
    state: Mapped[str] = mapped_column(default="due")
    reason_code: Mapped[str | None]
    provider_text: Mapped[str | None]
    settlement_id: Mapped[UUID]
    booking_id: Mapped[UUID]
    cash_register_id: Mapped[UUID]
    sale_receipt_id: Mapped[UUID | None]
    total: Mapped[int]
    currency: Mapped[str]
    body: Mapped[dict[str, Any]]
    provider_id: Mapped[UUID]
    former_provider_ids: Mapped[list[UUID]] = mapped_column(default=list)
    attempts: Mapped[int] = mapped_column(default=0)
    sent_at: Mapped[datetime | None]
    accepted_at: Mapped[datetime | None]
    look_ups: Mapped[int] = mapped_column(default=0)
    not_found_at: Mapped[datetime | None]
    next_attempt_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    registered_at: Mapped[datetime | None]
    fiscal_code: Mapped[str | None]
    url: Mapped[str | None]
    is_offline: Mapped[bool] = mapped_column(default=False)
    sent_to_tax_office_at: Mapped[datetime | None]
    next_tax_look_at: Mapped[datetime | None]
    trace: Mapped[dict[str, Any]]


class ReceiptLane(Base):
    """The queue of one register's receipts: who serves it now, when it wants a visit, why it stands still."""

    __tablename__ = "receipt_lane"

    account_id: Mapped[UUID] = mapped_column(primary_key=True)
    cash_register_id: Mapped[UUID] = mapped_column(primary_key=True)
    next_visit_at: Mapped[datetime | None]
    lease_id: Mapped[UUID | None]
    leased_until: Mapped[datetime | None]
    last_sent_at: Mapped[datetime | None]
    blocked_until: Mapped[datetime | None]
    blocked_reason: Mapped[str | None]
    blocked_text: Mapped[str | None]
    failures: Mapped[int] = mapped_column(default=0)
