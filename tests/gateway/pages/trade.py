"""What the salon sells and who works there, as those who work there see it."""

from __future__ import annotations

from contracts.http.catalogue import (
    ServiceAnswer,
    ServiceList,
    StaffMemberAnswer,
    StaffMemberList,
)
from contracts.http.identity import AccountAnswer

from .salon import (
    ACCOUNT,
    NAILS,
    OLENA,
    SOFIIA,
    moment,
    page,
)


def staff_members() -> StaffMemberList:
    people = page().staff
    return StaffMemberList(
        items=[
            StaffMemberAnswer(
                id=one.id,
                version=1,
                name=one.name,
                location_ids=None,
                service_ids=one.service_ids,
                accepts_bookings=True,
                has_login=one.id == OLENA,
                has_schedule=one.id != SOFIIA,
            )
            for one in people
        ]
    )


def services() -> ServiceList:
    return ServiceList(
        items=[
            ServiceAnswer(
                **one.model_dump(), version=1, bookable_online=one.id != NAILS, buffer_before_min=0, buffer_after_min=15
            )
            for one in page().services
        ]
    )


def account() -> AccountAnswer:
    return AccountAnswer.model_validate(
        {
            "id": ACCOUNT,
            "version": 1,
            "name": "Салон «Левада»",
            "vanity_address": "levada",
            "time_zone": "Europe/Kyiv",
            "country": "UA",
            "currency": "UAH",
            "language": "uk",
            "city": "Київ",
            "unlisted": False,
            "is_active": True,
            "is_demo": False,
            "booking_rules": {},
            "created_at": moment(0, 8),
        }
    )
