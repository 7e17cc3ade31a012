"""Processor time of planning one booking event: `python -m tests.load.planning_cost [events]`.

The bar of 1 ms is for the thinking: situation → decisions → what is to be written, with its words, without the
database driver and the row mapping around it.
"""

from __future__ import annotations

import sys
import time
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import notifications
from kit.edge import texts_of
from notifications.domain.facts import Kind
from notifications.domain.reasons import Reason
from notifications.domain.thinking import think_over
from notifications.wording import OwnText, fill, template_key
from tests.load.figures import percentile
from tests.notifications.unit.making import act, kyiv, member, situation

BAR_MS = 1.0
MEMBERS = 10
VALUES = {
    "account": "Салон", "location": "Центр", "address": "Хрещатик 1", "phone": "", "client": "Марія",
    "service": "Стрижка", "staff": "Софія", "date": "10.03", "time": "15:00", "old_date": "09.03",
    "old_time": "15:00", "price": "450", "link": "https://zapys.example/b/7KQ2MX",
}  # fmt: skip


def measure(events: int) -> list[float]:
    """Milliseconds of processor time of each event: a new visit at an account with ten people."""
    texts = texts_of(notifications.__file__ or "")
    members = tuple(member(UUID(int=100 + number), "administrator") for number in range(MEMBERS))
    first = kyiv("2026-03-10T15:00")
    now = kyiv("2026-03-01T12:00")
    took = []
    for number in range(events):
        at = situation(first + timedelta(minutes=15 * (number % 200)), members=members, act=act(Kind.CREATED))
        at = replace(at, visit=replace(at.visit, version=number + 1))
        began = time.process_time_ns()
        changes = think_over(at, [], now, Reason.REPLACED)
        for decision in changes.add:
            if decision.reason is None:
                fill(OwnText(texts.get("uk", template_key(decision.recipient_type, decision.kind))), VALUES)
        took.append((time.process_time_ns() - began) / 1e6)
        assert len(changes.add) == MEMBERS + 4
    return took


def main() -> None:
    """Print the figure and whether it holds."""
    events = int(sys.argv[1]) if len(sys.argv) > 1 else 5_000
    took = measure(events)
    mean = sum(took) / len(took)
    print(
        f"planning, {MEMBERS} people, {MEMBERS + 4} decisions an event, {events} events: "
        f"mean {mean:.3f} ms, p50 {percentile(took, 50):.3f} ms, p99 {percentile(took, 99):.3f} ms of processor time"
    )
    print(f"bar {BAR_MS} ms: {'held' if mean < BAR_MS else 'MISSED'}")


if __name__ == "__main__":
    main()
