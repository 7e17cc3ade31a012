"""Rows beside the calendar: doubles and imports of clients, reviews, goods, the journal's timetable, own domains."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, SmallInteger
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from kit.ids import new_id

from .tables import Base


class ClientField(Base):
    """A field that the account added to its cards. `is_contact`: hidden from whoever may not see phones."""

    __tablename__ = "client_field"

    account_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    name: Mapped[str]
    kind: Mapped[str]
    choices: Mapped[list[str]] = mapped_column(default=list)
    is_contact: Mapped[bool] = mapped_column(default=False)
    is_deleted: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]


class ClientMerge(Base):
    """Two cards became one; what both said before is kept, so that it can be undone."""

    __tablename__ = "client_merge"

    account_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    kept_id: Mapped[UUID]
    double_id: Mapped[UUID]
    kept_before: Mapped[dict[str, Any]]
    double_before: Mapped[dict[str, Any]]
    booking_ids: Mapped[list[UUID]]
    merged_by: Mapped[UUID | None]
    merged_by_name: Mapped[str | None]
    merged_at: Mapped[datetime]
    undone_at: Mapped[datetime | None]


class ClientImport(Base):
    """A file of cards as it was read; nothing of it counts until it is applied."""

    __tablename__ = "client_import"

    account_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    file_name: Mapped[str]
    columns: Mapped[dict[str, Any]]
    rows: Mapped[list[dict[str, Any]]]
    created_by: Mapped[UUID | None]
    created_at: Mapped[datetime]
    applied_at: Mapped[datetime | None]
    result: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))


class ReviewRow(Base):
    """What a client wrote of a completed visit; one for each."""

    __tablename__ = "review"

    account_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    version: Mapped[int] = mapped_column(default=1)
    booking_id: Mapped[UUID]
    location_id: Mapped[UUID]
    client_id: Mapped[UUID | None]
    staff_member_ids: Mapped[list[UUID]]
    rating: Mapped[int] = mapped_column(SmallInteger)
    text: Mapped[str | None]
    state: Mapped[str]
    hidden_reason: Mapped[str | None]
    moderated_by: Mapped[UUID | None]
    answer: Mapped[str | None]
    answered_by: Mapped[UUID | None]
    answered_at: Mapped[datetime | None]
    created_at: Mapped[datetime]


class StockItem(Base):
    """Goods; `price` of one in minor units, `quantity` on the shelf."""

    __tablename__ = "stock_item"

    account_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    version: Mapped[int] = mapped_column(default=1)
    name: Mapped[str]
    code: Mapped[str | None]
    unit: Mapped[str]
    price: Mapped[int] = mapped_column(BigInteger)
    quantity: Mapped[int] = mapped_column(default=0)
    is_deleted: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]


class StockMovement(Base):
    """Goods came or went; never changed. `quantity` is below nothing for what went."""

    __tablename__ = "stock_movement"

    account_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    stock_item_id: Mapped[UUID]
    kind: Mapped[str]
    quantity: Mapped[int]
    quantity_after: Mapped[int]
    unit_cost: Mapped[int | None] = mapped_column(BigInteger)
    booking_id: Mapped[UUID | None]
    reason: Mapped[str | None]
    by_id: Mapped[UUID | None]
    by_name: Mapped[str | None]
    at: Mapped[datetime]


class BookingGoodsRow(Base):
    """Goods sold with a visit, at the price of that day."""

    __tablename__ = "booking_goods"

    account_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    booking_id: Mapped[UUID]
    stock_item_id: Mapped[UUID]
    name: Mapped[str]
    quantity: Mapped[int]
    unit_price: Mapped[int] = mapped_column(BigInteger)

    @property
    def price(self) -> int:
        """For the whole quantity, in minor units."""
        return self.quantity * self.unit_price


class Departure(Base):
    """Visits of somebody who was removed from the staff that are still to be moved or cancelled, earliest first."""

    __tablename__ = "departure"

    account_id: Mapped[UUID] = mapped_column(primary_key=True)
    staff_member_id: Mapped[UUID] = mapped_column(primary_key=True)
    visits: Mapped[str]
    removed_by: Mapped[UUID | None]
    removed_by_name: Mapped[str | None]
    booking_ids: Mapped[list[UUID]]


class ReportSchedule(Base):
    """When the journal of a location is mailed, and whom to; `last_day` is the last one that was prepared."""

    __tablename__ = "report_schedule"

    account_id: Mapped[UUID] = mapped_column(primary_key=True)
    location_id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(default=1)
    is_on: Mapped[bool]
    clock_time: Mapped[str]
    weekdays: Mapped[list[str]]
    covers: Mapped[str]
    recipient_user_ids: Mapped[list[UUID] | None]
    last_day: Mapped[date | None]


class ReportMailing(Base):
    """When a report of the whole account is mailed, and whom to; `last_day` is the last day on which it was."""

    __tablename__ = "report_mailing"

    account_id: Mapped[UUID] = mapped_column(primary_key=True)
    report: Mapped[str] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(default=1)
    is_on: Mapped[bool]
    clock_time: Mapped[str]
    weekdays: Mapped[list[str]]
    span: Mapped[str]
    recipient_user_ids: Mapped[list[UUID] | None]
    last_day: Mapped[date | None]


class CustomDomain(Base):
    """A host name of the account's own, with the words that prove it."""

    __tablename__ = "custom_domain"

    account_id: Mapped[UUID] = mapped_column(primary_key=True)
    host: Mapped[str]
    proof: Mapped[str]
    state: Mapped[str]
    found: Mapped[list[str]] = mapped_column(default=list)
    trouble: Mapped[str | None]
    created_at: Mapped[datetime]
    checked_at: Mapped[datetime | None]
    verified_at: Mapped[datetime | None]


class SitePage(Base):
    """What the owner made of the booking page, cleaned; `embed_origins` may show it in a frame."""

    __tablename__ = "site_page"

    account_id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(default=1)
    about_html: Mapped[str] = mapped_column(default="")
    css: Mapped[str] = mapped_column(default="")
    embed_origins: Mapped[list[str]] = mapped_column(default=list)
    changed_at: Mapped[datetime]


class FormerAddress(Base):
    """A public address that the account had before; it leads on to the present one."""

    __tablename__ = "former_address"

    account_id: Mapped[UUID] = mapped_column(primary_key=True)
    address: Mapped[str] = mapped_column(primary_key=True)
    left_at: Mapped[datetime]


class CaptchaUsed(Base):
    """An answered puzzle; it opens nothing a second time."""

    __tablename__ = "captcha_used"

    challenge: Mapped[str] = mapped_column(primary_key=True)
    expires_at: Mapped[datetime]


class ServiceKey(Base):
    """A secret of this service's own, the same for all its processes."""

    __tablename__ = "service_key"

    name: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[bytes]


class ClientRetention(Base):
    """How long cards are kept after the last visit; no row, or no months: until somebody erases them."""

    __tablename__ = "client_retention"

    account_id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int]
    months: Mapped[int | None]
    changed_by: Mapped[UUID | None]
    changed_at: Mapped[datetime]
