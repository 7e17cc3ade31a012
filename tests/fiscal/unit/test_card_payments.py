"""What a word of an acquirer does to an order, whatever its state."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from fiscal.domain.card_payments import UNPAID, Judgement, Order, PaymentState, Said, Verdict, Word, judge

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
ORDER = Order("order", 10_000, "UAH", PaymentState.PENDING, "invoice", NOON, takes_tests=False)
PAID = Said("order", Word.PAID, 10_000, "UAH", "invoice", NOON)


@pytest.mark.parametrize(
    ("said", "verdict"),
    [
        ({"order_id": "another"}, Verdict.OTHER_ORDER),
        ({"provider_payment_id": "another"}, Verdict.OTHER_INVOICE),
        ({"is_test": True}, Verdict.TEST_MODE),
        ({"currency": "USD"}, Verdict.CURRENCY),
        ({"amount": 9_999}, Verdict.AMOUNT),
        ({"amount": 10_001}, Verdict.AMOUNT),
        ({"at": NOON - timedelta(seconds=1)}, Verdict.STALE),
    ],
)
@pytest.mark.parametrize("state", sorted(UNPAID))
def test_a_payment_that_is_not_this_orders_pays_nothing(
    state: PaymentState, said: dict[str, Any], verdict: Verdict
) -> None:
    """A sum that differs is looked into by a person: money did move."""
    found = judge(replace(ORDER, state=state), replace(PAID, **said))
    looked_into = verdict in (Verdict.AMOUNT, Verdict.CURRENCY)
    assert found == Judgement(verdict, PaymentState.REVIEW if looked_into else None)
    assert judge(replace(ORDER, state=state), PAID) == Judgement(Verdict.TAKEN, PaymentState.PAID)


@pytest.mark.parametrize("state", sorted(set(PaymentState) - UNPAID))
@pytest.mark.parametrize("word", sorted(set(Word) - {Word.REFUNDED}))
def test_what_was_paid_is_neither_paid_again_nor_undone_by_an_older_word(state: PaymentState, word: Word) -> None:
    assert judge(replace(ORDER, state=state), replace(PAID, word=word)).state is None


def test_a_word_without_a_time_or_a_number_is_judged_by_the_rest() -> None:
    bare = replace(PAID, at=None, provider_payment_id=None)
    assert judge(ORDER, bare).state is PaymentState.PAID
    assert judge(replace(ORDER, provider_payment_id=None, told_at=None), PAID).state is PaymentState.PAID
