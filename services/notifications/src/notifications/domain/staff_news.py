"""News about the account itself, for the people who run it: the same question of every member, one answer each."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from .channels import EMAIL, NO_CHANNEL, SMS, TELEGRAM, WEB_PUSH
from .facts import OF_SMS_ITSELF, Decision, Kind, Member, Rules
from .planner import STAFF, against_channel
from .reasons import Reason


@dataclass(frozen=True)
class News:
    """What is to be told; `occasion` names it once for ever. With a location it is for those whose scope covers it."""

    kind: Kind
    occasion: str
    planned_at: datetime
    useful_until: datetime
    zone: ZoneInfo
    location_id: UUID | None = None
    keeps_quiet: bool = True
    """Whether quiet hours hold for it: an alarm at night waits for the morning, a mailed report need not."""
    channel: str | None = None
    """A channel that the news itself asks for, whatever the profile says; none: the member's own."""


def plan_for_staff(news: News, members: Iterable[Member], rules: Rules, now: datetime) -> list[Decision]:
    """One decision for every member."""
    return [_decide(news, member, rules, now) for member in members]


def _decide(news: News, member: Member, rules: Rules, now: datetime) -> Decision:
    channel = news.channel or _channel(news.kind, member, rules)
    at, reason = news.planned_at, _against(news, member, rules)
    if reason is None and news.keeps_quiet and rules.quiet.cover(at, news.zone):
        # Unlike a reminder an alarm is not tied to its minute: it is told when the quiet hours end.
        at = rules.quiet.end_after(at, news.zone)
    if reason is None and (at >= news.useful_until or now >= news.useful_until):
        reason = Reason.TOO_LATE
    return Decision(news.kind, STAFF, member.user_id, news.occasion, channel, at, news.useful_until, reason)


_BESIDE_SMS = (TELEGRAM, EMAIL, WEB_PUSH)


def _channel(kind: Kind, member: Member, rules: Rules) -> str:
    """The member's own channel; of alarms about SMS another one that the profile has an address for."""
    if kind in OF_SMS_ITSELF and member.channel == SMS:
        others = (name for name in _BESIDE_SMS if name in member.addresses and name in rules.sendable)
        return next(others, SMS)
    return member.channel or NO_CHANNEL


def _against(news: News, member: Member, rules: Rules) -> Reason | None:
    rule = rules.staff_kinds[news.kind]
    in_scope = news.location_id is None or member.location_ids is None or news.location_id in member.location_ids
    if rules.account_is_demo:
        return Reason.DEMO_ACCOUNT
    if not rules.account_is_active:
        return Reason.ACCOUNT_DISABLED
    if not rule.enabled:
        return Reason.TYPE_DISABLED
    if member.role not in rule.recipients:
        return Reason.ROLE_NOT_RECIPIENT
    if not in_scope:
        return Reason.LOCATION_NOT_IN_SCOPE
    if news.channel is not None:
        if news.channel not in rules.sendable:
            return Reason.CHANNEL_NOT_AVAILABLE
        return None if news.channel in member.addresses else Reason.RECIPIENT_NO_CHANNEL
    return against_channel(member, rules)
