"""Rows of the mechanism that every service's own database holds; made by `kit.schema`."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, DateTime, Identity, Integer, LargeBinary, SmallInteger, Text, Uuid, func
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from .ids import new_id


class Base(DeclarativeBase):
    """Rows of the kit; a service has its own base beside it."""

    type_annotation_map = {  # noqa: RUF012 - SQLAlchemy reads it from the class
        datetime: DateTime(timezone=True),
        str: Text,
        dict[str, Any]: JSONB,
        list[str]: ARRAY(Text),
        list[UUID]: ARRAY(Uuid),
    }


class OutboxRow(Base):
    """An event on its way to the broker; kept for a while after it was published, so that it can be said again."""

    __tablename__ = "outbox"
    # The serving role may insert and not read: nothing may be asked back from the INSERT.
    __mapper_args__ = {"eager_defaults": False}  # noqa: RUF012 - SQLAlchemy reads it from the class

    event_id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True))
    name: Mapped[str]
    exchange: Mapped[str]
    routing_key: Mapped[str]
    account_id: Mapped[UUID | None]
    headers: Mapped[dict[str, Any]]
    body: Mapped[str]
    mandatory: Mapped[bool]
    secret: Mapped[bool]
    created_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
    published_at: Mapped[datetime | None]
    next_attempt_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
    leased_until: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(Integer, server_default="0")
    last_error: Mapped[str | None]


class InboxRow(Base):
    """A message that a consumer has had its effect of."""

    __tablename__ = "inbox"

    consumer: Mapped[str] = mapped_column(primary_key=True)
    message_id: Mapped[UUID] = mapped_column(primary_key=True)
    received_at: Mapped[datetime] = mapped_column(server_default=func.now())


class IdempotencyRow(Base):
    """The answer to a request, stored with its effect, for those who ask twice."""

    __tablename__ = "idempotency"

    scope: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    request_hash: Mapped[bytes] = mapped_column(LargeBinary)
    status: Mapped[int] = mapped_column(SmallInteger, server_default="0")
    body: Mapped[str] = mapped_column(server_default="")
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


class DeadLetter(Base):
    """A message that no attempt could handle, with the cause; an operator replays or discards it."""

    __tablename__ = "dead_letter"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    queue: Mapped[str]
    event: Mapped[str]
    message_id: Mapped[str]
    account_id: Mapped[UUID | None]
    headers: Mapped[dict[str, Any]]
    body: Mapped[bytes] = mapped_column(LargeBinary)
    cause: Mapped[str]
    attempts: Mapped[int]
    trace_id: Mapped[str | None]
    died_at: Mapped[datetime] = mapped_column(server_default=func.now())
    state: Mapped[str] = mapped_column(server_default="waiting")
    resolved_at: Mapped[datetime | None]


class PausedConsumer(Base):
    """A handler that an operator has stopped; every worker of the service obeys."""

    __tablename__ = "paused_consumer"

    name: Mapped[str] = mapped_column(primary_key=True)
    paused_at: Mapped[datetime] = mapped_column(server_default=func.now())


class MemberCopy(Base):
    """This service's copy of a membership, fed by events of identity."""

    __tablename__ = "member_copy"

    account_id: Mapped[UUID] = mapped_column(primary_key=True)
    user_id: Mapped[UUID] = mapped_column(primary_key=True)
    membership_id: Mapped[UUID]
    version: Mapped[int]
    name: Mapped[str]
    phone_e164: Mapped[str]
    language: Mapped[str]
    role: Mapped[str]
    permissions: Mapped[list[str]]
    location_ids: Mapped[list[UUID] | None]
    staff_member_id: Mapped[UUID | None]
    accepts_bookings: Mapped[bool]
    is_active: Mapped[bool]
    channels: Mapped[dict[str, Any]]
    second_factor_demanded_by: Mapped[str | None]


class SigningKeyCopy(Base):
    """Public half of a key that signs access tokens, fed by events of identity."""

    __tablename__ = "signing_key_copy"

    kid: Mapped[str] = mapped_column(primary_key=True)
    x: Mapped[str]
    retired_at: Mapped[datetime | None]


class RevokedSession(Base):
    """A session whose access tokens are refused before they expire."""

    __tablename__ = "revoked_session"

    session_id: Mapped[UUID] = mapped_column(primary_key=True)
    tokens_expire_at: Mapped[datetime]


class MarkedActs(Base):
    """The rights of an account whose use needs a second person."""

    __tablename__ = "marked_acts"

    account_id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int]
    permissions: Mapped[list[str]]


class Approval(Base):
    """One act that a second person allowed once."""

    __tablename__ = "approval"

    account_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    user_id: Mapped[UUID]
    act: Mapped[str]
    permission: Mapped[str]
    approved_by: Mapped[UUID]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
