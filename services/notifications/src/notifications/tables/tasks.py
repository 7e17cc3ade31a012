"""What people have to do about messages."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Mapped, mapped_column

from kit.ids import new_id

from .base import Base


class StaffTask(Base):
    """Something that only a person can put right; one per `kind` and `subject`. `said`: what the client wrote."""

    __tablename__ = "staff_task"

    account_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    kind: Mapped[str]
    subject: Mapped[str]
    location_id: Mapped[UUID | None]
    client_id: Mapped[UUID | None]
    booking_id: Mapped[UUID | None]
    notification_id: Mapped[UUID | None]
    said: Mapped[str | None]
    created_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]
    settled_by: Mapped[UUID | None]
    settled_by_name: Mapped[str | None]
