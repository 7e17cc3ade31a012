"""Put a public event into the feed of its account and on its way to the web hooks that asked for it."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert

from contracts import Event
from contracts.booking import ClientErased
from kit.db import Tx
from kit.ids import new_id
from kit.wakeups import notify
from notifications.domain.web_hooks import wants
from notifications.public_events import public_facts, with_contacts
from notifications.tables import ClientCopy, EventFeed, PublicEvent, WebHook, WebHookDelivery

WEB_HOOKS_CHANNEL = "web_hooks"


async def publish_event(event: Event, tx: Tx, *, now: datetime) -> None:
    """Once per event, whatever repeats; places in the feed are taken in the order of commits, so that nobody who
    reads on from a place can miss one."""
    assert event.account_id is not None
    said = public_facts(event)
    place = await _next_place(tx, event.account_id)
    if said.contacts is not None and await _is_erased(tx, event.account_id, said.client_id):
        said = replace(said, contacts=None)
    event_id = new_id()
    row = insert(PublicEvent).values(
        account_id=event.account_id,
        place=place,
        id=event_id,
        type=said.type,
        subject_id=event.subject_id,
        subject_version=event.version,
        occurred_at=now,
        location_id=said.location_id,
        client_id=said.client_id,
        facts=said.facts,
        contacts=said.contacts,
    )
    written = await tx.execute(row.on_conflict_do_nothing().returning(PublicEvent.place))
    if written.first() is None:
        return
    hooks = await tx.scalars(select(WebHook).where(WebHook.account_id == event.account_id, WebHook.state == "active"))
    for hook in hooks:
        if wants(hook.event_types, said.type) and _is_in_scope(hook, said.location_id):
            data = with_contacts(said.facts, said.contacts) if hook.with_contacts else said.facts
            body = body_of(said.type, now, data)
            queue_delivery(tx, hook, place, f"evt_{event_id.hex}", said.type, body, now, client_id=said.client_id)
            await notify(tx, WEB_HOOKS_CHANNEL)


def body_of(event_type: str, at: datetime, data: dict[str, Any]) -> str:
    """The body of a web hook; the bytes are kept, because the signature is over them."""
    said = {"type": event_type, "timestamp": at.isoformat(), "data": data}
    return json.dumps(said, ensure_ascii=False, separators=(",", ":"))


def queue_delivery(
    tx: Tx,
    hook: WebHook,
    place: int,
    message_id: str,
    event_type: str,
    body: str,
    now: datetime,
    *,
    client_id: UUID | None = None,
) -> WebHookDelivery:
    """A delivery that is due at once."""
    row = WebHookDelivery(
        account_id=hook.account_id,
        id=new_id(),
        hook_id=hook.id,
        place=place,
        message_id=message_id,
        type=event_type,
        body=body,
        client_id=client_id if hook.with_contacts else None,
        state="pending",
        attempts=0,
        due_at=now,
        created_at=now,
    )
    tx.add(row)
    return row


async def forget_contacts(event: ClientErased, tx: Tx) -> None:
    """Nothing that was kept for other systems names the person any more.

    The feed is held meanwhile: what is being published is seen here, and what is published later sees the empty card.
    """
    await tx.execute(select(EventFeed).where(EventFeed.account_id == event.account_id).with_for_update())
    person = (PublicEvent.account_id == event.account_id, PublicEvent.client_id == event.client_id)
    await tx.execute(update(PublicEvent).where(*person).values(contacts=None))
    row = WebHookDelivery
    mine = (row.account_id == event.account_id, row.client_id == event.client_id)
    await tx.execute(update(row).where(*mine, row.state == "pending").values(state="dropped", due_at=None))
    await tx.execute(update(row).where(*mine).values(body="", client_id=None))


async def _next_place(tx: Tx, account_id: UUID) -> int:
    row = EventFeed
    start = insert(row).values(account_id=account_id, last_place=1)
    placed = await tx.execute(
        start.on_conflict_do_update(index_elements=["account_id"], set_={"last_place": row.last_place + 1}).returning(
            row.last_place
        )
    )
    return placed.scalar_one()


async def _is_erased(tx: Tx, account_id: UUID, client_id: UUID | None) -> bool:
    row = ClientCopy
    of_client = (row.account_id == account_id, row.client_id == client_id)
    return bool(await tx.scalar(select(row.is_erased).where(*of_client)))


def _is_in_scope(hook: WebHook, location_id: UUID | None) -> bool:
    return hook.location_ids is None or location_id is None or location_id in hook.location_ids
