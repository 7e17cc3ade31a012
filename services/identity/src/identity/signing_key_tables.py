"""Rows of the keys that sign access tokens."""

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from .tables import Base


class PublishedKey(Base):
    """A signing key that was ever published; of those that identity made, the private half too, sealed."""

    __tablename__ = "signing_key"

    kid: Mapped[str] = mapped_column(primary_key=True)
    x: Mapped[str]
    first_published_at: Mapped[datetime]
    retired_at: Mapped[datetime | None]
    sealed: Mapped[bytes | None]
    signs_from: Mapped[datetime | None]
