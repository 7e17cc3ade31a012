"""The HTTP application of a process: request context, body limit, refusals, metrics, traces. Pure ASGI, for speed."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from typing import Any

import structlog
from fastapi import APIRouter, FastAPI
from fastapi.responses import JSONResponse
from opentelemetry import context as otel_context
from opentelemetry.instrumentation.fastapi import FastAPIInstrumentor
from opentelemetry.trace import Span
from prometheus_client import CollectorRegistry, Histogram
from starlette.middleware import Middleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from . import context, nul, problems
from .errors import BodyTooLarge, Problem, TemporarilyUnavailable
from .ids import new_id
from .texts import Texts, negotiate

MAX_BODY_BYTES = 1_048_576
REQUEST_ID_HEADER = "x-request-id"

log = structlog.get_logger("http")


def build_api(
    *,
    title: str,
    routers: list[APIRouter],
    texts: Texts,
    base_url: str,
    registry: CollectorRegistry,
    max_body_bytes: int = MAX_BODY_BYTES,
    openapi_url: str | None = "/openapi.json",
    middleware: Sequence[Middleware] = (),
    understand: problems.Understand | None = None,
    refuse_nul: bool = True,
) -> FastAPI:
    """The API of one service with everything that every API has.

    `middleware`, outermost first, runs inside the edge: what it refuses is answered as any other refusal.
    `understand` makes refusals of exceptions that are no bugs, such as those of a database. `refuse_nul` answers 422
    to JSON with the one character that PostgreSQL cannot store.
    """
    app = FastAPI(
        title=title,
        version="1",
        openapi_url=openapi_url,
        docs_url=None,
        redoc_url=None,
        middleware=list(middleware),
        separate_input_output_schemas=False,
        responses={
            "default": {"description": "A refusal", "content": {problems.MEDIA_TYPE: {"schema": PROBLEM_SCHEMA}}}
        },
    )
    for router in routers:
        app.include_router(router)
    problems.install(app, texts, base_url, understand)
    app.state.texts = texts
    app.state.base_url = base_url
    FastAPIInstrumentor.instrument_app(app, exclude_spans=["send", "receive"], server_request_hook=_hide_address)
    app.add_middleware(_Edge, app_of=app, registry=registry, max_body_bytes=max_body_bytes, refuse_nul=refuse_nul)
    _keep_requests_apart(app)
    return app


def _keep_requests_apart(app: FastAPI) -> None:
    """Start every request with no trace and no names for the log but its own.

    A server reads on in the context of whoever waited for a long body, so the next request of the connection, maybe
    another caller's, would otherwise go on with the trace of that one. Outside of the instrumentation, which wraps
    whatever the application builds.
    """
    build = app.build_middleware_stack

    def build_apart() -> ASGIApp:
        inner = build()

        async def apart(scope: Scope, receive: Receive, send: Send) -> None:
            before = otel_context.attach(otel_context.Context())
            structlog.contextvars.clear_contextvars()
            try:
                await inner(scope, receive, send)
            finally:
                otel_context.detach(before)

        return apart

    app.build_middleware_stack = build_apart  # type: ignore[method-assign]


PROBLEM_SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["type", "title", "status", "code"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "string"},
        "detail": {"type": "string"},
        "fix": {
            "anyOf": [
                {"type": "object", "properties": {"text": {"type": "string"}, "url": {"type": "string"}}},
                {"type": "null"},
            ]
        },
        "errors": {"type": "array", "items": {"type": "object"}},
        "rule": {
            "type": "object",
            "description": "Of a 403: which rule refused.",
            "properties": {"code": {"type": "string"}, "text": {"type": "string"}},
        },
        "ask": {
            "description": "Of a 403: the request that sends the wish to whoever can fulfil it; null: nobody can.",
            "anyOf": [{"type": "object"}, {"type": "null"}],
        },
        "trace_id": {"type": "string"},
    },
}


class _Edge:
    """Outermost layer: context in, failures out, one log line and one measurement per request."""

    def __init__(
        self, app: ASGIApp, app_of: FastAPI, registry: CollectorRegistry, max_body_bytes: int, *, refuse_nul: bool
    ) -> None:
        self._app = app
        self._api = app_of
        self._max_body_bytes = max_body_bytes
        self._refuse_nul = refuse_nul
        self._seconds = Histogram(
            "zapys_http_request_seconds",
            "Time from the first byte in to the last byte out.",
            ("method", "route", "status"),
            registry=registry,
            buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10),
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = dict(scope["headers"])
        request_id = headers.get(REQUEST_ID_HEADER.encode(), b"").decode("latin-1")[:64] or str(new_id())
        language = negotiate(headers.get(b"accept-language", b"").decode("latin-1") or None)
        origin = (
            f"{(scope.get('client') or ('',))[0]} {headers.get(b'user-agent', b'').decode('latin-1')[:200]}".strip()
        )
        context.set_current(context.RequestContext(correlation_id=request_id, language=language, origin=origin))
        structlog.contextvars.bind_contextvars(request_id=request_id)
        started_at = time.perf_counter()
        status = 0

        async def send_marked(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message["headers"], (REQUEST_ID_HEADER.encode(), request_id.encode())]
            await send(message)

        try:
            if self._refuse_nul:
                nul.refuse_in_query(scope["query_string"])
            await self._app(scope, self._limited(receive, headers), send_marked)
        except asyncio.CancelledError:
            # A server whose time to end is over gives up on what is still under way. Whether that took effect nobody
            # knows, so the caller is told to ask again, which an idempotency key makes safe.
            if not status:
                await self._refuse(TemporarilyUnavailable("process"))(scope, receive, send_marked)
            raise
        except Exception as error:
            if status:
                raise
            answer = await self._answer_to(error)
            await answer(scope, receive, send_marked)
        finally:
            took = time.perf_counter() - started_at
            route = getattr(scope.get("route"), "path", "unmatched")
            self._seconds.labels(scope["method"], route, str(status)).observe(took)
            log.info("request", method=scope["method"], route=route, status=status, took_ms=round(took * 1000, 1))

    async def _answer_to(self, error: Exception) -> JSONResponse:
        if isinstance(error, Problem):
            return self._refuse(error)
        answer: JSONResponse = await self._api.state.on_failure(None, error)
        return answer

    def _refuse(self, problem: Problem) -> JSONResponse:
        return problems.respond(problem, self._api.state.texts, self._api.state.base_url)

    def _limited(self, receive: Receive, headers: dict[bytes, bytes]) -> Receive:
        """Stop reading a body that is longer than allowed, whether it says so or not."""
        limit = self._max_body_bytes
        declared = headers.get(b"content-length", b"0")
        if declared.isdigit() and int(declared) > limit:

            async def refuse() -> Message:
                raise BodyTooLarge(limit)

            return refuse
        seen = 0
        watched = bytearray()

        async def count() -> Message:
            nonlocal seen
            message = await receive()
            part = message.get("body", b"")
            seen += len(part)
            if seen > limit:
                raise BodyTooLarge(limit)
            if self._refuse_nul:
                watched.extend(part)
                if not message.get("more_body", False):
                    nul.refuse_in_body(bytes(watched))
            return message

        return count


def _hide_address(span: Span, _: Scope) -> None:
    """Paths hold tokens and queries hold phones: a span names the route alone."""
    attributes = getattr(span, "attributes", None) or {}
    for name in ("http.target", "http.url", "url.path", "url.query", "url.full"):
        if name in attributes:
            span.set_attribute(name, str(attributes.get("http.route", "")))
