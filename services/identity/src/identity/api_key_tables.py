"""Rows of API keys."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from kit.ids import new_id

from .tables import Base


class ApiKeyRow(Base):
    """A key of a program; the key itself is nowhere. Whoever made it keeps it: it never does more than they may."""

    __tablename__ = "api_key"

    account_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    name: Mapped[str]
    hash: Mapped[bytes]
    hint: Mapped[str]
    session_id: Mapped[UUID]
    permissions: Mapped[list[str]] = mapped_column(ARRAY(Text))
    location_ids: Mapped[list[UUID] | None]
    kept_by: Mapped[UUID]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    last_used_at: Mapped[datetime | None]
    last_used_from: Mapped[str | None]
    revoked_at: Mapped[datetime | None]

    @property
    def scope(self) -> frozenset[UUID] | None:
        """The locations; none means every one."""
        return None if self.location_ids is None else frozenset(self.location_ids)
