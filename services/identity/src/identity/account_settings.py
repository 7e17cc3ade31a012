"""Every setting of an account with what an owner has to know to change it. Words are in the catalogues."""

from dataclasses import dataclass
from typing import Any, Literal

from contracts.http.identity import BookingRulesBody

Section = Literal["firm", "booking", "clients", "safety"]
Kind = Literal["text", "yes_no", "number", "choice", "list"]

RULES = "booking_rules."
ACCOUNT = "PATCH /api/v1/accounts/{account}"


@dataclass(frozen=True)
class Setting:
    """One setting; `expert` ones are shown only to who asks for all of them."""

    key: str
    section: Section
    kind: Kind
    expert: bool = False
    unit: Literal["min", "days"] | None = None
    default: Any = None
    change: str = ACCOUNT

    @property
    def initial(self) -> Any:
        """The value that a new account begins with."""
        if self.key.startswith(RULES):
            return BookingRulesBody.model_fields[self.key.removeprefix(RULES)].default
        return self.default

    @property
    def bounds(self) -> tuple[int | None, int | None]:
        """The least and the greatest number."""
        if not self.key.startswith(RULES):
            return None, None
        marks = BookingRulesBody.model_fields[self.key.removeprefix(RULES)].metadata
        least = [mark.ge for mark in marks if hasattr(mark, "ge")]
        greatest = [mark.le for mark in marks if hasattr(mark, "le")]
        return next(iter(least), None), next(iter(greatest), None)


SETTINGS = (
    Setting("name", "firm", "text"),
    Setting("vanity_address", "firm", "text"),
    Setting("city", "firm", "text"),
    Setting("language", "firm", "choice", default="uk"),
    Setting("time_zone", "firm", "choice", default="Europe/Kyiv"),
    Setting("country", "firm", "choice", default="UA"),
    Setting("booking_rules.lead_time_min", "booking", "number", unit="min"),
    Setting("booking_rules.booking_window_days", "booking", "number", unit="days"),
    Setting("booking_rules.cancel_cutoff_min", "clients", "number", unit="min"),
    Setting("booking_rules.unconfirmed", "clients", "choice"),
    Setting("booking_rules.confirm_cutoff_min", "clients", "number", unit="min"),
    Setting("booking_rules.grid_min", "booking", "number", expert=True, unit="min"),
    Setting("booking_rules.hold_min", "booking", "number", expert=True, unit="min"),
    Setting("booking_rules.client_daily_max", "clients", "number", expert=True),
    Setting("booking_rules.client_coming_max", "clients", "number", expert=True),
    Setting("booking_rules.phone_confirmation", "clients", "yes_no", expert=True),
    Setting("booking_rules.phone_format_check", "clients", "yes_no", expert=True),
    Setting("unlisted", "firm", "yes_no", expert=True, default=False),
    Setting("second_person_for", "safety", "list", expert=True, default=()),
    Setting(
        "second_factor_demanded",
        "safety",
        "yes_no",
        expert=True,
        default=False,
        change="PUT /api/v1/accounts/{account}/settings/second-factor",
    ),
    Setting(
        "schedules",
        "booking",
        "list",
        expert=True,
        change="PUT /api/v1/accounts/{account}/staff-members/{id}/schedule",
    ),
    Setting("locations", "firm", "list", expert=True, change="PATCH /api/v1/accounts/{account}/locations/{id}"),
    Setting("members", "safety", "list", expert=True, change="PATCH /api/v1/accounts/{account}/members/{id}"),
)
