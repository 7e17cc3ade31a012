"""Copies of what others own."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Mapped, mapped_column

from .base import Base


class AccountCopy(Base):
    __tablename__ = "account_copy"

    account_id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int]
    name: Mapped[str]
    vanity_address: Mapped[str]
    time_zone: Mapped[str]
    currency: Mapped[str]
    language: Mapped[str]
    is_active: Mapped[bool]
    is_demo: Mapped[bool] = mapped_column(default=False)
    unconfirmed: Mapped[str] = mapped_column(default="nothing")
    confirm_cutoff_min: Mapped[int] = mapped_column(default=60 * 24)


class LocationCopy(Base):
    __tablename__ = "location_copy"

    account_id: Mapped[UUID] = mapped_column(primary_key=True)
    location_id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int]
    name: Mapped[str]
    address: Mapped[str | None]
    phone_e164: Mapped[str | None]
    time_zone: Mapped[str]


class ClientCopy(Base):
    __tablename__ = "client_copy"

    account_id: Mapped[UUID] = mapped_column(primary_key=True)
    client_id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int]
    name: Mapped[str]
    phone_e164: Mapped[str | None]
    phone_confirmed: Mapped[bool]
    language: Mapped[str]
    user_id: Mapped[UUID | None]
    notifications_on: Mapped[bool]
    email: Mapped[str | None]
    is_erased: Mapped[bool] = mapped_column(default=False)
    """For good: whatever is still told of the person from before names nobody here."""


class WaitlistCopy(Base):
    """How far a wish for taken time has come, as far as was heard: an older offer is none any more."""

    __tablename__ = "waitlist_copy"

    account_id: Mapped[UUID] = mapped_column(primary_key=True)
    entry_id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int]
    changed_at: Mapped[datetime]


class BookingCopy(Base):
    """The newest known state of a booking. `replan_at`: its messages are to be planned anew, and since when."""

    __tablename__ = "booking_copy"

    account_id: Mapped[UUID] = mapped_column(primary_key=True)
    booking_id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int]
    is_active: Mapped[bool]
    starts_at: Mapped[datetime]
    location_id: Mapped[UUID]
    client_id: Mapped[UUID | None]
    body: Mapped[dict[str, Any]]
    replan_at: Mapped[datetime | None]
