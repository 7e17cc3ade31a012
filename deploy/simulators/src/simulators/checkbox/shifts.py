"""Shifts: opened and closed in steps that take time, and may fail on the way."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from simulators.checkbox.people import Cashier, Register
from simulators.checkbox.sums import Sums

AT_WORK = frozenset({"CREATED", "OPENING", "OPENED", "CLOSING"})
LONGEST = timedelta(hours=24)


@dataclass
class Step:
    """One transaction with the tax office: begun, half way, ended, with an error text or without."""

    begun_at: datetime
    half_at: datetime
    ends_at: datetime
    error: str | None
    kind: str
    id: str = field(default_factory=lambda: str(uuid4()))

    def status(self, now: datetime) -> str:
        if now < self.half_at:
            return "CREATED"
        if now < self.ends_at:
            return "PENDING"
        return "ERROR" if self.error else "DONE"

    def shown(self, now: datetime) -> dict[str, object]:
        status = self.status(now)
        is_over = now >= self.ends_at
        return {
            "id": self.id,
            "type": self.kind,
            "status": status,
            "created_at": self.begun_at.isoformat(),
            "updated_at": (self.ends_at if is_over else self.begun_at).isoformat(),
            "response_status": ("ERROR" if self.error else "OK") if is_over else None,
            "response_error_message": self.error if is_over else None,
        }


@dataclass
class Shift:
    """The work of one cashier at one register between opening and closing."""

    id: str
    serial: int
    cashier: Cashier
    register: Register
    opening: Step
    auto_close_at: datetime | None = None
    closing: Step | None = None
    initial: int = 0
    sums: dict[str, int] = field(default_factory=dict)
    taxes: dict[int, dict[str, Any]] = field(default_factory=dict)
    z_report: dict[str, Any] | None = None

    def __post_init__(self) -> None:
        self.initial = self.register.cash

    def status(self, now: datetime) -> str:
        if now < self.opening.half_at:
            return "CREATED"
        if now < self.opening.ends_at:
            return "OPENING"
        if self.opening.error:
            return "CLOSED"
        if self.closing is None:
            return "OPENED"
        if now < self.closing.ends_at:
            return "CLOSING"
        return "OPENED" if self.closing.error else "CLOSED"

    def is_at_work(self, now: datetime) -> bool:
        return self.status(now) in AT_WORK

    def add(self, name: str, kopecks: int) -> None:
        self.sums[name] = self.sums.get(name, 0) + kopecks

    def take_receipt(self, sums: Sums) -> None:
        """Count a receipt that will be fiscal."""
        kind = "returns" if sums.is_return else "sales"
        self.add(f"cash_{kind}", sums.cash)
        self.add(f"card_{kind}", sums.cashless)
        self.add("discounts_sum", sums.discounts)
        self.add("extra_charge_sum", sums.extra_charges)
        self.add("return_receipts" if sums.is_return else "sell_receipts", 1)
        self.register.cash += -sums.cash if sums.is_return else sums.cash
        for tax in sums.taxes:
            known = self.taxes.setdefault(tax["code"], {**tax, "value": 0, "turnover": 0})
            known["value"] += tax["value"]
            known["turnover"] += tax["turnover"]

    def take_service(self, kopecks: int) -> None:
        self.add("service_in" if kopecks > 0 else "service_out", abs(kopecks))
        self.add("transfers", 1)
        self.register.cash += kopecks

    def balance(self, now: datetime) -> dict[str, object]:
        names = (
            "cash_sales",
            "card_sales",
            "cash_returns",
            "card_returns",
            "service_in",
            "service_out",
            "discounts_sum",
            "extra_charge_sum",
        )
        return {
            "initial": self.initial,
            "balance": self.register.cash,
            **{name: self.sums.get(name, 0) for name in names},
            "updated_at": now.isoformat(),
        }

    def report(self, now: datetime, *, is_z: bool) -> dict[str, Any]:
        """The totals of the shift so far."""
        return {
            "id": str(uuid4()),
            "serial": self.serial,
            "is_z_report": is_z,
            "payments": [
                {
                    "code": code,
                    "label": label,
                    "sell_sum": self.sums.get(f"{word}_sales", 0),
                    "return_sum": self.sums.get(f"{word}_returns", 0),
                    "service_in": self.sums.get("service_in", 0) if word == "cash" else 0,
                    "service_out": self.sums.get("service_out", 0) if word == "cash" else 0,
                }
                for code, word, label in ((0, "cash", "Готівка"), (1, "card", "Картка"))
            ],
            "taxes": list(self.taxes.values()),
            "sell_receipts_count": self.sums.get("sell_receipts", 0),
            "return_receipts_count": self.sums.get("return_receipts", 0),
            "transfers_count": self.sums.get("transfers", 0),
            "transfers_sum": self.sums.get("service_in", 0) - self.sums.get("service_out", 0),
            "balance": self.register.cash,
            "initial": self.initial,
            "discounts_sum": self.sums.get("discounts_sum", 0),
            "extra_charge_sum": self.sums.get("extra_charge_sum", 0),
            "created_at": now.isoformat(),
            "updated_at": None,
        }

    def shown(self, now: datetime) -> dict[str, Any]:
        status = self.status(now)
        is_open = now >= self.opening.ends_at and not self.opening.error
        closed_at = None
        if status == "CLOSED":
            closed_at = (self.closing or self.opening).ends_at.isoformat()
        return {
            "id": self.id,
            "serial": self.serial,
            "status": status,
            "z_report": self.z_report if status == "CLOSED" else None,
            "opened_at": self.opening.ends_at.isoformat() if is_open else None,
            "closed_at": closed_at,
            "initial_transaction": self.opening.shown(now),
            "closing_transaction": self.closing.shown(now) if self.closing else None,
            "created_at": self.opening.begun_at.isoformat(),
            "updated_at": now.isoformat(),
            "balance": self.balance(now),
            "taxes": list(self.taxes.values()),
            "emergency_close": False,
            "emergency_close_details": None,
            "auto_close_at": self.auto_close_at.isoformat() if self.auto_close_at else None,
            "cashier": self.cashier.shown(),
            "cash_register": self.register.shown(),
        }
