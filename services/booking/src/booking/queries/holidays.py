"""Holidays of a country, from data; each account chooses for itself on which of them it closes."""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from uuid import UUID

from sqlalchemy import select

from booking.tables import AccountCopy, ClosedDayRow
from booking.tables_of_places import HolidaysConfirmed
from contracts.http.changes import Holiday, HolidayList
from kit.db import Tx

WORKDAYS = {"UA": ("public", "workday")}
"""Countries whose holidays are working days by law at present, yet are known as holidays: Ukraine under martial law."""
FALLBACK_LANGUAGE = {"uk": "uk", "ru": "ru", "en": "en_US"}


@lru_cache(maxsize=64)
def holidays_of(country: str, year: int, language: str) -> dict[date, str]:
    """The holidays of a year by date; names in `language` where the data has them. Nothing for an unknown country."""
    import holidays  # tens of megabytes that few requests need

    supported = holidays.list_supported_countries(include_aliases=False)
    if country not in supported:
        return {}
    known = holidays.list_localized_countries(include_aliases=False).get(country, [])
    wanted = FALLBACK_LANGUAGE.get(language, language)
    chosen = next((one for one in (wanted, language, "uk", "en_US") if one in known), None)
    found = holidays.country_holidays(
        country, years=year, categories=WORKDAYS.get(country, ("public",)), language=chosen
    )
    return dict(sorted(found.items()))


async def holiday_list(tx: Tx, account: AccountCopy, year: int, language: str) -> HolidayList:
    """The country's holidays with the account's choice, or as a proposal where there was none yet."""
    confirmed = await tx.get(HolidaysConfirmed, (account.account_id, year))
    closed = await _closed(tx, account.account_id, year)
    return HolidayList(
        year=year,
        country=account.country,
        confirmed=confirmed is not None,
        items=[
            Holiday(date=day, name=name, closed=day in closed if confirmed or day in closed else None)
            for day, name in holidays_of(account.country, year, language).items()
        ],
    )


async def _closed(tx: Tx, account_id: UUID, year: int) -> set[date]:
    rows = select(ClosedDayRow.day).where(
        ClosedDayRow.account_id == account_id,
        ClosedDayRow.location_id.is_(None),
        ClosedDayRow.day.between(date(year, 1, 1), date(year, 12, 31)),
    )
    return set(await tx.scalars(rows))
