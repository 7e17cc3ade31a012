"""Payments by card through an acquirer: their states, and what a word of the acquirer may change.

Notices come late, twice and out of order, and anybody may send one. Money moves a payment forward only; an amount or a
currency that is not the order's moves nothing and waits for a person.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class PaymentState(StrEnum):
    """pending → paid → refunding → refunded; without money: failed, expired, cancelled; in `review` a person looks."""

    PENDING = "pending"
    PAID = "paid"
    FAILED = "failed"
    EXPIRED = "expired"
    CANCELLED = "cancelled"
    REFUNDING = "refunding"
    REFUNDED = "refunded"
    REVIEW = "review"


class Word(StrEnum):
    """What an acquirer says of an order: nobody has paid yet, the bank works on it, or an end."""

    NEW = "new"
    WAITING = "waiting"
    PAID = "paid"
    FAILED = "failed"
    EXPIRED = "expired"
    REFUNDED = "refunded"


@dataclass(frozen=True)
class PaymentPace:
    """Times of the work with payments, in seconds; tests make them short."""

    checks_s: tuple[float, ...] = (60, 300, 900, 3600)
    """Pauses between questions about an order that nobody told of; the last one repeats."""
    grace_s: float = 900
    """How long the time of a booking is still kept for a payment that the bank is working on, or while it is silent."""
    silence_s: float = 7 * 24 * 3600
    """How long after its time an order is asked about whose acquirer does not say that nobody has paid it."""

    def check(self, count: int) -> timedelta:
        """Before question number `count`, from 0."""
        return timedelta(seconds=self.checks_s[min(count, len(self.checks_s) - 1)])

    @property
    def grace(self) -> timedelta:
        return timedelta(seconds=self.grace_s)

    @property
    def silence(self) -> timedelta:
        return timedelta(seconds=self.silence_s)


UNPAID = frozenset({PaymentState.PENDING, PaymentState.FAILED, PaymentState.EXPIRED, PaymentState.CANCELLED})
"""Without money, all of them may still turn out to be paid: the payer was quicker than the notice."""


@dataclass(frozen=True)
class Said:
    """An acquirer's word on one order, whose signature or channel was verified. `at` is the acquirer's time of it."""

    order_id: str
    word: Word
    amount: int
    currency: str
    provider_payment_id: str | None = None
    at: datetime | None = None
    text: str | None = None
    is_test: bool = False
    refunded: int | None = None
    """How much went back to the payer so far, where the acquirer says."""


@dataclass(frozen=True)
class Order:
    """What the judgement depends on; `told_at` is the time of the last word that was taken."""

    id: str
    amount: int
    currency: str
    state: PaymentState
    provider_payment_id: str | None
    told_at: datetime | None
    takes_tests: bool
    is_parted: bool = False
    """A part of it went back, or is on its way."""


class Verdict(StrEnum):
    """What comes of a word: taken, or left with a reason."""

    TAKEN = "taken"
    SIGNATURE = "signature"
    MALFORMED = "malformed"
    OTHER_ORDER = "other_order"
    OTHER_INVOICE = "other_invoice"
    TEST_MODE = "test_mode"
    AMOUNT = "amount"
    CURRENCY = "currency"
    STALE = "stale"
    NOTHING_NEW = "nothing_new"


@dataclass(frozen=True)
class Judgement:
    """The verdict, and the state that the payment goes to by it; none: it stays."""

    verdict: Verdict
    state: PaymentState | None = None


def judge(order: Order, said: Said) -> Judgement:
    """What a verified word does to an order."""
    refusal = _mismatch(order, said)
    if refusal is not None:
        looks = refusal in (Verdict.AMOUNT, Verdict.CURRENCY) and said.word is Word.PAID and order.state in UNPAID
        return Judgement(refusal, PaymentState.REVIEW if looks else None)
    if order.told_at is not None and said.at is not None and said.at < order.told_at:
        return Judgement(Verdict.STALE)
    if order.is_parted and said.word is Word.REFUNDED and (said.refunded or 0) < order.amount:
        return Judgement(Verdict.NOTHING_NEW)  # of the part; what became of that, its own call says
    state = _after(order.state, said.word)
    if state is None:
        return Judgement(Verdict.STALE if _is_behind(order.state, said.word) else Verdict.NOTHING_NEW)
    return Judgement(Verdict.TAKEN, state)


def _mismatch(order: Order, said: Said) -> Verdict | None:
    if said.order_id != order.id:
        return Verdict.OTHER_ORDER
    if order.provider_payment_id and said.provider_payment_id and order.provider_payment_id != said.provider_payment_id:
        return Verdict.OTHER_INVOICE
    if said.is_test and not order.takes_tests:
        return Verdict.TEST_MODE
    if said.currency != order.currency:
        return Verdict.CURRENCY
    return Verdict.AMOUNT if said.amount != order.amount else None


def _after(state: PaymentState, word: Word) -> PaymentState | None:
    if word is Word.PAID:
        return PaymentState.PAID if state in UNPAID else None
    if word is Word.REFUNDED:
        return None if state is PaymentState.REFUNDED else PaymentState.REFUNDED
    if state is not PaymentState.PENDING:
        return None
    return {Word.FAILED: PaymentState.FAILED, Word.EXPIRED: PaymentState.EXPIRED}.get(word)


def _is_behind(state: PaymentState, word: Word) -> bool:
    """Whether the word tells of a time before the state that the payment is in."""
    if state is PaymentState.REFUNDED:
        return word is not Word.REFUNDED
    return state in (PaymentState.PAID, PaymentState.REFUNDING) and word is not Word.REFUNDED and word is not Word.PAID


def is_never_paid(said: Said | None, valid_until: datetime, now: datetime, pace: PaymentPace) -> bool:
    """Whether the acquirer's answer means that no money came for the order and none will; none: it knows no such order.

    An order that it does not know, or that nobody has paid, may still be paid in time.
    """
    if said is not None and said.word in (Word.FAILED, Word.EXPIRED):
        return True
    return (said is None or said.word is Word.NEW) and valid_until + pace.grace <= now


class PartRefund(StrEnum):
    """What is known of a part whose refund was asked for and not answered."""

    DONE = "done"
    NOT_DONE = "not_done"
    UNKNOWN = "unknown"


def part_of(part: int, refunded_before: int, said: Said | None) -> PartRefund:
    """What an acquirer's view of the order says of a part that was asked for.

    Some name the sum that went back. Of others only the first part can be told: before it nothing was refunded.
    """
    if said is None:
        return PartRefund.UNKNOWN
    if said.refunded is not None:
        return PartRefund.DONE if said.refunded >= refunded_before + part else PartRefund.NOT_DONE
    is_first_shown = said.word is Word.REFUNDED and refunded_before == 0
    return PartRefund.DONE if is_first_shown else PartRefund.UNKNOWN
