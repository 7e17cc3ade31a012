"""Rows of phone changes."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Mapped, mapped_column

from .tables import Base


class PhoneChange(Base):
    """A person's next phone, proved by a code, and when it takes the place of the present one."""

    __tablename__ = "phone_change"

    user_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID]
    new_phone_e164: Mapped[str]
    asked_at: Mapped[datetime]
    effective_at: Mapped[datetime]
