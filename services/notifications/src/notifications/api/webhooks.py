"""Web hooks: where an account wants its events told, and what came of every delivery."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from contracts.http.webhooks import (
    Webhook,
    WebhookChange,
    WebhookDeliveries,
    WebhookDelivery,
    WebhookDraft,
    Webhooks,
    WebhookWithSecret,
)
from contracts.permissions import Permission
from kit.access import Member
from kit.edge import DbDep, MemberDep
from kit.idempotency import OnceDep
from notifications import feed
from notifications.providers.public_addresses import Rule
from notifications.public_events import TYPES
from notifications.tables import WebHook as WebHookRow
from notifications.tables import WebHookDelivery as DeliveryRow
from notifications.usecases.deliver_web_hooks import parsed
from notifications.usecases.edit_web_hook import (
    change_web_hook,
    drop_web_hook,
    hook_of,
    make_web_hook,
    resend,
    rotate_secret,
    send_test,
)

from .parts import PREFIX, ClockDep, ProvidersDep

router = APIRouter(tags=["webhooks"])

PATH = f"{PREFIX}/webhooks"
ONE = f"{PATH}/{{webhook_id}}"
Cursor = Annotated[str | None, Query(max_length=200)]


def _rule(request: Request) -> Rule:
    rule: Rule = request.app.state.channels.outside.rule
    return rule


def _may(member: Member, *, with_contacts: bool = False) -> None:
    member.require(Permission.SETTINGS_INTEGRATIONS)
    if with_contacts:
        member.require(Permission.CLIENT_VIEW_PHONE)
        member.require(Permission.CLIENT_VIEW_SURNAME)


@router.get(PATH, operation_id="list_webhooks", response_model=Webhooks)
async def list_all(member: MemberDep, db: DbDep) -> Webhooks:
    """All web hooks of the account, and the types that they may ask for."""
    _may(member)
    async with db.tx(member.account_id) as tx:
        rows = await feed.web_hooks(tx, member.account_id)
    return Webhooks(items=[_shown(row) for row in rows], event_types=list(TYPES))


@router.post(PATH, operation_id="create_webhook", response_model=WebhookWithSecret, status_code=201)
async def create(
    body: WebhookDraft,
    member: MemberDep,
    db: DbDep,
    request: Request,
    clock: ClockDep,
    providers: ProvidersDep,
    once: OnceDep,
) -> Response:
    """Make one; the answer holds its secret, which is not shown again."""
    _may(member, with_contacts=body.with_client_contacts)
    async with db.tx(member.account_id) as tx:
        now = await clock.now(tx)

        async def effect() -> WebhookWithSecret:
            hook, secret = await make_web_hook(
                tx,
                member.account_id,
                member.caller.user_id,
                body,
                member.location_ids,
                providers.box,
                _rule(request),
                now,
            )
            return _with_secret(hook, secret)

        return await once.run(tx, effect)


@router.get(ONE, operation_id="get_webhook", response_model=Webhook)
async def read(webhook_id: UUID, member: MemberDep, db: DbDep) -> Webhook:
    """One web hook."""
    _may(member)
    async with db.tx(member.account_id) as tx:
        return _shown(await hook_of(tx, member.account_id, webhook_id))


@router.patch(ONE, operation_id="change_webhook", response_model=Webhook)
async def change(
    webhook_id: UUID, body: WebhookChange, member: MemberDep, db: DbDep, request: Request, clock: ClockDep
) -> Webhook:
    """Change it, pause it, or switch it on again: what waits is then told at once."""
    _may(member, with_contacts=body.with_client_contacts is True)
    async with db.tx(member.account_id) as tx:
        hook = await hook_of(tx, member.account_id, webhook_id)
        return _shown(await change_web_hook(tx, hook, body, _rule(request), await clock.now(tx)))


@router.delete(ONE, operation_id="delete_webhook", status_code=204)
async def delete(webhook_id: UUID, member: MemberDep, db: DbDep) -> None:
    """Take it away with its deliveries."""
    _may(member)
    async with db.tx(member.account_id) as tx:
        await drop_web_hook(tx, await hook_of(tx, member.account_id, webhook_id))


@router.post(f"{ONE}/rotate-secret", operation_id="rotate_webhook_secret", response_model=WebhookWithSecret)
async def rotate(
    webhook_id: UUID, member: MemberDep, db: DbDep, clock: ClockDep, providers: ProvidersDep, once: OnceDep
) -> Response:
    """A new secret; for a day deliveries bear signatures by both, so that nothing is lost while it is put in place."""
    _may(member)
    async with db.tx(member.account_id) as tx:
        now = await clock.now(tx)

        async def effect() -> WebhookWithSecret:
            hook = await hook_of(tx, member.account_id, webhook_id)
            return _with_secret(hook, await rotate_secret(hook, providers.box, now))

        return await once.run(tx, effect, status=200)


@router.post(f"{ONE}/test", operation_id="test_webhook", response_model=WebhookDelivery, status_code=202)
async def test(webhook_id: UUID, member: MemberDep, db: DbDep, clock: ClockDep, once: OnceDep) -> Response:
    """Send a delivery of the type `webhook.test`."""
    _may(member)
    async with db.tx(member.account_id) as tx:
        now = await clock.now(tx)

        async def effect() -> WebhookDelivery:
            return _delivery(await send_test(tx, await hook_of(tx, member.account_id, webhook_id), now))

        return await once.run(tx, effect, status=202)


@router.get(f"{ONE}/deliveries", operation_id="list_webhook_deliveries", response_model=WebhookDeliveries)
async def deliveries(webhook_id: UUID, member: MemberDep, db: DbDep, cursor: Cursor = None) -> WebhookDeliveries:
    """What was told and what was not, the newest first."""
    _may(member)
    async with db.tx(member.account_id) as tx:
        await hook_of(tx, member.account_id, webhook_id)
        rows, next_cursor = await feed.deliveries(tx, member.account_id, webhook_id, cursor)
    return WebhookDeliveries(items=[_delivery(row) for row in rows], next_cursor=next_cursor)


@router.post(
    f"{PATH}/deliveries/{{delivery_id}}/resend",
    operation_id="resend_webhook_delivery",
    response_model=WebhookDelivery,
    status_code=202,
)
async def again(delivery_id: UUID, member: MemberDep, db: DbDep, clock: ClockDep, once: OnceDep) -> Response:
    """Tell it once more now, under the same id."""
    return await _again(delivery_id, None, member, db, clock, once)


@router.post(
    f"{ONE}/deliveries/{{delivery_id}}/resend",
    operation_id="resend_delivery_of_webhook",
    response_model=WebhookDelivery,
    status_code=202,
)
async def again_of_one(
    webhook_id: UUID, delivery_id: UUID, member: MemberDep, db: DbDep, clock: ClockDep, once: OnceDep
) -> Response:
    """The same, by the full address."""
    return await _again(delivery_id, webhook_id, member, db, clock, once)


async def _again(
    delivery_id: UUID, hook_id: UUID | None, member: Member, db: DbDep, clock: ClockDep, once: OnceDep
) -> Response:
    _may(member)
    async with db.tx(member.account_id) as tx:
        now = await clock.now(tx)

        async def effect() -> WebhookDelivery:
            return _delivery(await resend(tx, member.account_id, delivery_id, now, hook_id))

        return await once.run(tx, effect, status=202)


def _shown(row: WebHookRow) -> Webhook:
    return Webhook(**_fields(row))


def _with_secret(row: WebHookRow, secret: str) -> WebhookWithSecret:
    return WebhookWithSecret(**_fields(row), secret=secret)


def _fields(row: WebHookRow) -> dict[str, Any]:
    return {
        "id": row.id,
        "url": row.url,
        "description": row.description,
        "event_types": row.event_types,
        "with_client_contacts": row.with_contacts,
        "state": row.state,
        "pause_cause": row.pause_cause,
        "paused_at": row.paused_at,
        "catch_up_after": None if row.paused_at_place is None else feed.cursor_of(row.paused_at_place),
        "failing_since": row.failing_since,
        "former_secret_until": row.former_until,
        "created_at": row.created_at,
        "version": row.version,
    }


def _delivery(row: DeliveryRow) -> WebhookDelivery:
    state: Any = row.state
    return WebhookDelivery(
        id=row.id,
        message_id=row.message_id,
        type=row.type,
        state=state,
        attempts=row.attempts,
        next_attempt_at=row.due_at,
        status=row.status,
        error=row.error,
        duration_ms=row.duration_ms,
        created_at=row.created_at,
        tried_at=row.tried_at,
        delivered_at=row.delivered_at,
        body=parsed(row.body),
    )
