"""Bodies of a person's own channels: the chat with the bot and the browsers that want messages."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from pydantic import AwareDatetime, StringConstraints

from .base import Answer, Body, Line, Shape

Key = Annotated[str, StringConstraints(min_length=16, max_length=120), Shape("[A-Za-z0-9_-]+=*", "push_keys")]


class PushKeys(Body):
    """As the browser gives them (`PushSubscription.toJSON()`)."""

    p256dh: Key
    auth: Key


class BrowserDraft(Body):
    """A browser that wants messages."""

    endpoint: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]
    keys: PushKeys
    browser: Line


class Browser(Answer):
    id: UUID
    browser: str
    created_at: AwareDatetime


class TelegramChannel(Answer):
    """`bound_at` is none until the person has opened the bot by a link."""

    is_offered: bool
    bound_at: AwareDatetime | None = None


class OwnChannels(Answer):
    """Where the caller can be reached beside phone and mailbox."""

    telegram: TelegramChannel
    web_push_public_key: str
    browsers: list[Browser]


class TelegramStart(Answer):
    """Opening the link and pressing Start binds the chat, once, until `expires_at`."""

    url: str
    expires_at: AwareDatetime
