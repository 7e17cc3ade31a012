"""What a report looks like: a table, and a chart of one of its columns."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Literal
from uuid import UUID

from starlette.responses import Response

from contracts.base import Money
from gateway.pages.formats import money
from gateway.pages.forms import uuids
from gateway.pages.registers.frame import day_of
from gateway.pages.visit import Visit
from gateway.pages.words import duration

FILES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_LONGEST = timedelta(days=365)

Kind = Literal["text", "money", "number", "percent", "minutes"]


@dataclass(frozen=True)
class Column:
    """One column; its words are `report.<name>`."""

    name: str
    kind: Kind = "number"


@dataclass(frozen=True)
class Bar:
    """One value of a chart: what it is called, how long it is drawn, how it is written."""

    label: str
    value: float
    shown: str


@dataclass(frozen=True)
class Chart:
    """Bars beside one another along time, or below one another by size."""

    title: str
    bars: Sequence[Bar]
    is_along_time: bool = False

    @property
    def highest(self) -> float:
        """Never nothing, so that shares of it can be drawn."""
        return max((bar.value for bar in self.bars), default=0) or 1


@dataclass(frozen=True)
class Sheet:
    """A table with its chart; the last line may sum up."""

    columns: Sequence[Column]
    rows: Sequence[Sequence[str]]
    chart: Chart | None = None
    total: Sequence[str] | None = None


@dataclass(frozen=True)
class Period:
    """The days of a report, both included, and the place it is limited to."""

    since: date
    until: date
    location_id: UUID | None = None
    presets: Sequence[tuple[str, date, date]] = field(default=())

    @property
    def query(self) -> str:
        place = f"&location={self.location_id}" if self.location_id else ""
        return f"from={self.since}&to={self.until}{place}"


def period_of(visit: Visit, today: date) -> Period:
    """As the address says; without days this month so far. A year at most: an older beginning is moved up."""
    until = day_of(visit.query.get("to"), today)
    since = min(day_of(visit.query.get("from"), until.replace(day=1)), until)
    since = max(since, until - _LONGEST)
    month = today.replace(day=1)
    before = month - timedelta(days=1)
    presets = (
        ("today", today, today),
        ("week", today - timedelta(days=today.weekday()), today),
        ("month", month, today),
        ("last_month", before.replace(day=1), before),
        ("year", today.replace(month=1, day=1), today),
    )
    place = next(iter(uuids([visit.query.get("location") or ""])), None)
    return Period(since, until, place, presets)


def cell(value: object, kind: Kind) -> str:
    """A value as people write it."""
    if value is None:
        return "–"
    if kind == "money" and isinstance(value, Money):
        return money(value)
    if kind == "percent" and isinstance(value, int | float):
        return f"{value:.0f}\u00a0%"
    if kind == "minutes" and isinstance(value, int):
        return duration(value)
    return str(value)


def cells(one: object, columns: Iterable[Column]) -> list[str]:
    """The fields of an answer that the columns name."""
    return [cell(getattr(one, column.name), column.kind) for column in columns]


def file_of(name: str, period: Period, form: str, content: bytes) -> Response:
    """A download with a name that says what it is."""
    named = f"{name}-{period.since}-{period.until}.{form}"
    return Response(content, media_type=FILES[form], headers={"Content-Disposition": f'attachment; filename="{named}"'})
