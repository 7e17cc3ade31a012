"""What was written to a client by hand and what they answered, as it is read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import and_, exists, or_, select, tuple_

from kit.callers import Member
from kit.db import Tx

from .domain.facts import Kind
from .queries import PAGE, read_cursor, write_cursor
from .tables import NotificationRow, Reply


@dataclass(frozen=True)
class Letters:
    """One page of it, the newest first: each a message or an answer, with its moment."""

    items: Sequence[tuple[datetime, NotificationRow | Reply]]
    next_cursor: str | None


async def letters_with(
    tx: Tx, member: Member, client_id: UUID, *, booking_id: UUID | None, own_only: bool, cursor: str | None
) -> Letters:
    """Within the member's locations; with `own_only` what the member wrote, and the answers to that."""
    out = [NotificationRow.account_id == member.account_id, NotificationRow.kind == Kind.WRITTEN.value]
    out.append(NotificationRow.recipient_id == client_id)
    if booking_id is not None:
        out.append(NotificationRow.booking_id == booking_id)
    if member.location_ids is not None:
        scope = NotificationRow.location_id
        out.append(or_(scope.in_(member.location_ids), scope.is_(None)))
    if own_only:
        out.append(NotificationRow.facts["author_id"].astext == str(member.caller.user_id))
    answered = exists().where(
        and_(*out, NotificationRow.account_id == Reply.account_id, NotificationRow.id == Reply.notification_id)
    )
    written = select(NotificationRow).where(*out)
    replies = select(Reply).where(Reply.account_id == member.account_id, Reply.client_id == client_id, answered)
    if cursor is not None:
        place = read_cursor(cursor)
        written = written.where(tuple_(NotificationRow.created_at, NotificationRow.id) < place)
        replies = replies.where(tuple_(Reply.received_at, Reply.id) < place)
    written = written.order_by(NotificationRow.created_at.desc(), NotificationRow.id.desc()).limit(PAGE + 1)
    replies = replies.order_by(Reply.received_at.desc(), Reply.id.desc()).limit(PAGE + 1)
    found: list[tuple[datetime, NotificationRow | Reply]] = [
        *((row.created_at, row) for row in await tx.scalars(written)),
        *((row.received_at, row) for row in await tx.scalars(replies)),
    ]
    found.sort(key=lambda one: (one[0], one[1].id), reverse=True)
    page = found[:PAGE]
    return Letters(page, write_cursor(page[-1][0], page[-1][1].id) if len(found) > PAGE else None)
