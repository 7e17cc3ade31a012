"""What is offered, and why not."""

from dataclasses import replace

import pytest

from booking.domain.availability import Closed, Part, Question, Service
from booking.domain.reasons import Code

from .wall import HAIRCUT, busy, every_day, kyiv, person, plan, question, shown, uid

DAY = (kyiv("2026-05-04T00:00"), kyiv("2026-05-05T00:00"))


def offered(asked: Question, window=DAY) -> list[str]:
    return [shown(start)[11:16] for start in asked.offers(window)]


def codes(asked: Question, at: str) -> list[str]:
    return [reason.code.value for reason in asked.reasons(kyiv(f"2026-05-04T{at}"))]


def olena(*spans: str, **more):
    made = {key: more.pop(key) for key in ("breaks", "manual") if key in more}
    return person(1, every_day(plan(*(spans or ("09:00-18:00",)), **made)), "2026-05-03", "2026-05-06", **more)


@pytest.mark.row("N67")
def test_half_hour_bounds_give_a_first_start_at_8_30_and_a_last_at_16_30():
    times = offered(question(olena("08:30-17:30"), grid_min=60))
    assert (times[0], times[-1]) == ("08:30", "16:30")


@pytest.mark.row("S44")
def test_no_start_touches_a_break():
    times = offered(question(olena("10:00-18:00", breaks=("13:00-14:00",)), grid_min=30))
    assert times == ["10:00", "10:30", "11:00", "11:30", "12:00", "14:00", "14:30", "15:00", "15:30", "16:00",
                     "16:30", "17:00"]  # fmt: skip
    assert codes(question(olena("10:00-18:00", breaks=("13:00-14:00",))), "12:15") == ["break"]


@pytest.mark.row("S43")
def test_without_a_schedule_nothing_is_offered_and_the_reason_says_so():
    asked = question(person(1, None, "2026-05-03", "2026-05-06"))
    assert offered(asked) == []
    assert codes(asked, "10:00") == ["no_schedule"]


@pytest.mark.row("N51")
def test_hours_kept_for_staff_are_offered_to_staff_alone():
    asked = question(olena("09:00-14:00", manual=("14:00-16:00",)), grid_min=60)
    assert offered(asked) == ["09:00", "10:00", "11:00", "12:00", "13:00"]
    assert codes(asked, "14:00") == ["manual_only"]
    assert "14:00" in offered(question(olena("09:00-14:00", manual=("14:00-16:00",)), grid_min=60, is_public=False))


@pytest.mark.row("S41")
def test_a_service_that_is_not_online_is_staffs_alone():
    hidden = replace(HAIRCUT, is_online=False)
    assert offered(question(olena(), services=(hidden,))) == []
    assert codes(question(olena(), services=(hidden,)), "10:00") == ["service_offline"]
    assert offered(question(olena(), services=(hidden,), is_public=False)) != []


@pytest.mark.parametrize(
    ("at", "code"),
    [  # booked 12:00–13:00 with 10 minutes before and 20 after
        ("10:45", []),
        ("11:00", ["buffer"]),
        ("11:15", ["too_short_gap"]),
        ("12:00", ["taken"]),
        ("12:45", ["taken"]),
        ("13:00", ["buffer"]),
        ("13:15", ["buffer"]),
        ("13:30", []),
    ],
)
def test_a_booking_stands_in_the_way_with_its_buffers(at, code):
    taken = busy("2026-05-04T12:00", "2026-05-04T13:00", before=10, after=20)
    assert codes(question(olena(busy=(taken,))), at) == code


def test_the_wished_services_own_buffers_need_room_too():
    taken = busy("2026-05-04T12:00", "2026-05-04T13:00")
    wide = Service(HAIRCUT.id, 60, buffer_before_min=15, buffer_after_min=30)
    asked = question(olena(busy=(taken,)), services=(wide,))
    assert codes(asked, "10:30") == []
    assert codes(asked, "10:45") == ["buffer"]
    assert codes(asked, "13:00") == ["buffer"]
    assert codes(asked, "13:15") == []


def test_buffers_may_reach_past_the_working_hours():
    wide = Service(HAIRCUT.id, 60, buffer_before_min=15, buffer_after_min=30)
    times = offered(question(olena(), services=(wide,)))
    assert (times[0], times[-1]) == ("09:00", "17:00")


def test_held_time_says_that_it_may_come_free():
    held = busy("2026-05-04T12:00", "2026-05-04T13:00", is_held=True)
    assert codes(question(olena(busy=(held,))), "12:30") == ["held"]


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        ({"accepts_bookings": False}, "staff_not_bookable"),
        ({"is_deleted": True}, "staff_deleted"),
        ({"service_ids": frozenset()}, "staff_does_not_offer_service"),
        ({"time_off": ((kyiv("2026-05-04T00:00"), kyiv("2026-05-05T00:00")),)}, "time_off"),
    ],
)
def test_a_person_who_cannot_serve_is_named_with_the_reason(facts, code):
    asked = question(olena(**facts))
    assert offered(asked) == []
    [reason] = asked.reasons(kyiv("2026-05-04T10:00"))
    assert (reason.code, reason.person_id) == (code, uid(1))


@pytest.mark.parametrize("code", [Code.CLOSED_DAY, Code.HOLIDAY])
@pytest.mark.row("N43")
def test_a_closed_day_offers_nothing(code):
    asked = question(olena(), closed=[Closed(DAY, code)])
    assert offered(asked) == []
    assert codes(asked, "10:00") == [code.value]


def test_starts_lie_on_the_grid_from_the_beginning_of_the_working_time():
    asked = question(olena("08:50-11:00"), grid_min=20)
    assert offered(asked) == ["08:50", "09:10", "09:30", "09:50"]
    assert codes(asked, "09:00") == ["grid"]


def test_lead_time_and_booking_window_bound_the_start():
    asked = question(olena(), grid_min=60, earliest=kyiv("2026-05-04T11:00"), latest=kyiv("2026-05-04T15:00"))
    assert offered(asked) == ["11:00", "12:00", "13:00", "14:00"]
    assert codes(asked, "10:00") == ["lead_time"]
    assert codes(asked, "15:00") == ["booking_window"]


def test_several_services_follow_each_other_with_one_or_several_people():
    wash, cut = Service(uid(100), 30), Service(uid(101), 60)
    both = person(
        1, every_day(plan("09:00-12:00")), "2026-05-03", "2026-05-06", service_ids=frozenset({uid(100), uid(101)})
    )
    only_cut = person(2, every_day(plan("09:00-18:00")), "2026-05-03", "2026-05-06", service_ids=frozenset({uid(101)}))
    asked = Question((Part(wash, (both,)), Part(cut, (both, only_cut))), question(both, grid_min=30).terms)
    offers = {shown(start)[11:16]: who for start, who in asked.offers(DAY).items()}
    assert list(offers) == ["09:00", "09:30", "10:00", "10:30", "11:00", "11:30"]
    assert offers["10:30"] == [uid(1)]  # done at 12:00, just in time
    assert offers["11:00"] == []  # only with the second one for the cut
    assert asked.fitting(kyiv("2026-05-04T11:00")) == [[uid(1)], [uid(2)]]


def test_anybody_free_is_enough_and_the_others_reasons_are_not_told():
    taken = busy("2026-05-04T12:00", "2026-05-04T13:00")
    second = replace(olena(), id=uid(2))
    asked = question(olena(busy=(taken,)), second)
    assert asked.reasons(kyiv("2026-05-04T12:00")) == []
    assert asked.offers(DAY)[kyiv("2026-05-04T12:00")] == [uid(2)]
    everybody_busy = question(olena(busy=(taken,)), replace(olena(busy=(taken,)), id=uid(2)))
    assert {r.person_id for r in everybody_busy.reasons(kyiv("2026-05-04T12:00"))} == {uid(1), uid(2)}


def test_nobody_for_a_service_is_a_reason_of_its_own():
    asked = Question((Part(HAIRCUT, ()),), question(olena()).terms)
    assert [(r.code, r.person_id) for r in asked.reasons(DAY[0])] == [(Code.STAFF_DOES_NOT_OFFER_SERVICE, None)]
