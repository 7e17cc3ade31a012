"""What the routes of booking have in common."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import Depends, Header, Path, Query, Request

from booking.domain.wall_clock import WallClock, moment_of
from booking.queries.accounts import account_at, account_of, locations_of
from booking.tables import AccountCopy, StaffMemberRow
from booking.usecases.bookings.rivalry import Turns
from kit.access import Member
from kit.db import Database, Tx
from kit.edge import DbDep, MemberDep
from kit.errors import EVERYWHERE, InvalidInput, MissingPermission, MissingScope, StaleVersion
from kit.freshness import wait_for_copy
from kit.ids import is_fresh
from kit.messaging import now_utc

PAGE = 50
MOST = 200

Vanity = Annotated[str, Path(max_length=64)]
"""A public address, as the path of a client's request has it."""


async def _own_account(member: MemberDep, db: DbDep) -> AccountCopy:
    return await account_of(db, member.account_id)


async def _public_account(vanity: Vanity, db: DbDep) -> AccountCopy:
    async with db.system_tx() as tx:
        return await account_at(tx, vanity)


async def _version(if_match: Annotated[str | None, Header(max_length=40)] = None) -> int | None:
    if if_match is None or if_match.strip() == "*":
        return None
    number = if_match.strip().removeprefix("W/").strip('"')
    if not number.isdecimal() or len(number) > 9:
        raise InvalidInput.of("header/if-match", "version")
    return int(number)


async def _now() -> datetime:
    return now_utc()


async def _turns(request: Request) -> Turns:
    turns: Turns = request.app.state.turns
    return turns


TurnsDep = Annotated[Turns, Depends(_turns)]
"""The queue of this process for acts that take or move time."""
AccountDep = Annotated[AccountCopy, Depends(_own_account)]
"""The account of the path, for its members."""
PublicAccountDep = Annotated[AccountCopy, Depends(_public_account)]
"""The account behind a public address."""
IfMatchDep = Annotated[int | None, Depends(_version)]
"""The version that the caller has read, when it says so."""
NowDep = Annotated[datetime, Depends(_now)]
Limit = Annotated[int, Query(ge=1, le=MOST)]


def require_version(current: int, wanted: int | None) -> None:
    """Raise `StaleVersion` when the caller has read another version."""
    if wanted is not None and wanted != current:
        raise StaleVersion(current)


def etag(version: int) -> dict[str, str]:
    """The header that says the version."""
    return {"ETag": f'"{version}"'}


@dataclass(frozen=True)
class Cursor:
    """The place in a list after which the next page begins: the sorting value and the id of the last row."""

    value: str
    id: UUID

    def __str__(self) -> str:
        return base64.urlsafe_b64encode(json.dumps([self.value, str(self.id)]).encode()).decode().rstrip("=")

    @classmethod
    def parse(cls, written: str) -> Cursor:
        """Raises `InvalidInput` for what no list of ours has given out."""
        try:
            value, identifier = json.loads(base64.urlsafe_b64decode(written + "=" * (-len(written) % 4)))
            return cls(str(value), UUID(identifier))
        except (ValueError, TypeError, AttributeError, RecursionError, binascii.Error):
            raise InvalidInput.of("query/cursor", "cursor") from None

    @property
    def moment(self) -> datetime:
        """The sorting value of lists by time; raises `InvalidInput`."""
        try:
            moment = datetime.fromisoformat(self.value)
        except ValueError:
            raise InvalidInput.of("query/cursor", "cursor") from None
        if moment.tzinfo is None:
            raise InvalidInput.of("query/cursor", "cursor")
        return moment


async def _cursor(cursor: Annotated[str | None, Query(max_length=600)] = None) -> Cursor | None:
    return Cursor.parse(cursor) if cursor else None


CursorDep = Annotated[Cursor | None, Depends(_cursor)]


def require_schedule(member: Member, staff: StaffMemberRow) -> None:
    """Raise unless the member may edit this person's working time: everybody's, or their own."""
    own = member.staff_member_id == staff.id
    if not member.may("schedule.edit_all") and not (own and member.may("schedule.edit_own")):
        raise MissingPermission("schedule.edit_own" if own else "schedule.edit_all", list(member.holders))
    if not own:
        require_staff_scope(member, staff)


async def require_everywhere(tx: Tx, member: Member, location_id: UUID | None) -> None:
    """Raise unless the member may edit the working time of a location, or of all of them."""
    member.require("schedule.edit_all", location_id=location_id)
    if location_id is None and member.location_ids is not None:
        covered = {location.id for location in await locations_of(tx, member.account_id)}
        if covered - member.location_ids:
            raise MissingScope(EVERYWHERE, list(member.holders))


def require_whole_account(member: Member) -> None:
    """Raise `MissingScope` unless the member's say covers every location; names those who could widen it."""
    if member.location_ids is not None:
        raise MissingScope(EVERYWHERE, [granter.name for granter in member.granters if granter.location_ids is None])


def require_staff_scope(member: Member, staff: StaffMemberRow) -> None:
    """Raise `MissingScope` when the person works where the member has no say."""
    if member.location_ids is None:
        return
    if staff.location_ids is None:
        raise MissingScope(EVERYWHERE, list(member.holders))
    for location_id in staff.location_ids:
        if not member.covers(location_id):
            raise MissingScope(str(location_id), list(member.holders))


async def wait_for_staff(db: Database, account_id: UUID, ids: Iterable[UUID]) -> None:
    """Give the event of a membership made a moment ago the time to arrive; says nothing about unknown ids."""
    now = now_utc()
    for staff_member_id in ids:
        if not is_fresh(staff_member_id, now):
            continue

        async def look_up(wanted: UUID = staff_member_id) -> StaffMemberRow | None:
            async with db.tx(account_id) as tx:
                return await tx.get(StaffMemberRow, (account_id, wanted))

        await wait_for_copy(staff_member_id, look_up)


def day_range(account: AccountCopy, first: date | None, last: date | None) -> tuple[datetime | None, datetime | None]:
    """The moments of whole days in the account's zone, `[since, until)`; raises `InvalidInput` when turned round."""
    if first is not None and last is not None and last < first:
        raise InvalidInput.of("query/to", "from_before_to")
    clock = WallClock(ZoneInfo(account.time_zone))
    return (
        moment_of(clock.start_of(first)) if first is not None else None,
        moment_of(clock.end_of(last)) if last is not None else None,
    )
