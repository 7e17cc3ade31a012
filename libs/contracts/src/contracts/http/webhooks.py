"""Bodies of web hooks (Standard Webhooks) and of the event feed."""

from __future__ import annotations

from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AwareDatetime, Field, StrictBool, StringConstraints

from .base import Answer, Body, Shape

Url = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]
EventTypes = Annotated[
    frozenset[Annotated[str, StringConstraints(max_length=60), Shape(r"\*|[a-z_]+(\.[a-z_]+)*(\.\*)?", "event_type")]],
    Field(min_length=1, max_length=40),
]
"""`*` for everything, `booking.*` for a family, or single types."""


class WebhookDraft(Body):
    """A new web hook."""

    url: Url
    event_types: EventTypes = frozenset({"*"})
    description: Annotated[str, StringConstraints(strip_whitespace=True, max_length=200)] = ""
    with_client_contacts: StrictBool = Field(
        default=False, description="Whether names and phones of clients are told; needs the right to see phones."
    )


class WebhookChange(Body):
    """What is left out stays. `enabled` pauses, or takes up again what waits."""

    url: Url | None = None
    event_types: EventTypes | None = None
    description: Annotated[str, StringConstraints(strip_whitespace=True, max_length=200)] | None = None
    with_client_contacts: StrictBool | None = None
    enabled: StrictBool | None = None


class Webhook(Answer):
    """A web hook; its secret is shown when it is made and never again."""

    id: UUID
    url: str
    description: str
    event_types: list[str]
    with_client_contacts: bool
    state: Literal["active", "paused", "paused_after_failures"]
    pause_cause: str | None = None
    paused_at: AwareDatetime | None = None
    catch_up_after: str | None = Field(
        default=None, description="The cursor of the event feed from which a paused receiver has to read on."
    )
    failing_since: AwareDatetime | None = None
    former_secret_until: AwareDatetime | None = Field(
        default=None, description="Until then deliveries bear a signature by the former secret too."
    )
    created_at: AwareDatetime
    version: int


class WebhookWithSecret(Webhook):
    """The only answer that holds the secret."""

    secret: str = Field(description="`whsec_…`, as receivers' libraries want it.")


class Webhooks(Answer):
    items: list[Webhook]
    event_types: list[str] = Field(description="Every type that there is.")


class WebhookDelivery(Answer):
    """One event on its way to one web hook; `message_id` is the `webhook-id` that the receiver sees at every try."""

    id: UUID
    message_id: str
    type: str
    state: Literal["pending", "delivered", "failed", "dropped"]
    attempts: int
    next_attempt_at: AwareDatetime | None = None
    status: int | None = Field(default=None, description="The receiver's HTTP status at the last try; none: no answer.")
    error: str | None = None
    duration_ms: int | None = None
    created_at: AwareDatetime
    tried_at: AwareDatetime | None = None
    delivered_at: AwareDatetime | None = None
    body: Any = None


class WebhookDeliveries(Answer):
    items: list[WebhookDelivery]
    next_cursor: str | None = None


class PublicEvent(Answer):
    """One event of the feed."""

    id: UUID
    type: str
    cursor: str
    occurred_at: AwareDatetime
    data: dict[str, Any]


class PublicEvents(Answer):
    """A page of the feed, in the order in which things were written down."""

    items: list[PublicEvent]
    next_cursor: str | None = Field(description="Ask with it as `after`, also when nothing is there yet.")
    has_more: bool
