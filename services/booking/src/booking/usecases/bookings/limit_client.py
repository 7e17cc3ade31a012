"""One client, so many visits: where the account limits that, whoever books a held time is counted too."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import func, select

from booking import words
from booking.domain.intervals import contains, merged
from booking.domain.reasons import Code
from booking.domain.wall_clock import WallClock, minute_of
from booking.errors import SlotNotOffered
from booking.queries.client_limits import Booker, client_full
from booking.tables import AccountCopy, LocationRow
from kit.db import Tx


async def lock_client(tx: Tx, account: AccountCopy, booker: Booker | None) -> None:
    """One after the other for one client, where their visits are counted."""
    rules = account.booking_rules
    if booker is not None and (rules.client_coming_max is not None or rules.client_daily_max is not None):
        key = func.hashtextextended(f"{account.account_id}{booker.phone_e164}", 1)
        await tx.execute(select(func.pg_advisory_xact_lock(key)))


async def require_room(
    tx: Tx, account: AccountCopy, booker: Booker | None, location: LocationRow, starts_at: datetime, now: datetime
) -> None:
    """Raise `SlotNotOffered` when the client has as many visits as one may have."""
    await lock_client(tx, account, booker)
    full = await client_full(tx, account, booker, WallClock(ZoneInfo(location.time_zone)), now)
    if contains(merged(full), minute_of(starts_at)):
        rules = account.booking_rules
        params = {"coming_max": rules.client_coming_max or "", "daily_max": rules.client_daily_max or ""}
        reason = words.reason(Code.CLIENT_LIMIT, is_public=True, params=params, location_id=location.id)
        raise SlotNotOffered([reason.model_dump(mode="json")], overridable=False)
