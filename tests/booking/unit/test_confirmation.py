"""Until when a visit waits for its client's word, and what becomes of it: by elapsed time, whatever the clocks do."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from booking.domain.confirmation import GRACE, Asked, Policy, Rule, Verdict, Waiting, confirm_until, judge

KYIV = ZoneInfo("Europe/Kyiv")
DAY, SECOND = timedelta(hours=24), timedelta(seconds=1)
LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)


def rule(policy: Policy = Policy.RELEASE, before: timedelta = DAY, since: datetime = LONG_AGO) -> Rule:
    return Rule(policy, before, since)


def visit(starts_at: datetime, **more: object) -> Waiting:
    return Waiting(**{"starts_at": starts_at, "agreed_at": LONG_AGO, **more})  # type: ignore[arg-type]


def asked(until: datetime, releases: bool = True) -> Asked:
    return Asked(until, releases)


@pytest.mark.row("X18")
@pytest.mark.parametrize(
    ("wall_clock", "moment"),
    [
        ("2026-03-29T12:00", "2026-03-28T11:00+02:00"),  # the clocks went forward in that night: it had 23 hours
        ("2026-10-25T12:00", "2026-10-24T13:00+03:00"),  # they went back: it had 25
        ("2026-11-24T12:00", "2026-11-23T12:00+02:00"),
    ],
)
def test_a_day_before_the_visit_is_twenty_four_hours_before_it_whatever_the_clocks_do(wall_clock, moment):
    starts_at = datetime.fromisoformat(wall_clock).replace(tzinfo=KYIV).astimezone(UTC)
    until = confirm_until(rule(), visit(starts_at), None)
    assert until == datetime.fromisoformat(moment)
    said = asked(until)
    assert judge(rule(), visit(starts_at), said, until + GRACE - SECOND) is Verdict.WAIT
    assert judge(rule(), visit(starts_at), said, until + GRACE) is Verdict.RELEASE


@pytest.mark.row("X18")
def test_only_who_was_told_so_loses_the_visit_and_never_who_has_paid():
    starts_at = datetime(2026, 11, 24, 10, tzinfo=UTC)
    until, after = starts_at - DAY, starts_at - DAY + GRACE
    verdicts = {
        "told, and silent": judge(rule(), visit(starts_at), asked(until), after),
        "told, has paid": judge(rule(), visit(starts_at, has_money=True), asked(until), after),
        "asked without a threat": judge(rule(), visit(starts_at), asked(until, releases=False), after),
        "never asked": judge(rule(), visit(starts_at), None, after),
        "never asked, has paid": judge(rule(), visit(starts_at, has_money=True), None, after),
        "told, but the rule is mild now": judge(rule(Policy.TASK), visit(starts_at), asked(until), after),
        "nobody to ask": judge(rule(), visit(starts_at, has_client=False), None, after),
        "booked at the last moment": judge(rule(), visit(starts_at, agreed_at=until), asked(until), after),
        "the rule is younger": judge(rule(since=until), visit(starts_at), None, after),
        "has begun": judge(rule(), visit(starts_at), asked(until), starts_at),
    }
    assert verdicts == {
        "told, and silent": Verdict.RELEASE,
        "told, has paid": Verdict.MONEY,
        "asked without a threat": Verdict.SILENT,
        "never asked": Verdict.NOT_ASKED,
        "never asked, has paid": Verdict.NOT_ASKED,
        "told, but the rule is mild now": Verdict.SILENT,
        "nobody to ask": Verdict.LEAVE,
        "booked at the last moment": Verdict.LEAVE,
        "the rule is younger": Verdict.LEAVE,
        "has begun": Verdict.LEAVE,
    }


def test_the_moment_that_the_client_was_told_holds_when_the_account_comes_to_want_it_earlier():
    starts_at = datetime(2026, 11, 24, 10, tzinfo=UTC)
    told = starts_at - DAY
    stricter = rule(before=2 * DAY, since=told - SECOND)
    assert confirm_until(stricter, visit(starts_at), asked(told)) == told
    assert judge(stricter, visit(starts_at), asked(told), told) is Verdict.WAIT
    assert judge(stricter, visit(starts_at), asked(told), told + GRACE) is Verdict.RELEASE
    milder = rule(before=DAY / 2)
    assert confirm_until(milder, visit(starts_at), asked(told)) == starts_at - DAY / 2
