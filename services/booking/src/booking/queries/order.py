"""Names in the order in which people look for them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement
from sqlalchemy.orm import InstrumentedAttribute

COLLATION = "uk-x-icu"
"""Ґ after Г, Є after Е, І and Ї after И; small and capital letters side by side. Russian and English read well too."""


def by_name(name: ColumnElement[Any] | InstrumentedAttribute[str]) -> ColumnElement[Any]:
    """A name as it is sorted and compared."""
    return name.collate(COLLATION)
