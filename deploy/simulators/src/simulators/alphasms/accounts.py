"""Accounts of AlphaSMS: one key, sender names, money in hundredths of a hryvnia, allowed addresses."""

from dataclasses import dataclass, field
from typing import Any

START_BALANCE = 100_000


class ItemRefused(Exception):
    """One item of a package is refused with this text."""


@dataclass
class Account:
    key: str
    senders: set[str] = field(default_factory=lambda: {"Salon"})
    balance_hundredths: int = START_BALANCE * 100
    is_active: bool = True
    allowed_addresses: list[str] | None = None
    used_ids: set[int] = field(default_factory=set)

    def charge(self, hundredths: int, text: str) -> None:
        if self.balance_hundredths < hundredths:
            raise ItemRefused(text)
        self.balance_hundredths -= hundredths

    def change(self, wanted: dict[str, Any]) -> None:
        """Set fields; `ValueError` names what cannot be set."""
        known = {"balance", "senders", "is_active", "allowed_addresses"}
        if strange := set(wanted) - known:
            raise ValueError(f"cannot set {sorted(strange)}; there are: {', '.join(sorted(known))}")
        if "balance" in wanted:
            self.balance_hundredths = round(float(wanted["balance"]) * 100)
        if "senders" in wanted:
            self.senders = set(wanted["senders"])
        if "is_active" in wanted:
            self.is_active = bool(wanted["is_active"])
        if "allowed_addresses" in wanted:
            self.allowed_addresses = wanted["allowed_addresses"]

    def shown(self) -> dict[str, Any]:
        return {
            "key": self.key,
            "senders": sorted(self.senders),
            "balance": self.balance_hundredths / 100,
            "is_active": self.is_active,
            "allowed_addresses": self.allowed_addresses,
        }


def at_start() -> dict[str, Account]:
    return {"good-key": Account("good-key")}
