"""Which messages a booking calls for: for every recipient and kind exactly one decision, planned or with its reason.

Pure: the same situation gives the same decisions, for the plan, for its preview and for the answer to "why not".
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from .channels import EMAIL, NO_CHANNEL, OF_PHONE, SMS
from .facts import (
    BY_TIME,
    CLIENT_KINDS,
    REMINDERS,
    STAFF_MEMBER_CONCERNED,
    Act,
    Client,
    Decision,
    EarlierVisit,
    Kind,
    Member,
    Request,
    Rules,
    Situation,
    Standing,
    Visit,
)
from .quiet_hours import QuietPolicy, at_wall_clock
from .reasons import Reason
from .written import USEFUL

CLIENT, STAFF = "client", "staff"
MERGED_KINDS = frozenset({Kind.REMINDER_3D, Kind.REMINDER_EVE})
"""Of several visits on a day one such reminder is enough; each has its own last call."""
ASKED_AHEAD = timedelta(hours=24)
"""How long before the last moment a client is asked to confirm."""
ASKED_AFTER_BOOKING = timedelta(hours=2)
"""Whoever has just booked is not asked at once; half of what is left, where that is less."""
REVIEW_USEFUL = timedelta(days=3)
"""How long after the visit it still makes sense to ask for a review."""


def plan(situation: Situation, now: datetime) -> list[Decision]:
    """All decisions that the act and the visit's time call for, as of `now`."""
    return [*_of_act(situation, now), *_of_time(situation, now)]


def plan_again(situation: Situation, act: Act, version: int, now: datetime) -> list[Decision]:
    """The decisions about an act of the past, at a `version` of the booking, as the rules of `now` have them."""
    visit = replace(situation.visit, version=version)
    return list(_of_act(replace(situation, visit=visit, act=act), now))


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
        case Kind.REVIEW_REQUEST:
            return visit.ends_at + rules.review_after
        case _:
            eve = starts_at.astimezone(visit.zone).date() - timedelta(days=1)
            return at_wall_clock(eve, rules.reminder_eve_at, visit.zone)


def confirm_request(visit: Visit, rules: Rules) -> Request | None:
    """What the client is to be asked, if the account wants this visit confirmed and it is not.

    Elapsed time before the visit, as the moment itself; whoever booked after it need not confirm.
    """
    rule = rules.confirm
    if rule is None or not (visit.is_ahead and visit.is_unconfirmed):
        return None
    starts_at = visit.standing.starts_at
    until = starts_at - rule.before
    if visit.booked_at is not None and visit.booked_at >= until:
        return None
    return Request(starts_at, until, rule.releases)


def request_moment(asked: Request, booked_at: datetime | None, now: datetime) -> datetime:
    """When the request is due; at once where that moment has passed and an answer still helps."""
    due = asked.until - ASKED_AHEAD
    if booked_at is not None:
        due = max(due, booked_at + min(ASKED_AFTER_BOOKING, (asked.until - booked_at) / 2))
    return max(due, now) if now < asked.until else due


def occasion_of_visit(starts_at: datetime) -> str:
    """A reminder is about a visit at a certain time; moved there and back it is the same one."""
    return f"at {starts_at:%Y-%m-%dT%H:%M:%SZ}"


def occasion_of_act(version: int) -> str:
    """News are about one version of the booking."""
    return f"v{version}"


def _of_time(situation: Situation, now: datetime) -> Iterator[Decision]:
    visit, client = situation.visit, situation.client
    if client is None:
        return
    called_for = REMINDERS if visit.is_ahead else (Kind.REVIEW_REQUEST,) if visit.is_completed else ()
    starts_at = visit.standing.starts_at
    if (asked := confirm_request(visit, situation.rules)) is not None:
        yield _confirm_request(asked, situation, client, now)
    for kind in called_for:
        at = reminder_moment(kind, starts_at, visit, situation.rules)
        until = visit.ends_at + REVIEW_USEFUL if kind is Kind.REVIEW_REQUEST else starts_at
        channel = client_channel(kind, situation.rules, client)
        reason = _against_client(kind, channel, situation, client)
        # What waits for the end of the night is due then, however often it is thought over until then.
        due = situation.rules.quiet.keep(at, now, until, visit.zone) or at
        if reason is None and (max(at, due) < now or at >= until):
            reason = Reason.TOO_LATE
        if reason is None and kind in MERGED_KINDS:
            needs_phone = channel in OF_PHONE
            if any(_is_told_of(kind, one, situation, now, needs_phone=needs_phone) for one in client.earlier_visits):
                reason = Reason.MERGED
        decision = Decision(kind, CLIENT, client.id, occasion_of_visit(starts_at), channel, at, until, reason)
        yield _kept_quiet(decision, situation, now)


def _is_told_of(kind: Kind, earlier: EarlierVisit, situation: Situation, now: datetime, *, needs_phone: bool) -> bool:
    """Whether this reminder of an earlier visit has gone or will: only then can it speak for a later one too."""
    visit, rules, client = situation.visit, situation.rules, situation.client
    assert client is not None  # whose visits they are
    if kind in earlier.told:
        return True
    if needs_phone and earlier.by_unconfirmed_door and not client.phone_confirmed:
        return False
    at = reminder_moment(kind, earlier.starts_at, visit, rules)
    due = rules.quiet.keep(at, now, earlier.starts_at, visit.zone)
    return due is not None and max(at, due) >= now and at < earlier.starts_at


def _confirm_request(asked: Request, situation: Situation, client: Client, now: datetime) -> Decision:
    kind = Kind.CONFIRM_REQUEST
    at = request_moment(asked, situation.visit.booked_at, now)
    own = client_channel(Kind.REMINDER_EVE, situation.rules, client)  # where they are reminded they are asked
    channel = EMAIL if client.has_email and not client.has_phone else own
    reason = _against_client(kind, channel, situation, client)
    if reason is None and max(at, now) >= asked.until:
        reason = Reason.TOO_LATE
    occasion = occasion_of_visit(asked.starts_at)
    decision = Decision(kind, CLIENT, client.id, occasion, channel, at, asked.until, reason, request=asked)
    return _in_the_morning(decision, situation, now)


def _of_act(situation: Situation, now: datetime) -> Iterator[Decision]:
    act, visit, rules = situation.act, situation.visit, situation.rules
    if act is None:
        return
    occasion = occasion_of_act(visit.version)
    # A move or a cancellation can be taken back for a few seconds; nobody need hear of what was.
    acted_at = act.at or now
    # A visit that was moved is often moved again within the minute, and only where it ends is news.
    settles = max(rules.undo_window, rules.moves_settle) if act.kind is Kind.RESCHEDULED else rules.undo_window
    at = acted_at if act.kind is Kind.CREATED else acted_at + settles
    told = replace(act, known_to={}, at=acted_at)
    if client := situation.client:
        was = act.known_to.get(client.id, act.was)
        channel = client_channel(act.kind, rules, client)
        reason = _against_client(act.kind, channel, situation, client, was)
        until = visit.standing.starts_at
        yield _news(
            Decision(act.kind, CLIENT, client.id, occasion, channel, at, until, reason, was, told), situation, now
        )
    for member in situation.members:
        was = act.known_to.get(member.user_id, act.was)
        reason = _against_member(act, situation, member, was)
        channel = member.channel or NO_CHANNEL
        yield _news(
            Decision(act.kind, STAFF, member.user_id, occasion, channel, at, visit.ends_at, reason, was, told),
            situation,
            now,
        )


def plan_offer(situation: Situation, occasion: str, until: datetime, now: datetime) -> list[Decision]:
    """The decision about an offer from the waiting list; at night nobody is woken for one, so it is not shifted."""
    client, rules = situation.client, situation.rules
    if client is None:
        return []
    channel = client_channel(Kind.WAITLIST_OFFER, rules, client)
    reason = _against_client(Kind.WAITLIST_OFFER, channel, situation, client)
    if reason is None and now >= until:
        reason = Reason.TOO_LATE
    decision = Decision(Kind.WAITLIST_OFFER, CLIENT, client.id, occasion, channel, now, until, reason)
    if reason is None and rules.quiet.cover(now, situation.visit.zone):
        return [replace(decision, reason=Reason.QUIET_HOURS)]
    return [decision]


def plan_payment_link(situation: Situation, occasion: str, until: datetime, now: datetime) -> Decision:
    """The decision about the link to a prepayment: at once, at night in the morning if there is time to pay then.

    No setting speaks against it, nor lets the night swallow it: unpaid, the visit is lost.
    """
    client = situation.client
    assert client is not None  # the caller has looked
    channel = EMAIL if client.has_email and not client.has_phone else SMS
    reason = _against_client(Kind.PREPAYMENT, channel, situation, client)
    decision = Decision(Kind.PREPAYMENT, CLIENT, client.id, occasion, channel, now, until, reason)
    return _in_the_morning(decision, situation, now)


def plan_written(situation: Situation, wanted: str, occasion: str, now: datetime) -> Decision:
    """The decision about words of a person's own: at once, at night in the morning; no switch of kinds is about them.

    `wanted` is the channel; a client without a phone who has an e-mail address gets them there.
    """
    client = situation.client
    assert client is not None  # the caller has looked
    channel = EMAIL if client.has_email and not client.has_phone else wanted
    reason = _against_client(Kind.WRITTEN, channel, situation, client)
    decision = Decision(Kind.WRITTEN, CLIENT, client.id, occasion, channel, now, now + USEFUL, reason)
    return _in_the_morning(decision, situation, now)


def _in_the_morning(decision: Decision, situation: Situation, now: datetime) -> Decision:
    """As news are, but quiet hours put it off whatever their policy is."""
    rules = situation.rules
    patient = replace(rules, quiet=replace(rules.quiet, policy=QuietPolicy.SHIFT_LATER))
    return _news(decision, replace(situation, rules=patient), now)


def client_channel(kind: Kind, rules: Rules, client: Client) -> str:
    """The channel set for the kind; an SMS in place of an e-mail to somebody who has no address."""
    channel = rules.client_channels.get(kind, SMS)
    return SMS if channel == EMAIL and not client.has_email else channel


def _news(decision: Decision, situation: Situation, now: datetime) -> Decision:
    if decision.reason is None and decision.planned_at >= decision.useful_until:
        return replace(decision, reason=Reason.TOO_LATE)
    return _kept_quiet(decision, situation, now)


def _kept_quiet(decision: Decision, situation: Situation, now: datetime) -> Decision:
    if decision.reason is not None:
        return decision
    moved = situation.rules.quiet.keep(decision.planned_at, now, decision.useful_until, situation.visit.zone)
    if moved is None:
        return replace(decision, reason=Reason.QUIET_HOURS)
    return decision if moved == decision.planned_at else replace(decision, planned_at=moved)


def _against_client(
    kind: Kind, channel: str, situation: Situation, client: Client, was: Standing | None = None
) -> Reason | None:
    """The first reason against telling the client, leaving time aside."""
    rules, visit, act = situation.rules, situation.visit, situation.act
    is_news = kind not in BY_TIME
    wants = client.wants_changes if is_news else client.wants_reminders
    needs_phone = channel in OF_PHONE
    checks = (
        (rules.account_is_demo, Reason.DEMO_ACCOUNT),
        (not rules.account_is_active or not rules.client_messages_on, Reason.ACCOUNT_DISABLED),
        (kind in CLIENT_KINDS and kind not in rules.client_kinds, Reason.TYPE_DISABLED),
        (is_news and act is not None and act.by_client, Reason.OWN_ACTION),
        (is_news and act is not None and not act.tell_client, Reason.SILENCED_BY_STAFF),
        (kind is Kind.RESCHEDULED and was == visit.standing, Reason.NOTHING_NEW),
        (channel not in rules.sendable, Reason.CHANNEL_NOT_AVAILABLE),
        (needs_phone and not client.has_phone, Reason.RECIPIENT_NO_PHONE),
        (needs_phone and visit.by_unconfirmed_door and not client.phone_confirmed, Reason.PHONE_UNCONFIRMED),
        (needs_phone and client.phone_mark == "bad", Reason.PHONE_BAD),
        (needs_phone and client.phone_mark == "stop_list", Reason.STOP_LIST),
        (not client.wants_messages or not wants or channel in client.refused_channels, Reason.CLIENT_OPTED_OUT),
    )
    return next((reason for holds, reason in checks if holds), None)


def _against_member(act: Act, situation: Situation, member: Member, was: Standing | None) -> Reason | None:
    """The first reason against telling a member of a booking, leaving time aside."""
    rules, visit = situation.rules, situation.visit
    rule = rules.staff_kinds[act.kind]
    concerned: frozenset[UUID] = visit.standing.staff_member_ids | (was.staff_member_ids if was else frozenset())
    is_concerned = member.staff_member_id in concerned and STAFF_MEMBER_CONCERNED in rule.recipients
    in_scope = member.location_ids is None or visit.location_id in member.location_ids
    checks = (
        (rules.account_is_demo, Reason.DEMO_ACCOUNT),
        (not rules.account_is_active, Reason.ACCOUNT_DISABLED),
        (not rule.enabled, Reason.TYPE_DISABLED),
        (member.role not in rule.recipients and not is_concerned, Reason.ROLE_NOT_RECIPIENT),
        (not in_scope and not is_concerned, Reason.LOCATION_NOT_IN_SCOPE),
        (act.actor_id is not None and member.user_id == act.actor_id, Reason.OWN_ACTION),
        (act.kind is Kind.RESCHEDULED and was == visit.standing, Reason.NOTHING_NEW),
    )
    return next((reason for holds, reason in checks if holds), None) or against_channel(member, rules)


def against_channel(member: Member, rules: Rules) -> Reason | None:
    """Why the member cannot be reached, if so."""
    if member.channel is None:
        return Reason.RECIPIENT_NO_CHANNEL
    if member.channel not in rules.sendable:
        return Reason.CHANNEL_NOT_AVAILABLE
    return Reason.RECIPIENT_NO_PHONE if member.channel in OF_PHONE and not member.has_phone else None
