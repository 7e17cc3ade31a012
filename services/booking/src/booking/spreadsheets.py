"""Tables as files for spreadsheet programs, and such files read back."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal

Cell = str | int | float | Decimal | bool | date | datetime | None

CSV_TYPE = "text/csv; charset=utf-8"
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

_STARTS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
_LONGEST_CELL = 32_767


def as_csv(header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    """RFC 4180 with a byte order mark, so that Excel takes it for UTF-8.

    A text that a spreadsheet program would take for a formula begins with an apostrophe.
    """
    written = io.StringIO()
    writer = csv.writer(written)
    writer.writerow([_harmless(name) for name in header])
    for row in rows:
        writer.writerow([_harmless(cell) for cell in row])
    return b"\xef\xbb\xbf" + written.getvalue().encode()


def as_xlsx(header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    """A workbook of one sheet; texts are written as texts, so that nothing in them is ever calculated."""
    import xlsxwriter

    made = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "remove_timezone": True}
    with xlsxwriter.Workbook(made, options) as book:
        sheet = book.add_worksheet()
        bold = book.add_format({"bold": True})
        moment, day = book.add_format({"num_format": "dd.mm.yyyy hh:mm"}), book.add_format({"num_format": "dd.mm.yyyy"})
        for column, name in enumerate(header):
            sheet.write_string(0, column, name, bold)
            sheet.set_column(column, column, max(12, min(40, len(name) + 2)))
        sheet.freeze_panes(1, 0)
        for number, row in enumerate(rows, start=1):
            for column, cell in enumerate(row):
                match cell:
                    case None:
                        continue
                    case bool():
                        sheet.write_boolean(number, column, cell)
                    case int() | float() | Decimal():
                        sheet.write_number(number, column, cell)
                    case datetime():
                        sheet.write_datetime(number, column, cell.replace(tzinfo=None), moment)
                    case date():
                        sheet.write_datetime(number, column, cell, day)
                    case _:
                        sheet.write_string(number, column, cell[:_LONGEST_CELL])
    return made.getvalue()


class UnreadableFileError(ValueError):
    """The bytes are no table that we can read."""


def read_table(content: bytes, *, most_rows: int) -> list[list[str]]:
    """The cells of a CSV or XLSX file as texts, empty lines left out; raises `UnreadableFileError`."""
    found = _read_xlsx(content) if content[:4] == b"PK\x03\x04" else _read_csv(content)
    rows: list[list[str]] = []
    try:
        for row in found:
            if any(row):
                rows.append(row)
            if len(rows) > most_rows:
                break
    except (csv.Error, UnicodeDecodeError) as error:
        raise UnreadableFileError from error
    return rows


def _read_csv(content: bytes) -> Iterator[list[str]]:
    if b"\0" in content and not content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise UnreadableFileError
    text = _decoded(content)
    delimiter = max(";,\t", key=text.partition("\n")[0].count)
    for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter):
        yield [cell.strip().removeprefix("'") for cell in row]


def _decoded(content: bytes) -> str:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1251")  # what Excel saves in Ukraine when nobody asks for UTF-8


def _read_xlsx(content: bytes) -> Iterator[list[str]]:
    import zipfile

    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            if sum(part.file_size for part in packed.infolist()) > _MOST_UNPACKED_BYTES:
                raise UnreadableFileError
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        sheet = book.worksheets[0]
        for row in sheet.iter_rows(values_only=True):
            yield [_as_text(cell) for cell in row]
        book.close()
    except (InvalidFileException, zipfile.BadZipFile, KeyError, ValueError, IndexError, SyntaxError) as error:
        raise UnreadableFileError from error


_MOST_UNPACKED_BYTES = 64 * 1024 * 1024


def _as_text(cell: object) -> str:
    match cell:
        case None:
            return ""
        case float() if cell.is_integer():
            return str(int(cell))  # a phone that the program took for a number
        case datetime() | date():
            return cell.isoformat()[:10]
        case _:
            return str(cell).strip()


def _harmless(cell: Cell) -> str:
    match cell:
        case None:
            return ""
        case bool():
            return "1" if cell else "0"
        case datetime():
            return cell.isoformat(timespec="minutes")
        case str():
            return f"'{cell}" if cell.startswith(_STARTS_A_FORMULA) else cell
        case _:
            return str(cell)
