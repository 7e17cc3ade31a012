"""A booking thought over: what its present state, the news about it and the rules of now make of its messages."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from .facts import Decision, Kind, Situation
from .merging import Changes, Existing, falls_away, merge, untold
from .planner import CLIENT, plan, plan_again
from .reasons import Reason

_CANCELLED = frozenset({"cancelled_by_client", "cancelled_by_staff", "expired"})
_OVER = frozenset({"arrived", "completed", "no_show"})


def think_over(situation: Situation, existing: Sequence[Existing], now: datetime, overtaken: Reason) -> Changes:
    """How to get from the decisions that are there to those that are called for; the one way of plan and preview.

    News that wait (for the undo window, for a morning, for a cure) are decided again by the rules of now. `overtaken`
    is why decisions that are called for no longer lose their ground.
    """
    act = situation.act
    if act is not None and act.kind is Kind.RESCHEDULED:
        act = replace(act, known_to=untold(existing, situation.visit.version))
        situation = replace(situation, act=act)
    kind = act.kind if act else None
    decisions = plan(situation, now)
    for old in existing:
        if old.is_waiting_news and not falls_away(old, kind, overtaken):
            decisions += _again(situation, old, now)
    return merge(existing, decisions, now, act=kind, overtaken=overtaken)


def overtaken_by(booking_state: str) -> Reason:
    """Why decisions that a booking in this state no longer calls for have lost their ground."""
    if booking_state in _CANCELLED:
        return Reason.BOOKING_CANCELLED
    return Reason.TOO_LATE if booking_state in _OVER else Reason.REPLACED


def _again(situation: Situation, old: Existing, now: datetime) -> Iterator[Decision]:
    assert old.act is not None  # the caller has looked
    recipient = old.key.recipient_id
    if old.key.recipient_type == CLIENT:
        situation = replace(situation, members=())
    else:
        members = tuple(member for member in situation.members if member.user_id == recipient)
        situation = replace(situation, members=members, client=None)
    for decision in plan_again(situation, old.act, old.booking_version, now):
        if decision.key == old.key:
            yield decision
