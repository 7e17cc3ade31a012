"""Which accounts have something due, remembered between turns: the cost of a turn does not grow with the backlog.

Every account gets its turn: one with thousands of due messages does not make the others wait. The accounts that are
known to have some are served from their own part of the index; for others a look is taken at what became due lately,
and at everything when none is known.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Hashable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ARRAY, Uuid, bindparam, text

from kit.db import Tx

LOOK_EVERY_S = 0.25
LOOK_AT_ALL_EVERY_S = 10.0
OVERLAP = timedelta(seconds=5)
"""A row that was due is seen when its transaction commits, which may be a little later."""
LANES_PER_TURN = 32

_WHO = text("SELECT DISTINCT account_id FROM notification WHERE due_at <= :now AND due_at > :since")
_WHO_OF_ALL = text("SELECT DISTINCT account_id FROM notification WHERE due_at <= :now")
_WHAT = text(
    """
    SELECT n.account_id, n.id FROM unnest(CAST(:lanes AS uuid[])) WITH ORDINALITY AS lane(account_id, turn)
    CROSS JOIN LATERAL (
        SELECT account_id, id, row_number() OVER (ORDER BY due_at, useful_until) AS place FROM (
            SELECT account_id, id, due_at, useful_until FROM notification
            WHERE account_id = lane.account_id AND due_at <= :now ORDER BY due_at, useful_until LIMIT :per_lane
        ) AS first
    ) AS n
    ORDER BY n.place, lane.turn LIMIT :room
    """
).bindparams(bindparam("lanes", type_=ARRAY(Uuid)))


@dataclass
class DueLanes:
    """What one process knows of the accounts with due messages; forgetting all of it costs one look."""

    _known: dict[UUID, None] = field(default_factory=dict)
    _resting: dict[UUID, float] = field(default_factory=dict)
    _looked_at: float = 0.0
    _looked_at_all: float = 0.0
    _seen_until: datetime | None = None
    _next_look: asyncio.TimerHandle | None = None

    async def due(
        self, tx: Tx, now: datetime, full: frozenset[Hashable], *, per_lane: int, room: int
    ) -> list[tuple[UUID, UUID]]:
        """Account and id of up to `room` due messages, `per_lane` of an account at most."""
        lanes = self._usable(full)
        if not lanes or time.monotonic() - self._looked_at >= LOOK_EVERY_S:
            await self._look(tx, now)
            lanes = self._usable(full)
        while lanes:
            taken = lanes[:LANES_PER_TURN]
            wanted = {"lanes": taken, "now": now, "per_lane": per_lane, "room": room}
            found = [(row.account_id, row.id) for row in await tx.execute(_WHAT, wanted)]
            self._serve_next_time_later(taken, {account_id for account_id, _ in found}, is_cut=len(found) >= room)
            if found:
                return found
            lanes = lanes[LANES_PER_TURN:]
        return []

    def is_waiting(self, full: frozenset[Hashable], wake: asyncio.Event | None) -> bool:
        """Whether a look is useless now: all that have some are at their limits, and others were looked for lately.

        Then `wake` is set when others may be looked for again.
        """
        left = LOOK_EVERY_S - (time.monotonic() - self._looked_at)
        if left <= 0 or not self._known or self._usable(full):
            return False
        if wake is not None and self._next_look is None:
            self._next_look = asyncio.get_running_loop().call_later(left, self._look_again, wake)
        return True

    def _look_again(self, wake: asyncio.Event) -> None:
        self._next_look = None
        wake.set()

    def rests(self, account_id: UUID) -> bool:
        """Whether the account's provider wants nothing now."""
        until = self._resting.get(account_id)
        if until is None:
            return False
        if until > time.monotonic():
            return True
        del self._resting[account_id]
        return False

    def let_rest(self, account_id: UUID, seconds: float, wake: asyncio.Event | None) -> None:
        """Leave the account out for so long, and look again then."""
        self._resting[account_id] = time.monotonic() + seconds
        if wake is not None:
            asyncio.get_running_loop().call_later(seconds, wake.set)

    def _usable(self, full: frozenset[Hashable]) -> list[UUID]:
        return [lane for lane in self._known if lane not in full and not self.rests(lane)]

    async def _look(self, tx: Tx, now: datetime) -> None:
        at = time.monotonic()
        wants_all = not self._known or self._seen_until is None or at - self._looked_at_all >= LOOK_AT_ALL_EVERY_S
        if wants_all:
            found = await tx.execute(_WHO_OF_ALL, {"now": now})
            self._looked_at_all = at
        else:
            assert self._seen_until is not None
            found = await tx.execute(_WHO, {"now": now, "since": min(self._seen_until, now) - OVERLAP})
        self._looked_at, self._seen_until = at, now
        self._known |= dict.fromkeys(row.account_id for row in found)

    def _serve_next_time_later(self, taken: list[UUID], with_some: set[UUID], *, is_cut: bool) -> None:
        for lane in taken:
            self._known.pop(lane, None)
            if lane in with_some or is_cut:
                self._known[lane] = None  # to the end of the line
