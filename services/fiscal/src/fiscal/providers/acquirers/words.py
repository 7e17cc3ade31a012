"""What every acquirer is asked and answers, in our own terms: sums in kopecks, ids as we gave them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Literal, Protocol

from fiscal.domain.card_payments import Said, Verdict
from kit.providers import Answer, read_json

HRYVNIA = "UAH"
HRYVNIA_NUMBER = 980
_MOST_KOPECKS = 10**13


@dataclass(frozen=True)
class Merchant:
    """Who gets the money: the shop's name at the acquirer and its key; a token stands for both at monobank."""

    id: str
    secret: str = field(repr=False)
    domain: str = ""
    takes_tests: bool = False


@dataclass(frozen=True)
class NewOrder:
    """An order to be paid; `valid_s` is how long the acquirer may take the money."""

    id: str
    amount: int
    currency: str
    description: str
    notice_url: str
    return_url: str
    created_at_s: int
    valid_s: int


@dataclass(frozen=True)
class Checkout:
    """How the payer gets to the acquirer's page: an address to open, or a form to send there."""

    method: Literal["GET", "POST"]
    url: str
    fields: Mapping[str, str | list[str]] = field(default_factory=dict)
    provider_payment_id: str | None = None


@dataclass(frozen=True)
class Notice:
    """A call that claims to come from an acquirer."""

    headers: Mapping[str, str]
    body: bytes = field(repr=False)


class Forged(Exception):
    """The notice is not the acquirer's word on this order."""

    def __init__(self, verdict: Verdict) -> None:
        super().__init__(verdict.value)
        self.verdict = verdict


class Silent(Exception):
    """No answer that can be understood; `may_have_acted` when the call was written out before that."""

    def __init__(self, text: str, *, may_have_acted: bool = False) -> None:
        super().__init__(text)
        self.text = text
        self.may_have_acted = may_have_acted


class Declined(Exception):
    """The acquirer said a clear no: wrong keys, an order it does not take, a refund it does not make."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.text = text


class Acquirer(Protocol):
    """One acquirer; every merchant may use it. Raises `Silent` and `Declined` where it is called."""

    name: str

    async def checkout(self, merchant: Merchant, order: NewOrder) -> Checkout:
        """The way to the page of payment."""
        ...

    def claimed_order(self, notice: Notice) -> str | None:
        """The order that a notice says it is about, before anything is verified."""
        ...

    async def read_notice(self, merchant: Merchant, notice: Notice) -> Said:
        """What the notice says, once its signature is this merchant's; raises `Forged`."""
        ...

    async def status(self, merchant: Merchant, order_id: str, provider_payment_id: str | None) -> Said | None:
        """The order as the acquirer has it; none where it knows no such order."""
        ...

    async def refund(
        self,
        merchant: Merchant,
        order_id: str,
        provider_payment_id: str | None,
        amount: int,
        currency: str,
        nth: str = "",
    ) -> Said | None:
        """Give so much back; none when that was taken and is not done yet. `nth` tells parts of one order apart."""
        ...

    async def withdraw(self, merchant: Merchant, provider_payment_id: str | None) -> None:
        """Let nobody pay an order any more, where the acquirer can do that."""
        ...

    async def close(self) -> None:
        """Close kept connections."""
        ...


def hryvnias(kopecks: int) -> str:
    """`200` or `200.50`: a decimal without an exponent."""
    return str(kopecks // 100) if kopecks % 100 == 0 else f"{kopecks // 100}.{kopecks % 100:02d}"


def kopecks(amount: Any) -> int:
    """Kopecks in an amount of hryvnias; raises `ValueError` for what is no whole number of them."""
    try:
        counted = Decimal(str(amount)) * 100
    except ArithmeticError as error:
        raise ValueError("not an amount") from error
    if not counted.is_finite() or not 0 <= counted <= _MOST_KOPECKS or counted != int(counted):
        raise ValueError("not an amount")
    return int(counted)


def json_object(body: bytes | str, **options: Any) -> dict[str, Any]:
    """A JSON object; raises `ValueError` for everything else, nesting without end included."""
    value = read_json(body, **options)
    if not isinstance(value, dict):
        raise ValueError("not an object")
    return value


def answered(answer: Answer, *, acted: bool = False) -> dict[str, Any]:
    """The object in an answer; raises `Silent` for what an acquirer would not say."""
    try:
        return json_object(answer.body)
    except ValueError:
        raise Silent(f"HTTP {answer.status} with an answer that is none", may_have_acted=acted) from None
