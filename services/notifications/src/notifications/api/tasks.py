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
from notifications import tables
from notifications.domain.written import hide_numbers
from notifications.queries import open_tasks, tasks
from notifications.usecases.ask_staff import settle_task
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
    """Numbers that are wrong and answers that no machine understands: what waits for a person, or was settled."""
    member.require(Permission.NOTIFICATIONS_VIEW)
    async with db.tx(member.account_id) as tx:
        rows, next_cursor = await tasks(tx, member.account_id, state == "open", member.location_ids, cursor)
        waiting = await open_tasks(tx, member.account_id, member.location_ids)
    items = [_shown(row, name, words, member) for row, name in rows]
    return StaffTasks(items=items, open=waiting, next_cursor=next_cursor)


@router.post(f"{PREFIX}/staff-tasks/{{task_id}}/settle", operation_id="settle_staff_task", response_model=StaffTask)
async def settle(task_id: UUID, member: MemberDep, db: DbDep, words: WordsDep, clock: ClockDep) -> StaffTask:
    """Somebody has done it. Done twice it stays done by the first."""
    member.require(Permission.NOTIFICATIONS_VIEW)
    async with db.tx(member.account_id) as tx:
        row = await settle_task(tx, member, task_id, await clock.now(tx))
        client = await tx.get(tables.ClientCopy, (member.account_id, row.client_id)) if row.client_id else None
        return _shown(row, client.name if client else None, words, member)


def _shown(row: tables.StaffTask, client_name: str | None, words: Words, member: Member) -> StaffTask:
    sees_phones = member.may(Permission.CLIENT_VIEW_PHONE)
    kind: Any = row.kind
    return StaffTask(
        id=row.id,
        kind=kind,
        text=words.text(f"task.{row.kind}", {"client": client_name or "—"}),
        fix=Fix(text=words.text(f"task.{row.kind}.fix", {}), url=words.desk(row.client_id, row.booking_id)),
        said=row.said if sees_phones or row.said is None else hide_numbers(row.said),
        client_id=row.client_id,
        client_name=client_name,
        booking_id=row.booking_id,
        location_id=row.location_id,
        created_at=row.created_at,
        settled_at=row.settled_at,
        settled_by_name=row.settled_by_name,
    )
