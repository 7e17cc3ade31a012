"""What a test reads afterwards: accepted things, raw requests, and what reached the phones."""

from collections import deque
from dataclasses import dataclass
from datetime import datetime
from typing import Any

KEPT_LEDGER_ITEMS = 200_000
KEPT_REQUESTS = 5_000
KEPT_MESSAGES = 10_000


class Ledger:
    """Everything a provider accepted, in order: what it would bill for or hand to the tax office."""

    def __init__(self) -> None:
        self._items: deque[dict[str, Any]] = deque(maxlen=KEPT_LEDGER_ITEMS)

    def accept(self, at: datetime, account: str, kind: str, **facts: Any) -> None:
        self._items.append({"at": at.isoformat(), "account": account, "kind": kind, **facts})

    def items(self, account: str | None = None, kind: str | None = None) -> list[dict[str, Any]]:
        return [
            item
            for item in self._items
            if (account is None or item["account"] == account) and (kind is None or item["kind"] == kind)
        ]


@dataclass(frozen=True)
class Arrived:
    """One message on the screen of a phone."""

    at: datetime
    phone_digits: str
    sender: str
    text: str
    provider: str
    message_id: str

    def shown(self) -> dict[str, str]:
        return {
            "at": self.at.isoformat(),
            "sender": self.sender,
            "text": self.text,
            "provider": self.provider,
            "message_id": self.message_id,
        }


class Phones:
    """The phones of all clients: the last messages that reached them."""

    def __init__(self) -> None:
        self._arrived: deque[Arrived] = deque(maxlen=KEPT_MESSAGES)

    def receive(self, message: Arrived) -> None:
        self._arrived.append(message)

    def messages(self, phone_digits: str) -> list[Arrived]:
        """Newest first."""
        return [message for message in reversed(self._arrived) if message.phone_digits == phone_digits]

    def numbers(self) -> list[tuple[str, Arrived, int]]:
        """Each phone with its newest message and the number of messages, the latest active phone first."""
        newest: dict[str, Arrived] = {}
        counts: dict[str, int] = {}
        for message in reversed(self._arrived):
            newest.setdefault(message.phone_digits, message)
            counts[message.phone_digits] = counts.get(message.phone_digits, 0) + 1
        return [(phone, message, counts[phone]) for phone, message in newest.items()]

    def forget(self, provider: str | None = None) -> None:
        kept = [] if provider is None else [message for message in self._arrived if message.provider != provider]
        self._arrived = deque(kept, maxlen=KEPT_MESSAGES)


class Requests:
    """Raw requests with their headers, as they came over the wire."""

    def __init__(self) -> None:
        self._by_provider: dict[str, deque[dict[str, Any]]] = {}

    def record(self, provider: str, request: dict[str, Any]) -> None:
        self._by_provider.setdefault(provider, deque(maxlen=KEPT_REQUESTS)).append(request)

    def of(self, provider: str) -> list[dict[str, Any]]:
        return list(self._by_provider.get(provider, ()))

    def forget(self, provider: str | None = None) -> None:
        if provider is None:
            self._by_provider.clear()
        else:
            self._by_provider.pop(provider, None)


def phone_digits(spelling: str) -> str:
    """The digits of a phone with its country code, from any spelling that is used in Ukraine."""
    digits = "".join(sign for sign in spelling if sign.isdigit())
    if len(digits) == 9:
        return "380" + digits
    if len(digits) == 10 and digits.startswith("0"):
        return "38" + digits
    if len(digits) == 11 and digits.startswith("80"):
        return "3" + digits
    return digits
