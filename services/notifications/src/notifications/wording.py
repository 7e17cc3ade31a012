"""The words of a message: standard texts from the catalogues, filled in with the facts of the visit."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from contracts.booking import BookingItem, BookingState
from kit.texts import Texts

from .domain.facts import Standing
from .domain.segments import measure

LONGEST_VALUE = 60
VARIABLES = (
    "account",
    "location",
    "address",
    "client",
    "service",
    "staff",
    "date",
    "time",
    "old_date",
    "old_time",
    "link",
)


@dataclass(frozen=True)
class Words:
    """A text ready to go, with what it costs."""

    text: str
    parts: int


@dataclass(frozen=True)
class Surroundings:
    """What every message of an account may name besides the booking itself."""

    account_name: str
    location_name: str
    address: str
    zone: ZoneInfo
    public_url: str


def word(
    texts: Texts,
    *,
    recipient_type: str,
    kind: str,
    language: str,
    booking: BookingState,
    around: Surroundings,
    was: Standing | None,
) -> Words:
    """The message of a kind for a booking, in the recipient's language."""
    values = values_of(booking, around, was)
    text = texts.get(language, template_key(recipient_type, kind), values)
    return Words(text, measure(text).parts)


def template_key(recipient_type: str, kind: str) -> str:
    """Where the standard text of a kind is in the catalogues."""
    return f"sms.{recipient_type}.{kind}"


def values_of(booking: BookingState, around: Surroundings, was: Standing | None) -> dict[str, str]:
    """The variables of the templates; each is one line, and none so long that it would cost parts by itself."""
    day, hour = _shown(booking.starts_at, around.zone)
    old_day, old_hour = _shown(was.starts_at if was else booking.starts_at, around.zone)
    values = {
        "account": around.account_name,
        "location": around.location_name,
        "address": around.address or around.location_name,
        "client": booking.client.name if booking.client else "",
        "service": _joined(item.service_name for item in _in_order(booking)),
        "staff": _joined(item.staff_member_name for item in _in_order(booking)),
        "date": day,
        "time": hour,
        "old_date": old_day,
        "old_time": old_hour,
        "link": f"{around.public_url.rstrip('/')}/b/{booking.code}",
    }
    return {name: value if name == "link" else _short(value) for name, value in values.items()}


def _in_order(booking: BookingState) -> list[BookingItem]:
    return sorted(booking.items, key=lambda item: item.starts_at)


def _shown(moment: datetime, zone: ZoneInfo) -> tuple[str, str]:
    local = moment.astimezone(zone)
    return f"{local:%d.%m}", f"{local:%H:%M}"


def _joined(names: Iterable[str]) -> str:
    return ", ".join(dict.fromkeys(names))


def _short(value: str) -> str:
    one_line = " ".join(value.split())
    return one_line if len(one_line) <= LONGEST_VALUE else one_line[: LONGEST_VALUE - 1].rstrip() + "…"
