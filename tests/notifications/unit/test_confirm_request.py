"""The request to confirm: asked for in time, once for every time of a visit, and only while an answer helps."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from notifications.domain.facts import ConfirmRule, Decision, Kind
from notifications.domain.planner import plan
from notifications.domain.quiet_hours import QuietHours
from notifications.domain.reasons import Reason
from tests.notifications.unit.making import NIGHT, client, kyiv, rules, situation, visit

DAY = timedelta(hours=24)
LONG_AGO = kyiv("2026-01-01T00:00")
AWAKE = QuietHours(NIGHT.starts, NIGHT.ends, NIGHT.policy, False)


def request(starts_at: datetime, now: datetime, *, of_client: dict[str, Any] | None = None, **more: Any) -> Decision:
    of_visit = {"is_unconfirmed": True, "booked_at": LONG_AGO, **more.pop("of_visit", {})}
    asked = rules(**{"confirm": ConfirmRule(DAY, releases=True), "quiet": AWAKE, **more})
    there = situation(starts_at, visit=visit(starts_at, **of_visit), client=client(**(of_client or {})), rules=asked)
    [found] = [one for one in plan(there, now) if one.kind is Kind.CONFIRM_REQUEST]
    return found


@pytest.mark.row("X18")
@pytest.mark.parametrize(
    ("starts_at", "until", "at"),
    [
        ("2026-03-30T01:30", "2026-03-29T00:30", "2026-03-28T00:30"),  # the clocks go forward on the 29th at three
        ("2026-10-26T01:30", "2026-10-25T02:30", "2026-10-24T02:30"),
        ("2026-11-25T12:00", "2026-11-24T12:00", "2026-11-23T12:00"),
    ],
)
def test_who_has_to_confirm_is_asked_a_day_before_the_last_moment_by_elapsed_time(
    starts_at: str, until: str, at: str
) -> None:
    start = kyiv(starts_at)
    decision = request(start, LONG_AGO)
    assert decision.request is not None
    assert (decision.request.until, decision.planned_at) == (kyiv(until), kyiv(at))
    assert decision.useful_until == decision.request.until


def test_who_has_just_booked_is_asked_a_little_later_and_who_booked_too_late_not_at_all() -> None:
    start = kyiv("2026-11-25T12:00")
    booked = start - DAY - timedelta(hours=10)
    assert request(start, booked, of_visit={"booked_at": booked}).planned_at == booked + timedelta(hours=2)
    booked = start - DAY - timedelta(hours=1)
    assert request(start, booked, of_visit={"booked_at": booked}).planned_at == booked + timedelta(minutes=30)
    late = situation(
        start,
        visit=visit(start, is_unconfirmed=True, booked_at=start - DAY),
        rules=rules(confirm=ConfirmRule(DAY, releases=True)),
    )
    for there in (late, situation(start)):  # and where the account wants nothing confirmed
        assert Kind.CONFIRM_REQUEST not in {one.kind for one in plan(there, start - 3 * DAY)}


def test_a_rule_made_today_asks_at_once_for_visits_whose_request_would_have_gone_yesterday() -> None:
    start = kyiv("2026-11-25T12:00")
    now = start - DAY - timedelta(hours=3)
    assert request(start, now).planned_at == now
    assert request(start, start - DAY).reason is Reason.TOO_LATE


def test_the_night_puts_the_request_off_and_swallows_it_only_where_no_time_to_answer_is_left() -> None:
    evening = kyiv("2026-11-25T22:00")
    assert request(evening, LONG_AGO, quiet=NIGHT).planned_at == kyiv("2026-11-24T07:00")
    at_night = kyiv("2026-11-23T23:00")
    assert request(kyiv("2026-11-25T05:00"), at_night, quiet=NIGHT).reason is Reason.QUIET_HOURS


def test_clients_are_asked_where_they_are_reminded() -> None:
    start = kyiv("2026-11-25T12:00")
    by_mail = {"client_channels": {Kind.REMINDER_EVE: "email"}, "sendable": frozenset({"sms", "email"})}
    clients: tuple[dict[str, Any], ...] = ({"has_email": True}, {"has_email": True, "has_phone": False}, {})
    assert [request(start, LONG_AGO, of_client=one, **by_mail).channel for one in clients] == ["email", "email", "sms"]
    assert request(start, LONG_AGO, of_client=clients[0]).channel == "sms"


@pytest.mark.parametrize(
    ("of_client", "reason"),
    [
        ({"has_phone": False}, Reason.RECIPIENT_NO_PHONE),
        ({"phone_mark": "bad"}, Reason.PHONE_BAD),
        ({"wants_reminders": False}, Reason.CLIENT_OPTED_OUT),
        ({"wants_changes": False}, None),
    ],
)
def test_why_a_client_cannot_be_asked_is_kept(of_client: dict[str, Any], reason: Reason | None) -> None:
    start = kyiv("2026-11-25T12:00")
    assert request(start, start - 5 * DAY, of_client=of_client).reason is reason
