"""An answer of a client: whose it is, which visit it is about, what it asks for."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import or_, select
from sqlalchemy.dialects.postgresql import insert

from contracts.gateway import InboundSmsReceived
from contracts.notifications import ReplyReceived
from kit.db import Tx
from kit.ids import new_id
from kit.phones import normalise
from notifications.domain.facts import Kind
from notifications.domain.replies import Meaning, meaning_of
from notifications.providers.callbacks import data_of, fields_of
from notifications.providers.factory import Providers
from notifications.providers.report_signature import is_signed
from notifications.tables import BookingCopy, ClientCopy, NotificationRow, ProviderAccount, Reply

from .ask_staff import REPLY_UNCLEAR, Wanted, ask_staff
from .save_preferences import refuse_everything

ANSWERS_WITHIN = timedelta(days=4)
"""An answer is about a message that came at most so long before."""
TEXT_LIMIT = 1000
_SENDER_FIELDS = ("phone", "from", "sender", "msisdn", "recipient")
_TEXT_FIELDS = ("text", "message", "body", "sms_message")

log = structlog.get_logger("replies")


@dataclass(frozen=True)
class Incoming:
    """What came in, whatever its form."""

    provider: str
    provider_id: str
    phone_e164: str
    text: str
    at: datetime


async def take_reply(event: InboundSmsReceived, tx: Tx, *, providers: Providers, now: datetime) -> None:
    """Take an answer that the gateway kept; what is not genuine or names nobody is noted and changes nothing."""
    row = ProviderAccount
    account = (await tx.scalars(select(row).where(row.callback_token == event.token))).first()
    if account is None or account.provider != event.provider:
        log.warning("an answer for an address that nobody has", provider=event.provider)
        return
    said = fields_of(base64.b64decode(event.body_base64), event.query)
    signature, event_id = str(said.get("signature") or ""), str(said.get("id") or "")
    if not is_signed(signature, event_id, providers.secrets(account).get("webhook_secret")):
        log.warning("an answer with a wrong signature", provider=event.provider)
        return
    incoming = read_incoming(event.provider, said, event.received_at)
    if incoming is None:
        log.warning("an answer that cannot be read", provider=event.provider)
        return
    await keep_reply(tx, account.account_id, incoming, now)


async def keep_reply(
    tx: Tx, account_id: UUID, incoming: Incoming, now: datetime, *, about: NotificationRow | None = None
) -> None:
    """Write an answer down, once, and tell booking where it is plain what is wanted of which visit."""
    about = about or await _answered(tx, account_id, incoming)
    meaning = meaning_of(incoming.text)
    reply_id = new_id()
    # "No" to what a person has asked is not for a machine to take as calling off the visit.
    is_plain = (
        about is not None
        and about.booking_id is not None
        and about.kind != Kind.WRITTEN
        and meaning in (Meaning.CONFIRM, Meaning.CANCEL)
    )
    refusing = await _refusing(tx, account_id, incoming, about) if meaning is Meaning.STOP else []
    row = insert(Reply).values(
        account_id=account_id,
        id=reply_id,
        provider=incoming.provider,
        provider_id=incoming.provider_id,
        phone_e164=incoming.phone_e164,
        text=incoming.text,
        meaning=meaning,
        client_id=about.recipient_id if about else None,
        booking_id=about.booking_id if about else None,
        notification_id=about.id if about else None,
        received_at=incoming.at,
        settled_at=now if is_plain or refusing else None,
    )
    kept = await tx.execute(row.on_conflict_do_nothing().returning(Reply.id))
    if kept.first() is None:
        return
    if not is_plain and not refusing:
        wanted = Wanted(
            REPLY_UNCLEAR,
            str(reply_id),
            location_id=about.location_id if about else None,
            client_id=about.recipient_id if about else None,
            booking_id=about.booking_id if about else None,
            notification_id=about.id if about else None,
            said=incoming.text,
        )
        await ask_staff(tx, account_id, wanted, now)
    for client_id in refusing:
        await refuse_everything(tx, account_id, client_id, now)
    if is_plain:
        assert about is not None
        assert about.booking_id is not None
        event = ReplyReceived(
            account_id=account_id,
            version=1,
            reply_id=reply_id,
            booking_id=about.booking_id,
            client_id=about.recipient_id,
            wish="confirm" if meaning is Meaning.CONFIRM else "cancel",
            said_at=incoming.at,
        )
        tx.emit(event)


async def _refusing(tx: Tx, account_id: UUID, incoming: Incoming, about: NotificationRow | None) -> Sequence[UUID]:
    """Who wants to hear nothing more: whoever was written to, or everybody with this number, however long ago."""
    if about is not None:
        return [about.recipient_id]
    card = ClientCopy
    of_phone = (card.account_id == account_id, card.phone_e164 == incoming.phone_e164)
    return (await tx.scalars(select(card.client_id).where(*of_phone).order_by(card.client_id))).all()


def read_incoming(provider: str, said: dict[str, Any], at: datetime) -> Incoming | None:
    """The answer in a call; the names of its fields are documented nowhere, so the usual ones are looked for."""
    data = {**said, **data_of(said)}
    phone = next((str(data[name]) for name in _SENDER_FIELDS if data.get(name)), "")
    text = next((str(data[name]) for name in _TEXT_FIELDS if data.get(name)), "").strip()
    try:
        phone_e164 = normalise(phone)
    except ValueError:
        return None
    if not text:
        return None
    # Without an id of the provider a repeat is told by what was said when.
    own = f"{phone_e164} {text} {data.get('date', '')}"
    provider_id = str(said.get("id") or data.get("message_id") or hashlib.sha256(own.encode()).hexdigest())
    return Incoming(provider, provider_id[:200], phone_e164, text[:TEXT_LIMIT], at)


async def _answered(tx: Tx, account_id: UUID, incoming: Incoming) -> NotificationRow | None:
    """The last message to this phone that a person wrote, or that is about a visit still to come."""
    row, booking = NotificationRow, BookingCopy
    is_to_come = booking.is_active & (booking.starts_at > incoming.at)
    found = await tx.scalars(
        select(row)
        .outerjoin(booking, (booking.account_id == row.account_id) & (booking.booking_id == row.booking_id))
        .where(
            row.account_id == account_id,
            row.recipient_type == "client",
            row.phone_e164 == incoming.phone_e164,
            row.sent_at > incoming.at - ANSWERS_WITHIN,
            row.sent_at <= incoming.at + timedelta(minutes=1),
            or_(row.kind == Kind.WRITTEN.value, is_to_come),
        )
        .order_by(row.sent_at.desc(), row.id.desc())
        .limit(1)
    )
    return found.first()
