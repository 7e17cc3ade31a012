"""The prepaid balance and its lines."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, FetchedValue
from sqlalchemy.orm import Mapped, mapped_column

from kit.ids import new_id

from .base import Base


class SmsBalanceRow(Base):
    """The prepaid balance: what is free, and what is set aside for messages under way. Minor units."""

    __tablename__ = "sms_balance"

    account_id: Mapped[UUID] = mapped_column(primary_key=True)
    free_amount: Mapped[int] = mapped_column(BigInteger)
    reserved_amount: Mapped[int] = mapped_column(BigInteger)
    full_amount: Mapped[int] = mapped_column(BigInteger, FetchedValue())
    """What there was after the last top-up."""
    looked_at: Mapped[datetime] = mapped_column(FetchedValue())
    warned_at: Mapped[datetime | None]
    warned_percent: Mapped[int | None]
    warnings: Mapped[int] = mapped_column(FetchedValue())


class LedgerEntry(Base):
    """One line of the balance's history; never changed. One cause has each kind of line at most once."""

    __tablename__ = "ledger_entry"

    account_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    kind: Mapped[str]
    free_change: Mapped[int] = mapped_column(BigInteger)
    reserved_change: Mapped[int] = mapped_column(BigInteger)
    balance_after: Mapped[int] = mapped_column(BigInteger)
    cause_id: Mapped[UUID]
    notification_id: Mapped[UUID | None]
    note: Mapped[str | None]
    created_at: Mapped[datetime]
