"""A receipt and a report as text, page and QR code."""

import io
from datetime import datetime
from html import escape
from typing import Any

import segno

from simulators.checkbox.receipts import Receipt

_PDF_ESCAPES = str.maketrans({"(": r"\(", ")": r"\)", "\\": r"\\"})
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


def receipt_pdf(receipt: Receipt, now: datetime) -> bytes:
    """One page with the lines of the receipt; letters that the standard fonts lack are left as question marks."""
    lines = receipt_text(receipt, now, 42).splitlines()
    shown = [line.encode("ascii", "replace").decode().translate(_PDF_ESCAPES) for line in lines]
    drawn = "BT /F1 9 Tf 20 560 Td 11 TL\n" + "\n".join(f"({line}) Tj T*" for line in shown) + "\nET"
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 280 580] /Contents 4 0 R "
        "/Resources << /Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Courier >> >> >> >>",
        f"<< /Length {len(drawn)} >>\nstream\n{drawn}\nendstream",
    ]
    page, places = "%PDF-1.4\n", []
    for number, content in enumerate(objects, 1):
        places.append(len(page))
        page += f"{number} 0 obj\n{content}\nendobj\n"
    table = "".join(f"{place:010d} 00000 n \n" for place in places)
    count = len(objects) + 1
    page += f"xref\n0 {count}\n0000000000 65535 f \n{table}"
    return (page + f"trailer\n<< /Size {count} /Root 1 0 R >>\nstartxref\n{page.index('xref')}\n%%EOF\n").encode()


def receipt_xml(receipt: Receipt, now: datetime) -> str:
    """The document as it goes to the tax office, in short."""
    shown = receipt.shown(now)
    lines = "".join(
        f"<ROW><NAME>{escape(good['good']['name'])}</NAME><COST>{_money(good['total_sum'])}</COST></ROW>"
        for good in shown["goods"]
    )
    return (
        f'<?xml version="1.0" encoding="utf-8"?><CHECK><CHECKHEAD><UID>{receipt.id}</UID>'
        f"<ORDERTAXNUM>{shown['fiscal_code'] or ''}</ORDERTAXNUM></CHECKHEAD>"
        f"<CHECKTOTAL><SUM>{_money(shown['total_sum'])}</SUM></CHECKTOTAL><CHECKBODY>{lines}</CHECKBODY></CHECK>"
    )


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
