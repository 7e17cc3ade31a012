"""Where a person is reached beside the phone, and what they answered."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from kit.ids import new_id

from .base import Base


class TelegramChat(Base):
    """The chat that a person has opened with the platform's bot."""

    __tablename__ = "telegram_chat"

    user_id: Mapped[UUID] = mapped_column(primary_key=True)
    chat_id: Mapped[str]
    bound_at: Mapped[datetime]


class TelegramLink(Base):
    """A link that binds whoever opens it, once and for a short time, to a person; the token itself is not kept."""

    __tablename__ = "telegram_link"

    token_hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    user_id: Mapped[UUID]
    expires_at: Mapped[datetime]


class PushSubscription(Base):
    """A browser of a person that wants messages; its keys are sealed."""

    __tablename__ = "push_subscription"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    user_id: Mapped[UUID]
    endpoint: Mapped[str]
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    browser: Mapped[str]
    created_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class Reply(Base):
    """What a person answered; `settled_at` says that nobody has to look at it any more."""

    __tablename__ = "reply"

    account_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    provider: Mapped[str]
    provider_id: Mapped[str]
    phone_e164: Mapped[str]
    text: Mapped[str]
    meaning: Mapped[str]
    client_id: Mapped[UUID | None]
    booking_id: Mapped[UUID | None]
    notification_id: Mapped[UUID | None]
    received_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]
    settled_by: Mapped[UUID | None]
