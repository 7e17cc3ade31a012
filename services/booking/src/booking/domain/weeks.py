"""ISO weeks of a period."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta


@dataclass(frozen=True)
class Week:
    """A week, or what of it lies in a period, both days included."""

    first: date
    last: date

    @property
    def monday(self) -> date:
        """The first day of the whole week."""
        return self.first - timedelta(days=self.first.weekday())

    @property
    def name(self) -> str:
        """As ISO 8601 writes it: the year is that of the week's Thursday."""
        year, number, _ = self.first.isocalendar()
        return f"{year}-W{number:02d}"


def weeks_of(first: date, last: date) -> list[Week]:
    """Every week that the days `first…last` touch, in order."""
    found = []
    while first <= last:
        sunday = first + timedelta(days=6 - first.weekday())
        found.append(Week(first, min(sunday, last)))
        first = sunday + timedelta(days=1)
    return found
