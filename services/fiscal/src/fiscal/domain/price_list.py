"""What the product itself costs an account. SMS money is another purse and is no part of this."""

from collections.abc import Iterable
from dataclasses import dataclass

CURRENCY = "UAH"


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
