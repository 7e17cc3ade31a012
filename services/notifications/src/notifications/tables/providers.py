"""Connections to providers and what they have told."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import LargeBinary, SmallInteger, func
from sqlalchemy.orm import Mapped, mapped_column

from .base import Base


class PhoneMark(Base):
    """A number that a provider refuses for good: it does not exist (`bad`), or its owner refused (`stop_list`)."""

    __tablename__ = "phone_mark"

    account_id: Mapped[UUID] = mapped_column(primary_key=True)
    phone_e164: Mapped[str] = mapped_column(primary_key=True)
    cause: Mapped[str]
    provider: Mapped[str]


class ProviderAccount(Base):
    """An account's connection to a provider. `position` orders failover; `probe_at`: when to look whether it is
    cured; `version` grows when credentials change, so that a late refusal of old ones blocks nothing."""

    __tablename__ = "provider_account"

    account_id: Mapped[UUID] = mapped_column(primary_key=True)
    provider: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str]
    sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    login: Mapped[str | None]
    sender_name: Mapped[str]
    viber_sender_name: Mapped[str | None]
    position: Mapped[int] = mapped_column(SmallInteger)
    enabled: Mapped[bool]
    state: Mapped[str]
    provider_error: Mapped[str | None]
    checked_at: Mapped[datetime | None]
    probe_at: Mapped[datetime | None]
    failures: Mapped[int] = mapped_column(SmallInteger, default=0)
    callback_token: Mapped[str]
    version: Mapped[int]


class HeldRelease(Base):
    """What the account has waiting is to go; from `seen_at` on, whatever is put to wait knows of the cure."""

    __tablename__ = "held_release"

    account_id: Mapped[UUID] = mapped_column(primary_key=True)
    seen_at: Mapped[datetime | None]


class DeliveryReportRow(Base):
    """A report that was taken; the same id bound to another message is a forgery."""

    __tablename__ = "delivery_report"

    provider: Mapped[str] = mapped_column(primary_key=True)
    report_id: Mapped[str] = mapped_column(primary_key=True)
    provider_message_id: Mapped[str]
    received_at: Mapped[datetime] = mapped_column(server_default=func.now())
