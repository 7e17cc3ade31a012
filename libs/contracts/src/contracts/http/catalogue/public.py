"""What everybody may see of an account."""

from datetime import date, datetime
from uuid import UUID

from pydantic import Field

from contracts.base import Language, Money
from contracts.http.base import Answer

from .places import LocationAnswer


class PublicService(Answer):
    id: UUID
    name: str
    description: str | None
    duration_min: int
    price: Money
    capacity: int = 1
    staff_member_ids: list[UUID]
    location_ids: list[UUID] | None


class PublicStaffMember(Answer):
    id: UUID
    name: str
    location_ids: list[UUID] | None
    service_ids: list[UUID]


class PublicAccount(Answer):
    id: UUID
    name: str
    vanity_address: str
    city: str | None
    country: str
    currency: str
    language: Language
    time_zone: str
    unlisted: bool = Field(default=False, description="Not in the catalogue; search engines are asked to stay away.")


class WorkSpan(Answer):
    starts_at: datetime
    ends_at: datetime


class PublicRules(Answer):
    """What a client has to know before booking."""

    grid_min: int
    lead_time_min: int
    booking_window_days: int
    cancel_cutoff_min: int
    hold_min: int
    phone_confirmation: bool


class Rating(Answer):
    """What published reviews come to; none without any."""

    average: float | None = Field(description="1 to 5, two digits behind the point.")
    count: int


class PublicSite(Answer):
    """What the owner made of the page; both texts are cleaned of everything that acts or loads."""

    about_html: str = ""
    css: str = ""
    embed_origins: list[str] = Field(default=[], description="Sites that may show the page in a frame.")
    own_host: str | None = Field(default=None, description="The proved domain of the account's own.")


class PublicPage(Answer):
    """What a booking page shows. An address that the account has left answers with the present one in it."""

    account: PublicAccount
    rules: PublicRules
    locations: list[LocationAnswer]
    services: list[PublicService]
    staff: list[PublicStaffMember]
    rating: Rating = Rating(average=None, count=0)
    site: PublicSite = PublicSite()


class LocationHours(Answer):
    """When somebody receives clients in a location; days without hours are left out."""

    location_id: UUID
    time_zone: str
    spans: list[WorkSpan]


class HoursAnswer(Answer):
    """A week from today."""

    first_day: date
    items: list[LocationHours]


class CatalogueItem(PublicAccount):
    addresses: list[str]
    rating: Rating = Rating(average=None, count=0)


class Catalogue(Answer):
    items: list[CatalogueItem]
    next_cursor: str | None = None


class City(Answer):
    name: str
    firms: int


class CityList(Answer):
    items: list[City]
    next_cursor: str | None = None
