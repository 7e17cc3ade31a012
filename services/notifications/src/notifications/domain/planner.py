"""Which messages a booking calls for: for every recipient and kind exactly one decision, planned or with its reason.

Pure: the same situation gives the same decisions, for the plan, for its preview and for the answer to "why not".
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from uuid import UUID

from .facts import (
    REMINDERS,
    STAFF_MEMBER_CONCERNED,
    Act,
    Client,
    Decision,
    Kind,
    Member,
    Rules,
    Situation,
    Standing,
    Visit,
)
from .quiet_hours import at_wall_clock
from .reasons import Reason

CLIENT, STAFF = "client", "staff"
SMS, NO_CHANNEL = "sms", "none"


def plan(situation: Situation, now: datetime) -> list[Decision]:
    """All decisions that the act and the visit's time call for, as of `now`."""
    return [*_of_act(situation, now), *_of_time(situation, now)]


def reminder_moment(kind: Kind, starts_at: datetime, visit: Visit, rules: Rules) -> datetime:
    """When a reminder is due, in UTC.

    The eve is an hour on the wall clock of the day before; the others are elapsed time before the visit, which a
    clock change does not bend.
    """
    match kind:
        case Kind.REMINDER_3D:
            return starts_at - rules.reminder_3d_before
        case Kind.REMINDER_3H:
            return starts_at - rules.reminder_3h_before
        case _:
            eve = starts_at.astimezone(visit.zone).date() - timedelta(days=1)
            return at_wall_clock(eve, rules.reminder_eve_at, visit.zone)


def occasion_of_visit(starts_at: datetime) -> str:
    """A reminder is about a visit at a certain time; moved there and back it is the same one."""
    return f"at {starts_at:%Y-%m-%dT%H:%M:%SZ}"


def occasion_of_act(version: int) -> str:
    """News are about one version of the booking."""
    return f"v{version}"


def _of_time(situation: Situation, now: datetime) -> Iterator[Decision]:
    visit, client = situation.visit, situation.client
    if client is None or not visit.is_ahead:
        return
    starts_at = visit.standing.starts_at
    for kind in REMINDERS:
        at = reminder_moment(kind, starts_at, visit, situation.rules)
        reason = _against_client(kind, situation, client)
        if reason is None and at < now:
            reason = Reason.TOO_LATE
        if reason is None and kind is not Kind.REMINDER_3H and client.has_earlier_visit_that_day:
            reason = Reason.MERGED
        decision = Decision(kind, CLIENT, client.id, occasion_of_visit(starts_at), SMS, at, starts_at, reason)
        yield _kept_quiet(decision, situation, now)


def _of_act(situation: Situation, now: datetime) -> Iterator[Decision]:
    act, visit, rules = situation.act, situation.visit, situation.rules
    if act is None:
        return
    occasion = occasion_of_act(visit.version)
    # A move or a cancellation can be taken back for a few seconds; nobody need hear of what was.
    at = now if act.kind is Kind.CREATED else now + rules.undo_window
    if client := situation.client:
        was = act.known_to.get(client.id, act.was)
        reason = _against_client(act.kind, situation, client, was)
        yield _news(
            Decision(act.kind, CLIENT, client.id, occasion, SMS, at, visit.standing.starts_at, reason, was),
            situation,
            now,
        )
    for member in situation.members:
        was = act.known_to.get(member.user_id, act.was)
        reason = _against_member(act, situation, member, was)
        channel = member.channel or NO_CHANNEL
        yield _news(
            Decision(act.kind, STAFF, member.user_id, occasion, channel, at, visit.ends_at, reason, was), situation, now
        )


def _news(decision: Decision, situation: Situation, now: datetime) -> Decision:
    if decision.reason is None and decision.planned_at >= decision.useful_until:
        return _suppressed(decision, Reason.TOO_LATE)
    return _kept_quiet(decision, situation, now)


def _kept_quiet(decision: Decision, situation: Situation, now: datetime) -> Decision:
    if decision.reason is not None:
        return decision
    zone = situation.visit.zone
    moved = situation.rules.quiet.keep(decision.planned_at, now, decision.useful_until, zone)
    if moved is None:
        return _suppressed(decision, Reason.QUIET_HOURS)
    return _moved(decision, moved)


def _against_client(kind: Kind, situation: Situation, client: Client, was: Standing | None = None) -> Reason | None:
    """The first reason against telling the client, leaving time aside."""
    rules, visit, act = situation.rules, situation.visit, situation.act
    is_news = not kind.is_reminder
    wants = client.wants_reminders if kind.is_reminder else client.wants_changes
    checks = (
        (not rules.account_is_active or not rules.client_messages_on, Reason.ACCOUNT_DISABLED),
        (kind not in rules.client_kinds, Reason.TYPE_DISABLED),
        (is_news and act is not None and act.by_client, Reason.OWN_ACTION),
        (is_news and act is not None and not act.tell_client, Reason.SILENCED_BY_STAFF),
        (kind is Kind.RESCHEDULED and was == visit.standing, Reason.NOTHING_NEW),
        (not client.has_phone, Reason.RECIPIENT_NO_PHONE),
        (visit.by_unconfirmed_door and not client.phone_confirmed, Reason.PHONE_UNCONFIRMED),
        (client.phone_mark == "bad", Reason.PHONE_BAD),
        (client.phone_mark == "stop_list", Reason.STOP_LIST),
        (not client.wants_messages or not wants, Reason.CLIENT_OPTED_OUT),
    )
    return next((reason for holds, reason in checks if holds), None)


def _against_member(act: Act, situation: Situation, member: Member, was: Standing | None) -> Reason | None:
    """The first reason against telling a member, leaving time aside."""
    rules, visit = situation.rules, situation.visit
    rule = rules.staff_kinds[act.kind]
    concerned: frozenset[UUID] = visit.standing.staff_member_ids | (was.staff_member_ids if was else frozenset())
    is_concerned = member.staff_member_id in concerned and STAFF_MEMBER_CONCERNED in rule.recipients
    in_scope = member.location_ids is None or visit.location_id in member.location_ids
    checks = (
        (not rules.account_is_active, Reason.ACCOUNT_DISABLED),
        (not rule.enabled, Reason.TYPE_DISABLED),
        (member.role not in rule.recipients and not is_concerned, Reason.ROLE_NOT_RECIPIENT),
        (not in_scope and not is_concerned, Reason.LOCATION_NOT_IN_SCOPE),
        (act.actor_id is not None and member.user_id == act.actor_id, Reason.OWN_ACTION),
        (act.kind is Kind.RESCHEDULED and was == visit.standing, Reason.NOTHING_NEW),
        (member.channel is None, Reason.RECIPIENT_NO_CHANNEL),
        (member.channel != SMS, Reason.CHANNEL_NOT_AVAILABLE),
        (not member.has_phone, Reason.RECIPIENT_NO_PHONE),
    )
    return next((reason for holds, reason in checks if holds), None)


def _suppressed(decision: Decision, reason: Reason) -> Decision:
    return Decision(**{**vars(decision), "reason": reason})


def _moved(decision: Decision, moment: datetime) -> Decision:
    return Decision(**{**vars(decision), "planned_at": moment})
