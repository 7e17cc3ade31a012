"""The last look before a message goes: who left, who changed the number, who refused since it was planned."""

from __future__ import annotations

from kit.db import Tx
from kit.tables import MemberCopy
from notifications.domain.facts import Kind
from notifications.domain.reasons import Reason
from notifications.situation import channel_of, wishes_of
from notifications.tables import ClientCopy, NotificationRow, PhoneMark


async def last_look(tx: Tx, row: NotificationRow) -> Reason | None:
    """Take over the recipient's present phone, or answer why nothing may be sent to them any more."""
    if row.recipient_type == "client":
        return await _client(tx, row)
    member = await tx.get(MemberCopy, (row.account_id, row.recipient_id))
    if member is None or not member.is_active:
        return Reason.ROLE_NOT_RECIPIENT
    if channel_of(member.channels) != row.channel:
        return Reason.RECIPIENT_NO_CHANNEL
    row.phone_e164 = member.phone_e164
    return None


async def _client(tx: Tx, row: NotificationRow) -> Reason | None:
    client = await tx.get(ClientCopy, (row.account_id, row.recipient_id))
    if client is not None:
        row.phone_e164 = client.phone_e164
        if not client.notifications_on:
            return Reason.CLIENT_OPTED_OUT
    if not row.phone_e164:
        return Reason.RECIPIENT_NO_PHONE
    for wish in await wishes_of(tx, row.account_id, row.recipient_id, client.user_id if client else None):
        wants_kind = wish.reminders if Kind(row.kind).is_reminder else wish.changes
        if not wish.messages or not wants_kind:
            return Reason.CLIENT_OPTED_OUT
    mark = await tx.get(PhoneMark, (row.account_id, row.phone_e164))
    if mark is not None:
        return Reason.PHONE_BAD if mark.cause == "bad" else Reason.STOP_LIST
    return None
