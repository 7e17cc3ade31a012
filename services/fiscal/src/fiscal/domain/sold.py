"""What was sold with a booking, and which part of a payment went to which of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from fiscal.domain.receipt_body import share
from fiscal.domain.shares import overlap


@dataclass(frozen=True)
class Item:
    """A service or a good of the booking with its list price; `key` tells it from the others of the booking."""

    kind: str
    key: str
    code: str
    name: str
    price: int
    staff_member_id: UUID | None = None
    staff_member_name: str | None = None


@dataclass(frozen=True)
class Part:
    """So much of payment number `payment` went to this item; negative when it is given back."""

    payment: int
    item: Item
    amount: int


def parts_of(items: Sequence[Item], net: int, received: Mapping[str, int], payments: Sequence[int]) -> list[Part]:
    """Payments over items: each item gets its share of the price `net` still missing after what it `received`.

    An item that is wholly paid gets nothing more; when the whole price is paid every item has exactly its share of it.
    Parts of a payment sum to the payment.
    """
    total = sum(payments)
    if not total:
        return []
    wanted = share(net, [item.price for item in items])
    missing = [max(price - received.get(item.key, 0), 0) for item, price in zip(items, wanted, strict=True)]
    sums = share(total, missing)
    return [Part(payment, items[item], amount) for payment, item, amount in overlap(list(payments), sums)]


def parts_back(standing: Sequence[Part], refunds: Mapping[int, int]) -> list[Part]:
    """What each item of the original payments gives back for these refunds, by number of the original payment.

    `standing` are the parts not given back yet; a refund of all that stands takes each of them whole.
    """
    back: list[Part] = []
    for payment, amount in refunds.items():
        if not amount:
            continue
        parts = [part for part in standing if part.payment == payment]
        shares = share(amount, [part.amount for part in parts])
        back += [Part(payment, part.item, -taken) for part, taken in zip(parts, shares, strict=True) if taken]
    return back
