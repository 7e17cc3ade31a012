"""Templates: one environment for all pages, with words and formats at hand."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any
from uuid import uuid4

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from . import formats, words
from .assets import Assets

_TEMPLATES = Path(__file__).parent.parent / "templates"


@cache
def environment() -> Environment:
    """The templates of the package; text is escaped everywhere."""
    made = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    made.globals.update(
        t=words.t,
        n=words.n,
        duration=words.duration,
        language_names=words.LANGUAGE_NAMES,
        money=formats.money,
        at=formats.at,
        clock=formats.clock,
        clock_range=formats.clock_range,
        day_long=formats.day_long,
        day_medium=formats.day_medium,
        day_short=formats.day_short,
        weekday=formats.weekday,
        weekday_name=formats.weekday_name,
        month=formats.month,
        when=formats.when,
        stamp=formats.stamp,
        near=near,
        phone=formats.phone,
        initials=formats.initials,
        asset=Assets().address,
        new_key=lambda: str(uuid4()),
        moment=datetime.fromisoformat,
        named=named,
        stamp_local=stamp_local,
    )
    made.filters["capitalize_first"] = capitalize_first
    return made


def render(template: str, **context: object) -> str:
    """The page as text."""
    return environment().get_template(template).render(**context)


def capitalize_first(text: str) -> str:
    """As at the start of a sentence; the rest stays as it is."""
    return text[:1].upper() + text[1:]


def near(moment: datetime, zone: str) -> str:
    """`пн 23.11, 10:00`: short, for a button."""
    local = formats.at(moment, zone)
    return f"{formats.weekday(local.date())} {local:%d.%m, %H:%M}"


def named(things: Iterable[Any]) -> list[tuple[str, str]]:
    """Choices of a form: ids with names."""
    return [(str(thing.id), thing.name) for thing in things]


def stamp_local(moment: datetime) -> str:
    """`23.11.2026, 10:00` of a moment that carries the offset of its place."""
    return f"{formats.day_short(moment.date())}, {moment:%H:%M}"
