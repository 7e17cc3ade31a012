"""Who works for the platform: appointed and dismissed by operators of the installation, on the admin port."""

import contextlib
from typing import Literal
from uuid import UUID

import structlog
from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from identity.tables import PlatformStaff, SupportVisit
from identity.usecases.register_user import register_user
from identity.usecases.visit_account import leave_account
from kit.edge import DbDep
from kit.errors import InvalidInput, NotFound
from kit.messaging import now_utc
from kit.phones import normalise

router = APIRouter(prefix="/admin/platform-staff")

log = structlog.get_logger("platform")


class Appointment(BaseModel):
    """A person and what they are for."""

    model_config = ConfigDict(extra="forbid")

    phone: str = Field(max_length=40)
    name: str = Field(min_length=2, max_length=100)
    role: Literal["support", "operator"]


@router.get("")
async def list_platform_staff(db: DbDep) -> dict[str, list[dict[str, str | None]]]:
    """Everybody ever appointed."""
    async with db.system_tx() as tx:
        rows = (await tx.scalars(select(PlatformStaff).order_by(PlatformStaff.appointed_at))).all()
    return {"items": [_view(row) for row in rows]}


@router.post("", status_code=201)
async def appoint(body: Appointment, db: DbDep) -> dict[str, str | None]:
    """Let a person enter accounts in a role; they sign in with a code like everybody."""
    try:
        phone_e164 = normalise(body.phone)
    except ValueError:
        raise InvalidInput.of("/phone", "phone") from None
    async with db.system_tx() as tx:
        user = await register_user(phone_e164, tx, now_utc(), language="uk")
        values = {"role": body.role, "name": body.name, "appointed_at": now_utc(), "dismissed_at": None}
        row = insert(PlatformStaff).values(user_id=user.id, **values)
        await tx.execute(row.on_conflict_do_update(index_elements=["user_id"], set_=values))
        appointed = await tx.get_one(PlatformStaff, user.id, populate_existing=True)
    log.info("appointed", user_id=str(user.id), role=body.role)
    return _view(appointed)


@router.delete("/{user_id}", status_code=204)
async def dismiss(user_id: UUID, db: DbDep) -> None:
    """Close the door; visits under way end with it."""
    async with db.system_tx() as tx:
        row = await tx.get(PlatformStaff, user_id, with_for_update=True)
        if row is None or row.dismissed_at is not None:
            raise NotFound("platform_staff")
        row.dismissed_at = now_utc()
        under_way = select(SupportVisit.account_id, SupportVisit.id).where(
            SupportVisit.user_id == user_id, SupportVisit.ended_at.is_(None)
        )
        visits = (await tx.execute(under_way)).all()
    for account_id, visit_id in visits:
        with contextlib.suppress(NotFound):  # it has ended by itself meanwhile
            async with db.tx(account_id) as tx:
                await leave_account(account_id, visit_id, user_id, tx, now_utc())
    log.info("dismissed", user_id=str(user_id), visits_ended=len(visits))


def _view(row: PlatformStaff) -> dict[str, str | None]:
    ended = row.dismissed_at.isoformat() if row.dismissed_at else None
    appointed = row.appointed_at.isoformat()
    return {
        "user_id": str(row.user_id),
        "name": row.name,
        "role": row.role,
        "appointed_at": appointed,
        "dismissed_at": ended,
    }
