"""A browser that wants messages of its person; its keys are sealed, bound to that person."""

from __future__ import annotations

import json
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert

from kit.db import Tx
from kit.errors import InvalidInput
from kit.ids import new_id
from kit.secrets import SecretBox
from notifications.providers.public_addresses import Rule
from notifications.providers.web_push import Subscription, sealed
from notifications.tables import PushSubscription

MOST_BROWSERS = 10
"""Of one person; the one that was used least lately leaves for a new one."""


async def subscribe_browser(
    tx: Tx, user_id: UUID, wanted: Subscription, browser: str, box: SecretBox, rule: Rule, now: datetime
) -> PushSubscription:
    """Keep it, in place of what the same browser said before; raises `InvalidInput` for what cannot be used."""
    if trouble := rule.trouble_with(wanted.endpoint):
        raise InvalidInput.of("/endpoint", trouble)
    try:
        sealed(wanted, b"{}")
    except ValueError as error:
        raise InvalidInput.of("/keys", "push_keys") from error
    secret = json.dumps({"p256dh": wanted.p256dh, "auth": wanted.auth})
    values = {"user_id": user_id, "sealed": box.seal(secret, owner_of(user_id)), "browser": browser}
    row = insert(PushSubscription).values(id=new_id(), endpoint=wanted.endpoint, created_at=now, **values)
    kept = await tx.execute(
        row.on_conflict_do_update(index_elements=["endpoint"], set_={**values, "created_at": now}).returning(
            PushSubscription.id
        )
    )
    kept_id = kept.scalar_one()
    await _drop_the_oldest(tx, user_id)
    return await tx.get_one(PushSubscription, kept_id, populate_existing=True)


def opened(row: PushSubscription, box: SecretBox) -> Subscription | None:
    """The subscription with its keys; none where they do not open."""
    try:
        keys = json.loads(box.open(row.sealed, owner_of(row.user_id)))
    except ValueError:
        return None
    return Subscription(row.endpoint, keys["p256dh"], keys["auth"])


def owner_of(user_id: UUID) -> str:
    """What the keys are bound to."""
    return f"web-push:{user_id}"


async def _drop_the_oldest(tx: Tx, user_id: UUID) -> None:
    row = PushSubscription
    kept = select(row.id).where(row.user_id == user_id).order_by(row.created_at.desc(), row.id).limit(MOST_BROWSERS)
    await tx.execute(delete(row).where(row.user_id == user_id, row.id.not_in(kept)))
