"""Logs and traces: structlog JSON with request and account ids, OpenTelemetry spans to an OTLP collector."""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import Iterator, MutableMapping, Sequence
from contextlib import contextmanager
from typing import Any

import structlog
from opentelemetry import context as otel_context
from opentelemetry import propagate, trace
from opentelemetry.context import Context
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import Event, ReadableSpan, Span, SpanProcessor, TracerProvider
from opentelemetry.trace import Link, SpanKind, Status

_SECRET_KEYS = ("phone", "code", "token", "password", "secret", "authorization", "text", "body")
_HARMLESS = {"code": "refusal codes", "status_code": "", "reason_code": "causes, one word each"}
# How PostgreSQL and its driver quote rows and arguments, and phones wherever they stand.
_VALUES = (
    (re.compile(r"DETAIL:.*?(?=\n\[SQL|\nHINT:|\n\n|\\n\[SQL|\Z)", re.DOTALL), "DETAIL: [hidden]"),
    (re.compile(r"(query argument \$\d+: ).*?(?= \([^()]*\)(?:\\?\n|['\"]|\Z))", re.DOTALL), r"\1[hidden]"),
    (re.compile(r"\+\d{8,15}"), "[phone]"),
)


def set_up_logs(service: str, level: str, style: str) -> None:
    """One JSON line per event on standard output; a coloured one for a developer's console."""
    renderer: Any = structlog.processors.JSONRenderer(ensure_ascii=False)
    if style == "console":
        renderer = structlog.dev.ConsoleRenderer()
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _add_trace,
        _hide_secrets,
        structlog.processors.format_exc_info,
        _hide_values,
    ]
    structlog.configure(
        processors=[*shared, renderer],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level.upper())),
        logger_factory=structlog.WriteLoggerFactory(sys.stdout),
        cache_logger_on_first_use=True,
    )
    structlog.contextvars.bind_contextvars(service=service)
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                renderer,
            ],
            foreign_pre_chain=[structlog.stdlib.add_logger_name, *shared],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(logging.WARNING)


class _HideAddresses(SpanProcessor):
    """Paths hold tokens and queries hold phones: whoever begins a server span, it says the route alone."""

    def on_start(self, span: Span, parent_context: Context | None = None) -> None:  # noqa: ARG002 - the SDK's signature
        """Blank what was given at the start; the route is set when it is known."""
        if span.kind is SpanKind.SERVER:
            for name in ("http.target", "http.url", "url.path", "url.query", "url.full"):
                if name in (span.attributes or {}):
                    span.set_attribute(name, "")


def _without_values(span: ReadableSpan) -> ReadableSpan:
    """The span as it is, but what errors tell of it (messages, traces of the stack) quotes no rows and no phones."""
    if span.status.description is None and not span.events:
        return span
    events = [
        Event(
            event.name,
            {
                key: without_values(value) if isinstance(value, str) else value
                for key, value in (event.attributes or {}).items()
            },
            event.timestamp,
        )
        for event in span.events
    ]
    description = span.status.description
    return ReadableSpan(
        name=span.name,
        context=span.context,
        parent=span.parent,
        resource=span.resource,
        attributes=span.attributes,
        events=events,
        links=span.links,
        kind=span.kind,
        status=Status(span.status.status_code, None if description is None else without_values(description)),
        start_time=span.start_time,
        end_time=span.end_time,
        instrumentation_scope=span.instrumentation_scope,
    )


def set_up_traces(service: str, otlp_endpoint: str | None) -> TracerProvider:
    """Spans of this process; without an endpoint they only give logs and answers their trace ids."""
    provider = TracerProvider(resource=Resource.create({"service.name": service}))
    provider.add_span_processor(_HideAddresses())
    if otlp_endpoint:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExportResult

        class Discreet(OTLPSpanExporter):
            def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
                return super().export([_without_values(span) for span in spans])

        exporter = Discreet(endpoint=f"{otlp_endpoint.rstrip('/')}/v1/traces", timeout=5)
        provider.add_span_processor(BatchSpanProcessor(exporter, schedule_delay_millis=1000))
        from opentelemetry.instrumentation.asyncpg import AsyncPGInstrumentor

        AsyncPGInstrumentor().instrument(tracer_provider=provider)  # type: ignore[no-untyped-call]
    trace.set_tracer_provider(provider)
    if "aiohttp" in sys.modules:  # the service calls somebody; the others are spared its 8 MB
        from opentelemetry.instrumentation.aiohttp_client import AioHttpClientInstrumentor

        # Paths hold keys of providers and queries hold phones: a span names the host alone.
        AioHttpClientInstrumentor().instrument(tracer_provider=provider, url_filter=lambda url: str(url.origin()))
    return provider


def trace_id() -> str:
    """Hexadecimal id of the running trace, empty outside of any."""
    span = trace.get_current_span().get_span_context()
    return format(span.trace_id, "032x") if span.is_valid else ""


def carry() -> dict[str, str]:
    """The running trace as headers, to be kept in a row and continued later."""
    carrier: dict[str, str] = {}
    propagate.inject(carrier)
    return carrier


@contextmanager
def continued(carrier: dict[str, str], name: str) -> Iterator[None]:
    """Work that follows at once from what `carry` saw: one trace."""
    token = otel_context.attach(propagate.extract(carrier))
    try:
        with trace.get_tracer("kit").start_as_current_span(name):
            yield
    finally:
        otel_context.detach(token)


@contextmanager
def linked(carrier: dict[str, str], name: str) -> Iterator[None]:
    """Work that follows much later: a trace of its own with a link to where it came from."""
    origin = trace.get_current_span(propagate.extract(carrier)).get_span_context()
    links = [Link(origin)] if origin.is_valid else []
    with trace.get_tracer("kit").start_as_current_span(name, links=links):
        yield


def without_values(said: str) -> str:
    """The text of a failure without the rows, arguments and phones that it quotes."""
    for pattern, instead in _VALUES:
        said = pattern.sub(instead, said)
    return said


def _hide_values(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    for key, value in event.items():
        if isinstance(value, str):
            event[key] = without_values(value)
    return event


def _add_trace(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    span = trace.get_current_span().get_span_context()
    if span.is_valid:
        event["trace_id"] = format(span.trace_id, "032x")
    return event


def _hide_secrets(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    for key in event:
        if key not in _HARMLESS and any(word in key.lower() for word in _SECRET_KEYS):
            event[key] = "[hidden]"
    return event
