"""Live updates of a calendar as server-sent events: what changed, never the thing itself.

The browser fetches the rest, so that rights and masks are judged again each time. Booking decides who may listen; the
stream ends with the access token, and whoever opens the next one is judged anew.
"""

from __future__ import annotations

import asyncio
import base64
import json
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Header, Request, Response
from fastapi.responses import JSONResponse
from sse_starlette import EventSourceResponse, ServerSentEvent

from gateway.clients import Asker, Refused, Services
from gateway.live import Change, End, Live, Refresh
from kit import context, problems
from kit.errors import Unauthenticated

HEARTBEAT_S = 15
_SEND_TIMEOUT_S = 30
_RECONNECT_MS = 2_000

router = APIRouter(prefix="/api/v1/accounts/{account_id}/calendar", tags=["booking"])

_ANSWERS: dict[int | str, dict[str, object]] = {
    200: {
        "description": "Events `change` with `{subject, version, type}`, `refresh` when changes were missed, and "
        "`expired` when the access token has ended. A comment line every 15 s.",
        "content": {"text/event-stream": {"schema": {"type": "string"}}},
    }
}


@router.get(
    "/stream", operation_id="stream_calendar", response_class=EventSourceResponse, responses=_ANSWERS, name="stream"
)
async def stream_calendar(
    account_id: UUID,
    request: Request,
    authorization: Annotated[str | None, Header()] = None,
    last_event_id: Annotated[str | None, Header(max_length=200)] = None,
) -> Response:
    """Changes of the account's bookings as they happen."""
    scheme, _, token = (authorization or "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise Unauthenticated
    return await open_stream(request, account_id, token, missed_some=bool(last_event_id))


async def open_stream(request: Request, account_id: UUID, access_token: str, *, missed_some: bool) -> Response:
    """The stream, or booking's refusal to let this caller read the calendar; pages with a cookie call it too.

    `missed_some` is set for a browser that comes back after a break.
    """
    services: Services = request.app.state.services
    live: Live = request.app.state.live
    asker = Asker(
        language=context.current().language,
        access_token=access_token,
        address=request.client.host if request.client else "",
    )
    today = datetime.now(UTC).date()
    call = services.on_behalf(asker).booking.call
    try:
        await call(bytes, "GET", f"/accounts/{account_id}/calendar", query={"from": today, "to": today})
    except Refused as refused:
        headers = {} if refused.retry_after_s is None else {"Retry-After": str(refused.retry_after_s)}
        return JSONResponse(refused.problem, refused.status, headers, problems.MEDIA_TYPE)
    life_s = expires_at(access_token) - time.time()
    return EventSourceResponse(
        _events(live, account_id, life_s, missed_some=missed_some), ping=HEARTBEAT_S, send_timeout=_SEND_TIMEOUT_S
    )


async def _events(live: Live, account_id: UUID, life_s: float, *, missed_some: bool) -> AsyncIterator[ServerSentEvent]:
    ends_at = asyncio.get_running_loop().time() + life_s
    with live.listen(str(account_id)) as listener:
        # A browser names the last id when it comes back: with none it would look like one that missed nothing.
        yield ServerSentEvent(comment="open", id="open", retry=_RECONNECT_MS)
        if missed_some or not live.is_listening:
            yield ServerSentEvent(event="refresh", data="{}")
        while True:
            try:
                async with asyncio.timeout_at(ends_at):
                    news = await listener.next()
            except TimeoutError:
                yield ServerSentEvent(event="expired", data="{}")
                return
            match news:
                case Change(id=change_id, subject=subject, version=version, type=kind):
                    told = json.dumps({"subject": subject, "version": version, "type": kind})
                    yield ServerSentEvent(event="change", id=change_id, data=told)
                case Refresh():
                    yield ServerSentEvent(event="refresh", data="{}")
                case End():
                    return


def expires_at(access_token: str) -> float:
    """The moment (Unix time) at which the token ends; its signature is what booking has just verified."""
    try:
        payload = access_token.split(".")[1]
        return float(json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))["exp"])
    except (IndexError, ValueError, KeyError, TypeError):
        raise Unauthenticated from None
