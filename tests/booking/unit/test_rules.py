"""Fair choice, buffers within a visit, payment, sums, the life of a booking."""

import itertools
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from booking.domain.assignment import Load, assign, busy_times, fairest_first
from booking.domain.availability import Part, Service
from booking.domain.lifecycle import Act, Payment, State, is_possible, may_change_until, payment_state
from booking.domain.sums import shared_out

from .wall import uid


def test_the_one_with_the_least_work_that_day_serves_then_the_one_who_waited_longest():
    loads = {
        uid(1): Load(120, 5),
        uid(2): Load(60, 9),
        uid(3): Load(60, 4),
        uid(4): Load(60),
    }
    assert fairest_first([uid(1), uid(2), uid(3), uid(4)], loads) == [uid(4), uid(3), uid(2), uid(1)]
    assert fairest_first([uid(6), uid(5)], {}) == [uid(5), uid(6)]


def test_one_person_for_the_whole_visit_where_somebody_can():
    assert assign([[uid(1), uid(2)], [uid(2), uid(3)]], {uid(2): Load(500)}) == [uid(2), uid(2)]
    assert assign([[uid(1)], [uid(2), uid(3)]], {uid(2): Load(10)}) == [uid(1), uid(3)]
    assert assign([[uid(1)], []], {}) is None


SERVICES = st.builds(Service, st.just(uid(100)), st.integers(5, 90), st.integers(0, 60), st.integers(0, 60))


@given(st.lists(st.tuples(SERVICES, st.integers(1, 3)), min_size=1, max_size=6))
def test_times_of_one_visit_never_overlap_for_one_person_and_hold_their_service(visit):
    parts = [Part(service, ()) for service, _ in visit]
    people = [uid(person) for _, person in visit]
    spans, at = [], 1000
    for part in parts:
        spans.append((at, at + part.service.duration_min))
        at += part.service.duration_min
    times = busy_times(parts, spans, people)
    for time, span in zip(times, spans, strict=True):
        assert time.start <= span[0] < span[1] <= time.end
    for person in set(people):
        own = [time for time, who in zip(times, people, strict=True) if who == person]
        assert all(one.end <= after.start for one, after in itertools.pairwise(own))


@pytest.mark.parametrize(
    ("price", "paid", "was_reversed", "state"),
    [
        (0, 0, False, Payment.SETTLED),  # nothing to pay
        (100, 0, False, Payment.UNPAID),
        (100, 100, False, Payment.SETTLED),
        (450, 500, False, Payment.SETTLED),
        (500, 450, False, Payment.PART_PAID),  # raised above what was paid
        (100, 0, True, Payment.REVERSED),
        (0, 0, True, Payment.SETTLED),
    ],
)
@pytest.mark.row("S38")
def test_payment_follows_from_price_and_money(price, paid, was_reversed, state):
    assert payment_state(price, paid, was_reversed=was_reversed) is state


@given(st.integers(0, 10**9), st.lists(st.integers(0, 10**7), min_size=1, max_size=10))
def test_a_shared_sum_loses_no_kopeck(total, weights):
    parts = shared_out(total, weights)
    assert sum(parts) == total
    assert all(part >= 0 for part in parts)


def test_the_end_of_a_booking_is_final():
    for state in (State.CANCELLED_BY_CLIENT, State.CANCELLED_BY_STAFF, State.EXPIRED):
        assert not any(is_possible(act, state) for act in Act)
    assert not is_possible(Act.CANCEL, State.COMPLETED)
    assert is_possible(Act.CANCEL, State.ARRIVED)


def test_the_cut_off_is_counted_in_elapsed_time():
    starts = datetime(2027, 3, 28, 1, 30, tzinfo=UTC)
    assert may_change_until(starts, 120) == datetime(2027, 3, 27, 23, 30, tzinfo=UTC)
