"""Rows as answers, with what the reader may not see left out."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from booking.queries.visits import Visit
from booking.tables import ClientRow, LocationRow, ServiceRow, StaffMemberRow
from booking.usecases.changes.alternatives import Alternative
from contracts.http.booking import Alternative as FreeTime
from contracts.http.booking import BookingAnswer, BookingClient, BookingGoodsAnswer, BookingItemAnswer, Conflict
from contracts.http.catalogue import LocationAnswer, ResourceNeed, ServiceAnswer, StaffMemberAnswer
from contracts.http.clients import ClientCard
from contracts.permissions import Permission
from kit import phones
from kit.access import Member


@dataclass(frozen=True)
class Eyes:
    """What a reader may see of a client."""

    surname: bool
    phone: bool
    socials: bool
    contact_fields: frozenset[str] = frozenset()
    """The account's own fields of cards that hold contacts."""

    @classmethod
    def of(cls, member: Member, contact_fields: frozenset[str] = frozenset()) -> Eyes:
        """The rights of a member of the staff."""
        return cls(
            contact_fields=contact_fields,
            surname=member.may(Permission.CLIENT_VIEW_SURNAME),
            phone=member.may(Permission.CLIENT_VIEW_PHONE),
            socials=member.may(Permission.CLIENT_VIEW_SOCIAL),
        )

    def name(self, client: ClientRow) -> str:
        """Many forms take name and surname in one line, so without the right only the first word is shown.

        Some keep the number there too: it is masked like any other.
        """
        return self._masked(client.name if self.surname else client.name.split()[0])

    def surname_of(self, client: ClientRow) -> str | None:
        """The surname, or none."""
        return self.text(client.surname) if self.surname else None

    def client(self, client: ClientRow) -> BookingClient:
        """A client on a booking."""
        return BookingClient(
            id=client.id,
            name=self.name(client),
            surname=self.surname_of(client),
            phone=self.shown_phone(client),
        )

    def shown_phone(self, client: ClientRow) -> str | None:
        """The number, or its outline."""
        if client.phone_e164 is None or self.phone:
            return client.phone_e164
        return phones.masked(client.phone_e164)

    def text(self, written: str | None) -> str | None:
        """Free text; a phone number that somebody noted down in it is masked like any other."""
        return None if written is None else self._masked(written)

    def _masked(self, written: str) -> str:
        return written if self.phone else _NUMBER.sub(_outline, written)

    def custom(self, client: ClientRow) -> dict[str, Any]:
        """The account's own fields; those marked as contacts are seen with the phone."""
        return {
            key: self.text(value) if isinstance(value, str) else value
            for key, value in client.custom.items()
            if self.phone or key not in self.contact_fields
        }

    def card(self, client: ClientRow) -> ClientCard:
        """A whole card; the e-mail address is kept with the phone, the note is the staff's own."""
        masked = [
            name
            for name, seen in (
                ("surname", self.surname),
                ("phone", self.phone),
                ("email", self.phone),
                ("socials", self.socials),
            )
            if not seen
        ]
        return ClientCard.model_validate(
            {
                "id": client.id,
                "version": client.version,
                "name": self.name(client),
                "surname": self.surname_of(client),
                "phone": self.shown_phone(client),
                "phone_confirmed": client.phone_confirmed,
                "email": client.email if self.phone else None,
                "socials": client.socials if self.socials else {},
                "language": client.language,
                "note": self.text(client.note),
                "custom": self.custom(client),
                "other_phones": client.other_phones if self.phone else [phones.masked(p) for p in client.other_phones],
                "merged_into": client.merged_into,
                "erased_at": client.erased_at,
                "notifications_on": client.notifications_on,
                "masked": masked,
                "created_at": client.created_at,
            }
        )


_NUMBER = re.compile(r"\+?\d(?:[\s().-]{0,3}\d){6,14}")


def _outline(found: re.Match[str]) -> str:
    digits = "".join(sign for sign in found[0] if sign.isdigit())
    return f"…{digits[-2:]}"


OWN = Eyes(surname=True, phone=True, socials=True)
"""The client's own eyes."""
EVERYBODY = Eyes(surname=False, phone=False, socials=False)
"""Whoever reads what is public."""


def booking_answer(visit: Visit, eyes: Eyes) -> BookingAnswer:
    """A booking with moments in the time of its place."""
    return BookingAnswer.model_validate(booking_fields(visit, eyes))


def booking_fields(visit: Visit, eyes: Eyes) -> dict[str, object]:
    """The fields of a booking's answer."""
    booking = visit.booking
    return {
        "id": booking.id,
        "version": booking.version,
        "code": booking.code,
        "state": booking.state,
        "payment_state": booking.payment_state,
        "account_id": booking.account_id,
        "location_id": booking.location_id,
        "location_name": visit.location.name,
        "time_zone": visit.location.time_zone,
        "starts_at": visit.local(booking.starts_at),
        "ends_at": visit.local(booking.ends_at),
        "items": [
            BookingItemAnswer(
                id=item.id,
                service_id=item.service_id,
                service_name=item.service_name,
                staff_member_id=item.staff_member_id,
                staff_member_name=visit.staff_names.get(item.staff_member_id, ""),
                starts_at=visit.local(item.starts_at),
                ends_at=visit.local(item.ends_at),
                seats=item.seats,
                price=visit.money(item.price),
            )
            for item in visit.items
        ],
        "goods": [
            BookingGoodsAnswer(
                id=one.id,
                stock_item_id=one.stock_item_id,
                name=one.name,
                quantity=one.quantity,
                unit_price=visit.money(one.unit_price),
                price=visit.money(one.price),
            )
            for one in visit.goods
        ],
        "client": eyes.client(visit.client) if visit.client else None,
        "price": visit.money(booking.price),
        "paid": visit.money(booking.paid),
        "comment": eyes.text(booking.comment),
        "source": booking.source,
        "deleted_at": visit.local(booking.deleted_at) if booking.deleted_at else None,
        "overridden": booking.overridden,
        "series_id": booking.series_id,
        "created_by": booking.created_by,
        "created_at": booking.created_at,
    }


def conflict(visit: Visit, eyes: Eyes, alternatives: Sequence[Alternative] = ()) -> Conflict:
    """A booking in the way of a change of the rules, with free times near its own."""
    return Conflict(
        booking_id=visit.booking.id,
        starts_at=visit.local(visit.booking.starts_at),
        ends_at=visit.local(visit.booking.ends_at),
        staff_member_id=visit.items[0].staff_member_id,
        services=[item.service_name for item in visit.items],
        client=eyes.client(visit.client) if visit.client else None,
        alternatives=[FreeTime(starts_at=one.starts_at, staff_member_ids=one.staff_member_ids) for one in alternatives],
    )


def location_answer(row: LocationRow) -> LocationAnswer:
    """A location."""
    return LocationAnswer(
        id=row.id,
        version=row.version,
        name=row.name,
        address=row.address,
        phone=row.phone_e164,
        time_zone=row.time_zone,
    )


def service_answer(
    row: ServiceRow, currency: str, staff_member_ids: list[object], needs: list[ResourceNeed]
) -> ServiceAnswer:
    """A service with those who offer it and what it needs."""
    return ServiceAnswer.model_validate(
        {
            "id": row.id,
            "version": row.version,
            "name": row.name,
            "description": row.description,
            "duration_min": row.duration_min,
            "price": {"amount": row.price, "currency": currency},
            "bookable_online": row.bookable_online,
            "buffer_before_min": row.buffer_before_min,
            "buffer_after_min": row.buffer_after_min,
            "capacity": row.capacity,
            "resources": needs,
            "staff_member_ids": staff_member_ids,
            "location_ids": row.location_ids,
        }
    )


def staff_member_answer(row: StaffMemberRow, service_ids: list[object], *, has_schedule: bool) -> StaffMemberAnswer:
    """A staff member with what they offer."""
    return StaffMemberAnswer.model_validate(
        {
            "id": row.id,
            "version": row.version,
            "name": row.name,
            "location_ids": row.location_ids,
            "service_ids": service_ids,
            "accepts_bookings": row.accepts_bookings,
            "has_login": row.membership_id is not None,
            "has_schedule": has_schedule,
        }
    )
