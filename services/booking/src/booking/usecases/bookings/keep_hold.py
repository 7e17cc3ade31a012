"""What was held is booked only if the account's rules still have room for it: they may have changed meanwhile."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from booking.domain.reasons import Code
from booking.domain.wall_clock import MINUTE, minute_of
from booking.errors import HoldExpired, SlotNotOffered
from booking.queries.place import Place
from booking.queries.places import as_calculated, services_named
from booking.queries.windows import Days, WantedPart, ask
from booking.tables import AccountCopy, LocationRow
from kit.db import Tx
from kit.errors import InvalidInput

from .places import LOOK_AHEAD_DAYS, LOOK_BACK_DAYS, nearest
from .take_time import TakenItem

CHANGED = frozenset(
    {
        Code.SERVICE_OFFLINE,
        Code.STAFF_NOT_BOOKABLE,
        Code.STAFF_DELETED,
        Code.STAFF_DOES_NOT_OFFER_SERVICE,
        Code.NO_SCHEDULE,
        Code.OUTSIDE_SCHEDULE,
        Code.BREAK,
        Code.TIME_OFF,
        Code.CLOSED_DAY,
        Code.HOLIDAY,
        Code.MANUAL_ONLY,
    }
)
"""What can come to stand against time that was free of it. Time that passes (lead time) is not held against a hold."""


async def require_still_open(
    tx: Tx, account: AccountCopy, location: LocationRow, items: Sequence[TakenItem], now: datetime
) -> None:
    """Raise `SlotNotOffered` with the nearest free starts when working time or what is sold has changed since the
    time was held, `HoldExpired` when the place or a service is there no more.
    """
    if location.is_deleted:
        raise HoldExpired
    try:
        services = await services_named(tx, account.account_id, [item.service_id for item in items], "/hold_id")
    except InvalidInput:
        raise HoldExpired from None
    if any(row.location_ids is not None and location.id not in row.location_ids for row in services.values()):
        raise HoldExpired
    parts = [
        WantedPart(
            replace(
                as_calculated(services[item.service_id]),
                duration_min=(item.ends_at - item.starts_at) // MINUTE,
                buffer_before_min=item.buffer_before_min,
                buffer_after_min=item.buffer_after_min,
            ),
            item.staff_member_id,
            item.seats,
        )
        for item in items
    ]
    starts_at = items[0].starts_at
    days = Days.around(location.time_zone, starts_at, before=LOOK_BACK_DAYS, after=LOOK_AHEAD_DAYS)
    question, people = await ask(tx, account, location, parts, days, now, is_public=True)
    start = minute_of(starts_at)
    against = [reason for reason in question.reasons(start) if reason.code in CHANGED]
    if against:
        place = Place(location, days, question, people, services)
        said = [place.reason(account, reason).model_dump(mode="json") for reason in against]
        raise SlotNotOffered(said, overridable=False, alternatives=nearest(place, start))
