"""Plan anew what was marked, some bookings per transaction, so that a large account keeps nobody waiting."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import select, tuple_, update

from kit.db import Database
from kit.loops import each
from kit.wakeups import Wakeups, wait_for
from notifications.clock import Clock
from notifications.tables import BookingCopy

from .copy_others import REPLAN_CHANNEL
from .plan_booking import Planner

BATCH = 50
POLL_S = 2.0
PUT_OFF = timedelta(minutes=10)
"""When a booking that could not be planned anew is thought over again: until then it is in nobody's way."""


@dataclass(frozen=True)
class Replanner:
    """A loop of the worker; a crash leaves the marks, and the next turn takes them up."""

    db: Database
    clock: Clock
    planner: Planner
    wakeups: Wakeups

    async def run(self) -> None:
        """Replan for ever."""
        wake = self.wakeups.of(REPLAN_CHANNEL)
        while True:
            wake.clear()
            if not await self.once():
                await wait_for(wake, POLL_S)

    async def once(self) -> int:
        """One batch; answers how many bookings were planned anew."""
        marked = await self._marked()
        failed = await each("replanner", marked, lambda account_id: self._again(account_id, marked[account_id]))
        # Together they failed because of one or two: the others are planned all the same.
        singly = [(account_id, booking_id) for account_id in failed for booking_id in marked[account_id]]
        hopeless = await each("replanner", singly, lambda one: self._again(one[0], [one[1]]))
        if hopeless:
            await self._put_off(hopeless)
        return sum(map(len, marked.values()))

    async def _again(self, account_id: UUID, booking_ids: list[UUID]) -> None:
        async with self.db.tx(account_id) as tx:
            await self.planner.again(tx, account_id, booking_ids, await self.clock.now(tx))

    async def _put_off(self, keys: list[tuple[UUID, UUID]]) -> None:
        row = BookingCopy
        async with self.db.system_tx() as tx:
            later = await self.clock.now(tx) + PUT_OFF
            of_keys = (tuple_(row.account_id, row.booking_id).in_(keys), row.replan_at.is_not(None))
            await tx.execute(update(row).where(*of_keys).values(replan_at=later))

    async def _marked(self) -> dict[UUID, list[UUID]]:
        """The longest marked, by account: the bookings of an account are thought over together."""
        async with self.db.system_tx() as tx:
            now = await self.clock.now(tx)
            rows = await tx.execute(
                select(BookingCopy.account_id, BookingCopy.booking_id)
                .where(BookingCopy.replan_at <= now)
                .order_by(BookingCopy.replan_at)
                .limit(BATCH)
            )
            marked: dict[UUID, list[UUID]] = defaultdict(list)
            for row in rows:
                marked[row.account_id].append(row.booking_id)
            return marked
