"""What people wish of the product and write to those who run it: the platform's own rows, no firm's."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Mapped, mapped_column

from kit.ids import new_id

from .tables import Base


class Idea(Base):
    """A wish that others may vote for."""

    __tablename__ = "idea"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    title: Mapped[str]
    text: Mapped[str]
    state: Mapped[str] = mapped_column(default="open")
    is_hidden: Mapped[bool] = mapped_column(default=False)
    author_id: Mapped[UUID]
    created_at: Mapped[datetime]


class IdeaVote(Base):
    """One vote of one voter: a firm, or a person who works in none."""

    __tablename__ = "idea_vote"

    idea_id: Mapped[UUID] = mapped_column(primary_key=True)
    voter_id: Mapped[UUID] = mapped_column(primary_key=True)
    user_id: Mapped[UUID]
    at: Mapped[datetime]


class ContactMessage(Base):
    """A message to the people who run the product; `sender` is a mark of the address it came from."""

    __tablename__ = "contact_message"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    number: Mapped[str]
    name: Mapped[str]
    contact: Mapped[str]
    text: Mapped[str]
    page: Mapped[str | None]
    trace_id: Mapped[str | None]
    firm_id: Mapped[UUID | None]
    user_id: Mapped[UUID | None]
    sender: Mapped[bytes]
    created_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]
    answered_by: Mapped[str | None]
