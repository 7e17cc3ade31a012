"""Rows of signing in: login codes and their limits, sessions and their refresh tokens."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger
from sqlalchemy.orm import Mapped, mapped_column

from kit.ids import new_id

from .tables import Base


class LoginPhone(Base):
    """When a phone was sent login codes; its row decides over parallel requests."""

    __tablename__ = "login_phone"

    phone_e164: Mapped[str] = mapped_column(primary_key=True)
    sent_at: Mapped[list[datetime]]
    known_sent_at: Mapped[list[datetime]] = mapped_column(default=list)
    """Those asked for from a device of the phone, beyond what strangers may ask for."""


class LoginCode(Base):
    """One attempt to sign in. The code itself is nowhere: it is derived from the seed and a secret outside."""

    __tablename__ = "login_code"

    attempt_id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    phone_e164: Mapped[str]
    secret_hash: Mapped[bytes | None]
    """Of what the browser that asked keeps; none for a program that keeps nothing."""
    seed: Mapped[bytes]
    proof: Mapped[bytes]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    sends: Mapped[int] = mapped_column(default=1)
    tries: Mapped[int] = mapped_column(default=0)
    used_at: Mapped[datetime | None]


class LoginSend(Base):
    """One SMS with a code, for the limits that look at many phones; forgotten after a day."""

    __tablename__ = "login_send"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    attempt_id: Mapped[UUID]
    number: Mapped[int] = mapped_column(BigInteger)
    address_hash: Mapped[bytes]
    page: Mapped[str | None]
    at: Mapped[datetime]
    entered_at: Mapped[datetime | None]


class UsedCaptcha(Base):
    """A captcha that somebody has solved and used; it opens nothing twice."""

    __tablename__ = "used_captcha"

    id: Mapped[bytes] = mapped_column(primary_key=True)
    expires_at: Mapped[datetime]


class Session(Base):
    """A device on which a user is signed in: the family of its refresh tokens."""

    __tablename__ = "session"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    user_id: Mapped[UUID]
    device: Mapped[str]
    created_at: Mapped[datetime]
    last_used_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]
    """When the person last entered a code here: from the own phone, or of the second factor where there is one."""
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    end_reason: Mapped[str | None]


class RefreshToken(Base):
    """Hash of a refresh token; the salt goes into its successor."""

    __tablename__ = "refresh_token"

    hash: Mapped[bytes] = mapped_column(primary_key=True)
    session_id: Mapped[UUID]
    salt: Mapped[bytes]
    issued_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
