"""Calls of outside systems, made durable by the gateway before it answers them."""

from typing import ClassVar
from uuid import UUID

from pydantic import AwareDatetime, Field

from .base import Event


class _Callback(Event):
    """A call as it came: the owner of the subject authenticates and understands it."""

    callback_id: UUID
    provider: str
    token: str = Field(description="The unguessable last part of the address that was called.")
    received_at: AwareDatetime
    headers: dict[str, str] = Field(description="Only those that can carry a signature or a content type.")
    query: str = ""
    body_base64: str = Field(description="The exact bytes: signatures are over them.")

    @property
    def subject_id(self) -> str:
        return str(self.callback_id)


class DeliveryReportReceived(_Callback):
    name: ClassVar[str] = "gateway.delivery_report.received.v1"
    must_be_heard: ClassVar[bool] = True


class InboundSmsReceived(_Callback):
    """What a person wrote: an answer by SMS or Viber, or a message to the platform's bot."""

    name: ClassVar[str] = "gateway.inbound_sms.received.v1"
    must_be_heard: ClassVar[bool] = True


class PaymentCallbackReceived(_Callback):
    name: ClassVar[str] = "gateway.payment_callback.received.v1"
    must_be_heard: ClassVar[bool] = True


class FiscalCallbackReceived(_Callback):
    """A call of a fiscal provider about one register; the token says which."""

    name: ClassVar[str] = "gateway.fiscal_callback.received.v1"
    must_be_heard: ClassVar[bool] = True
