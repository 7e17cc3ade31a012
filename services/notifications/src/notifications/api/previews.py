"""What would be sent, before it is saved; what would fail, before the day begins."""

from __future__ import annotations

from datetime import time, timedelta

from fastapi import APIRouter, Request

from contracts.http.notifications import MorningCheck, PlannedMessage, PlanPreview, PlanPreviewRequest, ThingToFix
from contracts.permissions import Permission
from kit import context
from kit.edge import DbDep, MemberDep
from notifications import queries
from notifications.domain.merging import WAITING
from notifications.domain.quiet_hours import at_wall_clock
from notifications.morning import things_to_fix
from notifications.usecases.check_morning import Morning
from notifications.usecases.preview_plan import preview_plan
from notifications.views import notification_of

from .parts import PREFIX, ClockDep, PlannerDep, SettingsDep, WordsDep

router = APIRouter(tags=["notifications"])


@router.post(f"{PREFIX}/notifications/preview", operation_id="preview_notifications", response_model=PlanPreview)
async def preview(
    body: PlanPreviewRequest, member: MemberDep, db: DbDep, clock: ClockDep, planner: PlannerDep, words: WordsDep
) -> PlanPreview:
    """Every message of a visit as saving it would plan them, each with its moment or its reason. Saves nothing."""
    member.require(Permission.NOTIFICATIONS_VIEW)
    async with db.tx(member.account_id) as tx:
        now = await clock.now(tx)
        booking, shown = await preview_plan(tx, planner, member.account_id, body, member.caller.user_id, now)
    member.require(Permission.NOTIFICATIONS_VIEW, location_id=booking.location_id)
    sees_phones = member.may(Permission.CLIENT_VIEW_PHONE)
    items = [
        PlannedMessage.model_validate(
            {**notification_of(one.row, [], words, sees_phones=sees_phones).model_dump(), "change": one.change}
        )
        for one in shown
    ]
    to_go = [item for item in items if item.state in WAITING]
    return PlanPreview(
        items=items,
        to_go=len(to_go),
        parts=sum(item.parts or 0 for item in to_go if item.recipient.type == "client"),
    )


@router.get(f"{PREFIX}/notifications/morning-check", operation_id="get_morning_check", response_model=MorningCheck)
async def morning_check(
    member: MemberDep, db: DbDep, clock: ClockDep, request: Request, settings: SettingsDep, words: WordsDep
) -> MorningCheck:
    """What would fail today as things stand; the same is told to staff in the morning."""
    member.require(Permission.NOTIFICATIONS_VIEW)
    morning: Morning = request.app.state.morning
    async with db.tx(member.account_id) as tx:
        now = await clock.now(tx)
        zone = await queries.zone_of(tx, member.account_id)
        until = at_wall_clock(now.astimezone(zone).date() + timedelta(days=1), time(), zone)
        things = await things_to_fix(tx, member.account_id, settings.part_price_minor, now, until)
    language = context.current().language
    items = [
        ThingToFix.model_validate(
            {
                "area": thing.area,
                "code": thing.code,
                "text": morning.thing(language, thing),
                "fix": words.fix(thing.code, thing.provider) if thing.area != "fiscal" else None,
                "help_url": words.help_url(thing.code),
                "count": thing.count,
                "provider": thing.provider,
                "since": thing.at,
            }
        )
        for thing in things
    ]
    return MorningCheck(items=items, text=morning.text(member.account_id, language, things) if things else None)
