"""Offer free time to those who wait: the one who has waited longest, for fifteen minutes, then the next."""

from __future__ import annotations

import secrets
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import delete, select, text, update

from booking.domain.wall_clock import day_of, minute_of, moment_of
from booking.errors import SlotNotOffered, SlotTaken
from booking.queries.client_limits import Booker
from booking.queries.slots import Offered, Search, offered_starts
from booking.queries.visits import staff_names
from booking.tables import AccountCopy, ClientRow, LocationRow
from booking.tables_of_places import WaitlistCall, WaitlistEntry
from booking.usecases.bookings.create_booking import CODE_ALPHABET
from booking.usecases.bookings.hold_time import hold_time
from booking.usecases.bookings.places import Wish
from booking.usecases.bookings.rivalry import Turns
from contracts.booking import WaitlistOffered
from contracts.http.booking import WantedItem
from kit.db import Database, Tx
from kit.errors import InvalidInput
from kit.loops import each
from kit.messaging import now_utc

from .entries import end_offer, state_of

OFFER_MIN = 15
LOOK_AGAIN = timedelta(minutes=15)
"""Time also becomes bookable by itself, as the booking window moves on: nobody is forgotten for longer."""
TRIES = 5
CODE_LENGTH = 12
AT_ONCE = 20
"""How many wishes one transaction looks at: whoever takes a wish back meanwhile waits for it."""

_ALONE = text("SELECT pg_try_advisory_xact_lock(hashtextextended(:account_id, 11))")


async def serve_waitlists(db: Database) -> None:
    """Close offers and wishes that ran out, then look at every waiting list that was called."""
    await each("waitlist", await _run_out(db, now_utc()), lambda one: _expire(db, *one, now_utc()))
    await each("waitlist", await _called(db, now_utc()), lambda account_id: _look_through(db, account_id))


async def _look_through(db: Database, account_id: UUID) -> None:
    look = _Look(account_id, now_utc())
    while await _go_on(db, look):
        pass


@dataclass
class _Look:
    """One look through a waiting list from its beginning, some wishes at a time."""

    account_id: UUID
    began: datetime
    in_vain: set[Hashable] = field(default_factory=set)
    """Wishes that nothing was free for. Whoever wishes the same further back would not be served before them."""
    has_calls: bool = False


async def _go_on(db: Database, look: _Look) -> bool:
    """Look at the next wishes that nobody has looked at since; answers whether there may be more.

    Only one looks at a time, and the calls are taken when a look begins. One that comes later stays for the next look:
    this one may have passed the wishes that it is about.
    """
    account_id, now = look.account_id, now_utc()

    async def some() -> bool:
        async with db.tx(account_id) as tx:
            if not await tx.scalar(_ALONE, {"account_id": str(account_id)}):
                return False
            account = await tx.get(AccountCopy, account_id)
            if not look.has_calls:
                await tx.execute(delete(WaitlistCall).where(WaitlistCall.account_id == account_id))
            rows = (
                select(WaitlistEntry)
                .where(
                    WaitlistEntry.account_id == account_id,
                    WaitlistEntry.state == "waiting",
                    (WaitlistEntry.looked_at < look.began) | WaitlistEntry.looked_at.is_(None),
                )
                .order_by(WaitlistEntry.queued_at, WaitlistEntry.id)
                .limit(AT_ONCE)
                .with_for_update()
            )
            entries = list(await tx.scalars(rows))
            if account is not None and account.is_active:
                await _serve(tx, account, entries, look.in_vain, now)
            return len(entries) == AT_ONCE

    is_more = await Turns().run(some)
    look.has_calls = True
    return is_more


async def _serve(
    tx: Tx, account: AccountCopy, entries: list[WaitlistEntry], in_vain: set[Hashable], now: datetime
) -> None:
    for entry in entries:
        entry.looked_at = now
        client = await tx.get_one(ClientRow, (account.account_id, entry.client_id))
        limited = account.booking_rules.client_coming_max or account.booking_rules.client_daily_max
        same = (
            str(entry.items), entry.location_id, entry.first_day, entry.last_day, entry.from_min, entry.to_min,
            tuple(entry.refused), entry.client_id if limited else None,
        )  # fmt: skip
        if same in in_vain:
            continue
        if not await _offer(tx, account, entry, client, now):
            in_vain.add(same)


async def _offer(tx: Tx, account: AccountCopy, entry: WaitlistEntry, client: ClientRow, now: datetime) -> bool:
    items = tuple(WantedItem.model_validate(item) for item in entry.items)
    booker = Booker(client.user_id, client.phone_e164)
    for tried, (starts_at, location_id) in enumerate(await _free_starts(tx, account, entry, items, booker, now)):
        if tried == TRIES:
            break
        wish = Wish(
            account=account,
            items=items,
            starts_at=starts_at,
            location_id=location_id,
            is_public=True,
            booker=booker,
        )
        try:
            async with tx.begin_nested():
                hold, taken = await hold_time(tx, wish, client.user_id, now, minutes=OFFER_MIN)
        except (SlotTaken, SlotNotOffered):
            continue
        location = await tx.get_one(LocationRow, (account.account_id, hold.location_id))
        people = list(dict.fromkeys(item.staff_member_id for item in taken.items))
        names = await staff_names(tx, account.account_id, set(people))
        entry.state, entry.hold_id, entry.offer_expires_at = "offered", hold.id, hold.expires_at
        entry.offer_code = "".join(secrets.choice(CODE_ALPHABET) for _ in range(CODE_LENGTH))
        entry.offer = {
            "hold_id": str(hold.id),
            "code": entry.offer_code,
            "location_id": str(location.id),
            "location_name": location.name,
            "time_zone": location.time_zone,
            "starts_at": hold.starts_at.isoformat(),
            "ends_at": hold.ends_at.isoformat(),
            "staff_member_names": [names.get(person, "") for person in people],
            "staff_member_ids": [str(person) for person in people],
            "expires_at": hold.expires_at.isoformat(),
        }
        entry.offers_made += 1
        entry.version += 1
        await tx.flush()
        state = await state_of(tx, account, entry)
        tx.emit(WaitlistOffered(account_id=account.account_id, version=entry.version, entry=state))
        return True
    return False


async def _free_starts(
    tx: Tx, account: AccountCopy, entry: WaitlistEntry, items: tuple[WantedItem, ...], booker: Booker, now: datetime
) -> list[tuple[datetime, UUID]]:
    """The starts that the entry wishes for and has not refused, earliest first."""
    today = day_of(minute_of(now), ZoneInfo(account.time_zone))
    first, last = max(entry.first_day, today), min(entry.last_day, _window_end(account, today))
    if last < first:
        return []
    search = Search(account, items, entry.location_id, first, last, is_public=True, booker=booker)
    try:
        offered = await offered_starts(tx, search, now)
    except InvalidInput:
        return []  # a service or a person that was wished for is there no more
    refused = {datetime.fromisoformat(one) for one in entry.refused}
    return [found for found in _starts(offered, entry) if found[0] not in refused]


def _starts(offered: Sequence[Offered], entry: WaitlistEntry) -> list[tuple[datetime, UUID]]:
    every = [(start, place.location_id, place.clock.zone) for place in offered for start in place.starts]
    every.sort(key=lambda one: one[0])
    found = ((moment_of(start, zone), location_id) for start, location_id, zone in every)
    return [(at, where) for at, where in found if entry.from_min <= at.hour * 60 + at.minute < entry.to_min]


def _window_end(account: AccountCopy, today: date) -> date:
    return today + timedelta(days=account.booking_rules.booking_window_days)


async def _run_out(db: Database, now: datetime) -> list[tuple[UUID, UUID]]:
    async with db.system_tx() as tx:
        await tx.execute(
            update(WaitlistEntry)
            .where(WaitlistEntry.state == "waiting", WaitlistEntry.last_day < (now - timedelta(days=1)).date())
            .values(state="over", version=WaitlistEntry.version + 1)
        )
        rows = select(WaitlistEntry.account_id, WaitlistEntry.id).where(
            WaitlistEntry.state == "offered", WaitlistEntry.offer_expires_at <= now
        )
        return [(row.account_id, row.id) for row in await tx.execute(rows.limit(1000))]


async def _expire(db: Database, account_id: UUID, entry_id: UUID, now: datetime) -> None:
    async with db.tx(account_id) as tx:
        account = await tx.get_one(AccountCopy, account_id)
        entry = await tx.get(WaitlistEntry, (account_id, entry_id), with_for_update=True)
        if entry and entry.state == "offered" and entry.offer_expires_at and entry.offer_expires_at <= now:
            await end_offer(tx, account, entry, "expired", now)


async def _called(db: Database, now: datetime) -> list[UUID]:
    async with db.system_tx() as tx:
        called = await tx.scalars(select(WaitlistCall.account_id).distinct())
        forgotten = await tx.scalars(
            select(WaitlistEntry.account_id)
            .where(
                WaitlistEntry.state == "waiting",
                (WaitlistEntry.looked_at < now - LOOK_AGAIN) | WaitlistEntry.looked_at.is_(None),
            )
            .distinct()
        )
        return sorted({*called, *forgotten})
