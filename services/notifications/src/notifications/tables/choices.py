"""What accounts and people have chosen: settings, refusals, own texts."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Mapped, mapped_column

from .base import Base


class SettingsRow(Base):
    """What an account has set about its messages; without a row the defaults hold."""

    __tablename__ = "notification_settings"

    account_id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int]
    body: Mapped[dict[str, Any]]


class ClientPreference(Base):
    """What one client refused at one account, and who of the account wrote it down last."""

    __tablename__ = "client_preference"

    account_id: Mapped[UUID] = mapped_column(primary_key=True)
    client_id: Mapped[UUID] = mapped_column(primary_key=True)
    messages: Mapped[bool]
    reminders: Mapped[bool]
    changes: Mapped[bool]
    refused_channels: Mapped[list[str]]
    changed_at: Mapped[datetime]
    changed_by: Mapped[UUID | None]
    changed_by_name: Mapped[str | None]
    changed_by_role: Mapped[str | None]


class UserPreference(Base):
    """What a person refused everywhere."""

    __tablename__ = "user_preference"

    user_id: Mapped[UUID] = mapped_column(primary_key=True)
    messages: Mapped[bool]
    reminders: Mapped[bool]
    changes: Mapped[bool]
    changed_at: Mapped[datetime]


class TemplateRow(Base):
    """A text of the account's own: `used_*` is in force, `text` is what was written last and may wait for approval."""

    __tablename__ = "message_template"

    account_id: Mapped[UUID] = mapped_column(primary_key=True)
    recipient_type: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    language: Mapped[str] = mapped_column(primary_key=True)
    used_text: Mapped[str | None]
    used_transliterated: Mapped[bool]
    state: Mapped[str]
    text: Mapped[str]
    transliterated: Mapped[bool]
    comment: Mapped[str | None]
    author_id: Mapped[UUID]
    author_name: Mapped[str]
    decided_by_name: Mapped[str | None]
    written_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]
    version: Mapped[int]
