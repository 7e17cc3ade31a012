"""Spreadsheets that go out by mail."""

from __future__ import annotations

import io
from dataclasses import dataclass
from datetime import datetime

from contracts.booking import JournalRow, JournalState, ReportState
from kit.phones import masked
from kit.texts import Texts

from .situation import zone_of

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_COLUMNS = (
    ("starts", 8),
    ("ends", 8),
    ("client", 22),
    ("surname", 18),
    ("phone", 17),
    ("services", 34),
    ("staff", 20),
    ("state", 18),
    ("payment", 14),
    ("price", 10),
    ("paid", 10),
    ("comment", 40),
)


@dataclass(frozen=True)
class Reader:
    """For whom the sheet is: the language, and what of the clients they may see."""

    language: str
    sees_surname: bool
    sees_phone: bool


def journal_sheet(journal: JournalState, reader: Reader, texts: Texts) -> bytes:
    """The day's journal of one location; a surname or a phone that the reader has no right to is not in the file."""
    import xlsxwriter  # only a process that mails reports needs it

    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    sheet = book.add_worksheet(journal.day)
    bold, amount = book.add_format({"bold": True, "bottom": 1}), book.add_format({"num_format": "# ##0.00"})
    columns = [one for one in _COLUMNS if one[0] != "surname" or reader.sees_surname]
    sheet.write_string(
        0, 0, f"{journal.location_name}, {journal.day}", book.add_format({"bold": True, "font_size": 14})
    )
    for place, (name, width) in enumerate(columns):
        sheet.set_column(place, place, width)
        sheet.write_string(2, place, texts.get(reader.language, f"journal.{name}"), bold)
    sheet.freeze_panes(3, 0)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    for line, row in enumerate(journal.rows, start=3):
        values = _values(row, journal, reader, texts)
        for place, (name, _) in enumerate(columns):
            value = values[name]
            if isinstance(value, float):
                sheet.write_number(line, place, value, amount)
            else:
                sheet.write_string(line, place, value)
    sheet.autofilter(2, 0, 2 + len(journal.rows), len(columns) - 1)
    book.close()
    return out.getvalue()


def figures_sheet(report: ReportState, language: str) -> bytes:
    """A report of figures in the reader's language."""
    import xlsxwriter  # only a process that mails reports needs it

    table = next(table for known, table in report.tables.items() if known == language)
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    sheet = book.add_worksheet()
    bold, amount = book.add_format({"bold": True, "bottom": 1}), book.add_format({"num_format": "# ##0.00"})
    days = f"{report.first} – {report.last}"
    sheet.write_string(0, 0, f"{table.title}, {days}", book.add_format({"bold": True, "font_size": 14}))
    for place, heading in enumerate(table.header):
        sheet.set_column(place, place, max(12, len(heading) + 2))
        sheet.write_string(2, place, heading, bold)
    for line, row in enumerate(table.rows, start=3):
        for place, value in enumerate(row):
            if isinstance(value, str):
                sheet.write_string(line, place, value)
            elif value is not None:
                sheet.write_number(line, place, value, amount if isinstance(value, float) else None)
    sheet.freeze_panes(3, 1)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    book.close()
    return out.getvalue()


def _values(row: JournalRow, journal: JournalState, reader: Reader, texts: Texts) -> dict[str, str | float]:
    zone = zone_of(journal.time_zone)

    def hour(moment: datetime) -> str:
        return f"{moment.astimezone(zone):%H:%M}"

    phone = row.client_phone_e164 or ""
    return {
        "starts": hour(row.starts_at),
        "ends": hour(row.ends_at),
        "client": row.client_name or "",
        "surname": row.client_surname or "",
        "phone": phone if reader.sees_phone or not phone else masked(phone),
        "services": ", ".join(row.services),
        "staff": ", ".join(row.staff),
        "state": texts.get(reader.language, f"journal.state.{row.state}"),
        "payment": texts.get(reader.language, f"journal.payment.{row.payment_state}"),
        "price": row.price.amount / 100,
        "paid": row.paid.amount / 100,
        "comment": row.comment or "",
    }
