"""Make, change and look after an account's web hooks."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, func, select, update

from contracts.http.webhooks import WebhookChange, WebhookDraft
from kit.db import Tx
from kit.errors import InvalidInput, NotFound
from kit.ids import new_id
from kit.secrets import SecretBox
from kit.wakeups import notify
from notifications.domain.web_hooks import BOTH_HOLD_FOR, new_secret
from notifications.errors import TooManyWebHooks, WebHookDeliveryNotRepeatable
from notifications.providers.public_addresses import Rule
from notifications.tables import WebHook, WebHookDelivery

from .deliver_web_hooks import owner_of
from .publish_event import WEB_HOOKS_CHANNEL, body_of, queue_delivery

MOST_HOOKS = 20


async def make_web_hook(
    tx: Tx,
    account_id: UUID,
    user_id: UUID,
    wanted: WebhookDraft,
    location_ids: frozenset[UUID] | None,
    box: SecretBox,
    rule: Rule,
    now: datetime,
) -> tuple[WebHook, str]:
    """A new hook with its secret, which is shown this once; it hears of its maker's locations only."""
    _check(wanted.url, rule)
    count = await tx.scalar(select(func.count()).select_from(WebHook).where(WebHook.account_id == account_id))
    if (count or 0) >= MOST_HOOKS:
        raise TooManyWebHooks(MOST_HOOKS)
    secret = new_secret()
    hook = WebHook(
        account_id=account_id,
        id=new_id(),
        url=wanted.url,
        description=wanted.description,
        event_types=sorted(wanted.event_types),
        location_ids=None if location_ids is None else sorted(location_ids),
        with_contacts=wanted.with_client_contacts,
        state="active",
        failures=0,
        created_by=user_id,
        created_at=now,
        version=1,
    )
    hook.sealed = box.seal(secret, owner_of(hook))
    tx.add(hook)
    await tx.flush()
    return hook, secret


async def change_web_hook(tx: Tx, hook: WebHook, wanted: WebhookChange, rule: Rule, now: datetime) -> WebHook:
    """Change what is given; switching on takes up what waits."""
    if wanted.url is not None:
        _check(wanted.url, rule)
        hook.url = wanted.url
    if wanted.description is not None:
        hook.description = wanted.description
    if wanted.event_types is not None:
        hook.event_types = sorted(wanted.event_types)
    if wanted.with_client_contacts is not None:
        hook.with_contacts = wanted.with_client_contacts
    if wanted.enabled is True and hook.state != "active":
        hook.state, hook.pause_cause, hook.paused_at, hook.failing_since, hook.failures = "active", None, None, None, 0
        await _take_up(tx, hook, now)
    elif wanted.enabled is False and hook.state == "active":
        hook.state, hook.pause_cause, hook.paused_at = "paused", "by_hand", now
        await _put_aside(tx, hook)
    hook.version += 1
    return hook


async def rotate_secret(hook: WebHook, box: SecretBox, now: datetime) -> str:
    """A new secret, shown this once; the former one signs beside it for a day."""
    hook.former_sealed, hook.former_until = hook.sealed, now + BOTH_HOLD_FOR
    secret = new_secret()
    hook.sealed = box.seal(secret, owner_of(hook))
    hook.version += 1
    return secret


async def send_test(tx: Tx, hook: WebHook, now: datetime) -> WebHookDelivery:
    """A delivery that says nothing but that it is one."""
    body = body_of("webhook.test", now, {"webhook_id": str(hook.id)})
    delivery = queue_delivery(tx, hook, 0, f"test_{new_id().hex}", "webhook.test", body, now)
    await notify(tx, WEB_HOOKS_CHANNEL)
    await tx.flush()
    return delivery


async def resend(tx: Tx, account_id: UUID, delivery_id: UUID, now: datetime, hook_id: UUID | None) -> WebHookDelivery:
    """Try a delivery again now, under the same id; raises `WebHookDeliveryNotRepeatable`."""
    row = WebHookDelivery
    found = await tx.scalars(select(row).where(row.account_id == account_id, row.id == delivery_id).with_for_update())
    delivery = found.first()
    if delivery is None or (hook_id is not None and delivery.hook_id != hook_id):
        raise NotFound("delivery")
    hook = await hook_of(tx, account_id, delivery.hook_id)
    if hook.state != "active" or not delivery.body:
        raise WebHookDeliveryNotRepeatable
    delivery.state, delivery.due_at, delivery.claim_id = "pending", now, None
    delivery.delivered_at = None
    await notify(tx, WEB_HOOKS_CHANNEL)
    return delivery


async def drop_web_hook(tx: Tx, hook: WebHook) -> None:
    """The hook and its deliveries are gone."""
    await tx.execute(delete(WebHook).where(WebHook.account_id == hook.account_id, WebHook.id == hook.id))


async def hook_of(tx: Tx, account_id: UUID, hook_id: UUID) -> WebHook:
    """The hook, locked; raises `NotFound`."""
    row = WebHook
    found = (
        await tx.scalars(select(row).where(row.account_id == account_id, row.id == hook_id).with_for_update())
    ).first()
    if found is None:
        raise NotFound("webhook")
    return found


async def _put_aside(tx: Tx, hook: WebHook) -> None:
    await _let_be_due(tx, hook, None)


async def _take_up(tx: Tx, hook: WebHook, now: datetime) -> None:
    await _let_be_due(tx, hook, now)
    await notify(tx, WEB_HOOKS_CHANNEL)


async def _let_be_due(tx: Tx, hook: WebHook, at: datetime | None) -> None:
    row = WebHookDelivery
    of_hook = (row.account_id == hook.account_id, row.hook_id == hook.id, row.state == "pending")
    await tx.execute(update(row).where(*of_hook).values(due_at=at))


def _check(url: str, rule: Rule) -> None:
    if trouble := rule.trouble_with(url):
        raise InvalidInput.of("/url", trouble)
