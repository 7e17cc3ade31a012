"""The words of a message: the account's own text where it has one, else the standard one, filled in with the visit."""

from __future__ import annotations

import re
import string
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from contracts.booking import BookingItem, BookingState
from kit.texts import Texts

from .domain.facts import Standing
from .domain.segments import measure
from .domain.transliteration import transliterate
from .errors import TemplateMalformed, TemplateVariableUnknown

LONGEST_VALUE = 60
VARIABLES = (
    "account",
    "location",
    "address",
    "phone",
    "client",
    "service",
    "staff",
    "date",
    "time",
    "old_date",
    "old_time",
    "price",
    "link",
)
_KEY_IN_LINK = re.compile(r"(/b/\w+)\?key=[^\s]+")


@dataclass(frozen=True)
class Words:
    """A text ready to go, with what it costs."""

    text: str
    parts: int


@dataclass(frozen=True)
class OwnText:
    """A text that the account has written and somebody has approved."""

    text: str
    transliterated: bool = False


@dataclass(frozen=True)
class Surroundings:
    """What every message of an account may name besides the booking itself."""

    account_name: str
    location_name: str
    address: str
    zone: ZoneInfo
    public_url: str
    phone: str = ""


def word(
    texts: Texts,
    *,
    recipient_type: str,
    kind: str,
    language: str,
    booking: BookingState,
    around: Surroundings,
    was: Standing | None,
    own: OwnText | None = None,
) -> Words:
    """The message of a kind for a booking, in the recipient's language."""
    values = values_of(booking, around, was, for_client=recipient_type == "client")
    return fill(own or OwnText(texts.get(language, template_key(recipient_type, kind))), values)


def fill(template: OwnText, values: Mapping[str, str]) -> Words:
    """The text with its variables filled in."""
    text = template.text.format_map(values)
    if template.transliterated:
        text = transliterate(text)
    return Words(text, measure(text).parts)


def template_key(recipient_type: str, kind: str) -> str:
    """Where the standard text of a kind is in the catalogues."""
    return f"sms.{recipient_type}.{kind}"


def judge_template(text: str) -> None:
    """Raise `TemplateMalformed` or `TemplateVariableUnknown` for a text that cannot be filled in."""
    try:
        fields = [found for found in string.Formatter().parse(text) if found[1] is not None]
    except ValueError as error:
        raise TemplateMalformed from error
    for _, name, form, conversion in fields:
        if form or conversion:
            raise TemplateMalformed  # widths and the like are no business of a message
        if name not in VARIABLES:
            raise TemplateVariableUnknown(str(name), list(VARIABLES))


def values_of(
    booking: BookingState, around: Surroundings, was: Standing | None, *, for_client: bool = True
) -> dict[str, str]:
    """The variables of the templates; each is one line, and none so long that it would cost parts by itself."""
    day, hour = _shown(booking.starts_at, around.zone)
    old_day, old_hour = _shown(was.starts_at if was else booking.starts_at, around.zone)
    link = f"{around.public_url.rstrip('/')}/b/{booking.code}"
    values = {
        "account": around.account_name,
        "location": around.location_name,
        "address": around.address or around.location_name,
        "phone": around.phone,
        "client": booking.client.name if booking.client else "",
        "service": _joined(item.service_name for item in _in_order(booking)),
        "staff": _joined(item.staff_member_name for item in _in_order(booking)),
        "date": day,
        "time": hour,
        "old_date": old_day,
        "old_time": old_hour,
        "price": money(booking.price.amount),
        "link": f"{link}?key={booking.link_key}" if for_client and booking.link_key else link,
    }
    return {name: value if name == "link" else shortened(value) for name, value in values.items()}


def without_keys(text: str) -> str:
    """A text as staff may see it: what lets the client act without signing in is the client's alone."""
    return _KEY_IN_LINK.sub(r"\1", text)


def money(minor: int) -> str:
    """An amount as it is said: whole units where there are no hundredths."""
    whole, part = divmod(minor, 100)
    return f"{whole}.{part:02d}" if part else str(whole)


def shortened(value: str) -> str:
    """One line of at most `LONGEST_VALUE` signs."""
    one_line = " ".join(value.split())
    return one_line if len(one_line) <= LONGEST_VALUE else one_line[: LONGEST_VALUE - 1].rstrip() + "…"


def _in_order(booking: BookingState) -> list[BookingItem]:
    return sorted(booking.items, key=lambda item: item.starts_at)


def _shown(moment: datetime, zone: ZoneInfo) -> tuple[str, str]:
    local = moment.astimezone(zone)
    return f"{local:%d.%m}", f"{local:%H:%M}"


def _joined(names: Iterable[str]) -> str:
    return ", ".join(dict.fromkeys(names))
