"""Counting payments: what is taken, what is change, what a booking is called after it."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fiscal.domain.payments import Tendered, allocate, payment_state
from fiscal.domain.registers import Register, choose_register
from fiscal.errors import AmountAboveDue, ChooseRegister, NoRegisterForPaymentType, NothingDue, RegisterUnsuitable
from kit.errors import NotFound

TILL, TERMINAL, HERE, THERE, ACCOUNT = (UUID(int=number) for number in range(1, 6))


def cash(amount: int) -> Tendered:
    return Tendered("cash", TILL, amount)


def card(amount: int) -> Tendered:
    return Tendered("card", TERMINAL, amount)


@pytest.mark.parametrize(
    ("due", "given_", "taken"),
    [
        (500, [cash(500)], [(500, 0)]),
        (500, [cash(1000)], [(500, 500)]),
        (500, [card(200)], [(200, 0)]),
        (500, [cash(500), card(200)], [(300, 200), (200, 0)]),  # the card counts first, wherever it stands
        (500, [card(200), cash(100), cash(500)], [(200, 0), (100, 0), (200, 300)]),
    ],
)
def test_cards_count_in_full_and_cash_gives_change(
    due: int, given_: list[Tendered], taken: list[tuple[int, int]]
) -> None:
    assert [(payment.amount, payment.change) for payment in allocate(due, given_)] == taken


@pytest.mark.parametrize(
    ("due", "given_"),
    [(500, [card(501)]), (500, [card(300), card(201)]), (500, [card(500), cash(1)]), (500, [cash(500), cash(1)])],
)
def test_what_is_above_due_and_can_give_no_change_is_refused(due: int, given_: list[Tendered]) -> None:
    with pytest.raises(AmountAboveDue):
        allocate(due, given_)


def test_nothing_is_taken_where_nothing_is_due() -> None:
    with pytest.raises(NothingDue):
        allocate(0, [cash(1)])


payment = st.builds(Tendered, st.sampled_from(["cash", "card"]), st.just(TILL), st.integers(1, 10**9))
payments = st.lists(payment, max_size=6)


@given(st.integers(1, 10**9), st.lists(payment, min_size=1, max_size=6))
def test_never_more_than_due_and_not_a_kopeck_lost(due: int, tendered: list[Tendered]) -> None:
    try:
        taken = allocate(due, tendered)
    except AmountAboveDue:
        return
    assert 0 < sum(payment.amount for payment in taken) <= due
    assert [payment.tendered for payment in taken] == [payment.amount for payment in tendered]
    assert all(payment.change == 0 or payment.payment_type == "cash" for payment in taken)
    if any(payment.change for payment in taken):
        assert sum(payment.amount for payment in taken) == due


@given(st.lists(st.tuples(payments, st.booleans()), max_size=8), st.integers(0, 10**9))
def test_the_ledger_always_sums_to_what_is_paid(acts: list[tuple[list[Tendered], bool]], price: int) -> None:
    ledger: list[int] = []
    standing: list[list[int]] = []
    paid = 0
    for tendered, is_reversal in acts:
        if is_reversal and standing:
            back = standing.pop()
            ledger += [-amount for amount in back]
            paid -= sum(back)
        elif tendered:
            try:
                taken = [payment.amount for payment in allocate(price - paid, tendered)]
            except (AmountAboveDue, NothingDue):
                continue
            ledger += taken
            standing.append(taken)
            paid += sum(taken)
        assert sum(ledger) == paid
        assert 0 <= paid <= price
        assert (payment_state(price, paid) == "settled") == (paid >= price)


@pytest.mark.parametrize(
    ("price", "paid", "after_reversal", "state"),
    [
        (0, 0, False, "settled"),
        (1, 0, False, "unpaid"),
        (100, 99, False, "part_paid"),
        (100, 100, False, "settled"),
        (90, 100, False, "settled"),
        (100, 0, True, "reversed"),
        (100, 40, True, "part_paid"),
    ],
)
def test_a_booking_is_called_by_what_is_paid(price: int, paid: int, after_reversal: bool, state: str) -> None:
    assert payment_state(price, paid, after_reversal=after_reversal) == state


def register(number: int, *types: str, location: UUID | None = None, is_active: bool = True) -> Register:
    return Register(UUID(int=100 + number), f"Каса {number}", frozenset(types), location, is_active)


def test_the_only_register_that_serves_is_chosen() -> None:
    found = [
        register(1, "cash"),
        register(2, "card"),
        register(3, "card", location=THERE),
        register(4, "card", is_active=False),
    ]
    assert choose_register(ACCOUNT, found, "card", HERE, None).name == "Каса 2"
    assert choose_register(ACCOUNT, found, "card", THERE, UUID(int=103)).name == "Каса 3"
    with pytest.raises(ChooseRegister):
        choose_register(ACCOUNT, found, "card", THERE, None)
    with pytest.raises(NoRegisterForPaymentType):
        choose_register(ACCOUNT, found, "transfer", HERE, None)
    with pytest.raises(RegisterUnsuitable):
        choose_register(ACCOUNT, found, "card", HERE, UUID(int=103))
    with pytest.raises(NotFound):
        choose_register(ACCOUNT, found, "card", HERE, UUID(int=999))
