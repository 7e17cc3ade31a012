"""Which messages a booking calls for, and for everything else the first reason against it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifications.domain.facts import REMINDERS, Decision, EarlierVisit, Kind, Situation, StaffKindRule, Standing
from notifications.domain.merging import Existing
from notifications.domain.planner import plan
from notifications.domain.quiet_hours import QuietHours, QuietPolicy
from notifications.domain.reasons import Reason
from notifications.domain.thinking import think_over

from .making import IHOR, KYIV, NIGHT, OLENA, SOFIA, act, client, kyiv, member, rules, situation, visit

LONG_AGO = kyiv("2026-01-01T12:00")


def decision(of: Situation, kind: Kind, now: datetime, recipient: UUID | None = None) -> Decision:
    whose = recipient or (of.client.id if of.client else None)
    [found] = [made for made in plan(of, now) if made.kind is kind and made.recipient_id == whose]
    return found


def shown(made: Decision) -> str:
    return made.reason or f"{made.planned_at.astimezone(KYIV):%Y-%m-%dT%H:%M}"


@pytest.mark.row("N6")
@pytest.mark.row("N7")
@pytest.mark.row("N8")
@pytest.mark.parametrize(
    ("start", "three_days", "eve", "three_hours"),
    [
        ("2026-03-10T15:00", "2026-03-07T15:00", "2026-03-09T19:00", "2026-03-10T12:00"),
        ("2026-03-10T10:00", "2026-03-07T10:00", "2026-03-09T19:00", "2026-03-10T07:00"),  # 07:00 sharp is allowed
        ("2026-03-10T09:59", "2026-03-07T09:59", "2026-03-09T19:00", "quiet_hours"),
        # Clocks go forward at 03:00 on 29.03.2026: three elapsed days earlier the wall showed an hour less.
        ("2026-03-30T14:00", "2026-03-27T13:00", "2026-03-29T19:00", "2026-03-30T11:00"),
        ("2026-03-29T10:00", "2026-03-26T09:00", "2026-03-28T19:00", "2026-03-29T07:00"),
        # Clocks go back at 04:00 on 25.10.2026: three elapsed days earlier the wall showed an hour more.
        ("2026-10-26T14:00", "2026-10-23T15:00", "2026-10-25T19:00", "2026-10-26T11:00"),
        ("2026-10-25T08:00", "2026-10-22T09:00", "2026-10-24T19:00", "quiet_hours"),
        ("2027-03-28T12:30", "2027-03-25T11:30", "2027-03-27T19:00", "2027-03-28T09:30"),
        ("2027-10-31T12:30", "2027-10-28T13:30", "2027-10-30T19:00", "2027-10-31T09:30"),
    ],
)
def test_reminders_of_a_visit_come_at_their_hours(start: str, three_days: str, eve: str, three_hours: str) -> None:
    at = situation(kyiv(start))
    assert shown(decision(at, Kind.REMINDER_3D, LONG_AGO)) == three_days
    assert shown(decision(at, Kind.REMINDER_EVE, LONG_AGO)) == eve
    assert shown(decision(at, Kind.REMINDER_3H, LONG_AGO)) == three_hours


def test_three_hours_are_10800_seconds_also_in_the_night_of_the_change() -> None:
    awake = rules(quiet=replace(NIGHT, enabled=False))
    for start in (kyiv("2026-03-29T04:30"), kyiv("2026-10-25T04:30"), kyiv("2027-03-28T05:00")):
        made = decision(situation(start, rules=awake), Kind.REMINDER_3H, LONG_AGO)
        assert (start - made.planned_at).total_seconds() == 10_800


@pytest.mark.row("S20")
def test_the_eve_hour_is_an_hour_of_the_wall() -> None:
    at_six = rules(reminder_eve_at=time(18))
    made = decision(situation(kyiv("2026-03-10T10:00"), rules=at_six), Kind.REMINDER_EVE, kyiv("2026-03-09T12:00"))
    assert shown(made) == "2026-03-09T18:00"


@pytest.mark.row("N84")
def test_a_booking_made_two_hours_before_gets_no_burst_of_late_reminders() -> None:
    made = plan(situation(kyiv("2026-03-10T15:00")), kyiv("2026-03-10T13:00"))
    assert [one.reason for one in made] == [Reason.TOO_LATE] * 3


@pytest.mark.row("S19")
@pytest.mark.parametrize(
    ("policy", "eve_at", "expected"),
    [
        (QuietPolicy.DROP, time(6), "quiet_hours"),
        (QuietPolicy.SHIFT_EARLIER, time(6), "2026-03-08T20:59"),  # the evening before
        (QuietPolicy.SHIFT_LATER, time(6), "2026-03-09T07:00"),
        (QuietPolicy.SHIFT_EARLIER, time(22), "2026-03-09T20:59"),
        (QuietPolicy.SHIFT_LATER, time(22), "2026-03-10T07:00"),
    ],
)
def test_a_time_in_quiet_hours_follows_the_policy(policy: QuietPolicy, eve_at: time, expected: str) -> None:
    set_so = rules(quiet=replace(NIGHT, policy=policy), reminder_eve_at=eve_at)
    made = decision(situation(kyiv("2026-03-10T10:00"), rules=set_so), Kind.REMINDER_EVE, LONG_AGO)
    assert shown(made) == expected


def test_a_message_moved_later_than_the_visit_is_left_out() -> None:
    set_so = rules(quiet=replace(NIGHT, policy=QuietPolicy.SHIFT_LATER))
    made = decision(situation(kyiv("2026-03-10T06:30"), rules=set_so), Kind.REMINDER_3H, LONG_AGO)
    assert made.reason is Reason.QUIET_HOURS


def test_a_message_moved_earlier_than_now_is_left_out() -> None:
    set_so = rules(quiet=replace(NIGHT, policy=QuietPolicy.SHIFT_EARLIER))
    made = decision(situation(kyiv("2026-03-10T09:00"), rules=set_so), Kind.REMINDER_3H, kyiv("2026-03-09T22:00"))
    assert made.reason is Reason.QUIET_HOURS


def test_a_reminder_that_waits_for_the_morning_is_not_late_when_the_night_thinks_it_over_again() -> None:
    set_so = rules(quiet=replace(NIGHT, policy=QuietPolicy.SHIFT_LATER))
    of = situation(kyiv("2026-03-10T09:30"), rules=set_so)  # three hours before is 06:30
    for thought_over_at in ("2026-03-09T20:00", "2026-03-10T06:29", "2026-03-10T06:45", "2026-03-10T06:59"):
        assert shown(decision(of, Kind.REMINDER_3H, kyiv(thought_over_at))) == "2026-03-10T07:00"
    assert decision(of, Kind.REMINDER_3H, kyiv("2026-03-10T07:01")).reason is Reason.TOO_LATE


def test_a_reminder_that_is_due_and_held_is_not_swallowed_by_the_night() -> None:
    set_so = rules(quiet=replace(NIGHT, policy=QuietPolicy.SHIFT_EARLIER))
    of = situation(kyiv("2026-03-10T09:30"), rules=set_so)
    evening, night = kyiv("2026-03-09T20:00"), kyiv("2026-03-09T23:00")
    before = decision(of, Kind.REMINDER_3H, evening)
    assert shown(before) == "2026-03-09T20:59"
    held = Existing(UUID(int=5), before.key, "held", Reason.INSUFFICIENT_BALANCE, before.planned_at, 1)
    changes = think_over(of, [held], night, Reason.REPLACED)
    assert held.id not in {row_id for row_id, _ in changes.change}


def test_quiet_hours_that_end_in_the_hour_that_comes_twice_end_after_the_moment_they_were_asked_about() -> None:
    quiet = replace(NIGHT, ends=time(3, 30), policy=QuietPolicy.SHIFT_LATER)
    for fold in (0, 1):
        moment = kyiv("2026-10-25T03:10", fold)
        assert quiet.cover(moment, KYIV)
        assert quiet.end_after(moment, KYIV) == kyiv("2026-10-25T03:30", fold)


@pytest.mark.row("N54")
@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"rules": rules(account_is_demo=True)}, Reason.DEMO_ACCOUNT),
        ({"rules": rules(account_is_active=False)}, Reason.ACCOUNT_DISABLED),
        ({"rules": rules(client_messages_on=False)}, Reason.ACCOUNT_DISABLED),
        ({"rules": rules(client_kinds=frozenset({Kind.REMINDER_3D}))}, Reason.TYPE_DISABLED),
        ({"client": client(has_phone=False)}, Reason.RECIPIENT_NO_PHONE),
        ({"client": client(phone_confirmed=False)}, None),  # typed in by staff, who asked for it
        ({"client": client(phone_mark="bad")}, Reason.PHONE_BAD),
        ({"client": client(phone_mark="stop_list")}, Reason.STOP_LIST),
        ({"rules": rules(client_channels={Kind.REMINDER_EVE: "voice"})}, Reason.CHANNEL_NOT_AVAILABLE),
        ({"client": client(wants_messages=False)}, Reason.CLIENT_OPTED_OUT),
        ({"client": client(refused_channels=frozenset({"sms"}))}, Reason.CLIENT_OPTED_OUT),
        ({"client": client(refused_channels=frozenset({"email"}))}, None),
        ({"client": client(wants_reminders=False)}, Reason.CLIENT_OPTED_OUT),
        ({"client": client(wants_changes=False)}, None),
        ({"client": client(earlier_visits=(EarlierVisit(kyiv("2026-03-10T12:00")),))}, Reason.MERGED),
    ],
)
def test_the_reason_against_a_reminder_is_named(change: dict[str, object], reason: Reason | None) -> None:
    made = decision(situation(kyiv("2026-03-10T15:00"), **change), Kind.REMINDER_EVE, LONG_AGO)
    assert made.reason == reason


@pytest.mark.row("N63")
def test_an_unconfirmed_phone_from_the_public_page_is_not_written_to() -> None:
    start = kyiv("2026-03-10T15:00")
    unsure = situation(start, visit=visit(start, by_unconfirmed_door=True), client=client(phone_confirmed=False))
    assert decision(unsure, Kind.REMINDER_EVE, LONG_AGO).reason is Reason.PHONE_UNCONFIRMED


@pytest.mark.row("N86")
def test_of_two_visits_on_a_day_the_later_one_still_has_its_own_last_call() -> None:
    later = situation(START, client=client(earlier_visits=(EarlierVisit(kyiv("2026-03-10T12:00")),)))
    assert decision(later, Kind.REMINDER_3D, LONG_AGO).reason is Reason.MERGED
    assert decision(later, Kind.REMINDER_3H, LONG_AGO).reason is None


@pytest.mark.parametrize(
    ("now", "earlier", "kind", "reason"),
    [
        # The first visit was booked after its own three days had begun, the other one's begin in three hours.
        ("2026-03-07T13:00", EarlierVisit(kyiv("2026-03-10T12:00")), Kind.REMINDER_3D, None),
        ("2026-03-07T13:00", EarlierVisit(kyiv("2026-03-10T12:00"), told=frozenset({"reminder_3d"})), Kind.REMINDER_3D,
         Reason.MERGED),
        ("2026-03-07T13:00", EarlierVisit(kyiv("2026-03-10T12:00")), Kind.REMINDER_EVE, Reason.MERGED),
        # In the night nothing is sent of the first one.
        ("2026-01-01T12:00", EarlierVisit(kyiv("2026-03-10T05:00")), Kind.REMINDER_3D, None),
        # To a phone that nobody has confirmed nothing goes about a visit of the public page.
        ("2026-01-01T12:00", EarlierVisit(kyiv("2026-03-10T12:00"), by_unconfirmed_door=True), Kind.REMINDER_EVE, None),
    ],
)  # fmt: skip
def test_a_reminder_is_merged_only_into_one_that_goes(
    now: str, earlier: EarlierVisit, kind: Kind, reason: Reason | None
) -> None:
    later = situation(START, client=client(earlier_visits=(earlier,), phone_confirmed=False))
    assert decision(later, kind, kyiv(now)).reason is reason


def test_the_first_reason_in_the_order_is_the_answer() -> None:
    everything = situation(
        kyiv("2026-03-10T15:00"),
        rules=rules(client_messages_on=False, client_kinds=frozenset()),
        client=client(has_phone=False, wants_messages=False, phone_mark="bad"),
    )
    assert decision(everything, Kind.REMINDER_EVE, kyiv("2026-03-10T14:00")).reason is Reason.ACCOUNT_DISABLED
    without_switch = replace(everything, rules=rules(client_kinds=frozenset()))
    assert decision(without_switch, Kind.REMINDER_EVE, LONG_AGO).reason is Reason.TYPE_DISABLED


NOON = kyiv("2026-03-05T12:00")
START = kyiv("2026-03-10T15:00")
MOVED = Standing(kyiv("2026-03-09T11:00"), frozenset({SOFIA}))


@pytest.mark.row("N4")
def test_staff_cancel_and_the_client_hears_eight_seconds_later() -> None:
    made = decision(situation(START, act=act(Kind.CANCELLED)), Kind.CANCELLED, NOON)
    assert made.reason is None
    assert made.planned_at == NOON + timedelta(seconds=8)


@pytest.mark.row("N9")
@pytest.mark.parametrize("kind", [Kind.RESCHEDULED, Kind.CANCELLED])
def test_the_client_gets_no_sms_about_own_acts(kind: Kind) -> None:
    by_client = act(kind, by_client=True, was=MOVED)
    assert decision(situation(START, act=by_client), kind, NOON).reason is Reason.OWN_ACTION


def test_staff_may_choose_not_to_tell_the_client() -> None:
    silent = act(Kind.CANCELLED, tell_client=False)
    assert decision(situation(START, act=silent), Kind.CANCELLED, NOON).reason is Reason.SILENCED_BY_STAFF


def test_moved_there_and_back_is_no_news() -> None:
    back = act(Kind.RESCHEDULED, was=Standing(START, frozenset({SOFIA})))
    assert decision(situation(START, act=back), Kind.RESCHEDULED, NOON).reason is Reason.NOTHING_NEW


@pytest.mark.row("N10")
def test_who_refused_reminders_still_hears_of_a_move() -> None:
    moved = situation(START, client=client(wants_reminders=False), act=act(Kind.RESCHEDULED, was=MOVED))
    assert decision(moved, Kind.RESCHEDULED, NOON).reason is None
    assert decision(moved, Kind.REMINDER_3D, NOON).reason is Reason.CLIENT_OPTED_OUT


def test_a_booking_that_is_made_is_no_sms_to_the_client_by_default() -> None:
    assert decision(situation(START, act=act(Kind.CREATED)), Kind.CREATED, NOON).reason is Reason.TYPE_DISABLED


@pytest.mark.row("S53")
def test_whoever_acted_is_not_told_and_the_others_are() -> None:
    people = (member(OLENA), member(IHOR, "administrator"))
    made = situation(START, members=people, act=act(Kind.CREATED, actor_id=OLENA))
    assert decision(made, Kind.CREATED, NOON, OLENA).reason is Reason.OWN_ACTION
    assert decision(made, Kind.CREATED, NOON, IHOR).reason is None


@pytest.mark.row("S51")
@pytest.mark.row("S52")
def test_a_role_that_is_no_recipient_hears_nothing_and_learns_why() -> None:
    only_owners = dict.fromkeys(
        (Kind.CREATED, Kind.RESCHEDULED, Kind.CANCELLED), StaffKindRule(True, frozenset({"owner"}))
    )
    people = (member(OLENA), member(IHOR, "master", staff_member_id=SOFIA))
    made = situation(START, members=people, rules=rules(staff_kinds=only_owners), act=act(Kind.CREATED))
    assert decision(made, Kind.CREATED, NOON, OLENA).reason is None
    assert decision(made, Kind.CREATED, NOON, IHOR).reason is Reason.ROLE_NOT_RECIPIENT


def test_the_master_concerned_hears_whatever_the_role() -> None:
    people = (member(IHOR, "master", staff_member_id=SOFIA), member(OLENA, "master", staff_member_id=UUID(int=9)))
    made = situation(START, members=people, act=act(Kind.CREATED))
    assert decision(made, Kind.CREATED, NOON, IHOR).reason is None
    assert decision(made, Kind.CREATED, NOON, OLENA).reason is Reason.ROLE_NOT_RECIPIENT


def test_a_master_who_loses_a_visit_to_another_hears_of_it() -> None:
    was = Standing(START, frozenset({UUID(int=9)}))
    people = (member(IHOR, "master", staff_member_id=UUID(int=9)),)
    made = situation(START, members=people, act=act(Kind.RESCHEDULED, was=was))
    assert decision(made, Kind.RESCHEDULED, NOON, IHOR).reason is None


def test_a_member_of_another_location_hears_nothing() -> None:
    elsewhere = member(IHOR, "administrator", location_ids=frozenset({UUID(int=99)}))
    made = situation(START, members=(elsewhere,), act=act(Kind.CREATED))
    assert decision(made, Kind.CREATED, NOON, IHOR).reason is Reason.LOCATION_NOT_IN_SCOPE


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"account_is_demo": True}, Reason.DEMO_ACCOUNT),
        ({"account_is_active": False}, Reason.ACCOUNT_DISABLED),
        ({"staff_kinds": {Kind.CREATED: StaffKindRule(False, frozenset({"owner"}))}}, Reason.TYPE_DISABLED),
        ({"client_messages_on": False}, None),  # a switch for what clients get
    ],
)
def test_the_reason_against_telling_staff_is_named(change: dict[str, object], reason: Reason | None) -> None:
    made = situation(START, rules=rules(**change), act=act(Kind.CREATED))
    assert decision(made, Kind.CREATED, NOON, OLENA).reason is reason


def test_whose_time_it_is_hears_of_it_wherever_else_they_work() -> None:
    lent = member(IHOR, "master", staff_member_id=SOFIA, location_ids=frozenset({UUID(int=99)}))
    made = situation(START, members=(lent,), act=act(Kind.CREATED))
    assert decision(made, Kind.CREATED, NOON, IHOR).reason is None


@pytest.mark.row("S50")
@pytest.mark.parametrize(
    ("channel", "reason"), [(None, Reason.RECIPIENT_NO_CHANNEL), ("email", Reason.CHANNEL_NOT_AVAILABLE)]
)
def test_without_a_channel_that_works_there_is_a_record_and_no_message(channel: str | None, reason: Reason) -> None:
    made = situation(START, members=(member(channel=channel),), act=act(Kind.CREATED))
    assert decision(made, Kind.CREATED, NOON, OLENA).reason is reason


def test_a_cancelled_visit_calls_for_no_reminders() -> None:
    gone = situation(START, visit=visit(START, is_ahead=False, is_cancelled=True), act=act(Kind.CANCELLED))
    assert {made.kind for made in plan(gone, NOON)} == {Kind.CANCELLED}


zones = st.sampled_from(["Europe/Kyiv", "America/New_York", "Australia/Lord_Howe", "UTC", "Asia/Kathmandu"])
moments = st.datetimes(datetime(2025, 1, 1), datetime(2028, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
quiets = st.builds(QuietHours, st.times(), st.times(), st.sampled_from(QuietPolicy), st.just(True)).filter(
    lambda quiet: quiet.starts != quiet.ends
)


@st.composite
def situations(draw: st.DrawFn) -> tuple[Situation, datetime]:
    from zoneinfo import ZoneInfo

    start, quiet, zone = draw(moments), draw(quiets), ZoneInfo(draw(zones))
    now = start - timedelta(minutes=draw(st.integers(0, 60 * 24 * 6)))
    kind = draw(st.sampled_from([None, Kind.CREATED, Kind.RESCHEDULED, Kind.CANCELLED]))
    acted = None if kind is None else act(kind, was=Standing(start + timedelta(hours=1), frozenset({SOFIA})))
    set_so = rules(quiet=quiet, reminder_eve_at=draw(st.times()), client_kinds=frozenset(Kind))
    people = (member(OLENA), member(IHOR, "master", staff_member_id=SOFIA), member(UUID(int=77), "operator"))
    return situation(start, visit=visit(start, zone=zone), rules=set_so, members=people, act=acted), now


@pytest.mark.row("S18")
@given(situations())
def test_nothing_ever_starts_in_quiet_hours(made: tuple[Situation, datetime]) -> None:
    of, now = made
    for one in plan(of, now):
        if one.reason is None:
            assert not of.rules.quiet.cover(one.planned_at, of.visit.zone)
            assert now <= one.planned_at < one.useful_until


@given(situations())
def test_quiet_hours_always_end_later(made: tuple[Situation, datetime]) -> None:
    of, now = made
    quiet, zone = of.rules.quiet, of.visit.zone
    if quiet.cover(now, zone):
        assert quiet.end_after(now, zone) > now


@given(situations())
def test_every_recipient_and_kind_has_exactly_one_decision(made: tuple[Situation, datetime]) -> None:
    of, now = made
    keys = [(one.kind, one.recipient_type, one.recipient_id) for one in plan(of, now)]
    news = [] if of.act is None else [of.act.kind]
    assert of.client is not None
    expected = {(kind, "client", of.client.id) for kind in [*news, *REMINDERS]}
    expected |= {(kind, "staff", person.user_id) for kind in news for person in of.members}
    assert sorted(keys) == sorted(expected)


@given(situations())
def test_the_same_situation_gives_the_same_plan(made: tuple[Situation, datetime]) -> None:
    of, now = made
    assert plan(of, now) == plan(of, now)
