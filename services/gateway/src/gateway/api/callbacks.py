"""Calls of outside providers: kept at the broker first, answered after.

The gateway understands none of them: the service that owns the subject authenticates the call by its token and its
signature and decides what it means (docs/adr/0012-callbacks-go-straight-to-the-broker.md).
"""

from __future__ import annotations

import base64
from datetime import UTC, datetime
from typing import Annotated

import structlog
from fastapi import APIRouter, Depends, Path, Request

from contracts.gateway import (
    DeliveryReportReceived,
    FiscalCallbackReceived,
    InboundSmsReceived,
    PaymentCallbackReceived,
)
from gateway.api.answers import signed_ahead
from gateway.errors import CallbackNotKept, RouteUnknown
from kit import context, problems
from kit.api import PROBLEM_SCHEMA
from kit.broker import EVENTS, Broker, NotConfirmed
from kit.errors import BodyTooLarge
from kit.ids import new_id

from .sms_calls import is_reply

SMS_PROVIDERS = {"turbosms": ("POST",), "alphasms": ("POST", "GET"), "integrica": ("POST",)}
PAYMENT_PROVIDERS = frozenset({"liqpay", "monobank", "wayforpay"})
FISCAL_PROVIDERS = frozenset({"checkbox"})
BODY_LIMIT_BYTES = 65_536
QUERY_LIMIT = 4_096
# Enough to read a body and to check its signature; passwords, cookies and addresses of proxies are left behind.
KEPT_HEADERS = ("content-type", "content-encoding", "x-sign", "x-request-signature")
_HEADER_LIMIT = 2_048

log = structlog.get_logger("callbacks")

_REFUSALS: dict[int | str, dict[str, object]] = {
    status: {"description": why, "content": {problems.MEDIA_TYPE: {"schema": PROBLEM_SCHEMA}}}
    for status, why in {
        404: "No such provider",
        413: "Longer than 64 KB",
        429: "Too many calls from one address",
        503: "Not confirmed by the broker: call again",
    }.items()
}

router = APIRouter(prefix="/callbacks", tags=["callbacks"], responses=_REFUSALS)

Token = Annotated[str, Path(max_length=200, pattern="^[A-Za-z0-9._~-]+$")]


def _broker(request: Request) -> Broker:
    broker: Broker = request.app.state.broker
    return broker


BrokerDep = Annotated[Broker, Depends(_broker)]


@router.post("/sms/{provider}/{token}", operation_id="receive_sms_callback")
async def sms(provider: str, token: Token, request: Request, broker: BrokerDep) -> dict[str, str]:
    """A delivery report or a reply. 200 means that the call is safe and need not be repeated."""
    return await _keep_report(provider, token, request, broker)


@router.get("/sms/{provider}/{token}", operation_id="receive_sms_callback_by_get")
async def sms_by_get(provider: str, token: Token, request: Request, broker: BrokerDep) -> dict[str, str]:
    """The same for a provider that reports in the query."""
    return await _keep_report(provider, token, request, broker)


@router.post("/chats/telegram/{token}", operation_id="receive_chat_message")
async def chat(token: Token, request: Request, broker: BrokerDep) -> dict[str, str]:
    """What somebody wrote to the platform's bot."""
    event = InboundSmsReceived(**await _call_as_it_came(request, "telegram", token=token))
    await _publish(event, broker)
    return {"status": "kept"}


@router.post("/payments/{provider}", operation_id="receive_payment_callback")
async def payments(provider: str, request: Request, broker: BrokerDep) -> dict[str, object]:
    """A payment notice of an acquirer; whether it is genuine is for the owner of payments to say."""
    if provider not in PAYMENT_PROVIDERS:
        raise RouteUnknown
    event = PaymentCallbackReceived(**await _call_as_it_came(request, provider, token=""))
    await _publish(event, broker)
    return signed_ahead(provider, request.url.query) or {"status": "kept"}


@router.post("/fiscal/{provider}/{token}", operation_id="receive_fiscal_callback")
async def fiscal(provider: str, token: Token, request: Request, broker: BrokerDep) -> dict[str, str]:
    """An event of a fiscal register: a receipt or a shift has changed. 200 means that it is safe."""
    if provider not in FISCAL_PROVIDERS:
        raise RouteUnknown
    event = FiscalCallbackReceived(**await _call_as_it_came(request, provider, token=token))
    await _publish(event, broker)
    return {"status": "kept"}


async def _keep_report(provider: str, token: str, request: Request, broker: Broker) -> dict[str, str]:
    if request.method not in SMS_PROVIDERS.get(provider, ()):
        raise RouteUnknown
    call = await _call_as_it_came(request, provider, token=token)
    brings_words = is_reply(base64.b64decode(str(call["body_base64"])), request.url.query)
    event = InboundSmsReceived(**call) if brings_words else DeliveryReportReceived(**call)
    await _publish(event, broker)
    return {"status": "kept"}


async def _call_as_it_came(request: Request, provider: str, *, token: str) -> dict[str, object]:
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > BODY_LIMIT_BYTES:
            raise BodyTooLarge(BODY_LIMIT_BYTES)
    query = request.url.query
    if len(query) > QUERY_LIMIT:
        raise BodyTooLarge(QUERY_LIMIT)
    headers = {name: request.headers[name][:_HEADER_LIMIT] for name in KEPT_HEADERS if name in request.headers}
    return {
        "version": 1,
        "callback_id": new_id(),
        "provider": provider,
        "token": token,
        "received_at": datetime.now(UTC),
        "headers": headers,
        "query": query,
        "body_base64": base64.b64encode(body).decode(),
    }


async def _publish(
    event: DeliveryReportReceived | InboundSmsReceived | PaymentCallbackReceived | FiscalCallbackReceived,
    broker: Broker,
) -> None:
    # Mandatory: a call that no queue takes is not safe, whatever the broker acknowledges.
    message_id = str(event.callback_id)
    try:
        await broker.publish(
            event.model_dump_json().encode(),
            exchange=EVENTS.name,
            routing_key=event.name,
            message_id=message_id,
            message_type=event.name,
            correlation_id=context.current().correlation_id or None,
            timestamp=event.received_at,
            mandatory=True,
            headers={
                "ce-specversion": "1.0",
                "ce-id": message_id,
                "ce-source": broker.service,
                "ce-type": event.name,
                "ce-subject": event.subject_id,
                "ce-time": event.received_at.isoformat(),
                "account-id": "",
                "actor-id": "",
            },
        )
    except NotConfirmed as error:
        log.warning("callback not kept", provider=event.provider, error=str(error))
        raise CallbackNotKept from error
    log.info("callback kept", provider=event.provider, callback_id=message_id)
