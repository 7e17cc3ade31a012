"""What is printed on a receipt: lines whose sum is exactly what was taken."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fiscal.domain.payments import CASH, Taken

_NAME_LENGTH = 256
_LABELS = {"cash": "Готівка", "card": "Картка", "transfer": "Переказ", "online": "Онлайн-оплата"}
ONE = 1000
"""One whole thing: quantities are in thousandths."""


@dataclass(frozen=True)
class Sold:
    """A service of the booking with its price in kopecks."""

    code: str
    name: str
    price: int


def share(total: int, weights: Sequence[int]) -> list[int]:
    """`total` cut in proportion to the weights, to the kopeck: the largest remainders get what is left over.

    Weights that are all zero share evenly.
    """
    if total < 0 or not weights or min(weights) < 0:
        raise ValueError("a sum of nothing can not be shared")
    whole = sum(weights)
    if whole == 0:
        weights, whole = [1] * len(weights), len(weights)
    parts = [total * weight // whole for weight in weights]
    by_remainder = sorted(range(len(weights)), key=lambda i: (-(total * weights[i] % whole), i))
    for i in by_remainder[: total - sum(parts)]:
        parts[i] += 1
    return parts


def lines(items: Sequence[Sold], total: int) -> list[Sold]:
    """The services with prices that come to `total`; those that would cost nothing are left out.

    Prices stay as they are where they agree with the total. A changed price of the booking, or a part payment, is
    spread over its services in proportion.
    """
    if sum(item.price for item in items) == total:
        return [item for item in items if item.price > 0]
    prices = share(total, [item.price for item in items])
    return [Sold(item.code, item.name, price) for item, price in zip(items, prices, strict=True) if price > 0]


def sell_body(items: Sequence[Sold], payments: Sequence[Taken], cashier_name: str) -> dict[str, object]:
    """The body of Checkbox's sell call, without its id: kopecks and thousandths.

    Cash goes in as it was tendered, so that the receipt shows the change.
    """
    total = sum(payment.amount for payment in payments)
    return {
        "cashier_name": cashier_name[:128],
        "goods": [
            {
                "good": {"code": line.code, "name": line.name[:_NAME_LENGTH], "price": line.price},
                "quantity": ONE,
                "is_return": False,
            }
            for line in lines(items, total)
        ],
        "payments": [_payment(payment, payment.tendered) for payment in payments],
    }


def return_body(sale: Mapping[str, Any], payments: Sequence[Taken], cashier_name: str) -> dict[str, object]:
    """The body of the return of a whole sale: its lines given back, and what was taken for them.

    The id of the sale at Checkbox is added when it is sent: until then it may still change.
    """
    return {
        "cashier_name": cashier_name[:128],
        "goods": [{**line, "is_return": True} for line in sale["goods"]],
        "payments": [_payment(payment, payment.amount) for payment in payments],
    }


def _payment(payment: Taken, kopecks: int) -> dict[str, object]:
    is_cash = payment.payment_type == CASH
    return {"type": "CASH" if is_cash else "CASHLESS", "value": kopecks, "label": _LABELS[payment.payment_type]}
