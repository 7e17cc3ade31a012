"""Events of messages to people."""

from typing import ClassVar, Literal
from uuid import UUID

from pydantic import AwareDatetime, Field

from .base import Event, Value


class NotificationState(Value):
    """Public state of one message to one recipient; no text and no address."""

    id: UUID
    booking_id: UUID | None = None
    kind: str
    recipient_type: Literal["client", "staff"]
    recipient_id: UUID | None = None
    channel: str
    provider: str | None = None
    state: str
    reason_code: str | None = None
    planned_at: AwareDatetime | None = None
    sent_at: AwareDatetime | None = None


class _OfNotification(Event):
    notification: NotificationState

    @property
    def subject_id(self) -> str:
        return str(self.notification.id)


class MessageSent(_OfNotification):
    name: ClassVar[str] = "notifications.message.sent.v1"


class MessageDelivered(_OfNotification):
    name: ClassVar[str] = "notifications.message.delivered.v1"


class MessageFailed(_OfNotification):
    name: ClassVar[str] = "notifications.message.failed.v1"


class MessageHeld(_OfNotification):
    name: ClassVar[str] = "notifications.message.held.v1"


class ClientPhoneBad(Event):
    """The provider says for good that nothing can be delivered to this number."""

    name: ClassVar[str] = "notifications.client_phone.bad.v1"
    client_id: UUID
    provider: str

    @property
    def subject_id(self) -> str:
        return str(self.client_id)


class BalanceLow(Event):
    """The own prepaid SMS balance fell below a share of what the plan of messages needs."""

    name: ClassVar[str] = "notifications.balance.low.v1"
    balance_amount: int = Field(description="Minor units of the account's currency.")
    planned_amount: int

    @property
    def subject_id(self) -> str:
        return str(self.account_id)
