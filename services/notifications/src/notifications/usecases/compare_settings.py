"""What other settings would do to the messages that are still to go: the planner run on every booking, nothing kept."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from contracts.http.notifications import NotificationSettings, SettingsChange
from kit.db import Tx
from notifications.domain.merging import Difference, difference
from notifications.domain.thinking import overtaken_by, think_over
from notifications.rules import as_rules
from notifications.situation import read_known, situation_of
from notifications.tables import AccountCopy, BookingCopy

from .copy_others import worth_a_thought
from .plan_booking import Planner, state_of
from .write_decisions import read_existing

PAGE = 200


async def compare_settings(
    tx: Tx, planner: Planner, account_id: UUID, wanted: NotificationSettings, now: datetime
) -> SettingsChange:
    """The same thinking as of the plan itself, over the same bookings: saved now, it comes to the same numbers."""
    account = await tx.get(AccountCopy, account_id)
    rules = as_rules(wanted, account, planner.house)
    total, count = Difference(), 0
    async for page in _pages(tx, account_id, now):
        of_booking = await read_existing(tx, account_id, [row.booking_id for row in page])
        bookings = [state_of(row) for row in page]
        known = await read_known(tx, account_id, bookings, now, with_members=True, with_neighbours=rules.merge_same_day)
        for row, booking in zip(page, bookings, strict=True):
            existing = of_booking.get(booking.id, [])
            situation = situation_of(known, booking, row.version, rules, None, now)
            changes = think_over(situation, existing, now, overtaken_by(booking.state))
            total += difference(existing, changes)
        count += len(page)
        tx.expunge_all()
    return SettingsChange(
        dry_run=True,
        settings=wanted,
        bookings=count,
        moved=total.moved,
        added=total.added,
        dropped=total.dropped.total(),
        dropped_by_reason=dict(total.dropped),
        kept=total.kept,
    )


async def _pages(tx: Tx, account_id: UUID, now: datetime) -> AsyncIterator[Sequence[BookingCopy]]:
    after: UUID | None = None
    while True:
        query = select(BookingCopy).where(worth_a_thought(account_id, now))
        if after is not None:
            query = query.where(BookingCopy.booking_id > after)
        page = (await tx.scalars(query.order_by(BookingCopy.booking_id).limit(PAGE))).all()
        if page:
            yield page
        if len(page) < PAGE:
            return
        after = page[-1].booking_id
