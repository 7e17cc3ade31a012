"""The last look before messages go: who left, who changed the number, who refused since it was planned."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Uuid, bindparam, select, text, tuple_

from contracts.permissions import Permission
from kit.db import Tx
from kit.tables import MemberCopy
from notifications.domain.carriers import Channel
from notifications.domain.facts import Kind
from notifications.domain.reasons import Reason
from notifications.domain.reports import DIGEST, OWNER
from notifications.tables import NotificationRow, PushSubscription, TelegramChat

_CLIENTS = text(
    """
    SELECT n.id, c.client_id IS NOT NULL AS is_known, c.phone_e164, c.email,
           coalesce(c.notifications_on, true) AND NOT n.channel = ANY(coalesce(here.refused_channels, '{}')) AS is_on,
           coalesce(here.messages, true) AND coalesce(everywhere.messages, true) AS wants_messages,
           coalesce(here.reminders, true) AND coalesce(everywhere.reminders, true) AS wants_reminders,
           coalesce(here.changes, true) AND coalesce(everywhere.changes, true) AS wants_changes,
           mark.cause AS mark
    FROM unnest(CAST(:accounts AS uuid[]), CAST(:ids AS uuid[])) AS wanted(account_id, id)
    JOIN notification n USING (account_id, id)
    LEFT JOIN client_copy c ON c.account_id = n.account_id AND c.client_id = n.recipient_id
    LEFT JOIN client_preference here ON here.account_id = n.account_id AND here.client_id = n.recipient_id
    LEFT JOIN user_preference everywhere ON everywhere.user_id = c.user_id
    LEFT JOIN phone_mark mark ON mark.account_id = n.account_id
        AND mark.phone_e164 = CASE WHEN c.client_id IS NULL THEN n.phone_e164 ELSE c.phone_e164 END
    """
).bindparams(bindparam("accounts", type_=ARRAY(Uuid)), bindparam("ids", type_=ARRAY(Uuid)))


_KINDS = {kind.value: kind for kind in Kind}


@dataclass(frozen=True)
class Look:
    """Where a message may go now, or why nowhere. `address` is a phone, a mailbox or a chat; a person's browsers
    are found by the person."""

    reason: Reason | None
    address: str = ""


async def last_looks(tx: Tx, rows: Sequence[NotificationRow]) -> dict[UUID, Look]:
    """One look per message; the present phone is written into its row."""
    clients = [row for row in rows if row.recipient_type == "client"]
    staff = [row for row in rows if row.recipient_type != "client"]
    looks = await _clients(tx, clients) if clients else {}
    if staff:
        looks |= await _staff(tx, staff)
    return looks


async def last_look(tx: Tx, row: NotificationRow) -> Reason | None:
    """Take over the recipient's present phone, or answer why nothing may be sent to them any more."""
    await tx.flush()
    return (await last_looks(tx, [row]))[row.id].reason


async def _clients(tx: Tx, rows: Sequence[NotificationRow]) -> dict[UUID, Look]:
    found = await tx.execute(_CLIENTS, {"accounts": [row.account_id for row in rows], "ids": [row.id for row in rows]})
    facts = {fact.id: fact for fact in found}
    return {row.id: _client(row, facts[row.id]) for row in rows}


def _client(row: NotificationRow, fact: Any) -> Look:
    if fact.is_known:
        row.phone_e164 = fact.phone_e164
    if not fact.is_on:
        return Look(Reason.CLIENT_OPTED_OUT)
    by_mail = row.channel == Channel.EMAIL
    if by_mail and not fact.email:
        return Look(Reason.RECIPIENT_NO_CHANNEL)
    if not by_mail and not row.phone_e164:
        return Look(Reason.RECIPIENT_NO_PHONE)
    wants_kind = fact.wants_reminders if _KINDS[row.kind].is_reminder else fact.wants_changes
    if not fact.wants_messages or not wants_kind:
        return Look(Reason.CLIENT_OPTED_OUT)
    if by_mail:
        return Look(None, fact.email)
    if fact.mark is not None:
        return Look(Reason.PHONE_BAD if fact.mark == "bad" else Reason.STOP_LIST)
    return Look(None, row.phone_e164 or "")


async def _staff(tx: Tx, rows: Sequence[NotificationRow]) -> dict[UUID, Look]:
    people = {(row.account_id, row.recipient_id) for row in rows}
    found = await tx.scalars(select(MemberCopy).where(tuple_(MemberCopy.account_id, MemberCopy.user_id).in_(people)))
    members = {(member.account_id, member.user_id): member for member in found}
    users = [user_id for _, user_id in people]
    chats: dict[UUID, str] = {}
    browsers: set[UUID] = set()
    if any(row.channel == Channel.TELEGRAM for row in rows):
        bound = await tx.scalars(select(TelegramChat).where(TelegramChat.user_id.in_(users)))
        chats = {chat.user_id: chat.chat_id for chat in bound}
    if any(row.channel == Channel.WEB_PUSH for row in rows):
        browsers = set(await tx.scalars(select(PushSubscription.user_id).where(PushSubscription.user_id.in_(users))))
    looks = {}
    for row in rows:
        member = members.get((row.account_id, row.recipient_id))
        if member is None or not member.is_active:
            looks[row.id] = Look(Reason.ROLE_NOT_RECIPIENT)
            continue
        if row.kind == Kind.REPORT and (reason := _against_reader(row, member)) is not None:
            looks[row.id] = Look(reason)
            continue
        row.phone_e164 = member.phone_e164
        address = _address(member, row.channel, chats.get(member.user_id), member.user_id in browsers)
        looks[row.id] = Look(None, address) if address else Look(Reason.RECIPIENT_NO_CHANNEL)
    return looks


def _against_reader(row: NotificationRow, member: MemberCopy) -> Reason | None:
    """A file with the visits of a place goes only to those who may read it now, however long it has waited."""
    is_digest = row.facts.get("report") == DIGEST
    if member.role != OWNER if is_digest else Permission.REPORTS_VIEW not in member.permissions:
        return Reason.ROLE_NOT_RECIPIENT
    is_of_place = member.location_ids is None or row.location_id in member.location_ids
    return None if is_of_place else Reason.LOCATION_NOT_IN_SCOPE


def _address(member: MemberCopy, channel: str, chat: str | None, has_browser: bool) -> str | None:
    """Where a member hears this channel now; none where they no longer do."""
    chosen = member.channels
    match channel:
        case Channel.EMAIL:
            found = chosen.get("email")
            return str(found) if found else None
        case Channel.TELEGRAM:
            found = chat or chosen.get("telegram_chat_id")
            return str(found) if found else None
        case Channel.WEB_PUSH:
            return str(member.user_id) if chosen.get("web_push") and has_browser else None
        case _:
            return member.phone_e164 if chosen.get("sms") else None
