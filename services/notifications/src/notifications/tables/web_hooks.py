"""The feed of events and its web hooks."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, BigInteger, LargeBinary, SmallInteger, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from .base import Base


class EventFeed(Base):
    """How far the feed of an account has come, and up to where it was forgotten."""

    __tablename__ = "event_feed"

    account_id: Mapped[UUID] = mapped_column(primary_key=True)
    last_place: Mapped[int] = mapped_column(BigInteger)
    forgotten_until: Mapped[int] = mapped_column(BigInteger)


class PublicEvent(Base):
    """One event as other systems may read it; `contacts` apart, because not everybody may see them."""

    __tablename__ = "public_event"

    account_id: Mapped[UUID] = mapped_column(primary_key=True)
    place: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    id: Mapped[UUID]
    type: Mapped[str]
    subject_id: Mapped[str]
    subject_version: Mapped[int]
    occurred_at: Mapped[datetime]
    location_id: Mapped[UUID | None]
    client_id: Mapped[UUID | None]
    facts: Mapped[dict[str, Any]]
    contacts: Mapped[dict[str, Any] | None]


class WebHook(Base):
    """Where an account wants its events told; `former_sealed` signs too while a new secret is being put in place."""

    __tablename__ = "web_hook"

    account_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    url: Mapped[str]
    description: Mapped[str]
    event_types: Mapped[list[str]]
    location_ids: Mapped[list[UUID] | None] = mapped_column(ARRAY(Uuid))
    with_contacts: Mapped[bool]
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    former_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    former_until: Mapped[datetime | None]
    state: Mapped[str]
    pause_cause: Mapped[str | None]
    paused_at: Mapped[datetime | None]
    paused_at_place: Mapped[int | None] = mapped_column(BigInteger)
    failing_since: Mapped[datetime | None]
    failures: Mapped[int]
    created_by: Mapped[UUID]
    created_at: Mapped[datetime]
    version: Mapped[int]


class WebHookDelivery(Base):
    """One event on its way to one web hook; `body` is kept byte for byte, because it is signed."""

    __tablename__ = "web_hook_delivery"

    account_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    hook_id: Mapped[UUID]
    place: Mapped[int] = mapped_column(BigInteger)
    message_id: Mapped[str]
    type: Mapped[str]
    body: Mapped[str]
    client_id: Mapped[UUID | None]
    state: Mapped[str]
    attempts: Mapped[int] = mapped_column(SmallInteger, default=0)
    due_at: Mapped[datetime | None]
    claim_id: Mapped[UUID | None]
    status: Mapped[int | None] = mapped_column(SmallInteger)
    error: Mapped[str | None]
    duration_ms: Mapped[int | None]
    created_at: Mapped[datetime]
    tried_at: Mapped[datetime | None]
    delivered_at: Mapped[datetime | None]
