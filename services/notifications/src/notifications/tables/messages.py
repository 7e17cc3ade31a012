"""Messages and their hand-overs to providers."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, FetchedValue, LargeBinary, SmallInteger
from sqlalchemy.orm import Mapped, mapped_column

from kit.ids import new_id

from .base import Base


class NotificationRow(Base):
    """One decision about one message to one recipient; `occasion` is what it is about (an act, or a visit's start)."""

    __tablename__ = "notification"

    account_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    booking_id: Mapped[UUID | None]
    location_id: Mapped[UUID | None]
    client_id: Mapped[UUID | None]
    kind: Mapped[str]
    occasion: Mapped[str]
    recipient_type: Mapped[str]
    recipient_id: Mapped[UUID]
    recipient_name: Mapped[str]
    phone_e164: Mapped[str | None]
    language: Mapped[str]
    channel: Mapped[str]
    state: Mapped[str]
    reason_code: Mapped[str | None]
    reason_params: Mapped[dict[str, Any]] = mapped_column(default=dict)
    planned_at: Mapped[datetime]
    useful_until: Mapped[datetime]
    due_at: Mapped[datetime | None]
    text: Mapped[str | None]
    parts: Mapped[int | None] = mapped_column(SmallInteger)
    facts: Mapped[dict[str, Any]] = mapped_column(default=dict)
    time_zone: Mapped[str]
    booking_version: Mapped[int]
    version: Mapped[int] = mapped_column(default=1)
    provider: Mapped[str | None]
    provider_message_id: Mapped[str | None]
    own_number: Mapped[int] = mapped_column(BigInteger, FetchedValue())
    provider_status: Mapped[str | None]
    provider_error: Mapped[str | None]
    attempts: Mapped[int] = mapped_column(SmallInteger, default=0)
    providers_tried: Mapped[list[str]] = mapped_column(default=list)
    trial_of: Mapped[str | None]
    claim_id: Mapped[UUID | None]
    leased_until: Mapped[datetime | None]
    status_due_at: Mapped[datetime | None]
    status_asked: Mapped[int] = mapped_column(SmallInteger, default=0)
    trace: Mapped[dict[str, Any]] = mapped_column(default=dict)
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    delivered_at: Mapped[datetime | None]


class DeliveryAttempt(Base):
    """One hand-over to a provider; its id is the claim under which it was made."""

    __tablename__ = "delivery_attempt"

    account_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    notification_id: Mapped[UUID]
    number: Mapped[int] = mapped_column(SmallInteger)
    provider: Mapped[str]
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    outcome: Mapped[str]
    error_class: Mapped[str | None]
    provider_code: Mapped[str | None]
    provider_text: Mapped[str | None]
    trace_id: Mapped[str | None]


class LoginCodeMessage(Base):
    """An SMS with a login code; its text is sealed, and gone as soon as nothing may be sent any more."""

    __tablename__ = "login_code_message"

    attempt_id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    phone_e164: Mapped[str]
    sealed_text: Mapped[bytes | None] = mapped_column(LargeBinary)
    expires_at: Mapped[datetime]
    state: Mapped[str]
    reason_code: Mapped[str | None]
    provider_error: Mapped[str | None]
    provider_message_id: Mapped[str | None]
    attempts: Mapped[int] = mapped_column(SmallInteger, default=0)
    due_at: Mapped[datetime | None]
    claim_id: Mapped[UUID | None]
    leased_until: Mapped[datetime | None]
    trace: Mapped[dict[str, Any]] = mapped_column(default=dict)
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
