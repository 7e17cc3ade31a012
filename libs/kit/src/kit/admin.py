"""The operators' door of each process: live, ready, metrics, queues, dead letters. Its own port, never routed by the
gateway."""

from __future__ import annotations

import asyncio
import hmac
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Annotated, Any

from fastapi import APIRouter, Depends, FastAPI, Header, Request, Response
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Gauge,
    PlatformCollector,
    ProcessCollector,
    generate_latest,
)

from . import problems
from .errors import Unauthenticated
from .process import Server
from .settings import ProcessSettings, read_secret
from .texts import Texts

Check = Callable[[], Awaitable[str | None]]
"""Answers what is wrong with a part in a few words, or none when it works."""

CHECK_S = 2.0
"""How long a part may take to say that it works; whoever asks waits three seconds."""


@dataclass
class Operated:
    """What the admin door shows of one process."""

    service: str
    version: str
    role: str
    settings: ProcessSettings
    registry: CollectorRegistry
    texts: Texts
    operator_token: bytes
    routers: list[APIRouter] = field(default_factory=list)
    """More of the operators' door, where the process has a database."""
    understand: problems.Understand | None = None
    state: dict[str, Any] = field(default_factory=dict)
    figures: Callable[[], Awaitable[dict[str, Any]]] | None = None
    queue_depths: Callable[[], Awaitable[list[dict[str, Any]]]] | None = None
    checks: dict[str, Check] = field(default_factory=dict)
    elsewhere: dict[str, Check] = field(default_factory=dict)
    """Parts that run in another process: shown to operators, and no reason to say that this one is not ready."""
    notes: Callable[[], dict[str, Any]] | None = None
    started_at: datetime = field(default_factory=lambda: datetime.now(UTC))

    async def wrong(self, *, also_elsewhere: bool = False) -> dict[str, str | None]:
        """Each part with what is wrong with it, or none; all are asked at once and none is waited for long."""
        checks = {**self.checks, **self.elsewhere} if also_elsewhere else self.checks

        async def ask(check: Check) -> str | None:
            try:
                async with asyncio.timeout(CHECK_S):
                    return await check()
            except TimeoutError:
                return f"no answer within {CHECK_S:.0f} s"

        said = await asyncio.gather(*(ask(check) for check in checks.values()))
        return dict(zip(checks, said, strict=True))

    @classmethod
    def of(
        cls, service: str, role: str, settings: ProcessSettings, registry: CollectorRegistry, texts: Texts
    ) -> Operated:
        """The facts that every process has."""
        token_file = settings.operator_token_file
        return cls(
            service=service,
            version=version(f"zapys-{service}"),
            role=role,
            settings=settings,
            registry=registry,
            texts=texts,
            operator_token=read_secret(token_file, "operator token") if token_file else b"",
        )


def build_admin(operated: Operated) -> FastAPI:
    """The admin application of one process."""
    app = FastAPI(title=f"{operated.service} admin", docs_url=None, redoc_url=None, openapi_url=None)
    problems.install(app, operated.texts, "", operated.understand)
    app.add_exception_handler(Exception, app.state.on_failure)
    app.state.operated = operated
    for key, value in operated.state.items():
        setattr(app.state, key, value)
    app.include_router(_probes)
    # Asked for here, once: a router of a service that forgot to ask for the token would be open to the whole network.
    for router in (_operators, *operated.routers):
        app.include_router(router, dependencies=[Depends(operator)])
    return app


def server_of(operated: Operated) -> Server:
    """The admin door on the port that the settings name; its metrics get those of the process itself."""
    ProcessCollector(registry=operated.registry)
    PlatformCollector(registry=operated.registry)
    settings = operated.settings
    return Server(build_admin(operated), settings.admin_host, settings.admin_port, settings.shutdown_grace_s)


_probes = APIRouter()


def _operated(request: Request) -> Operated:
    operated: Operated = request.app.state.operated
    return operated


OperatedDep = Annotated[Operated, Depends(_operated)]


@_probes.get("/live")
async def live() -> dict[str, str]:
    """The process runs its event loop."""
    return {"status": "live"}


@_probes.get("/ready")
async def ready(operated: OperatedDep, response: Response) -> dict[str, Any]:
    """Whether the process can do its work; a part that does not answer is named and makes it 503."""
    parts = await operated.wrong()
    is_ready = not any(parts.values())
    if not is_ready:
        response.status_code = 503
        response.headers["Retry-After"] = "2"
    return {
        "status": "ready" if is_ready else "not ready",
        "parts": {name: cause or "ok" for name, cause in parts.items()},
    }


@_probes.get("/metrics")
async def metrics(operated: OperatedDep) -> Response:
    """Prometheus exposition: what the process counts, and which of its parts work at this moment."""
    now = CollectorRegistry()
    ready = Gauge("zapys_part_ready", "1 where the part works, as /ready sees it.", ["part"], registry=now)
    for name, cause in (await operated.wrong()).items():
        ready.labels(name).set(0 if cause else 1)
    return Response(generate_latest(operated.registry) + generate_latest(now), media_type=CONTENT_TYPE_LATEST)


def operator(operated: OperatedDep, authorization: Annotated[str | None, Header()] = None) -> None:
    """A dependency: only the bearer of the operator token passes."""
    scheme, _, token = (authorization or "").partition(" ")
    known = operated.operator_token
    if scheme.lower() != "bearer" or not known or not hmac.compare_digest(token.encode(), known):
        raise Unauthenticated


_operators = APIRouter(prefix="/admin", dependencies=[Depends(operator)])


@_operators.get("/openapi.json")
async def document(request: Request) -> dict[str, Any]:
    """What this door takes."""
    app: FastAPI = request.app
    return app.openapi()


@_operators.get("/status")
async def status(operated: OperatedDep) -> dict[str, Any]:
    """Version, effective settings with secrets masked, outbox, queues, dead letters."""
    shown: dict[str, Any] = {
        "service": operated.service,
        "version": operated.version,
        "role": operated.role,
        "started_at": operated.started_at.isoformat(),
        "settings": operated.settings.masked(),
        "parts": {name: cause or "ok" for name, cause in (await operated.wrong(also_elsewhere=True)).items()},
        "notes": operated.notes() if operated.notes else {},
        "outbox": None,
        "dead_letters": None,
        "paused": [],
        "queues": await operated.queue_depths() if operated.queue_depths else [],
    }
    if operated.figures is not None and all(
        part == "ok" for name, part in shown["parts"].items() if name == "database"
    ):
        shown |= await operated.figures()
    return shown
