"""Rows of resources, series, the waiting list and holidays; the others are in `tables.py`."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Computed, SmallInteger
from sqlalchemy.dialects.postgresql import JSONB, TSTZRANGE, Range
from sqlalchemy.orm import Mapped, mapped_column

from kit.ids import new_id

from .tables import Base


class ResourceRow(Base):
    """A room or a device with so many units; `location_id` none: it can be carried anywhere."""

    __tablename__ = "resource"

    account_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    version: Mapped[int] = mapped_column(default=1)
    location_id: Mapped[UUID | None]
    name: Mapped[str]
    units: Mapped[int]
    is_deleted: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]


class ServiceResource(Base):
    """How many units of a resource a service needs."""

    __tablename__ = "service_resource"

    account_id: Mapped[UUID] = mapped_column(primary_key=True)
    service_id: Mapped[UUID] = mapped_column(primary_key=True)
    resource_id: Mapped[UUID] = mapped_column(primary_key=True)
    units: Mapped[int]


class ResourceTime(Base):
    """Time of one unit of a resource; the database refuses an overlap of two sessions."""

    __tablename__ = "resource_time"

    account_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    resource_id: Mapped[UUID]
    unit: Mapped[int] = mapped_column(SmallInteger)
    during: Mapped[Range[datetime]] = mapped_column(TSTZRANGE)
    over_at: Mapped[datetime] = mapped_column(Computed("upper(during)"))
    """The end of `during`, for the index under row level security."""
    session: Mapped[UUID]
    hold_id: Mapped[UUID | None]
    hold_expires_at: Mapped[datetime | None]
    booking_id: Mapped[UUID | None]
    booking_item_id: Mapped[UUID | None]


class SeriesRow(Base):
    """Bookings that repeat; `rule` as the API takes it."""

    __tablename__ = "series"

    account_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    rule: Mapped[dict[str, Any]]
    created_by: Mapped[UUID | None]
    created_at: Mapped[datetime]


class WaitlistEntry(Base):
    """A wish for time that is taken. `queued_at` is the place in the queue; `refused` the starts not to offer again."""

    __tablename__ = "waitlist_entry"

    account_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    version: Mapped[int] = mapped_column(default=1)
    state: Mapped[str]
    client_id: Mapped[UUID]
    location_id: Mapped[UUID | None]
    items: Mapped[list[dict[str, Any]]]
    service_ids: Mapped[list[UUID]]
    first_day: Mapped[date]
    last_day: Mapped[date]
    from_min: Mapped[int]
    to_min: Mapped[int]
    queued_at: Mapped[datetime]
    looked_at: Mapped[datetime | None]
    hold_id: Mapped[UUID | None]
    offer: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    offer_code: Mapped[str | None]
    offer_expires_at: Mapped[datetime | None]
    offers_made: Mapped[int] = mapped_column(default=0)
    refused: Mapped[list[str]] = mapped_column(default=list)
    booking_id: Mapped[UUID | None]
    created_by: Mapped[UUID | None]
    created_at: Mapped[datetime]


class WaitlistCall(Base):
    """A reason to look at an account's waiting list."""

    __tablename__ = "waitlist_call"

    account_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    created_at: Mapped[datetime]


class HolidaysConfirmed(Base):
    """The owner has looked through the holidays of that year."""

    __tablename__ = "holidays_confirmed"

    account_id: Mapped[UUID] = mapped_column(primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    country: Mapped[str]
    confirmed_by: Mapped[UUID | None]
    confirmed_at: Mapped[datetime]
