"""Accounts and their settings."""

from typing import Annotated
from uuid import UUID

from pydantic import AwareDatetime, Field, StrictBool, StrictInt, StringConstraints

from contracts.base import Language
from contracts.http.base import Answer, Body, CountryCode, CurrencyCode, Line
from contracts.identity import BookingRules, Unconfirmed

_Zone = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=64)]

_Address = Annotated[str, StringConstraints(strip_whitespace=True, to_lower=True, min_length=1, max_length=100)]


class AccountBody(Body):
    """POST /api/v1/accounts."""

    name: Line
    vanity_address: _Address = Field(description="3 to 40 lower-case Latin letters, digits and inner hyphens.")
    time_zone: _Zone = "Europe/Kyiv"
    country: CountryCode = Field(default="UA", description="ISO 3166-1 alpha-2.")
    currency: CurrencyCode = Field(default="UAH", description="ISO 4217; stays for ever.")
    language: Language = "uk"
    city: Line | None = None


class BookingRulesBody(Body):
    """Rules to change; what is not named stays. Bounds as in `contracts.identity.BookingRules`."""

    grid_min: StrictInt = Field(default=15, ge=1, le=240)
    lead_time_min: StrictInt = Field(default=60, ge=0, le=60 * 24 * 30)
    booking_window_days: StrictInt = Field(default=90, ge=1, le=730)
    cancel_cutoff_min: StrictInt = Field(default=120, ge=0, le=60 * 24 * 30)
    unconfirmed: Unconfirmed = "nothing"
    confirm_cutoff_min: StrictInt = Field(default=60 * 24, ge=60, le=60 * 24 * 14)
    hold_min: StrictInt = Field(default=10, ge=1, le=60)
    phone_confirmation: StrictBool = Field(default=True, description="Off: a client may book without an SMS code.")
    phone_format_check: StrictBool = True
    client_coming_max: StrictInt | None = Field(default=None, ge=1, le=100)
    client_daily_max: StrictInt | None = Field(default=None, ge=1, le=20)


class AccountChangeBody(Body):
    """PATCH /api/v1/accounts/{account}; only what is named changes. The currency never does."""

    name: Line = ""
    vanity_address: _Address = ""
    time_zone: _Zone = ""
    country: CountryCode = "UA"
    language: Language = "uk"
    city: Line | None = None
    unlisted: StrictBool = False
    booking_rules: BookingRulesBody = BookingRulesBody()
    second_person_for: tuple[str, ...] = Field(
        default=(), max_length=50, description="Permissions whose use somebody else has to approve, act by act."
    )


class AccountAnswer(Answer):
    """An account with all its settings."""

    id: UUID
    version: int
    name: str
    vanity_address: str
    time_zone: str
    country: str
    currency: str
    language: Language
    city: str | None
    unlisted: bool
    is_active: bool
    is_demo: bool
    booking_rules: BookingRules
    second_person_for: tuple[str, ...] = ()
    created_at: AwareDatetime


class AccountsAnswer(Answer):
    """GET /api/v1/accounts: the accounts in which the caller works."""

    items: tuple[AccountAnswer, ...]
    next_cursor: None = None
