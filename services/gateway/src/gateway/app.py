"""Wires the gateway together; nothing else does."""

from __future__ import annotations

import asyncio
import contextlib
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from opentelemetry.sdk.trace import TracerProvider
from prometheus_client import CollectorRegistry
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.routing import Route

from gateway import pages
from gateway.api import calendar_stream, callbacks, openapi
from gateway.api.proxy import Proxy
from gateway.api.routing import PREFIX
from gateway.clients import Services
from gateway.clients.admin import Admin
from gateway.files import Files
from gateway.limits import LimitMiddleware, Limits
from gateway.live import Live
from gateway.own_domains import OwnDomainMiddleware, finder
from gateway.pages.seals import Seals
from gateway.peers import Peers
from gateway.security import SecurityMiddleware
from gateway.settings import Settings
from kit import admin
from kit.api import build_api
from kit.broker import Broker
from kit.loops import keep_running
from kit.process import serve, server_of
from kit.settings import read_secret
from kit.telemetry import set_up_logs, set_up_traces
from kit.texts import Texts

NAME = "gateway"
PACKAGE = Path(__file__).parent


API_ROUTERS = (openapi.router, calendar_stream.router, callbacks.router)


@dataclass
class Gateway:
    """The parts of one process."""

    settings: Settings
    texts: Texts
    peers: Peers
    doors: Peers
    broker: Broker
    live: Live
    registry: CollectorRegistry
    limits: Limits | None

    def build_app(self) -> FastAPI:
        """The public application: API, callbacks and pages."""
        base_url = self.settings.public_url
        services = Services(self.peers, self.texts, base_url)
        layers = [
            Middleware(GZipMiddleware, minimum_size=700, compresslevel=5),
            Middleware(SecurityMiddleware, public_url=base_url),
        ]
        if self.limits is not None:
            layers.append(Middleware(LimitMiddleware, limits=self.limits, texts=self.texts, base_url=base_url))
        layers.append(Middleware(OwnDomainMiddleware, find=finder(services), public_url=base_url))
        app = build_api(
            title="Zapys",
            routers=list(API_ROUTERS),
            texts=self.texts,
            base_url=base_url,
            registry=self.registry,
            max_body_bytes=self.settings.max_body_bytes,
            openapi_url=None,
            middleware=layers,
            refuse_nul=False,  # nothing is stored here, and a provider's bytes are kept as they came
        )
        own = get_openapi(title="gateway", version="1", routes=app.routes, separate_input_output_schemas=False)
        app.router.routes.append(Route(f"{PREFIX}/{{path:path}}", Proxy(self.peers), include_in_schema=False))
        app.mount("/static", Files(directory=PACKAGE / "static", check_dir=False), name="static")
        for router in pages.routers():
            app.include_router(router, include_in_schema=False)
        app.state.settings = self.settings
        app.state.seals = Seals(read_secret(self.settings.secret_key_file, "key that signs the pages' cookies"))
        app.state.services = services
        token_file = self.settings.operator_token_file
        token = read_secret(token_file, "operator token").decode() if token_file else ""
        app.state.admin = Admin(self.doors, token)
        app.state.library = openapi.Library(self.peers, own, base_url)
        app.state.broker = self.broker
        app.state.live = self.live
        return app

    def notes(self) -> dict[str, Any]:
        """What an operator sees of the connections. None of them makes the process unready: without the broker pages
        and API work on, and a provider whose callback is refused calls again."""
        return {
            "broker": "connected" if self.broker.is_connected else "not connected",
            "live_updates": "listening" if self.live.is_listening else "not listening",
            "live_streams": self.live.streams,
            "services": self.peers.urls,
        }


def build(settings: Settings, tracer_provider: TracerProvider) -> Gateway:
    """Everything made, nothing opened yet."""
    registry = CollectorRegistry()
    rabbitmq_url = settings.rabbitmq_url.get_secret_value()
    return Gateway(
        settings=settings,
        texts=Texts(PACKAGE / "texts", PACKAGE / "refusals"),
        peers=Peers(
            settings.service_urls(),
            connect_timeout_s=settings.connect_timeout_s,
            answer_timeout_s=settings.answer_timeout_s,
        ),
        doors=Peers(settings.admin_urls(), connect_timeout_s=settings.connect_timeout_s, answer_timeout_s=10.0),
        broker=Broker(
            rabbitmq_url,
            service=NAME,
            publish_timeout_s=settings.publish_timeout_s,
            graceful_timeout_s=settings.shutdown_grace_s,
            registry=registry,
            tracer_provider=tracer_provider,
        ),
        live=Live(rabbitmq_url, registry),
        registry=registry,
        limits=Limits(settings) if settings.rate_limits == "on" else None,
    )


class Links:
    """The gateway's two connections to the broker: one to publish on, one to listen on."""

    def __init__(self, gateway: Gateway) -> None:
        self._broker = gateway.broker
        self._live = gateway.live
        self._tasks: list[asyncio.Task[None]] = []

    async def run(self) -> None:
        """Keep both up until `stop`."""
        self._tasks = [
            asyncio.create_task(self._broker.connect(), name="publishing"),
            asyncio.create_task(keep_running("live", self._live.run), name="live"),
        ]
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.gather(*self._tasks)

    async def stop(self) -> None:
        """End the open streams, so that the servers can drain; requests under way may still publish."""
        self._live.end()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


async def run(gateway: Gateway, role: str) -> None:
    """Serve until told to stop."""
    operated = admin.Operated.of(NAME, role, gateway.settings, gateway.registry, gateway.texts)
    operated.notes = gateway.notes
    await serve(
        [admin.server_of(operated), server_of(gateway.build_app(), gateway.settings)],
        Links(gateway),
        on_start=[gateway.peers.open, gateway.doors.open],
        on_stop=[gateway.broker.close, gateway.peers.close, gateway.doors.close],
        role=role,
    )


def main() -> None:
    """The command line; `all` and `api` are the same here: there is no worker and nothing to migrate."""
    role = sys.argv[1] if len(sys.argv) > 1 else "all"
    if role not in ("all", "api"):
        raise SystemExit(f"Say one of: python -m {NAME} all | api")
    settings = Settings()
    set_up_logs(NAME, settings.log_level, settings.log_format)
    tracer_provider = set_up_traces(NAME, settings.otlp_endpoint)
    asyncio.run(run(build(settings, tracer_provider), role))
    tracer_provider.shutdown()
