"""Settings of messages."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Response

from contracts.http.notifications import NotificationSettings
from contracts.permissions import Permission
from kit.edge import DbDep, MemberDep
from kit.errors import InvalidInput
from notifications.rules import settings_of
from notifications.usecases.save_settings import save_settings

from .parts import PREFIX, ClockDep, ExpectedVersionDep

router = APIRouter(tags=["notifications"])

PATH = f"{PREFIX}/notification-settings"


@router.get(PATH, operation_id="get_notification_settings", response_model=NotificationSettings)
async def read(member: MemberDep, db: DbDep, response: Response) -> NotificationSettings:
    """What goes to whom and when; a new account has the defaults."""
    member.require(Permission.NOTIFICATIONS_VIEW)
    async with db.tx(member.account_id) as tx:
        settings = await settings_of(tx, member.account_id)
    response.headers["ETag"] = f'"{settings.version}"'
    return settings


@router.put(PATH, operation_id="put_notification_settings", response_model=NotificationSettings)
async def replace(
    body: NotificationSettings,
    member: MemberDep,
    db: DbDep,
    clock: ClockDep,
    response: Response,
    expected_version: ExpectedVersionDep,
    dry_run: Annotated[bool, Query(description="Not offered yet: refused, so that nothing is saved.")] = False,
) -> NotificationSettings:
    """Replace the settings; messages of coming visits that were not sent yet follow them."""
    member.require(Permission.SETTINGS_NOTIFICATIONS)
    if dry_run:
        raise InvalidInput.of("query/dry_run", "dry_run")
    async with db.tx(member.account_id) as tx:
        now = await clock.now(tx)
        saved = await save_settings(tx, member.account_id, body, expected_version, now)
    response.headers["ETag"] = f'"{saved.version}"'
    return saved
