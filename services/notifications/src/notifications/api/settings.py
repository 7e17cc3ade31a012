"""Settings of messages."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Response

from contracts.http.notifications import NotificationSettings, SettingsChange
from contracts.permissions import Permission
from kit.edge import DbDep, MemberDep
from notifications.rules import settings_of
from notifications.usecases.compare_settings import compare_settings
from notifications.usecases.save_settings import save_settings

from .parts import PREFIX, ClockDep, ExpectedVersionDep, PlannerDep

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


@router.put(PATH, operation_id="put_notification_settings", response_model=NotificationSettings | SettingsChange)
async def replace(
    body: NotificationSettings,
    member: MemberDep,
    db: DbDep,
    clock: ClockDep,
    planner: PlannerDep,
    response: Response,
    expected_version: ExpectedVersionDep,
    dry_run: Annotated[bool, Query(description="Answer what would change, and save nothing.")] = False,
) -> NotificationSettings | SettingsChange:
    """Replace the settings; messages of coming visits that were not sent yet follow them."""
    member.require(Permission.SETTINGS_NOTIFICATIONS)
    async with db.tx(member.account_id) as tx:
        now = await clock.now(tx)
        if dry_run:
            return await compare_settings(tx, planner, member.account_id, body, now)
        saved = await save_settings(tx, member.account_id, body, expected_version, now)
    response.headers["ETag"] = f'"{saved.version}"'
    return saved
