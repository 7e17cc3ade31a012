"""Reports as files: one table each, with its headings in the reader's language."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import Response
from pydantic import BaseModel

from booking import words
from booking.spreadsheets import CSV_TYPE, XLSX_TYPE, Cell, as_csv, as_xlsx
from contracts import Money
from kit import context

Format = Literal["json", "csv", "xlsx"]

FILES: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "As JSON, or as a file where `format` asks for one.",
        "content": {
            "text/csv": {"schema": {"type": "string"}},
            XLSX_TYPE: {"schema": {"type": "string", "format": "binary"}},
        },
    }
}
"""What a report may answer besides JSON, for the API document."""


async def as_file(name: str, wanted: Format, fields: Sequence[str], rows: Sequence[BaseModel], zone: str) -> Response:
    """The table as CSV or XLSX; moments by the wall clock of `zone` unless they carry an offset of their own."""
    language = context.current().language
    header = [words.TEXTS.get(language, f"column.{field}") for field in fields]
    cells = [[_cell(getattr(row, field), language, zone) for field in fields] for row in rows]
    write = as_csv if wanted == "csv" else as_xlsx
    content = await asyncio.to_thread(write, header, cells)
    return Response(
        content,
        media_type=CSV_TYPE if wanted == "csv" else XLSX_TYPE,
        headers={"Content-Disposition": f'attachment; filename="{name}.{wanted}"', "Cache-Control": "no-store"},
    )


def _cell(value: object, language: str, zone: str) -> Cell:
    match value:
        case Money():
            return Decimal(value.amount) / 100
        case datetime():
            local = value if value.utcoffset() else value.astimezone(ZoneInfo(zone))
            return local.replace(tzinfo=None)
        case bool():
            return words.TEXTS.get(language, "yes" if value else "no")
        case str():
            return words.TEXTS.find(language, f"state.{value}") or value
        case int() | float() | date() | None:
            return value
        case UUID():
            return str(value)
        case list() | tuple():
            return ", ".join(map(str, value))
        case _:
            return str(value)
