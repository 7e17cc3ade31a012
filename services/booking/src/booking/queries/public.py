"""What everybody may see of an account."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select

from booking.domain.lifecycle import may_change_until
from booking.queries.visits import Visit, visits_of
from booking.records import CustomDomain, SitePage
from booking.tables import AccountCopy, BookingRow, LocationRow
from contracts.http.booking import OneBookingAnswer
from contracts.http.catalogue import (
    LocationAnswer,
    PublicAccount,
    PublicPage,
    PublicRules,
    PublicService,
    PublicSite,
    PublicStaffMember,
)
from kit.db import Tx
from kit.errors import NotFound

from .accounts import locations_of
from .catalogue import services_of, staff_of, who_does_what
from .reviews import rating_of


async def public_page(tx: Tx, account: AccountCopy) -> PublicPage:
    """Only services that are online and people who accept bookings."""
    account_id = account.account_id
    people, offered = await who_does_what(tx, account_id)
    staff = [row for row in await staff_of(tx, account_id) if row.accepts_bookings]
    services = [row for row in await services_of(tx, account_id) if row.bookable_online]
    bookable, online = {row.id for row in staff}, {row.id for row in services}
    rules = account.booking_rules
    return PublicPage(
        account=public_account(account),
        rules=PublicRules(
            grid_min=rules.grid_min,
            lead_time_min=rules.lead_time_min,
            booking_window_days=rules.booking_window_days,
            cancel_cutoff_min=rules.cancel_cutoff_min,
            hold_min=rules.hold_min,
            phone_confirmation=rules.phone_confirmation,
        ),
        locations=[_location(row) for row in await locations_of(tx, account_id)],
        services=[
            PublicService(
                id=row.id,
                name=row.name,
                description=row.description,
                duration_min=row.duration_min,
                price=account.money(row.price),
                capacity=row.capacity,
                staff_member_ids=[person for person in people[row.id] if person in bookable],
                location_ids=row.location_ids,
            )
            for row in services
        ],
        staff=[
            PublicStaffMember(
                id=row.id,
                name=row.name,
                location_ids=row.location_ids,
                service_ids=[service for service in offered[row.id] if service in online],
            )
            for row in staff
        ],
        rating=await rating_of(tx, account_id),
        site=await _site(tx, account_id),
    )


async def _site(tx: Tx, account_id: UUID) -> PublicSite:
    page, domain = await tx.get(SitePage, account_id), await tx.get(CustomDomain, account_id)
    return PublicSite(
        about_html=page.about_html if page else "",
        css=page.css if page else "",
        embed_origins=page.embed_origins if page else [],
        own_host=domain.host if domain and domain.state == "verified" else None,
    )


def public_account(account: AccountCopy) -> PublicAccount:
    """The firm's name and address on the net."""
    return PublicAccount.model_validate(
        {
            "id": account.account_id,
            "name": account.name,
            "vanity_address": account.vanity_address,
            "city": account.city,
            "country": account.country,
            "currency": account.currency,
            "language": account.language,
            "time_zone": account.time_zone,
            "unlisted": account.unlisted,
        }
    )


async def one_booking(tx: Tx, code: str) -> OneBookingAnswer:
    """The visit behind a short link, for a system transaction; raises `NotFound`."""
    row = (await tx.scalars(select(BookingRow).where(BookingRow.code == code))).first()
    if row is None:
        raise NotFound("booking")
    account = await tx.get_one(AccountCopy, row.account_id)
    [visit] = await visits_of(tx, row.account_id, [row])
    return OneBookingAnswer.model_validate(one_visit(account, visit))


def one_visit(account: AccountCopy, visit: Visit) -> dict[str, object]:
    """What whoever has the link may see of a visit."""
    row = visit.booking
    until = may_change_until(row.starts_at, account.booking_rules.cancel_cutoff_min)
    return {
        "code": row.code,
        "state": row.state,
        "account_name": account.name,
        "vanity_address": account.vanity_address,
        "location": _location(visit.location),
        "time_zone": visit.location.time_zone,
        "starts_at": visit.local(row.starts_at),
        "ends_at": visit.local(row.ends_at),
        "services": [item.service_name for item in visit.items],
        "staff": [visit.staff_names.get(person, "") for person in visit.staff_member_ids],
        "price": visit.money(row.price),
        "may_change_until": visit.local(until),
    }


def _location(row: LocationRow) -> LocationAnswer:
    return LocationAnswer(
        id=row.id,
        version=row.version,
        name=row.name,
        address=row.address,
        phone=row.phone_e164,
        time_zone=row.time_zone,
    )
