"""Reads that pages need: straight SELECTs."""

from __future__ import annotations

import base64
import binascii
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple, TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import func, or_, select, tuple_

from kit.db import Tx
from kit.errors import InvalidInput

from .tables import (
    AccountCopy,
    BookingCopy,
    ClientCopy,
    ClientPreference,
    DeliveryAttempt,
    LedgerEntry,
    NotificationRow,
    SmsBalanceRow,
    StaffTask,
    TemplateRow,
    UserPreference,
)

T = TypeVar("T")

PAGE = 100


@dataclass(frozen=True)
class Filter:
    """Which messages of an account are wanted."""

    states: Collection[str] = ()
    since: datetime | None = None
    until: datetime | None = None
    location_ids: Collection[UUID] | None = None
    """Of these alone, and what belongs to no location."""
    reasons: Collection[str] = ()
    kinds: Collection[str] = ()
    channels: Collection[str] = ()
    recipient_type: str | None = None
    recipient_id: UUID | None = None
    client_id: UUID | None = None
    location_id: UUID | None = None

    def narrow(self, query: Any) -> Any:
        """The query with what is wanted as its conditions."""
        row = NotificationRow
        for column, values in (
            (row.state, self.states),
            (row.reason_code, self.reasons),
            (row.kind, self.kinds),
            (row.channel, self.channels),
        ):
            if values:
                query = query.where(column.in_(values))
        for exact, value in (
            (row.recipient_type, self.recipient_type),
            (row.recipient_id, self.recipient_id),
            (row.client_id, self.client_id),
            (row.location_id, self.location_id),
        ):
            if value is not None:
                query = query.where(exact == value)
        if self.since is not None:
            query = query.where(row.planned_at >= self.since)
        if self.until is not None:
            query = query.where(row.planned_at < self.until)
        if self.location_ids is not None:
            query = query.where(or_(row.location_id.in_(self.location_ids), row.location_id.is_(None)))
        return query


async def booking_copy(tx: Tx, account_id: UUID, booking_id: UUID) -> BookingCopy | None:
    """The booking, if this service has heard of it."""
    return await tx.get(BookingCopy, (account_id, booking_id))


async def zone_of(tx: Tx, account_id: UUID) -> ZoneInfo:
    """Where the account's days begin and end; that of Kyiv until this service has heard of the account."""
    account = await tx.get(AccountCopy, account_id)
    return ZoneInfo(account.time_zone if account else "Europe/Kyiv")


async def messages_of_booking(
    tx: Tx, account_id: UUID, booking_id: UUID, *, to_user: UUID | None = None
) -> Sequence[NotificationRow]:
    """All decisions about a booking, or those about one member of staff, in the order of their time."""
    row = NotificationRow
    wanted = select(row).where(row.account_id == account_id, row.booking_id == booking_id)
    if to_user is not None:
        wanted = wanted.where(row.recipient_type == "staff", row.recipient_id == to_user)
    return (await tx.scalars(wanted.order_by(row.planned_at, row.id))).all()


async def messages(
    tx: Tx, account_id: UUID, wanted: Filter, cursor: str | None
) -> tuple[Sequence[NotificationRow], str | None]:
    """One page of an account's messages, the latest first, and the cursor of the next."""
    row = NotificationRow
    query = wanted.narrow(select(row).where(row.account_id == account_id))
    if cursor is not None:
        query = query.where(tuple_(row.planned_at, row.id) < read_cursor(cursor))
    found = (await tx.scalars(query.order_by(row.planned_at.desc(), row.id.desc()).limit(PAGE + 1))).all()
    return _page([(item.planned_at, item.id, item) for item in found])


@dataclass(frozen=True)
class CauseCount:
    """Messages of one state and reason through one provider."""

    state: str
    reason: str | None
    provider: str | None
    count: int
    first: datetime
    last: datetime


async def causes(tx: Tx, account_id: UUID, wanted: Filter) -> Sequence[CauseCount]:
    """How many messages there are of every state and reason, the most first."""
    row = NotificationRow
    counted = await tx.execute(
        wanted.narrow(
            select(
                row.state,
                row.reason_code,
                row.provider,
                func.count(),
                func.min(row.planned_at),
                func.max(row.planned_at),
            )
            .where(row.account_id == account_id)
            .group_by(row.state, row.reason_code, row.provider)
            .order_by(func.count().desc(), row.state)
        )
    )
    return [CauseCount(*found) for found in counted]


async def attempts_of(tx: Tx, account_id: UUID, ids: Collection[UUID]) -> dict[UUID, list[DeliveryAttempt]]:
    """The hand-overs of messages, in order."""
    row = DeliveryAttempt
    found = await tx.scalars(
        select(row).where(row.account_id == account_id, row.notification_id.in_(ids)).order_by(row.number)
    )
    by_message: dict[UUID, list[DeliveryAttempt]] = defaultdict(list)
    for attempt in found:
        by_message[attempt.notification_id].append(attempt)
    return by_message


async def held_by_provider(tx: Tx, account_id: UUID) -> dict[str, int]:
    """How many messages wait for each provider."""
    row = NotificationRow
    counted = await tx.execute(
        select(row.provider, func.count())
        .where(row.account_id == account_id, row.state == "held")
        .group_by(row.provider)
    )
    return {provider: count for provider, count in counted if provider is not None}


async def balance_row(tx: Tx, account_id: UUID) -> SmsBalanceRow | None:
    """The balance, where the account ever had one."""
    return await tx.get(SmsBalanceRow, account_id)


async def ledger(tx: Tx, account_id: UUID, cursor: str | None) -> tuple[Sequence[LedgerEntry], str | None]:
    """One page of the balance's history, the newest first."""
    row = LedgerEntry
    query = select(row).where(row.account_id == account_id)
    if cursor is not None:
        query = query.where(tuple_(row.created_at, row.id) < read_cursor(cursor))
    found = (await tx.scalars(query.order_by(row.created_at.desc(), row.id.desc()).limit(PAGE + 1))).all()
    return _page([(item.created_at, item.id, item) for item in found])


async def templates(tx: Tx, account_id: UUID) -> Sequence[TemplateRow]:
    """The account's own texts."""
    return (await tx.scalars(select(TemplateRow).where(TemplateRow.account_id == account_id))).all()


async def waiting_templates(tx: Tx) -> Sequence[TemplateRow]:
    """Texts of all accounts that wait for approval; `tx` spans accounts."""
    row = TemplateRow
    return (await tx.scalars(select(row).where(row.state == "pending").order_by(row.written_at).limit(PAGE))).all()


def read_cursor(cursor: str) -> tuple[datetime, UUID]:
    """Where a page ended; raises `InvalidInput` for what no page has given out."""
    try:
        moment, _, identifier = base64.urlsafe_b64decode(cursor.encode()).decode().partition(" ")
        return datetime.fromisoformat(moment), UUID(identifier)
    except (ValueError, binascii.Error) as error:
        raise InvalidInput.of("query/cursor", "cursor") from error


def _page(found: list[tuple[datetime, UUID, T]]) -> tuple[list[T], str | None]:
    items = [item for _, _, item in found[:PAGE]]
    if len(found) <= PAGE:
        return items, None
    moment, identifier, _ = found[PAGE - 1]
    return items, write_cursor(moment, identifier)


def write_cursor(moment: datetime, identifier: UUID) -> str:
    """A place in a list, for `read_cursor`."""
    return base64.urlsafe_b64encode(f"{moment.isoformat()} {identifier}".encode()).decode()


class TaskRow(NamedTuple):
    """A task with its client's name, and the visit that it is about."""

    task: StaffTask
    client_name: str | None
    visit: BookingCopy | None


async def tasks(
    tx: Tx, account_id: UUID, is_open: bool, location_ids: Collection[UUID] | None, cursor: str | None
) -> tuple[Sequence[TaskRow], str | None]:
    """One page of tasks, the oldest first, and the cursor of the next."""
    row = StaffTask
    query = _with_subjects(account_id).where(
        row.account_id == account_id, row.settled_at.is_(None) if is_open else row.settled_at.is_not(None)
    )
    if cursor is not None:
        query = query.where(tuple_(row.created_at, row.id) > read_cursor(cursor))
    found = (await tx.execute(_within(query, location_ids).order_by(row.created_at, row.id).limit(PAGE + 1))).all()
    return _page([(task.created_at, task.id, TaskRow(task, name, visit)) for task, name, visit in found])


async def one_task(tx: Tx, account_id: UUID, task_id: UUID) -> TaskRow:
    """One task; the caller knows that it is there."""
    found = (await tx.execute(_with_subjects(account_id).where(StaffTask.id == task_id))).one()
    return TaskRow(*found)


def _with_subjects(account_id: UUID) -> Any:
    row, client, visit = StaffTask, ClientCopy, BookingCopy
    return (
        select(row, client.name, visit)
        .join(client, (client.account_id == row.account_id) & (client.client_id == row.client_id), isouter=True)
        .join(visit, (visit.account_id == row.account_id) & (visit.booking_id == row.booking_id), isouter=True)
        .where(row.account_id == account_id)
    )


async def refusals(
    tx: Tx, account_id: UUID, cursor: str | None
) -> tuple[Sequence[tuple[ClientCopy, ClientPreference | None, UserPreference | None]], str | None]:
    """One page of the clients who refuse something at the account or everywhere, said last first."""
    card, here, everywhere = ClientCopy, ClientPreference, UserPreference
    said_at = func.greatest(here.changed_at, everywhere.changed_at)
    refused_here = ~(here.messages & here.reminders & here.changes) | (func.cardinality(here.refused_channels) > 0)
    refused_everywhere = ~(everywhere.messages & everywhere.reminders & everywhere.changes)
    query = (
        select(card, here, everywhere, said_at)
        .join(here, (here.account_id == card.account_id) & (here.client_id == card.client_id), isouter=True)
        .join(everywhere, everywhere.user_id == card.user_id, isouter=True)
        .where(card.account_id == account_id, or_(refused_here, refused_everywhere))
    )
    if cursor is not None:
        query = query.where(tuple_(said_at, card.client_id) < read_cursor(cursor))
    rows = (await tx.execute(query.order_by(said_at.desc(), card.client_id.desc()).limit(PAGE + 1))).all()
    return _page([(at, client.client_id, (client, own, all_of)) for client, own, all_of, at in rows])


async def open_tasks(tx: Tx, account_id: UUID, location_ids: Collection[UUID] | None) -> int:
    """How many tasks wait."""
    query = select(func.count()).where(StaffTask.account_id == account_id, StaffTask.settled_at.is_(None))
    return int((await tx.execute(_within(query, location_ids))).scalar_one())


def _within(query: Any, location_ids: Collection[UUID] | None) -> Any:
    if location_ids is None:
        return query
    return query.where(or_(StaffTask.location_id.in_(location_ids), StaffTask.location_id.is_(None)))
