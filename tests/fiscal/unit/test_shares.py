"""Discounts, parts and refunds: not a kopeck is lost or found, whatever the numbers."""

from __future__ import annotations

from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fiscal.domain.price_list import BASE, EXTRAS, chosen, monthly_total
from fiscal.domain.refunds import Standing, refunds_of
from fiscal.domain.shares import overlap, percent_of
from fiscal.domain.sold import Item, Part, parts_back, parts_of
from fiscal.errors import RefundAbovePaid

TILL = UUID(int=1)
kopecks = st.integers(1, 10**9)
prices = st.lists(st.integers(0, 10**7), min_size=1, max_size=12)


def items(of: list[int]) -> list[Item]:
    return [Item("service", str(number), str(number), f"Послуга {number}", price) for number, price in enumerate(of)]


@pytest.mark.parametrize(
    ("amount", "percent", "step", "discount"),
    [
        (10_000, "10", 1, 1_000),
        (10_001, "10", 1, 1_000),  # 1000.1
        (10_005, "10", 1, 1_001),  # half a kopeck goes up
        (33_350, "10", 100, 3_350),  # 30 015 left, rounded down to 30 000
        (33_350, "100", 100, 33_350),
        (99, "1", 100, 1),  # less than a step is left: it stays
        (10_000, "0.01", 1, 1),
        (0, "50", 1, 0),
    ],
)
def test_a_discount_is_rounded_in_the_payers_favour(amount: int, percent: str, step: int, discount: int) -> None:
    assert percent_of(amount, Decimal(percent), step) == discount


@given(st.integers(0, 10**11), st.decimals(0, 100, places=2), st.sampled_from([1, 10, 50, 100]))
def test_a_discount_is_never_above_the_amount_nor_a_step_from_exact(amount: int, percent: Decimal, step: int) -> None:
    discount = percent_of(amount, percent, step)
    assert 0 <= discount <= amount
    assert abs(discount - amount * percent / 100) < step + 1
    left = amount - discount
    assert left < step or left % step == 0


@given(st.lists(st.integers(0, 10**9), max_size=8), st.data())
def test_rows_and_columns_meet_exactly(rows: list[int], data: st.DataObject) -> None:
    total = sum(rows)
    columns: list[int] = []
    for _ in range(data.draw(st.integers(0, 6))):
        columns.append(data.draw(st.integers(0, total - sum(columns))))
    columns.append(total - sum(columns))
    cells = overlap(rows, columns)
    assert all(amount > 0 for _, _, amount in cells)
    assert [sum(a for r, _, a in cells if r == row) for row in range(len(rows))] == rows
    assert [sum(a for _, c, a in cells if c == column) for column in range(len(columns))] == columns


@given(prices, kopecks, st.lists(st.integers(1, 10**6), min_size=1, max_size=10))
def test_parts_of_a_payment_sum_to_it_and_a_paid_price_is_shared_as_if_paid_at_once(
    of: list[int], net: int, payments: list[int]
) -> None:
    sold, received = items(of), dict.fromkeys(map(str, range(len(of))), 0)
    left = net
    for payment in [*payments, net]:
        amount = min(payment, left)
        if not amount:
            break
        parts = parts_of(sold, net, received, [amount])
        assert sum(part.amount for part in parts) == amount
        assert all(part.amount > 0 for part in parts)
        for part in parts:
            received[part.item.key] += part.amount
        left -= amount
    if left == 0:
        at_once = {part.item.key: part.amount for part in parts_of(sold, net, {}, [net])}
        assert {key: amount for key, amount in received.items() if amount} == at_once


@given(prices, st.lists(kopecks, min_size=1, max_size=4), st.data())
def test_what_goes_back_comes_out_of_what_was_paid_and_all_of_it_leaves_nothing(
    of: list[int], payments: list[int], data: st.DataObject
) -> None:
    standing = parts_of(items(of), sum(payments), {}, payments)
    part_of = {number: data.draw(st.integers(0, amount)) for number, amount in enumerate(payments)}
    back = parts_back(standing, part_of)
    for number, amount in part_of.items():
        assert -sum(part.amount for part in back if part.payment == number) == amount
    rest = _less(standing, back)
    assert all(part.amount > 0 for part in rest)
    last = parts_back(rest, {number: amount - part_of[number] for number, amount in enumerate(payments)})
    assert _less(rest, last) == []


def _less(standing: list[Part], back: list[Part]) -> list[Part]:
    taken = {(part.payment, part.item.key): part.amount for part in back}
    left = [
        Part(part.payment, part.item, part.amount + taken.get((part.payment, part.item.key), 0)) for part in standing
    ]
    return [part for part in left if part.amount]


@given(st.lists(st.lists(st.tuples(st.sampled_from(["cash", "card"]), kopecks), max_size=4), max_size=4), kopecks)
def test_a_refund_is_exact_or_refused_with_what_can_be_had(acts: list[list[tuple[str, int]]], amount: int) -> None:
    standing = [[Standing(position, kind, TILL, value) for position, (kind, value) in enumerate(act)] for act in acts]
    for wanted in (None, "card"):
        there = sum(one.amount for act in standing for one in act if wanted in (None, one.payment_type))
        if amount > there:
            with pytest.raises(RefundAbovePaid) as refused:
                refunds_of(standing, amount, wanted)
            assert refused.value.refundable == there
            continue
        refunds = refunds_of(standing, amount, wanted)
        assert sum(value for refund in refunds for value in refund.values()) == amount
        for act, refund in zip(standing, refunds, strict=True):
            assert all(0 < value <= act[position].amount for position, value in refund.items())
            assert all(wanted in (None, act[position].payment_type) for position in refund)


def test_the_base_is_free_and_only_listed_extras_are_sold() -> None:
    assert BASE.monthly == 0
    assert monthly_total([]) == 0
    assert monthly_total(chosen([extra.key for extra in EXTRAS])) == sum(extra.monthly for extra in EXTRAS) > 0
    with pytest.raises(KeyError):
        chosen(["free_beer"])
