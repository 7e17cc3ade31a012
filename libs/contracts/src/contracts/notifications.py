"""Events of messages to people."""

from typing import ClassVar, Literal
from uuid import UUID

from pydantic import AwareDatetime, Field

from .base import Event, Value


class ConfirmRequest(Value):
    """What a message asks of the client: to confirm the visit of `starts_at` by `until`."""

    starts_at: AwareDatetime
    until: AwareDatetime
    releases: bool = Field(description="Whether it said that the time is freed otherwise.")


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
    confirm_request: ConfirmRequest | None = None


class _OfNotification(Event):
    must_be_heard: ClassVar[bool] = True
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
    must_be_heard: ClassVar[bool] = True


class MessageHeld(_OfNotification):
    name: ClassVar[str] = "notifications.message.held.v1"
    must_be_heard: ClassVar[bool] = True


class MessageWritten(_OfNotification):
    """A member has written to a client by hand; the words themselves stay where they are. Said once, whatever becomes
    of the message: that is told by the events of messages."""

    name: ClassVar[str] = "notifications.message.written.v1"
    must_be_heard: ClassVar[bool] = True
    author_id: UUID = Field(description="The user; of a program its key.")
    author_name: str
    origin: str = Field(default="", description="Address and program that it came from.")
    written_at: AwareDatetime


class ClientPhoneBad(Event):
    """The provider says for good that nothing can be delivered to this number."""

    name: ClassVar[str] = "notifications.client_phone.bad.v1"
    must_be_heard: ClassVar[bool] = True
    client_id: UUID
    provider: str

    @property
    def subject_id(self) -> str:
        return str(self.client_id)


class BalanceLow(Event):
    """The own prepaid SMS balance fell below a share of what the plan of messages needs."""

    name: ClassVar[str] = "notifications.balance.low.v1"
    must_be_heard: ClassVar[bool] = True
    balance_amount: int = Field(description="Minor units of the account's currency.")
    planned_amount: int
    percent: int | None = Field(default=None, description="It fell below this share of what there was when topped up.")
    full_amount: int | None = Field(default=None, description="What there was then.")

    @property
    def subject_id(self) -> str:
        return str(self.account_id)


class ProviderStopped(Event):
    """No message goes through this provider of the account until its cause is cured; said once per stop."""

    name: ClassVar[str] = "notifications.provider.stopped.v1"
    must_be_heard: ClassVar[bool] = True
    provider: str
    reason_code: str = Field(description="Why, as the messages that wait say it: `provider_unauthorized` and the like.")

    @property
    def subject_id(self) -> str:
        return f"{self.account_id}:{self.provider}"


class SpendingBraked(Event):
    """People from outside have made so many messages of a kind go today that no more are paid; once a day and kind."""

    name: ClassVar[str] = "notifications.spending.braked.v1"
    must_be_heard: ClassVar[bool] = True
    kind: str
    limit: int = Field(description="Parts of SMS a day.")

    @property
    def subject_id(self) -> str:
        return f"{self.account_id}:{self.kind}"


class WebHookPaused(Event):
    """A web hook did not take anything for days, or said that it is gone: nothing more is told to it."""

    name: ClassVar[str] = "notifications.web_hook.paused.v1"
    must_be_heard: ClassVar[bool] = True
    hook_id: UUID
    host: str
    cause: Literal["no_answer", "gone"]

    @property
    def subject_id(self) -> str:
        return str(self.hook_id)


class ReplyReceived(Event):
    """A client has answered a message with a word that confirms or cancels the visit; booking decides what it does.

    `said_at` is when the answer came in: a cut-off is judged by it, however late the event arrives.
    """

    name: ClassVar[str] = "notifications.reply.received.v1"
    must_be_heard: ClassVar[bool] = True

    reply_id: UUID
    booking_id: UUID
    client_id: UUID
    wish: Literal["confirm", "cancel"]
    said_at: AwareDatetime

    @property
    def subject_id(self) -> str:
        return str(self.reply_id)
