"""Rows of booking. Every key begins with the account, so that row level security and shards can use it."""

from __future__ import annotations

import secrets
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Date, DateTime, Identity, SmallInteger, Text, Uuid
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, TSTZRANGE, Range
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from contracts import Money
from contracts.identity import BookingRules
from kit.ids import new_id

LINK_KEY_SIGNS, LINK_KEY_LENGTH = "23456789abcdefghjkmnpqrstuvwxyz", 12
"""31 signs, 12 places: 8·10^17 keys, and each belongs to one booking alone."""


def new_link_key() -> str:
    """What a client's link must hold to act without signing in."""
    return "".join(secrets.choice(LINK_KEY_SIGNS) for _ in range(LINK_KEY_LENGTH))


class Base(DeclarativeBase):
    """Rows of this service's own database."""

    type_annotation_map = {  # noqa: RUF012 - SQLAlchemy reads it from the class
        datetime: DateTime(timezone=True),
        date: Date,
        str: Text,
        dict[str, Any]: JSONB,
        list[dict[str, Any]]: JSONB,
        list[str]: ARRAY(Text),
        list[UUID]: ARRAY(Uuid),
        Range[datetime]: TSTZRANGE,
    }


class AccountCopy(Base):
    """What booking needs to know of an account; identity owns it."""

    __tablename__ = "account_copy"

    account_id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int]
    name: Mapped[str]
    vanity_address: Mapped[str]
    time_zone: Mapped[str]
    country: Mapped[str]
    currency: Mapped[str]
    language: Mapped[str]
    city: Mapped[str | None]
    unlisted: Mapped[bool]
    is_active: Mapped[bool]
    is_demo: Mapped[bool]
    rules: Mapped[dict[str, Any]]
    unconfirmed_since: Mapped[datetime | None]
    """Since when the rule for visits that nobody confirmed holds as it is; none where there is no rule."""

    @property
    def booking_rules(self) -> BookingRules:
        """The settings that the booking engine obeys."""
        return BookingRules.model_validate(self.rules)

    def money(self, amount: int) -> Money:
        """An amount in the account's currency."""
        return Money(amount=amount, currency=self.currency)


class LocationRow(Base):
    __tablename__ = "location"

    account_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    version: Mapped[int] = mapped_column(default=1)
    name: Mapped[str]
    address: Mapped[str | None]
    phone_e164: Mapped[str | None]
    time_zone: Mapped[str]
    is_deleted: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]


class ServiceRow(Base):
    """What is sold by time; `price` in minor units, `location_ids` none: everywhere."""

    __tablename__ = "service"

    account_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    version: Mapped[int] = mapped_column(default=1)
    name: Mapped[str]
    description: Mapped[str | None]
    duration_min: Mapped[int]
    price: Mapped[int] = mapped_column(BigInteger)
    bookable_online: Mapped[bool]
    buffer_before_min: Mapped[int]
    buffer_after_min: Mapped[int]
    location_ids: Mapped[list[UUID] | None]
    capacity: Mapped[int] = mapped_column(default=1)
    is_deleted: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]


class StaffMemberRow(Base):
    """A person or a chair; with a membership when it can sign in. `location_ids` none: everywhere."""

    __tablename__ = "staff_member"

    account_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    version: Mapped[int] = mapped_column(default=1)
    name: Mapped[str]
    location_ids: Mapped[list[UUID] | None]
    accepts_bookings: Mapped[bool]
    membership_id: Mapped[UUID | None]
    membership_version: Mapped[int] = mapped_column(default=0)
    membership_said: Mapped[dict[str, Any]] = mapped_column(default=dict)
    is_deleted: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]


class StaffMemberService(Base):
    """Who does what."""

    __tablename__ = "staff_member_service"

    account_id: Mapped[UUID] = mapped_column(primary_key=True)
    staff_member_id: Mapped[UUID] = mapped_column(primary_key=True)
    service_id: Mapped[UUID] = mapped_column(primary_key=True)


class ScheduleRow(Base):
    """A staff member's pattern, as the API writes it without its exceptions."""

    __tablename__ = "schedule"

    account_id: Mapped[UUID] = mapped_column(primary_key=True)
    staff_member_id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(default=1)
    pattern: Mapped[dict[str, Any]]
    changed_at: Mapped[datetime]


class ScheduleException(Base):
    """One date on which the pattern does not hold."""

    __tablename__ = "schedule_exception"

    account_id: Mapped[UUID] = mapped_column(primary_key=True)
    staff_member_id: Mapped[UUID] = mapped_column(primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    plan: Mapped[dict[str, Any]]


class TimeOffRow(Base):
    """An absence; taking it back keeps the row."""

    __tablename__ = "time_off"

    account_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    staff_member_id: Mapped[UUID]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    reason: Mapped[str | None]
    created_by: Mapped[UUID | None]
    created_at: Mapped[datetime]
    deleted_at: Mapped[datetime | None]


class ClosedDayRow(Base):
    """A date without work, in one location or everywhere."""

    __tablename__ = "closed_day"

    account_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    location_id: Mapped[UUID | None]
    day: Mapped[date]
    kind: Mapped[str]
    name: Mapped[str | None]
    created_by: Mapped[UUID | None]
    created_at: Mapped[datetime]


class ClientRow(Base):
    """A card; one per phone within the account."""

    __tablename__ = "client"

    account_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    version: Mapped[int] = mapped_column(default=1)
    name: Mapped[str]
    surname: Mapped[str | None]
    phone_e164: Mapped[str | None]
    phone_confirmed: Mapped[bool] = mapped_column(default=False)
    email: Mapped[str | None]
    socials: Mapped[dict[str, Any]] = mapped_column(default=dict)
    language: Mapped[str]
    note: Mapped[str | None]
    user_id: Mapped[UUID | None]
    notifications_on: Mapped[bool] = mapped_column(default=True)
    custom: Mapped[dict[str, Any]] = mapped_column(default=dict)
    other_phones: Mapped[list[str]] = mapped_column(default=list)
    merged_into: Mapped[UUID | None]
    erased_at: Mapped[datetime | None]
    created_at: Mapped[datetime]


class HoldRow(Base):
    """Time kept while a client fills in the form; `items` are service, person and price in order."""

    __tablename__ = "hold"

    account_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    location_id: Mapped[UUID]
    items: Mapped[list[dict[str, Any]]]
    assigned_by: Mapped[str]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    created_by: Mapped[UUID | None]
    created_at: Mapped[datetime]


class BookingRow(Base):
    """`price`, `paid` and `discounted` in minor units of `currency`; the last two and `settlement_version` are what
    fiscal last said.

    `agreed_at`: when the present time was agreed on, where it was not with the booking itself; `confirm_told_until`: by
    when the client was last asked to confirm it; `confirm_judged_at`: when the rule for visits that nobody confirmed
    judged it; `cancel_cause`: the rule that ended it, where nobody did.
    """

    __tablename__ = "booking"

    account_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    version: Mapped[int] = mapped_column(default=1)
    code: Mapped[str]
    state: Mapped[str]
    payment_state: Mapped[str]
    location_id: Mapped[UUID]
    client_id: Mapped[UUID | None]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    price: Mapped[int] = mapped_column(BigInteger)
    paid: Mapped[int] = mapped_column(BigInteger, default=0)
    discounted: Mapped[int] = mapped_column(BigInteger, default=0)
    currency: Mapped[str]
    settlement_version: Mapped[int] = mapped_column(default=0)
    comment: Mapped[str | None]
    source: Mapped[str]
    overridden: Mapped[list[str]] = mapped_column(default=list)
    series_id: Mapped[UUID | None]
    link_key: Mapped[str] = mapped_column(default=new_link_key)
    created_by: Mapped[UUID | None]
    created_at: Mapped[datetime]
    agreed_at: Mapped[datetime | None]
    confirm_told_until: Mapped[datetime | None]
    confirm_judged_at: Mapped[datetime | None]
    cancel_cause: Mapped[str | None]
    deleted_at: Mapped[datetime | None]


class BookingItemRow(Base):
    """One service of a booking; name, buffers and price are those of the day it was booked."""

    __tablename__ = "booking_item"

    account_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    booking_id: Mapped[UUID]
    position: Mapped[int] = mapped_column(SmallInteger)
    service_id: Mapped[UUID]
    service_name: Mapped[str]
    staff_member_id: Mapped[UUID]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    buffer_before_min: Mapped[int]
    buffer_after_min: Mapped[int]
    seats: Mapped[int] = mapped_column(SmallInteger, default=1)
    price: Mapped[int] = mapped_column(BigInteger)


class BusyTime(Base):
    """Time of a person that nobody else can have: the database refuses an overlap.

    One row is one seat. The visits of a group have one `session` and the `service_id` they came for; the database
    then refuses a seat that is taken. Every other row is a session of its own, without a service.
    """

    __tablename__ = "busy_time"

    account_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    staff_member_id: Mapped[UUID]
    during: Mapped[Range[datetime]] = mapped_column(TSTZRANGE)
    session: Mapped[UUID]
    seat: Mapped[int] = mapped_column(SmallInteger, default=1)
    service_id: Mapped[UUID | None]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    hold_id: Mapped[UUID | None]
    hold_expires_at: Mapped[datetime | None]
    booking_id: Mapped[UUID | None]
    booking_item_id: Mapped[UUID | None]


class BookingEvent(Base):
    """One act on a booking: who, what, when, under which trace. Never changed."""

    __tablename__ = "booking_event"

    account_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    booking_id: Mapped[UUID]
    kind: Mapped[str]
    at: Mapped[datetime]
    actor_type: Mapped[str]
    actor_id: Mapped[UUID | None]
    actor_name: Mapped[str | None]
    source: Mapped[str | None]
    details: Mapped[dict[str, Any]] = mapped_column(default=dict)
    trace_id: Mapped[str]
    event_id: Mapped[UUID | None]
    seq: Mapped[int] = mapped_column(BigInteger, Identity(always=True))
