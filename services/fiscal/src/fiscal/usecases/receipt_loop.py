"""The worker's loop over lanes: several side by side, each with its own lease."""

import asyncio
import contextlib
from datetime import UTC, datetime

import structlog

from fiscal.usecases.cashier_calls import FiscalDesk
from fiscal.usecases.lanes import Lane, claim_lanes, next_visit
from fiscal.usecases.register_receipts import Visit
from kit.wakeups import wait_for

log = structlog.get_logger("receipts")

LONGEST_SLEEP_S = 1.0


class ReceiptLoop:
    """Serves every lane that wants a visit, `lanes_at_once` at a time."""

    def __init__(self, desk: FiscalDesk, wake: asyncio.Event, lanes_at_once: int, grace_s: float) -> None:
        self._desk = desk
        self._wake = wake
        self._lanes_at_once = lanes_at_once
        self._grace_s = grace_s
        self._visits: set[asyncio.Task[None]] = set()
        self._stopping = asyncio.Event()

    async def run(self) -> None:
        """Until cancelled; what is under way then is finished and its lanes are given back."""
        self._stopping.clear()
        try:
            while True:
                self._wake.clear()
                free = self._lanes_at_once - len(self._visits)
                for lane in await claim_lanes(self._desk.db, free, self._desk.pace) if free else []:
                    self._start(lane)
                await wait_for(self._wake, await self._sleep_s())
                for visit in [visit for visit in self._visits if visit.done()]:
                    self._visits.discard(visit)
                    if error := visit.exception():  # its lane is taken up again when the lease is over
                        log.error("visit failed", exc_info=error)
        finally:
            await self._finish()

    async def drain(self) -> None:
        """Serve what wants a visit now, and return when nothing does: for tests and for an operator's hand."""
        stopping = asyncio.Event()  # of its own: the loop may have been stopped before
        while lanes := await claim_lanes(self._desk.db, self._lanes_at_once, self._desk.pace):
            await asyncio.gather(*(Visit(self._desk, lane, stopping).run() for lane in lanes))

    def _start(self, lane: Lane) -> None:
        visit = asyncio.create_task(Visit(self._desk, lane, self._stopping).run())
        visit.add_done_callback(lambda _: self._wake.set())
        self._visits.add(visit)

    async def _sleep_s(self) -> float:
        if len(self._visits) >= self._lanes_at_once:
            return LONGEST_SLEEP_S
        at = await next_visit(self._desk.db)
        if at is None:
            return LONGEST_SLEEP_S
        return min(max((at - datetime.now(UTC)).total_seconds(), 0.01), LONGEST_SLEEP_S)

    async def _finish(self) -> None:
        self._stopping.set()
        if not self._visits:
            return
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.wait(self._visits, timeout=self._grace_s)
        for visit in self._visits:
            visit.cancel()
        await asyncio.gather(*self._visits, return_exceptions=True)
        self._visits.clear()
