"""Fields that bodies of the booking service share: moments, days, names, contacts, prices."""

from datetime import UTC, date, datetime
from typing import Annotated
from uuid import UUID
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, AwareDatetime, Field, StrictInt, StringConstraints

from contracts.http.base import Body, CurrencyCode, Line, Shape

_EARLIEST, _LATEST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)


def _plausible(moment: datetime) -> datetime:
    if not _EARLIEST <= moment < _LATEST:
        raise ValueError("moment_range")
    return moment


def _whole_minute(moment: datetime) -> datetime:
    if moment.second or moment.microsecond:
        raise ValueError("whole_minute")
    return moment


def _plausible_day(day: date) -> date:
    if not _EARLIEST.date() <= day < _LATEST.date():
        raise ValueError("moment_range")
    return day


def _storable(text: str) -> str:
    if any(sign == "\0" or "\ud800" <= sign <= "\udfff" for sign in text):
        raise ValueError("characters")
    return text


def _known_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise ValueError("time_zone") from None
    return name


Moment = Annotated[AwareDatetime, AfterValidator(_plausible), AfterValidator(_whole_minute)]

Day = Annotated[date, AfterValidator(_plausible_day)]

Zone = Annotated[str, StringConstraints(min_length=1, max_length=64), AfterValidator(_known_zone)]

Name = Annotated[Line, Field(max_length=120)]

Comment = Annotated[str, StringConstraints(strip_whitespace=True, max_length=2000), AfterValidator(_storable)]

Phone = Annotated[Line, Field(max_length=40)]

Email = Annotated[Line, Field(max_length=254), Shape(r"[^@\s]+@[^@\s]+\.[^@\s]+", "email")]

Address = Annotated[Line, Field(max_length=300)]

Ids = Annotated[tuple[UUID, ...], Field(max_length=500)]


class Price(Body):
    """An amount in minor units; the currency is the account's and may be left out."""

    amount: StrictInt = Field(ge=0, le=10_000_000_000)
    currency: CurrencyCode | None = None
