"""Reports as files. What a person typed is always text there: no cell of it is ever taken for a formula."""

import csv
import io
from collections.abc import Sequence
from decimal import Decimal

Cell = str | int | Decimal
_STARTS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%")


def money(amount: int) -> Decimal:
    """Minor units as a number with two decimals."""
    return Decimal(amount).scaleb(-2)


def as_csv(table: Sequence[Sequence[Cell]]) -> bytes:
    """A table as CSV in UTF-8 with a byte order mark, which spreadsheet programs need to see the letters right."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerows([_safe(cell) for cell in row] for row in table)
    return text.getvalue().encode("utf-8-sig")


def as_xlsx(sheets: dict[str, Sequence[Sequence[Cell]]]) -> bytes:
    """Sheets by name, the first row of each being its head."""
    import xlsxwriter  # 4 MB that only an export has a use for

    file = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(file, options) as book:
        head, sums = book.add_format({"bold": True}), book.add_format({"num_format": "#,##0.00"})
        for name, table in sheets.items():
            sheet = book.add_worksheet(name[:31])
            sheet.freeze_panes(1, 0)
            sheet.set_column(0, 20, 18)
            for number, row in enumerate(table):
                for column, cell in enumerate(row):
                    if isinstance(cell, str):
                        sheet.write_string(number, column, cell, head if number == 0 else None)
                    else:
                        sheet.write_number(number, column, cell, sums if isinstance(cell, Decimal) else None)
    return file.getvalue()


def _safe(cell: Cell) -> str:
    if isinstance(cell, str):
        return f"'{cell}" if cell.lstrip(" \u00a0\u200b").startswith(_STARTS_A_FORMULA) else cell
    return str(cell)
