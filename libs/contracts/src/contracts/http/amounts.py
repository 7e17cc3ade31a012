"""Sums, payment types and what a cause says: the words that every body about money shares."""

from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, StrictInt, StringConstraints, WithJsonSchema

from .base import Answer, Body, CurrencyCode

MAX_AMOUNT = 100_000_000_000
"""Highest sum of one payment or operation, in minor units."""
PaymentState = Literal["unpaid", "part_paid", "settled", "reversed"]


class PaymentType(StrEnum):
    """How a client pays; each cash register serves some of these."""

    CASH = "cash"
    CARD = "card"
    TRANSFER = "transfer"
    ONLINE = "online"


def _as_object(value: Any) -> Any:
    """A bare integer is an amount in the currency of the booking or the account."""
    return {"amount": value} if isinstance(value, int) and not isinstance(value, bool) else value


def _two_shapes(minimum: int) -> WithJsonSchema:
    """An integer of at least so much, or an object with one."""
    number = {"type": "integer", "minimum": minimum, "maximum": MAX_AMOUNT}
    currency = {"anyOf": [{"type": "string", "pattern": "^[A-Z]{3}$"}, {"type": "null"}]}
    return WithJsonSchema(
        {
            "anyOf": [
                number,
                {
                    "type": "object",
                    "required": ["amount"],
                    "additionalProperties": False,
                    "properties": {"amount": number, "currency": currency},
                },
            ]
        }
    )


class CountedAmount(Body):
    """Minor units, nothing included, with the currency where the caller wants it checked."""

    amount: StrictInt = Field(ge=0, le=MAX_AMOUNT)
    currency: CurrencyCode | None = None


class Amount(CountedAmount):
    """Minor units, with the currency where the caller wants it checked."""

    amount: StrictInt = Field(ge=1, le=MAX_AMOUNT)


CountedIn = Annotated[CountedAmount, BeforeValidator(_as_object), _two_shapes(0)]
"""As `AmountIn`, nothing included."""
AmountIn = Annotated[Amount, BeforeValidator(_as_object), _two_shapes(1)]
"""An amount as an integer in minor units, or as `{"amount", "currency"}`."""
Comment = Annotated[str, StringConstraints(strip_whitespace=True, max_length=500)]


class Fix(Answer):
    """What to do about a cause, with the page where it is done."""

    text: str
    url: str
