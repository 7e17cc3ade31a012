"""What the product itself costs an account. SMS money is another purse and is no part of this."""

import calendar
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

CURRENCY = "UAH"
RENEWABLE_BEFORE = timedelta(days=7)
"""So long before its end the next month of an extra can be paid."""


@dataclass(frozen=True)
class Extra:
    """A paid extra: kopecks a month. Its name and words are `extra.<key>` of the catalogues."""

    key: str
    monthly: int


BASE = Extra("base", 0)
EXTRAS = (
    Extra("custom_domain", 15_000),
    Extra("call_centre", 49_900),
    Extra("priority_support", 29_900),
)


def chosen(keys: Iterable[str]) -> list[Extra]:
    """The extras with these keys in the order of the list; raises `KeyError` for one that is not on it."""
    wanted = set(keys)
    if unknown := wanted - {extra.key for extra in EXTRAS}:
        raise KeyError(min(unknown))
    return [extra for extra in EXTRAS if extra.key in wanted]


def monthly_total(extras: Iterable[Extra]) -> int:
    """Kopecks a month for the base and these extras."""
    return BASE.monthly + sum(extra.monthly for extra in extras)


def payable(extras: Iterable[Extra], paid_until: Mapping[str, datetime], now: datetime) -> list[Extra]:
    """Those to pay for now: never paid, over, or over soon."""
    return [one for one in extras if one.key not in paid_until or paid_until[one.key] <= now + RENEWABLE_BEFORE]


def is_paid(extras: Iterable[Extra], paid_until: Mapping[str, datetime], now: datetime) -> bool:
    """Whether every one of them is paid for at this moment."""
    return all(one.key in paid_until and paid_until[one.key] > now for one in extras)


def months_on(moment: datetime, count: int = 1) -> datetime:
    """The same day so many months later, or the last one of a shorter month."""
    months = moment.year * 12 + moment.month - 1 + count
    year, month = divmod(months, 12)
    day = min(moment.day, calendar.monthrange(year, month + 1)[1])
    return moment.replace(year=year, month=month + 1, day=day)
