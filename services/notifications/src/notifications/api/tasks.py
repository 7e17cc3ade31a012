"""Tasks that messages leave to people: the list of what needs attention, and "done"."""

from __future__ import annotations

from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Query

from contracts.http.notifications import Fix
from contracts.http.staff_tasks import StaffTask, StaffTasks
from contracts.permissions import Permission
from kit.callers import Member
from kit.edge import DbDep, MemberDep
from notifications.domain.written import hide_numbers
from notifications.queries import TaskRow, one_task, open_tasks, tasks
from notifications.situation import zone_of
from notifications.usecases.ask_staff import OF_UNCONFIRMED, REPLY_AFTER_RELEASE, settle_task
from notifications.views import Words

from .parts import PREFIX, ClockDep, WordsDep

router = APIRouter(tags=["notifications"])


@router.get(f"{PREFIX}/staff-tasks", operation_id="list_staff_tasks", response_model=StaffTasks)
async def listed(
    member: MemberDep,
    db: DbDep,
    words: WordsDep,
    state: Annotated[Literal["open", "settled"], Query()] = "open",
    cursor: Annotated[str | None, Query(max_length=200)] = None,
) -> StaffTasks:
    """Numbers that are wrong, answers that no machine understands, visits nobody confirmed: for a person to settle."""
    member.require(Permission.NOTIFICATIONS_VIEW)
    async with db.tx(member.account_id) as tx:
        rows, next_cursor = await tasks(tx, member.account_id, state == "open", member.location_ids, cursor)
        waiting = await open_tasks(tx, member.account_id, member.location_ids)
    items = [_shown(row, words, member) for row in rows]
    return StaffTasks(items=items, open=waiting, next_cursor=next_cursor)


@router.post(f"{PREFIX}/staff-tasks/{{task_id}}/settle", operation_id="settle_staff_task", response_model=StaffTask)
async def settle(task_id: UUID, member: MemberDep, db: DbDep, words: WordsDep, clock: ClockDep) -> StaffTask:
    """Somebody has done it. Done twice it stays done by the first."""
    member.require(Permission.NOTIFICATIONS_VIEW)
    async with db.tx(member.account_id) as tx:
        await settle_task(tx, member, task_id, await clock.now(tx))
        await tx.flush()
        return _shown(await one_task(tx, member.account_id, task_id), words, member)


def _shown(found: TaskRow, words: Words, member: Member) -> StaffTask:
    row, client_name, visit = found
    client_name = client_name or ((visit.body["client"] or {}).get("name") if visit else None)
    sees_phones = member.may(Permission.CLIENT_VIEW_PHONE)
    kind: Any = row.kind
    starts_at = visit.starts_at.astimezone(zone_of(visit.body["time_zone"])) if visit else None
    said_of = {"client": client_name or "—", "when": words.moment(starts_at) if starts_at else "—"}
    is_of_visit = row.kind in OF_UNCONFIRMED or row.kind == REPLY_AFTER_RELEASE
    return StaffTask(
        id=row.id,
        kind=kind,
        text=words.text(f"task.{row.kind}", said_of),
        fix=Fix(
            text=words.text(f"task.{row.kind}.fix", {}),
            url=words.desk(None if is_of_visit else row.client_id, row.booking_id),
        ),
        said=row.said if sees_phones or row.said is None else hide_numbers(row.said),
        client_id=row.client_id,
        client_name=client_name,
        booking_id=row.booking_id,
        location_id=row.location_id,
        starts_at=starts_at,
        created_at=row.created_at,
        settled_at=row.settled_at,
        settled_by_name=row.settled_by_name,
    )
