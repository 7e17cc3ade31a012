"""What operators see of messages in the metrics: what providers make of them, how long that takes, what waits."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from sqlalchemy import text

from kit.db import Database

from .clock import Clock
from .domain.outcomes import Accepted, NotSent, Outcome, Refused, Unknown

TURN_S = 15.0
LOGIN_CODES = "login_codes"
"""Instead of a provider: codes have one of their own, and nothing else waits for so short a time."""

_WAITING = text(
    "SELECT coalesce(greatest(0, extract(epoch FROM CAST(:now AS timestamptz) - (SELECT min(due_at) FROM notification "
    "WHERE due_at IS NOT NULL))), 0) AS overdue_s"
)
_HELD = text("SELECT reason_code, count(*) AS messages FROM notification WHERE state = 'held' GROUP BY reason_code")


class Measures:
    """Counted by the process that sends; what waits is looked up, so every worker tells the same of it."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._handed_over = Counter(
            "zapys_messages_handed_over",
            "Calls that hand one message to a provider, by what came of them.",
            ("provider", "outcome"),
            registry=registry,
        )
        self._seconds = Histogram(
            "zapys_message_call_seconds",
            "Time of such a call.",
            ("provider",),
            registry=registry,
            buckets=(0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30),
        )
        self._overdue = Gauge(
            "zapys_messages_overdue_seconds", "How long the message that is due longest has waited.", registry=registry
        )
        self._held = Gauge(
            "zapys_messages_held", "Messages that wait for a cure, by its reason.", ("reason",), registry=registry
        )

    @contextmanager
    def call(self, provider: str) -> Iterator[None]:
        """Measure one call."""
        began = time.perf_counter()
        try:
            yield
        finally:
            self._seconds.labels(provider).observe(time.perf_counter() - began)

    def count(self, provider: str, outcome: Outcome) -> None:
        """Note what came of one call."""
        self._handed_over.labels(provider, outcome_label(outcome)).inc()

    def tell_waiting(self, overdue_s: float, held: dict[str, int]) -> None:
        """Note what waits; reasons that nothing waits for any more are told no longer."""
        self._overdue.set(overdue_s)
        self._held.clear()
        for reason, messages in held.items():
            self._held.labels(reason).set(messages)


def outcome_label(outcome: Outcome) -> str:
    """One of a dozen words; of a refusal its class."""
    match outcome:
        case Accepted():
            return "accepted"
        case Refused(error):
            return error.value
        case NotSent():
            return "not_sent"
        case Unknown():
            return "unknown"


@dataclass(frozen=True)
class Measuring:
    """A loop of the worker."""

    db: Database
    clock: Clock
    measures: Measures

    async def once(self) -> None:
        """Look what waits."""
        async with self.db.system_tx() as tx:
            overdue = await tx.scalar(_WAITING, {"now": await self.clock.now(tx)})
            held = {row.reason_code or "": row.messages for row in await tx.execute(_HELD)}
        self.measures.tell_waiting(float(overdue or 0), held)
