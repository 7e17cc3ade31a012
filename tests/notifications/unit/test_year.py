"""400 days and ten thousand visits, booked, moved and cancelled over four clock changes, in memory."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

import pytest

from notifications.domain.facts import Decision, DecisionKey, Kind, Standing
from notifications.domain.merging import Existing
from notifications.domain.reasons import Reason
from notifications.domain.thinking import overtaken_by, think_over
from tests.load.year_of_visits import KYIV, PAUSE, due_of, turns_of

from .making import SOFIA, situation, visit


@pytest.mark.row("N83")
@pytest.mark.row("N85")
def test_ten_thousand_visits_are_reminded_of_once_at_their_hours_and_never_at_night() -> None:
    turns = turns_of(10_000)
    plans: dict[int, dict[DecisionKey, Existing]] = {}
    for turn in turns:
        existing = plans.setdefault(turn.number, {})
        # What was due before this turn has gone.
        for key, old in existing.items():
            if old.state == "planned" and old.planned_at < turn.at:
                existing[key] = replace(old, state="sent")
        at = situation(turn.starts_at, members=())
        is_cancelled = turn.kind == "cancelled"
        of_visit = visit(
            turn.starts_at,
            version=turn.version,
            standing=Standing(turn.starts_at, frozenset({SOFIA})),
            is_ahead=not is_cancelled,
            is_cancelled=is_cancelled,
        )
        at = replace(at, visit=of_visit)
        state = "cancelled_by_client" if is_cancelled else "confirmed"
        changes = think_over(at, list(existing.values()), turn.at, overtaken_by(state))
        for decision in changes.add:
            existing[decision.key] = _row(decision, len(existing))
        by_id = {old.id: key for key, old in existing.items()}
        for row_id, decision in changes.change:
            existing[by_id[row_id]] = _row(decision, row_id.int)
        for row_id, reason in changes.drop:
            existing[by_id[row_id]] = replace(existing[by_id[row_id]], state="cancelled", reason=reason)
    gone = {
        (number, str(old.key.kind), _start(old)): old.planned_at
        for number, plan in plans.items()
        for old in plan.values()
        if old.state in ("planned", "sent")
    }
    due = {key: at for key, at in due_of(turns).items() if not PAUSE[0] <= at < PAUSE[1]}
    assert {key: at for key, at in gone.items() if not PAUSE[0] <= at < PAUSE[1]} == due
    assert len(due) > 15_000
    assert all(7 <= at.astimezone(KYIV).hour < 21 for at in gone.values())
    assert all(at < starts_at for (_, _, starts_at), at in gone.items())
    eves = {at.astimezone(KYIV).strftime("%H:%M") for (_, kind, _), at in gone.items() if kind == Kind.REMINDER_EVE}
    assert eves == {"19:00"}
    gaps = {starts_at - at for (_, kind, starts_at), at in gone.items() if kind == Kind.REMINDER_3H}
    assert gaps == {timedelta(hours=3)}


def _row(decision: Decision, number: int) -> Existing:
    state = "planned" if decision.reason is None else "suppressed"
    if decision.reason in (Reason.REPLACED, Reason.BOOKING_CANCELLED):
        state = "cancelled"
    return Existing(UUID(int=number), decision.key, state, decision.reason, decision.planned_at, 1)


def _start(old: Existing) -> datetime:
    return datetime.fromisoformat(old.key.occasion.removeprefix("at "))
