"""One location with a question asked there, and its reasons in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from booking import words
from booking.domain.availability import Question
from booking.domain.availability import Reason as Against
from booking.tables import AccountCopy, LocationRow, ServiceRow
from contracts.http.booking import Reason

from .windows import Days, People


@dataclass(frozen=True)
class Place:
    """One location with the question asked there."""

    location: LocationRow
    days: Days
    question: Question
    people: People
    services: Mapping[UUID, ServiceRow]

    def reason(self, account: AccountCopy, against: Against) -> Reason:
        """A reason in words."""
        part = self.question.parts[against.part] if against.part is not None else None
        rules = account.booking_rules
        params = {
            "staff": self.people.names.get(against.person_id, "") if against.person_id else "",
            "service": self.services[part.service.id].name if part else "",
            "duration_min": part.service.duration_min if part else "",
            "lead_min": rules.lead_time_min,
            "window_days": rules.booking_window_days,
            "grid_min": rules.grid_min,
            "location": self.location.name,
            "resources": ", ".join(self.people.resource_names[need.resource_id] for need in part.service.needs)
            if part
            else "",
            "capacity": part.service.capacity if part else "",
            "coming_max": rules.client_coming_max or "",
            "daily_max": rules.client_daily_max or "",
        }
        return words.reason(
            against.code,
            is_public=self.question.terms.is_public,
            params=params,
            staff_member_id=against.person_id,
            service_id=part.service.id if part else None,
            location_id=self.location.id,
        )
