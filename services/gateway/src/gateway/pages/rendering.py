"""Templates: one environment for all pages, with words and formats at hand."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any
from uuid import uuid4

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from contracts.base import Money
from contracts.http.booking import Action

from . import formats, words
from .assets import Assets
from .browsers import device_name
from .forms import Form

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
        age=words.age,
        pay_types=pay_types,
        times_with=times_with,
        source_names=source_names,
        kopecks=kopecks,
        channel_names=channel_names,
        language_names=words.LANGUAGE_NAMES,
        money=formats.money,
        at=formats.at,
        clock=formats.clock,
        clock_range=formats.clock_range,
        day_long=formats.day_long,
        day_typed=formats.day_typed,
        day_medium=formats.day_medium,
        day_short=formats.day_short,
        weekday=formats.weekday,
        weekday_name=formats.weekday_name,
        month=formats.month,
        when=formats.when,
        stamp=formats.stamp,
        span=formats.span,
        near=near,
        phone=formats.phone,
        initials=formats.initials,
        asset=Assets().address,
        new_key=lambda: str(uuid4()),
        moment=datetime.fromisoformat,
        server_now=lambda: datetime.now(UTC).isoformat(),
        named=named,
        sentence=sentence,
        known=lambda key: words.find(key) is not None,
        client_name=client_name,
        device_name=device_name,
        fix_word=fix_word,
        form_of=Form.of,
        plain_price=plain_price,
        first_allowed=first_allowed,
        refused_actions=refused_actions,
        stamp_local=stamp_local,
    )
    made.filters["capitalize_first"] = capitalize_first
    made.filters["decimal"] = formats.decimal
    made.filters["told_number"] = formats.told_number
    return made


def render(template: str, **context: object) -> str:
    """The page as text."""
    return environment().get_template(template).render(**context)


def capitalize_first(text: str) -> str:
    """As at the start of a sentence; the rest stays as it is."""
    return text[:1].upper() + text[1:]


def near(moment: datetime, zone: str = "") -> str:
    """`пн 23.11, 10:00`: short, for a button; without a zone the moment carries the offset of its place."""
    local = formats.at(moment, zone) if zone else moment
    return f"{formats.weekday(local.date())} {local:%d.%m, %H:%M}"


def named(things: Iterable[Any]) -> list[tuple[str, str]]:
    """Choices of a form: ids with names."""
    return [(str(thing.id), thing.name) for thing in things]


def pay_types(kinds: Iterable[str]) -> list[tuple[str, str]]:
    """Choices of a form: ways to pay with their words."""
    return [(kind, words.t(f"pay.{kind}")) for kind in kinds]


def channel_names(channels: Iterable[str]) -> list[tuple[str, str]]:
    """Choices of a form: ways of a message with their words."""
    return [(name, words.t(f"channel.{name}")) for name in channels]


def source_names(sources: Iterable[str]) -> list[tuple[str, str]]:
    """Choices of a form: where bookings come from."""
    return [(name, words.t(f"source.{name}")) for name in sources]


def kopecks(amount: int, currency: str) -> str:
    """Minor units as money."""
    return formats.money(Money(amount=amount, currency=currency))


def times_with(times: Iterable[str], chosen: str) -> list[tuple[str, str]]:
    """Choices of a form: hours of the clock, the stored one among them even when it is an odd one."""
    return [(one, one) for one in sorted({*times, *([chosen] if chosen else [])})]


def fix_word(url: str) -> str:
    """What a link of a cure is called: a page of the help explains, any other page is where it is mended."""
    if "/help/" in url:
        return words.t("act.more")
    return words.t("act.set_up_factor") if url.endswith("/me/second-factor") else words.t("act.fix")


def stamp_local(moment: datetime) -> str:
    """`23.11.2026, 10:00` of a moment that carries the offset of its place."""
    return f"{formats.day_short(moment.date())}, {moment:%H:%M}"


def client_name(client: Any) -> str:
    """Name and surname of a client or of a card; empty without one."""
    return " ".join(part for part in (client.name, client.surname) if part) if client else ""


def plain_price(price: Money) -> str:
    """As a person types it: `450`, `450,50`."""
    return f"{price.amount // 100},{price.amount % 100:02}".removesuffix(",00")


def first_allowed(actions: Mapping[str, Action], names: Sequence[str]) -> int | None:
    """The place of the first of `names` that may be done now."""
    return next((number for number, name in enumerate(names) if name in actions and actions[name].allowed), None)


def refused_actions(actions: Mapping[str, Action]) -> list[Action]:
    """Those that only a missing right stands against; what the state forbids goes without saying."""
    return [one for one in actions.values() if not one.allowed and one.permission and one.reason]


def sentence(text: str) -> str:
    """The text with a full stop, where another sentence follows it."""
    return text if not text or text[-1] in ".!?…" else f"{text}."
