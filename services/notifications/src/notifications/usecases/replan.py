"""Plan anew what was marked, some bookings per transaction, so that a large account keeps nobody waiting."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from kit.db import Database
from kit.wakeups import Wakeups, wait_for
from notifications.clock import Clock
from notifications.tables import BookingCopy

from .copy_others import REPLAN_CHANNEL
from .plan_booking import Planner

BATCH = 50
POLL_S = 2.0


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
        for account_id, booking_ids in marked.items():
            async with self.db.tx(account_id) as tx:
                await self.planner.again(tx, account_id, booking_ids, await self.clock.now(tx))
        return sum(map(len, marked.values()))

    async def _marked(self) -> dict[UUID, list[UUID]]:
        """The longest marked, by account: the bookings of an account are thought over together."""
        async with self.db.system_tx() as tx:
            rows = await tx.execute(
                select(BookingCopy.account_id, BookingCopy.booking_id)
                .where(BookingCopy.replan_at.is_not(None))
                .order_by(BookingCopy.replan_at)
                .limit(BATCH)
            )
            marked: dict[UUID, list[UUID]] = defaultdict(list)
            for row in rows:
                marked[row.account_id].append(row.booking_id)
            return marked
