"""Visits that wait for the client's word: until when, and what becomes of those that did not get it.

All spans are elapsed time: twenty-four hours before a visit are twenty-four hours on the day of a clock change too.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

GRACE = timedelta(minutes=1)
"""An answer given by the moment may be on its way so long before the visit is judged without it."""


class Policy(StrEnum):
    """What the account wants with a visit that nobody confirmed; without one there is no rule."""

    TASK = "task"
    RELEASE = "release"


class Verdict(StrEnum):
    """What becomes of a visit."""

    RELEASE = "release"
    SILENT = "silent"
    NOT_ASKED = "not_asked"
    MONEY = "money"
    LEAVE = "leave"
    WAIT = "wait"


@dataclass(frozen=True)
class Rule:
    """The account's rule, in force `since` a moment: visits whose own moment was before that are not touched."""

    policy: Policy
    before: timedelta
    since: datetime


@dataclass(frozen=True)
class Asked:
    """A request that reached the client: the moment it named, and whether it said that the time is freed otherwise."""

    until: datetime
    releases: bool


@dataclass(frozen=True)
class Waiting:
    """A visit that is agreed and not confirmed. `agreed_at`: when this time of it was; `has_money`: something is paid,
    or a link for paying is open; `has_client`: there is somebody to ask."""

    starts_at: datetime
    agreed_at: datetime
    has_client: bool = True
    has_money: bool = False


def confirm_until(rule: Rule, visit: Waiting, asked: Asked | None) -> datetime | None:
    """The last moment for the client's word; none where the rule does not reach the visit.

    A moment that the client was told holds, also when the account has come to want it earlier.
    """
    by_rule = visit.starts_at - rule.before
    if not visit.has_client or by_rule <= visit.agreed_at:
        return None
    until = by_rule if asked is None else max(by_rule, asked.until)
    return until if until > rule.since else None


def judge(rule: Rule, visit: Waiting, asked: Asked | None, now: datetime) -> Verdict:
    """What becomes of the visit as of `now`; nobody loses a visit who was not told that they would."""
    until = confirm_until(rule, visit, asked)
    if until is None or now >= visit.starts_at:
        return Verdict.LEAVE
    if now < until + GRACE:
        return Verdict.WAIT
    if asked is None:
        return Verdict.NOT_ASKED
    if rule.policy is Policy.TASK or not asked.releases:
        return Verdict.SILENT
    return Verdict.MONEY if visit.has_money else Verdict.RELEASE
