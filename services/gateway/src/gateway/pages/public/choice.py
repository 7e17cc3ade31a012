"""What a person has chosen so far on the way to a booking. All of it lives in the address."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from gateway.pages.forms import uuids
from gateway.pages.said import day_said, moment_said, number_said

ANY = "any"
PARTS = ("any", "morning", "day", "evening")
"""Parts of a day in which somebody who waits would come."""
_MOST_SERVICES = 10
_MOST_SEATS = 100
_COLOUR = re.compile(r"[0-9a-f]{6}")


@dataclass(frozen=True)
class Choice:
    """`staff` is an id or "any"; `strip` is the first day of the strip of days; `until` the end of the hold."""

    vanity: str
    location_id: UUID | None = None
    service_ids: tuple[UUID, ...] = ()
    staff: str | None = None
    day: date | None = None
    strip: date | None = None
    at: datetime | None = None
    hold_id: UUID | None = None
    until: datetime | None = None
    code: int | None = None
    """Set while a code is waited for."""
    add: int | None = None
    """Set while another service is being added."""
    seats: int | None = None
    """Places of a group; none is one."""
    wait_from: date | None = None
    wait_to: date | None = None
    wait_part: str | None = None
    """Days and part of the day of somebody who waits for a time to become free."""
    embed: int | None = None
    """Set inside a frame on another site."""
    colour: str | None = None
    """Six hex digits that such a frame asks for."""

    @classmethod
    def read(cls, vanity: str, query: Mapping[str, str]) -> Choice:
        """From an address; what cannot be read is as if it had not been chosen.

        Links from elsewhere may say `service`, `staff_member` and `from`.
        """
        staff = query.get("staff") or query.get("staff_member")
        colour = query.get("colour", "").lower().removeprefix("#")
        seats, part = number_said(query.get("seats")), query.get("wait_part")
        services = query.get("services") or query.get("service") or ""
        return cls(
            vanity=vanity,
            location_id=next(iter(uuids([query.get("location", "")])), None),
            service_ids=tuple(uuids(services.split(",")))[:_MOST_SERVICES],
            staff=staff if staff == ANY or uuids([staff or ""]) else None,
            day=day_said(query.get("day") or query.get("from")),
            strip=day_said(query.get("strip")),
            at=moment_said(query.get("at")),
            hold_id=next(iter(uuids([query.get("hold", "")])), None),
            until=moment_said(query.get("until")),
            code=1 if query.get("code") else None,
            add=1 if query.get("add") else None,
            seats=seats if seats and 1 < seats <= _MOST_SEATS else None,
            wait_from=day_said(query.get("wait_from")),
            wait_to=day_said(query.get("wait_to")),
            wait_part=part if part in PARTS else None,
            embed=1 if query.get("embed") == "1" else None,
            colour=colour if _COLOUR.fullmatch(colour) else None,
        )

    @property
    def is_bare(self) -> bool:
        """Whether nothing has been chosen yet."""
        return all(name in ("embed", "colour") for name, _ in self.fields())

    @property
    def is_waiting(self) -> bool:
        """Whether the person wants to wait for a time instead of taking one."""
        return self.wait_from is not None and self.wait_to is not None and self.wait_from <= self.wait_to

    @property
    def staff_member_id(self) -> UUID | None:
        """The person who was chosen; none for anybody."""
        return UUID(self.staff) if self.staff and self.staff != ANY else None

    def but(self, **changes: Any) -> Choice:
        """The same with changes; ids and "any" are both fine for `staff`."""
        if changes.get("staff") is not None:
            changes["staff"] = str(changes["staff"])
        return replace(self, **changes)

    def to(self, **changes: Any) -> str:
        """The address of the page with changes. Passing states are not carried on unless they are said."""
        return self.but(**{"add": None, **changes}).address()

    def to_path(self, act: str) -> str:
        """Where a form of this page goes."""
        return self.address(f"/{act}")

    def with_service(self, service_id: UUID) -> str:
        """The address after choosing a service; the person is asked for again where somebody was chosen."""
        chosen = (*self.service_ids, service_id) if self.add else (service_id,)
        return self.to(service_ids=chosen, staff=None, day=None, at=None, hold_id=None, until=None, seats=None)

    def without_service(self, service_id: UUID) -> str:
        """The address without one of several services; its time and person are chosen anew."""
        left = tuple(one for one in self.service_ids if one != service_id)
        return self.to(service_ids=left, staff=None, day=None, at=None, hold_id=None, until=None, code=None)

    def address(self, act: str = "") -> str:
        """Path and query."""
        query = urlencode(self.fields(), safe=",:")
        return f"/{self.vanity}{act}" + (f"?{query}" if query else "")

    def fields(self) -> list[tuple[str, str]]:
        """Query values, in the order of the steps."""
        return [
            (_NAMES[field.name], _shown(getattr(self, field.name)))
            for field in fields(self)
            if field.name != "vanity" and getattr(self, field.name) not in (None, ())
        ]


_NAMES = {
    "location_id": "location",
    "service_ids": "services",
    "staff": "staff",
    "day": "day",
    "strip": "strip",
    "at": "at",
    "hold_id": "hold",
    "until": "until",
    "code": "code",
    "add": "add",
    "seats": "seats",
    "wait_from": "wait_from",
    "wait_to": "wait_to",
    "wait_part": "wait_part",
    "embed": "embed",
    "colour": "colour",
}


def _shown(value: object) -> str:
    if isinstance(value, tuple):
        return ",".join(map(str, value))
    return value.isoformat() if isinstance(value, date) else str(value)
