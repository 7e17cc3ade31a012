"""The rows that guard time: seats of people, units of resources. Either all of a visit's rows are won, or none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid5

from sqlalchemy import delete, func, select, text, update
from sqlalchemy.dialects.postgresql import Range, insert

from booking.domain.assignment import busy_times
from booking.domain.availability import Part
from booking.domain.calendar import Busy
from booking.domain.wall_clock import moment_of
from booking.queries.facts import LONGEST_TAKEN
from booking.queries.place import Place
from booking.tables import BusyTime
from booking.tables_of_places import ResourceTime
from kit.db import Tx
from kit.ids import new_id

TABLES = (BusyTime, ResourceTime)
Row = dict[str, Any]


@dataclass(frozen=True)
class Claim:
    """A visit's time, person by person; `owner` says whose the rows are, item by item."""

    account_id: UUID
    place: Place
    start: int
    people: Sequence[UUID]
    owners: Sequence[Row]


async def claim_time(tx: Tx, claim: Claim) -> tuple[list[list[UUID]], list[list[UUID]]] | None:
    """The ids of the rows won, item by item: of people and of resources; none when a rival was quicker."""
    parts = claim.place.question.parts
    spans = claim.place.question.spans(claim.start)
    times = busy_times(parts, spans, claim.people)
    seats: list[list[Row]] = []
    sessions: list[UUID] = []
    for part, person, busy, owner in zip(parts, claim.people, times, claim.owners, strict=True):
        rows = await _seats(tx, claim.account_id, part, person, busy, owner)
        if rows is None:
            return None
        seats.append(rows)
        sessions.append(rows[0]["session"])
    if not await _insert(tx, BusyTime, [row for rows in seats for row in rows]):
        return None
    units = await _units(tx, claim, sessions)
    if units is None or not await _insert(tx, ResourceTime, [row for rows in units for row in rows]):
        await _give_up(tx, BusyTime, claim.account_id, [row["id"] for rows in seats for row in rows])
        return None
    return [[row["id"] for row in rows] for rows in seats], [[row["id"] for row in rows] for rows in units]


async def pass_on(tx: Tx, account_id: UUID, hold_id: UUID, row_ids: Sequence[UUID], **owner: Any) -> None:
    """Let rows of a hold belong to an item of a booking."""
    for table in TABLES:
        of_hold = (table.account_id == account_id, table.hold_id == hold_id, table.id.in_(row_ids))
        await tx.execute(update(table).where(*of_hold).values(hold_id=None, hold_expires_at=None, **owner))


async def give_back(tx: Tx, account_id: UUID, booking_id: UUID) -> None:
    """Free the time of a booking at once."""
    for table in TABLES:
        await tx.execute(delete(table).where(table.account_id == account_id, table.booking_id == booking_id))


async def _seats(tx: Tx, account_id: UUID, part: Part, person: UUID, busy: Busy, owner: Row) -> list[Row] | None:
    """One row per seat; those of a group go where the group is already, none when it has become full."""
    row = {
        "account_id": account_id,
        "staff_member_id": person,
        "during": Range(moment_of(busy.start), moment_of(busy.end)),
        "starts_at": moment_of(busy.service_start),
        "ends_at": moment_of(busy.service_end),
        **owner,
    }
    if part.service.capacity == 1:
        own = new_id()
        return [{**row, "id": own, "session": own, "seat": 1, "service_id": None}]
    session = uuid5(part.service.id, f"{person} {busy.service_start}")
    await tx.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(str(session), 0))))
    found = select(BusyTime.seat, BusyTime.during).where(
        BusyTime.account_id == account_id,
        BusyTime.staff_member_id == person,
        BusyTime.session == session,
        BusyTime.ends_at > row["starts_at"],  # past visits of the person are not looked at
    )
    there = (await tx.execute(found)).all()
    taken = {seat for seat, _ in there}
    free = [seat for seat in range(1, part.service.capacity + 1) if seat not in taken][: part.seats]
    if len(free) < part.seats or len(taken) + part.seats > part.service.capacity:
        return None
    if there:
        row["during"] = there[0].during  # the buffers of the group stay as they were
    return [{**row, "id": new_id(), "session": session, "seat": seat, "service_id": part.service.id} for seat in free]


UNITS_TAKEN = text(
    "SELECT unit, session FROM resource_time "
    "WHERE account_id = :account_id AND resource_id = :resource_id "
    "AND over_at > :since AND over_at < :over AND during && tstzrange(:since, :until)"
)


async def _units(tx: Tx, claim: Claim, sessions: Sequence[UUID]) -> list[list[Row]] | None:
    """A row per unit of each resource that an item needs; a group keeps the units it has."""
    question = claim.place.question
    spans = question.spans(claim.start)
    rows: list[list[Row]] = [[] for _ in question.parts]
    wanted = {need.resource_id for part in question.parts for need in part.service.needs}
    for resource_id in sorted(wanted):
        using = [
            next((need.units for need in part.service.needs if need.resource_id == resource_id), 0)
            for part in question.parts
        ]
        owners = [resource_id if units else number for number, units in enumerate(using)]
        for number, busy in enumerate(busy_times(question.parts, spans, owners)):
            if not using[number]:
                continue
            since, until = moment_of(busy.start), moment_of(busy.end)
            asked = {
                "account_id": claim.account_id,
                "resource_id": resource_id,
                "since": since,
                "until": until,
                "over": until + LONGEST_TAKEN,
            }
            there = (await tx.execute(UNITS_TAKEN, asked)).all()
            own = sorted({unit for unit, session in there if session == sessions[number]})
            others = {unit for unit, session in there if session != sessions[number]}
            every = range(1, question.resources[resource_id].units + 1)
            chosen = own or [unit for unit in every if unit not in others][: using[number]]
            if len(chosen) < using[number]:
                return None
            rows[number] += [
                {
                    "account_id": claim.account_id,
                    "id": new_id(),
                    "resource_id": resource_id,
                    "unit": unit,
                    "during": Range(since, until),
                    "session": sessions[number],
                    **claim.owners[number],
                }
                for unit in chosen
            ]
    return rows


async def _insert(tx: Tx, table: type[BusyTime] | type[ResourceTime], rows: list[Row]) -> bool:
    """All rows or none. The same order for everybody, so that rivals for several people do not block each other."""
    if not rows:
        return True
    ordered = sorted(rows, key=lambda row: (str(row.get("staff_member_id") or row["resource_id"]), row["during"].lower))
    statement = insert(table).values(ordered).on_conflict_do_nothing().returning(table.id)
    won = (await tx.scalars(statement)).all()
    if len(won) == len(rows):
        return True
    await _give_up(tx, table, rows[0]["account_id"], won)
    return False


async def _give_up(tx: Tx, table: type[BusyTime] | type[ResourceTime], account_id: UUID, ids: Sequence[UUID]) -> None:
    if ids:
        await tx.execute(delete(table).where(table.account_id == account_id, table.id.in_(ids)))
