"""A receipt and a report as text, page and QR code."""

import io
from datetime import datetime
from html import escape
from typing import Any

import segno

from simulators.checkbox.receipts import Receipt

_TITLES = {
    "SELL": "ФІСКАЛЬНИЙ ЧЕК",
    "RETURN": "ВИДАТКОВИЙ ЧЕК",
    "SERVICE_IN": "СЛУЖБОВЕ ВНЕСЕННЯ",
    "SERVICE_OUT": "СЛУЖБОВА ВИДАЧА",
}


def receipt_text(receipt: Receipt, now: datetime, width: int) -> str:
    """The receipt in lines of at most `width` characters."""
    shown = receipt.shown(now)
    lines = [_TITLES[receipt.kind].center(width), f"Каса {receipt.shift.register.fiscal_number}", "-" * width]
    for good in shown["goods"]:
        lines.append(good["good"]["name"])
        lines.append(_pair(f"{_thousandths(good['quantity'])} x {_money(good['good']['price'])}", good["sum"], width))
        if good["total_sum"] != good["sum"]:
            lines.append(_pair("Знижка/націнка", good["total_sum"] - good["sum"], width))
    lines.append("-" * width)
    lines.append(_pair("СУМА", shown["total_sum"], width))
    lines.extend(_pair(payment.get("label") or "Готівка", payment["value"], width) for payment in shown["payments"])
    if shown["total_rest"]:
        lines.append(_pair("Решта", shown["total_rest"], width))
    lines.extend(_pair(f"{tax['label']}", tax["value"], width) for tax in shown["taxes"])
    lines.append(f"Чек {shown['fiscal_code'] or 'не фіскалізовано'}")
    lines.append(f"Касир {receipt.body.get('cashier_name') or receipt.shift.cashier.full_name}")
    if shown["is_created_offline"]:
        lines.append("ОФЛАЙН")
    lines.append("ТЕСТОВИЙ, НЕ Є ФІСКАЛЬНИМ ДОКУМЕНТОМ")
    return "\n".join(line[:width] for line in lines) + "\n"


def receipt_html(receipt: Receipt, now: datetime) -> str:
    return (
        f'<!doctype html><html lang="uk"><head><meta charset="utf-8"><title>Чек {receipt.serial}</title></head>'
        f"<body><pre>{escape(receipt_text(receipt, now, 42))}</pre></body></html>"
    )


def receipt_qr(receipt: Receipt) -> bytes:
    """A PNG with the address of the receipt at the tax office."""
    image = io.BytesIO()
    segno.make(receipt.tax_url()).save(image, kind="png", scale=4)
    return image.getvalue()


def report_text(report: dict[str, Any]) -> str:
    title = "Z-ЗВІТ" if report["is_z_report"] else "X-ЗВІТ"
    lines = [title, f"Чеків: {report['sell_receipts_count']}, повернень: {report['return_receipts_count']}"]
    lines += [
        f"{payment['label']}: продаж {_money(payment['sell_sum'])}, повернення {_money(payment['return_sum'])}"
        for payment in report["payments"]
    ]
    lines.append(f"Готівка в касі: {_money(report['balance'])}")
    return "\n".join(lines) + "\n"


def _pair(left: str, kopecks: int, width: int) -> str:
    right = _money(kopecks)
    return left[: width - len(right) - 1].ljust(width - len(right)) + right


def _money(kopecks: int) -> str:
    sign = "-" if kopecks < 0 else ""
    return f"{sign}{abs(kopecks) // 100}.{abs(kopecks) % 100:02d}"


def _thousandths(quantity: int) -> str:
    return str(quantity // 1000) if quantity % 1000 == 0 else f"{quantity // 1000}.{quantity % 1000:03d}"
