"""The chat of a person with the platform's bot: a link that works once and for a short time binds the two."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert

from contracts.gateway import InboundSmsReceived
from kit.db import Tx
from kit.providers import read_json
from notifications.tables import TelegramChat, TelegramLink

TELEGRAM = "telegram"
LINK_LIFE = timedelta(minutes=15)

log = structlog.get_logger("telegram")


async def make_link(tx: Tx, user_id: UUID, now: datetime) -> tuple[str, datetime]:
    """The token of a new link and its end; an earlier link of the same person works no longer."""
    await tx.execute(delete(TelegramLink).where((TelegramLink.user_id == user_id) | (TelegramLink.expires_at < now)))
    token = secrets.token_urlsafe(24)
    tx.add(TelegramLink(token_hash=_hashed(token), user_id=user_id, expires_at=now + LINK_LIFE))
    return token, now + LINK_LIFE


async def take_chat_message(event: InboundSmsReceived, tx: Tx, *, token: str, now: datetime) -> None:
    """What somebody wrote to the bot: `/start` with the token of a link binds, `/stop` parts; the rest is nothing."""
    if not hmac.compare_digest(event.token.encode(), token.encode()):
        log.warning("a message for an address that nobody has")
        return
    chat_id, text = _read(base64.b64decode(event.body_base64))
    if chat_id is None:
        return
    command, _, argument = text.partition(" ")
    if command == "/stop":
        await tx.execute(delete(TelegramChat).where(TelegramChat.chat_id == chat_id))
    elif command == "/start" and argument:
        await _bind(tx, chat_id, argument.strip(), now)


async def _bind(tx: Tx, chat_id: str, token: str, now: datetime) -> None:
    spent = await tx.execute(
        delete(TelegramLink)
        .where(TelegramLink.token_hash == _hashed(token), TelegramLink.expires_at > now)
        .returning(TelegramLink.user_id)
    )
    user_id = spent.scalar()
    if user_id is None:
        log.info("a link to the bot that is over or was used")
        return
    row = TelegramChat
    await tx.execute(delete(row).where(row.chat_id == chat_id, row.user_id != user_id))
    bound = insert(row).values(user_id=user_id, chat_id=chat_id, bound_at=now)
    await tx.execute(
        bound.on_conflict_do_update(index_elements=["user_id"], set_={"chat_id": chat_id, "bound_at": now})
    )


def _read(body: bytes) -> tuple[str | None, str]:
    """Chat and text of a private message; groups and strange bodies are none."""
    try:
        message = read_json(body).get("message", {})
        chat = message.get("chat", {})
        if chat.get("type") != "private":
            return None, ""
        return str(chat["id"]), str(message.get("text", ""))[:200]
    except (ValueError, AttributeError, KeyError):
        return None, ""


def _hashed(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
