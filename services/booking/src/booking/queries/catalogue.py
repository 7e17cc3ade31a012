"""Services and staff with who does what."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select

from booking.tables import ScheduleRow, ServiceRow, StaffMemberRow, StaffMemberService
from kit.db import Tx

from .order import by_name


async def services_of(tx: Tx, account_id: UUID) -> list[ServiceRow]:
    """What the account sells, by name."""
    rows = select(ServiceRow).where(ServiceRow.account_id == account_id, ~ServiceRow.is_deleted)
    return list(await tx.scalars(rows.order_by(by_name(ServiceRow.name), ServiceRow.id)))


async def staff_of(tx: Tx, account_id: UUID) -> list[StaffMemberRow]:
    """Who serves, by name; those who left are not among them."""
    rows = select(StaffMemberRow).where(StaffMemberRow.account_id == account_id, ~StaffMemberRow.is_deleted)
    return list(await tx.scalars(rows.order_by(by_name(StaffMemberRow.name), StaffMemberRow.id)))


async def who_does_what(tx: Tx, account_id: UUID) -> tuple[dict[UUID, list[UUID]], dict[UUID, list[UUID]]]:
    """People by service, and services by person; those who left are not counted."""
    people: dict[UUID, list[UUID]] = defaultdict(list)
    services: dict[UUID, list[UUID]] = defaultdict(list)
    rows = (
        select(StaffMemberService.staff_member_id, StaffMemberService.service_id)
        .join(
            StaffMemberRow,
            (StaffMemberRow.account_id == StaffMemberService.account_id)
            & (StaffMemberRow.id == StaffMemberService.staff_member_id),
        )
        .where(StaffMemberService.account_id == account_id, ~StaffMemberRow.is_deleted)
        .order_by(StaffMemberService.staff_member_id, StaffMemberService.service_id)
    )
    for staff_member_id, service_id in await tx.execute(rows):
        people[service_id].append(staff_member_id)
        services[staff_member_id].append(service_id)
    return people, services


async def with_schedule(tx: Tx, account_id: UUID, ids: Sequence[UUID]) -> set[UUID]:
    """Which of these people have a schedule."""
    rows = select(ScheduleRow.staff_member_id).where(
        ScheduleRow.account_id == account_id, ScheduleRow.staff_member_id.in_(ids)
    )
    return set(await tx.scalars(rows))
