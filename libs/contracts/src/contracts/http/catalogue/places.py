"""Locations, and the rooms and devices in them."""

from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, Field, StrictInt

from contracts.http.base import Answer, Body

from .fields import Address, Name, Phone, Zone


class LocationBody(Body):
    name: Name
    address: Address | None = None
    phone: Phone | None = None
    time_zone: Zone | None = Field(default=None, description="None: the account's own.")


class LocationPatch(Body):
    name: Name | None = None
    address: Address | None = None
    phone: Phone | None = None
    time_zone: Zone | None = None


class LocationAnswer(Answer):
    id: UUID
    version: int
    name: str
    address: str | None
    phone: str | None
    time_zone: str


class LocationList(Answer):
    items: list[LocationAnswer]
    next_cursor: str | None = None


class ResourceNeed(Body):
    """So many units of a room or device for the whole time of a service."""

    resource_id: UUID
    units: StrictInt = Field(default=1, ge=1, le=100)


def _each_once(needs: tuple[ResourceNeed, ...]) -> tuple[ResourceNeed, ...]:
    if len({need.resource_id for need in needs}) < len(needs):
        raise ValueError("named_twice")
    return needs


Needs = Annotated[tuple[ResourceNeed, ...], Field(max_length=20), AfterValidator(_each_once)]


class ResourceBody(Body):
    """A room or a device; `location_id` none: it can be carried anywhere."""

    name: Name
    units: StrictInt = Field(default=1, ge=1, le=100)
    location_id: UUID | None = None


class ResourcePatch(Body):
    name: Name | None = None
    units: StrictInt | None = Field(default=None, ge=1, le=100)


class ResourceAnswer(Answer):
    id: UUID
    version: int
    name: str
    units: int
    location_id: UUID | None
    service_ids: list[UUID]


class ResourceList(Answer):
    items: list[ResourceAnswer]
    next_cursor: str | None = None
