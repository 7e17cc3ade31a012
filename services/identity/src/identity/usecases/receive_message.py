"""A message to the people who run the product."""

import hashlib
import hmac
import secrets
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select

from contracts.http.feedback import MessageBody
from identity.errors import TooMuchFeedback
from identity.feedback_tables import ContactMessage
from kit.addresses import home_of
from kit.db import Tx
from kit.errors import NotFound

from .visit_account import account_named

AN_HOUR = timedelta(hours=1)
MOST_AN_HOUR = 5
_SIGNS = "23456789abcdefghjkmnpqrstuvwxyz"


async def receive_message(
    tx: Tx, body: MessageBody, user_id: UUID | None, address: str, pepper: bytes, now: datetime
) -> ContactMessage:
    """Keep it. Raises `TooMuchFeedback` when as many came from this address within an hour."""
    sender = hmac.digest(pepper, f"message:{home_of(address)}".encode(), hashlib.sha256)
    await tx.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(sender.hex(), 0))))
    recent = select(func.count()).where(ContactMessage.sender == sender, ContactMessage.created_at > now - AN_HOUR)
    if (await tx.scalar(recent) or 0) >= MOST_AN_HOUR:
        raise TooMuchFeedback(int(AN_HOUR.total_seconds()), MOST_AN_HOUR)
    message = ContactMessage(
        number="".join(secrets.choice(_SIGNS) for _ in range(8)),
        name=body.name,
        contact=body.contact,
        text=body.text,
        page=body.page,
        trace_id=body.trace_id,
        firm_id=await _firm(tx, body.account),
        user_id=user_id,
        sender=sender,
        created_at=now,
    )
    tx.add(message)
    await tx.flush()
    return message


async def _firm(tx: Tx, named: str | None) -> UUID | None:
    """A firm that does not exist says nothing: the words of the message still count."""
    if not named:
        return None
    try:
        return (await account_named(named, tx)).id
    except NotFound:
        return None
