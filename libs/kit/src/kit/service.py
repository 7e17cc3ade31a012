"""One process of a service: `python -m <service> all | api | worker | migrate`.

`api` answers HTTP and writes to the outbox only; `worker` consumes, relays and runs the background loops; `all` is both
in one process. Each has the admin door on its own port.
"""

from __future__ import annotations

import asyncio
import contextlib
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import structlog
from aio_pika.exceptions import AMQPException
from fastapi import APIRouter, FastAPI
from opentelemetry.sdk.trace import TracerProvider
from prometheus_client import CollectorRegistry, Gauge
from sqlalchemy import text
from starlette.middleware import Middleware

from . import access as access_module
from . import admin, deadletters, operators, outbox
from .access import Access
from .admin import Operated
from .api import build_api
from .broker import Broker, dead_letter_queue_name
from .crowds import AtMost
from .db import Database, understand
from .loops import every, keep_running
from .messaging import Consumers, Listening
from .process import serve, server_of
from .settings import ServiceSettings
from .telemetry import set_up_logs, set_up_traces
from .texts import Texts
from .wakeups import Wakeups

log = structlog.get_logger("service")

_REPLICAS = text("SELECT count(*) FROM pg_stat_replication")  # their number is anybody's to see, their state is not


@dataclass
class Service:
    """The parts of one service; its `app.py` makes it, and nothing else wires anything together."""

    name: str
    settings: ServiceSettings
    texts: Texts
    consumers: Consumers
    routers: list[APIRouter]
    migrations: Path
    db: Database
    access: Access
    wakeups: Wakeups
    registry: CollectorRegistry
    state: dict[str, Any] = field(default_factory=dict)
    """What routes find on `app.state` besides `db` and `access`."""
    loops: dict[str, Callable[[], Awaitable[None]]] = field(default_factory=dict)
    on_start: list[Callable[[], Awaitable[None]]] = field(default_factory=list)
    on_stop: list[Callable[[], Awaitable[None]]] = field(default_factory=list)
    checks: dict[str, admin.Check] = field(default_factory=dict)
    notes: Callable[[], dict[str, Any]] | None = None
    requests_at_once: int | None = None
    """How many requests one process works on; the rest wait in order. None: all at once."""
    operator_routers: list[APIRouter] = field(default_factory=list)
    """What operators may do in this service beside what they may do in all."""

    def build_app(self) -> FastAPI:
        """The public API of the service."""
        app = build_api(
            title=f"Zapys {self.name}",
            routers=self.routers,
            texts=self.texts,
            base_url=self.settings.public_url,
            registry=self.registry,
            understand=understand,
            middleware=[Middleware(AtMost, number=self.requests_at_once)] if self.requests_at_once else (),
        )
        app.state.db = self.db
        app.state.access = self.access
        for key, value in self.state.items():
            setattr(app.state, key, value)
        return app


def new_service(
    name: str,
    settings: ServiceSettings,
    *,
    texts: Texts,
    migrations_folder: Path,
    routers: list[APIRouter],
    consumers: Consumers,
) -> Service:
    """A service with the parts that every service has."""
    url = settings.database_url.get_secret_value()
    db = Database(url, service=name, pool_size=settings.database_pool_size)
    return Service(
        name=name,
        settings=settings,
        texts=texts,
        consumers=consumers,
        routers=routers,
        migrations=migrations_folder,
        db=db,
        access=Access(db),
        wakeups=Wakeups(url),
        registry=CollectorRegistry(),
    )


def main(name: str, settings_type: type[ServiceSettings], build: Callable[[Any], Service], folder: Path) -> None:
    """The command line of a service; `folder` holds its migrations."""
    role = sys.argv[1] if len(sys.argv) > 1 else "all"
    if role not in ("all", "api", "worker", "migrate"):
        raise SystemExit(f"Say one of: python -m {name} all | api | worker | migrate")
    settings = settings_type()
    set_up_logs(name, settings.log_level, settings.log_format)
    if role == "migrate":
        from . import migrations  # Alembic is 9 MB that a serving process has no use for

        migrations.upgrade(folder, settings.migration_database_url.get_secret_value())
        asyncio.run(declare_queues(build(settings)))
        return
    tracer_provider = set_up_traces(name, settings.otlp_endpoint)
    asyncio.run(run(build(settings), role, tracer_provider))
    tracer_provider.shutdown()


async def declare_queues(service: Service) -> None:
    """Declare what the service listens to before anybody serves.

    An event counts as routed with the first queue that takes it, so every queue must be there before the first word
    is said. A broker that is away is no reason to fail: the worker declares them again.
    """
    broker = _broker_of(service, TracerProvider())
    listening = Listening(service.consumers, service.db, broker, prefetch=1)
    try:
        async with asyncio.timeout(15):
            await broker.connect()
            await listening.declare_topology()
    except TimeoutError:
        log.warning("queues not declared: the broker does not answer")
    finally:
        await broker.close()
        await service.db.close()


def _broker_of(service: Service, tracer_provider: TracerProvider) -> Broker:
    settings = service.settings
    return Broker(
        settings.rabbitmq_url.get_secret_value(),
        service=service.name,
        publish_timeout_s=settings.publish_timeout_s,
        graceful_timeout_s=settings.shutdown_grace_s,
        registry=service.registry,
        tracer_provider=tracer_provider,
    )


async def run(service: Service, role: str, tracer_provider: TracerProvider) -> None:
    """Serve until SIGTERM or SIGINT, then finish what is under way."""
    settings = service.settings
    operated = _operated(service, role)
    worker = Worker(service, operated, tracer_provider) if role in ("all", "worker") else None
    servers = [admin.server_of(operated)]
    if role in ("all", "api"):
        servers.append(server_of(service.build_app(), settings))
    await serve(servers, worker, on_start=service.on_start, on_stop=[*service.on_stop, service.db.close], role=role)


class Worker:
    """Consumers, relay and loops of one process."""

    def __init__(self, service: Service, operated: Operated, tracer_provider: TracerProvider) -> None:
        settings = service.settings
        self._service = service
        self._broker = _broker_of(service, tracer_provider)
        self._listening = Listening(service.consumers, service.db, self._broker, prefetch=settings.consumer_prefetch)
        self._collector = deadletters.Collector(service.consumers, service.db, self._broker)
        self._relay = outbox.Relay(service.db, self._broker, service.wakeups, source=service.name)
        self._tasks: list[asyncio.Task[None]] = []
        self._is_consuming = False
        self._pending = Gauge("zapys_outbox_pending_rows", "Events not yet confirmed.", registry=service.registry)
        self._oldest = Gauge(
            "zapys_outbox_oldest_age_seconds", "Age of the oldest event not yet confirmed.", registry=service.registry
        )
        self._dead = Gauge("zapys_dead_letters_waiting", "Dead letters nobody dealt with.", registry=service.registry)
        self._replicas = Gauge(
            "zapys_database_replicas", "Servers that follow the one that takes writes.", registry=service.registry
        )
        operated.checks["broker"] = self._broker_check
        operated.queue_depths = self._queue_depths

    async def run(self) -> None:
        """Run every loop until `stop`; consumers start as soon as the broker is there."""
        loops: dict[str, Callable[[], Awaitable[None]]] = {
            "consumers": self._consume,
            "relay": self._relay.run,
            "measure": lambda: every(5, self._measure),
            "forget": lambda: every(600, lambda: outbox.forget_old(self._service.db)),
            **self._service.loops,
            "wakeups": self._service.wakeups.run,  # last: by now every loop has named its channel
        }
        self._tasks = [asyncio.create_task(keep_running(name, loop), name=name) for name, loop in loops.items()]
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.gather(*self._tasks)

    async def stop(self) -> None:
        """Let running handlers finish, then end the loops."""
        for task in self._tasks:
            if task.get_name() == "consumers":
                task.cancel()
        await self._broker.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _consume(self) -> None:
        await self._broker.connect()
        if not self._is_consuming:
            await self._listening.declare_topology()
            await self._collector.start()
            self._is_consuming = True
        while True:
            try:
                async with self._service.db.system_tx() as tx:
                    paused = await operators.paused_names(tx)
            except Exception as error:  # the database is away: go on as before
                log.debug("paused consumers not read", error=repr(error))
            else:
                await self._listening.obey(paused)
            await asyncio.sleep(1)

    async def _measure(self) -> None:
        try:
            waiting = await outbox.depth(self._service.db)
            async with self._service.db.system_tx() as tx:
                dead = await deadletters.count_waiting(tx)
                replicas = await tx.scalar(_REPLICAS)
        except Exception as error:
            log.debug("not measured", error=repr(error))
            return
        self._pending.set(waiting["pending"])
        self._oldest.set(waiting["oldest_age_s"])
        self._dead.set(dead)
        self._replicas.set(replicas or 0)

    async def _broker_check(self) -> str | None:
        if not self._broker.is_connected:
            return "not connected"
        return None if self._is_consuming else "consumers are starting"

    async def _queue_depths(self) -> list[dict[str, Any]]:
        """Ready messages and consumers of every queue of the service; empty while the broker is away."""
        shown = []
        for consumer in self._service.consumers.all:
            for queue in (consumer.queue, dead_letter_queue_name(consumer.queue)):
                try:
                    async with asyncio.timeout(2):
                        ready, consumers = await self._broker.queue_size(queue)
                except (AMQPException, OSError, TimeoutError, RuntimeError):
                    continue
                shown.append({"queue": queue, "ready": ready, "consumers": consumers})
        return shown


def _operated(service: Service, role: str) -> Operated:
    operated = Operated.of(service.name, role, service.settings, service.registry, service.texts)
    operated.routers = [operators.router, *service.operator_routers]
    operated.state = {**service.state, "db": service.db, "consumers": service.consumers}
    operated.figures = partial(operators.figures, service.db)
    operated.understand = understand
    operated.notes = service.notes
    operated.checks["database"] = operators.database_check(service.db)
    if role == "api":
        operated.elsewhere["worker"] = operators.worker_check(service.db)
    if any(consumer.handler is access_module.copy_signing_keys for consumer in service.consumers.all):
        operated.checks["signing_keys"] = _keys_check(service.access)
    operated.checks.update(service.checks)
    return operated


def _keys_check(access: Access) -> admin.Check:
    async def check() -> str | None:
        try:
            return None if await access.knows_keys() else "no key for access tokens has arrived yet"
        except Exception as error:
            return f"not readable: {type(error).__name__}"

    return check
