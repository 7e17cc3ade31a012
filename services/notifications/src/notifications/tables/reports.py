"""What the journal and the morning check work from."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Mapped, mapped_column

from .base import Base


class DailyJournal(Base):
    """The journal of one location and day as booking told it; kept until it is mailed, and some days longer."""

    __tablename__ = "daily_journal"

    account_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    location_id: Mapped[UUID]
    day: Mapped[date]
    version: Mapped[int]
    body: Mapped[dict[str, Any]]


class MailedReport(Base):
    """A report of figures as booking told it; kept until it is mailed, and some days longer."""

    __tablename__ = "mailed_report"

    account_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    prepared_at: Mapped[datetime]
    body: Mapped[dict[str, Any]]


class ReceiptTrouble(Base):
    """A receipt that waits or failed; without a reason it is through."""

    __tablename__ = "receipt_trouble"

    account_id: Mapped[UUID] = mapped_column(primary_key=True)
    receipt_id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int]
    reason_code: Mapped[str | None]
    since: Mapped[datetime]


class MorningTurn(Base):
    """When the account's day is looked at next."""

    __tablename__ = "morning_turn"

    account_id: Mapped[UUID] = mapped_column(primary_key=True)
    next_at: Mapped[datetime]
