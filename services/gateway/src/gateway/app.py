"""Wires the gateway together; nothing else does."""

from __future__ import annotations

import asyncio
import sys
from dataclasses import dataclass, field
from pathlib import Path

from fastapi import FastAPI
from opentelemetry.sdk.trace import TracerProvider
from prometheus_client import CollectorRegistry
from starlette.routing import Route
from starlette.staticfiles import StaticFiles

from gateway import pages
from gateway.api.proxy import Proxy
from gateway.api.routing import PREFIX
from gateway.clients import Services
from gateway.peers import Peers
from gateway.settings import Settings
from kit import admin
from kit.edge import build_api
from kit.process import serve, server_of
from kit.telemetry import set_up_logs, set_up_traces
from kit.texts import Texts

NAME = "gateway"
PACKAGE = Path(__file__).parent


@dataclass
class Gateway:
    """The parts of one process."""

    settings: Settings
    texts: Texts
    peers: Peers
    registry: CollectorRegistry = field(default_factory=CollectorRegistry)

    def build_app(self) -> FastAPI:
        """The public application: API, callbacks and pages."""
        app = build_api(
            title="Zapys",
            routers=[],
            texts=self.texts,
            base_url=self.settings.public_url,
            registry=self.registry,
            max_body_bytes=self.settings.max_body_bytes,
            openapi_url=None,
        )
        app.router.routes.append(Route(f"{PREFIX}/{{path:path}}", Proxy(self.peers), include_in_schema=False))
        app.mount("/static", StaticFiles(directory=PACKAGE / "static"), name="static")
        for router in pages.routers():
            app.include_router(router, include_in_schema=False)
        app.state.settings = self.settings
        app.state.services = Services(self.peers, self.texts, self.settings.public_url)
        return app


def build(settings: Settings) -> Gateway:
    """Everything made, nothing opened yet."""
    return Gateway(
        settings=settings,
        texts=Texts(PACKAGE / "texts", PACKAGE / "refusals"),
        peers=Peers(
            settings.service_urls(),
            connect_timeout_s=settings.connect_timeout_s,
            answer_timeout_s=settings.answer_timeout_s,
        ),
    )


async def run(gateway: Gateway, role: str, _: TracerProvider) -> None:
    """Serve until told to stop."""
    operated = admin.Operated.of(NAME, role, gateway.settings, gateway.registry, gateway.texts)
    await serve(
        [admin.server_of(operated), server_of(gateway.build_app(), gateway.settings)],
        None,
        on_start=[gateway.peers.open],
        on_stop=[gateway.peers.close],
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
    asyncio.run(run(build(settings), role, tracer_provider))
    tracer_provider.shutdown()
