"""Receipts: accepted first, fiscal a moment later, or refused by the tax office."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from simulators.checkbox.shifts import Shift, Step
from simulators.checkbox.sums import Sums

ECHOED = (
    "cashier_name",
    "departament",
    "delivery",
    "order_id",
    "context",
    "header",
    "footer",
    "barcode",
    "custom",
    "related_receipt_id",
    "previous_receipt_id",
    "technical_return",
)


@dataclass
class Receipt:
    """One receipt: of goods (`sums`) or of service cash (`service_kopecks`, positive in, negative out)."""

    id: str
    serial: int
    shift: Shift
    body: dict[str, Any]
    sums: Sums | None
    service_kopecks: int
    step: Step
    fiscal_code: str
    is_offline: bool
    sent_to_tax_office_at: datetime | None

    @property
    def kind(self) -> str:
        if self.sums is None:
            return "SERVICE_IN" if self.service_kopecks > 0 else "SERVICE_OUT"
        return "RETURN" if self.sums.is_return else "SELL"

    @property
    def amount(self) -> int:
        return self.sums.total + self.sums.rounding if self.sums else abs(self.service_kopecks)

    def status(self, now: datetime) -> str:
        if now < self.step.ends_at:
            return "CREATED"
        return "ERROR" if self.step.error else "DONE"

    def tax_url(self) -> str:
        at = self.step.ends_at
        query = {
            "id": self.fiscal_code,
            "fn": self.shift.register.fiscal_number,
            "date": at.strftime("%Y%m%d"),
            "time": at.strftime("%H:%M:%S"),
            "sm": f"{self.amount // 100}.{self.amount % 100:02d}",
        }
        return "https://cabinet.tax.gov.ua/cashregs/check?" + urlencode(query)

    def shown(self, now: datetime) -> dict[str, Any]:
        is_done = self.status(now) == "DONE"
        is_sent = is_done and self.sent_to_tax_office_at is not None and self.sent_to_tax_office_at <= now
        sent_at = self.sent_to_tax_office_at.isoformat() if is_sent and self.sent_to_tax_office_at else None
        return {
            "id": self.id,
            "type": self.kind,
            "transaction": self.step.shown(now),
            "serial": self.serial,
            "status": self.status(now),
            **self._money(),
            "fiscal_code": self.fiscal_code if is_done else None,
            "fiscal_date": self.step.ends_at.isoformat() if is_done else None,
            "tax_url": self.tax_url() if is_done else None,
            "delivered_at": None,
            "created_at": self.step.begun_at.isoformat(),
            "updated_at": self.step.ends_at.isoformat() if is_done else None,
            **{name: self.body.get(name) for name in ECHOED},
            "is_created_offline": self.is_offline,
            "is_sent_dps": is_sent,
            "sent_dps_at": sent_at,
            "control_number": None,
            "shift": {**self.shift.shown(now), "balance": None},
        }

    def _money(self) -> dict[str, Any]:
        if self.sums is None:
            payment = {**self.body["payment"], "value": self.amount}
            return {
                "total_sum": self.amount,
                "total_payment": self.amount,
                "total_rest": 0,
                "round_sum": 0,
                "goods": [],
                "payments": [payment],
                "discounts": [],
                "taxes": [],
            }
        return {
            "total_sum": self.sums.total,
            "total_payment": self.sums.paid,
            "total_rest": self.sums.rest,
            "round_sum": self.sums.rounding,
            "goods": self.sums.goods,
            "payments": self.sums.payments,
            "discounts": self.body.get("discounts") or [],
            "taxes": self.sums.taxes,
        }
