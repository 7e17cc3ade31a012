"""How money, moments, phones and lengths of time are written in the reader's language.

The language is that of the running request (`kit.context`). Moments are shown on the wall clock of the place they
belong to, so every function that shows one takes the name of its time zone.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from functools import cache
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date
from babel.numbers import format_decimal

from contracts.base import Money
from kit import context

from .said import day_said

NO_BREAK = "\u00a0"
_LOCALES = {"uk": "uk_UA", "ru": "ru_UA", "en": "en_GB"}
_SIGNS_OF_PHONES = frozenset("0123456789 ()+-.\u00a0")
_SIGNS = {"UAH": "₴", "EUR": "€", "USD": "$", "PLN": "zł", "GBP": "£"}


@cache
def _locale(language: str) -> Locale:
    return Locale.parse(_LOCALES.get(language, "uk_UA"))


def locale() -> Locale:
    """Of the running request."""
    return _locale(context.current().language)


def money(value: Money) -> str:
    """`1 234,50 ₴` with no-break spaces, whole amounts without the minor part; in English `₴1,234.50`."""
    is_english = context.current().language == "en"
    sign = _SIGNS.get(value.currency, value.currency)
    whole, minor = divmod(abs(value.amount), 100)
    grouped = f"{whole:,}"
    number = grouped if is_english else grouped.replace(",", NO_BREAK)
    if minor:
        number += f"{'.' if is_english else ','}{minor:02}"
    minus = "−" if value.amount < 0 else ""
    return f"{minus}{sign}{number}" if is_english and len(sign) == 1 else f"{minus}{number}{NO_BREAK}{sign}"


def decimal(value: float) -> str:
    """`4,7`; in English `4.7`."""
    return format_decimal(round(value, 1), locale=locale())


def told_number(value: str) -> str:
    """A number as a provider wrote it (`100000.0`), as people write it; anything else stays as it was told."""
    try:
        number = Decimal(value)
    except InvalidOperation:
        return value
    return format_decimal(number, format="#,##0.##", locale=locale()) if number.is_finite() else value


def at(moment: datetime, zone: str) -> datetime:
    """The moment on the wall clock of `zone`."""
    return moment.astimezone(ZoneInfo(zone))


def clock(moment: datetime, zone: str) -> str:
    """`10:00`, always of 24 hours."""
    return at(moment, zone).strftime("%H:%M")


def clock_range(since: datetime, until: datetime, zone: str) -> str:
    """`10:00–11:30`."""
    return f"{clock(since, zone)}–{clock(until, zone)}"


def day_typed(typed: str) -> str:
    """The day that stands in a date field, in words; empty where none does."""
    day = day_said(typed)
    return day_long(day) if day else ""


def day_long(day: date) -> str:
    """`понеділок, 23 листопада`; the year is said only when it is another one than this."""
    pattern = "EEEE, d MMMM" if day.year == _this_year() else "EEEE, d MMMM y"
    return format_date(day, pattern, locale=locale())


def day_medium(day: date) -> str:
    """`23 листопада`."""
    return format_date(day, "d MMMM" if day.year == _this_year() else "d MMMM y", locale=locale())


def day_short(day: date) -> str:
    """`23.11.2026`; in English `23/11/2026`."""
    return day.strftime("%d/%m/%Y" if context.current().language == "en" else "%d.%m.%Y")


def weekday(day: date) -> str:
    """`пн`."""
    return format_date(day, "EEEEEE" if context.current().language != "en" else "EEE", locale=locale())


def weekday_name(index: int) -> str:
    """The full name of a weekday, Monday being 0, with a capital letter as at the start of a line."""
    return format_date(date(2024, 1, 1 + index), "cccc", locale=locale()).capitalize()


def month(day: date) -> str:
    """`листопад 2026`."""
    return format_date(day, "LLLL y", locale=locale())


def when(moment: datetime, zone: str) -> str:
    """`понеділок, 23 листопада, 10:00`."""
    local = at(moment, zone)
    return f"{day_long(local.date())}, {local:%H:%M}"


def stamp(moment: datetime, zone: str) -> str:
    """`23.11.2026, 10:00`, for logs and lists."""
    local = at(moment, zone)
    return f"{day_short(local.date())}, {local:%H:%M}"


def span(since: datetime, until: datetime, zone: str) -> str:
    """From when till when: `27 листопада – 30 листопада` for whole days, both named; else two stamps."""
    first, end = at(since, zone), at(until, zone)
    if (first.hour, first.minute, end.hour, end.minute) != (0, 0, 0, 0) or end <= first:
        return f"{stamp(since, zone)} – {stamp(until, zone)}"
    last = end.date() - timedelta(days=1)
    return day_medium(last) if last == first.date() else f"{day_medium(first.date())} – {day_medium(last)}"


def _of_ukraine(written: str) -> str | None:
    """E.164 of `067…`, `8 (067) …`, `380…` or nine digits; none for anything else."""
    if set(written) - _SIGNS_OF_PHONES:
        return None
    digits = "".join(sign for sign in written if sign.isdigit())
    if len(digits) == 11 and digits.startswith("80"):
        digits = digits[1:]
    if len(digits) == 9:
        digits = f"0{digits}"
    if len(digits) == 10 and digits.startswith("0"):
        digits = f"38{digits}"
    return f"+{digits}" if len(digits) == 12 and digits.startswith("380") else None


def phone(e164: str | None) -> str:
    """`+380 67 123 45 67`, also of a number as somebody typed it; a masked spelling is left as it is."""
    if not e164:
        return ""
    e164 = _of_ukraine(e164) or e164
    if e164.startswith("+380") and len(e164) == 13 and e164[1:].isdigit():
        return NO_BREAK.join((e164[:4], e164[4:6], e164[6:9], e164[9:11], e164[11:]))
    import phonenumbers  # 1.5 MB that only numbers from abroad need

    try:
        number = phonenumbers.parse(e164)
    except phonenumbers.NumberParseException:
        return e164
    shown = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
    return shown.replace(" ", NO_BREAK)


def initials(name: str) -> str:
    """One or two letters that stand for a face."""
    words = [word for word in name.split() if word[0].isalnum()]
    return "".join(word[0] for word in words[:2]).upper() or "?"


def _this_year() -> int:
    return datetime.now().astimezone().year
