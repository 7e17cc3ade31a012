"""Rows around Checkbox: addresses that it calls, and receipts on their way to clients."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import func
from sqlalchemy.orm import Mapped, mapped_column

from fiscal.tables import Base
from kit.ids import new_id


class CheckboxHook(Base):
    """The address that Checkbox tells events of one register; `sealed` is the key that they are signed with."""

    __tablename__ = "checkbox_hook"

    account_id: Mapped[UUID] = mapped_column(primary_key=True)
    cash_register_id: Mapped[UUID] = mapped_column(primary_key=True)
    token: Mapped[str]
    licence_fingerprint: Mapped[bytes]
    sealed: Mapped[bytes | None]
    state: Mapped[str]
    next_try_at: Mapped[datetime | None]
    last_event_at: Mapped[datetime | None]
    next_look_at: Mapped[datetime | None]


class CheckboxEvent(Base):
    """An event that was heard: told again, it is nothing new. Kept longer than Checkbox goes on repeating."""

    __tablename__ = "checkbox_event"

    account_id: Mapped[UUID] = mapped_column(primary_key=True)
    cash_register_id: Mapped[UUID] = mapped_column(primary_key=True)
    digest: Mapped[bytes] = mapped_column(primary_key=True)
    heard_at: Mapped[datetime] = mapped_column(server_default=func.now())


class ReceiptDelivery(Base):
    """A wish to send a receipt to the client."""

    __tablename__ = "receipt_delivery"

    account_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    receipt_id: Mapped[UUID]
    way: Mapped[str]
    sealed: Mapped[bytes]
    recipient_masked: Mapped[str]
    state: Mapped[str] = mapped_column(default="wanted")
    provider_text: Mapped[str | None]
    tries: Mapped[int] = mapped_column(default=0)
    next_try_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    created_by_name: Mapped[str]
