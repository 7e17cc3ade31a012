"""Rows of second factors."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Mapped, mapped_column

from .tables import Base


class SecondFactor(Base):
    """What a person's authenticator app shares with us, sealed; one for each person."""

    __tablename__ = "second_factor"

    user_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID]
    sealed: Mapped[bytes]
    begun_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]
    """When a first code showed that the app has the secret; until then it is asked of nobody."""
    effective_at: Mapped[datetime | None]
    """From when on it is asked for: at once, or later where the device it was set up on is a new one."""
    last_step: Mapped[int] = mapped_column(default=0)
    """The latest 30 seconds of which a code was accepted; nothing of them or of earlier ones is again."""
    passed_by: Mapped[UUID | None]
    """The try that passed last."""
    failed_at: Mapped[list[datetime]] = mapped_column(default=list)
    """Wrong tries, the latest first."""
    reset_at: Mapped[datetime | None]
    """When those who run the platform take it off, for somebody who has lost it."""

    def is_in_force(self, now: datetime) -> bool:
        """Whether a code of it is asked for."""
        return self.effective_at is not None and self.effective_at <= now


class RecoveryCode(Base):
    """One of the codes that stand in for a lost app, once each; only its hash is kept."""

    __tablename__ = "recovery_code"

    user_id: Mapped[UUID] = mapped_column(primary_key=True)
    hash: Mapped[bytes] = mapped_column(primary_key=True)
    used_at: Mapped[datetime | None]


class WaitingSignIn(Base):
    """A sign-in whose code from the SMS fitted and which waits for the second factor."""

    __tablename__ = "waiting_sign_in"

    ticket_hash: Mapped[bytes] = mapped_column(primary_key=True)
    user_id: Mapped[UUID]
    expires_at: Mapped[datetime]
