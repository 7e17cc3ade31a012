"""The operators' door of each process: live, ready, metrics, queues, dead letters. Its own port, never routed by the
gateway."""

from __future__ import annotations

import hmac
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, FastAPI, Header, Query, Request, Response
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    PlatformCollector,
    ProcessCollector,
    generate_latest,
)
from pydantic import BaseModel
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from . import deadletters, problems
from .db import Database, Tx
from .errors import NotFound, Unauthenticated
from .messaging import Consumers
from .outbox import depth
from .process import Server
from .settings import ProcessSettings, read_secret
from .tables import DeadLetter, PausedConsumer
from .texts import Texts

Check = Callable[[], Awaitable[str | None]]
"""Answers what is wrong with a part in a few words, or none when it works."""


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
    db: Database | None = None
    consumers: Consumers | None = None
    queue_depths: Callable[[], Awaitable[list[dict[str, Any]]]] | None = None
    checks: dict[str, Check] = field(default_factory=dict)
    notes: Callable[[], dict[str, Any]] | None = None
    started_at: datetime = field(default_factory=lambda: datetime.now(UTC))

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


class LetterView(BaseModel):
    """A dead letter in a list; bodies hold personal data and are not shown there."""

    id: UUID
    queue: str
    event: str
    message_id: str
    account_id: UUID | None
    cause: str
    attempts: int
    trace_id: str | None
    died_at: datetime


def build_admin(operated: Operated) -> FastAPI:
    """The admin application of one process."""
    app = FastAPI(title=f"{operated.service} admin", docs_url=None, redoc_url=None, openapi_url="/admin/openapi.json")
    problems.install(app, operated.texts, "")
    app.state.operated = operated
    app.include_router(_probes)
    app.include_router(_operators)
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
    parts = {name: await check() for name, check in operated.checks.items()}
    wrong = {name: cause for name, cause in parts.items() if cause}
    if wrong:
        response.status_code = 503
        response.headers["Retry-After"] = "2"
    return {
        "status": "not ready" if wrong else "ready",
        "parts": {name: cause or "ok" for name, cause in parts.items()},
    }


@_probes.get("/metrics")
async def metrics(operated: OperatedDep) -> Response:
    """Prometheus exposition."""
    return Response(generate_latest(operated.registry), media_type=CONTENT_TYPE_LATEST)


def _operator(operated: OperatedDep, authorization: Annotated[str | None, Header()] = None) -> None:
    scheme, _, token = (authorization or "").partition(" ")
    known = operated.operator_token
    if scheme.lower() != "bearer" or not known or not hmac.compare_digest(token.encode(), known):
        raise Unauthenticated


_operators = APIRouter(prefix="/admin", dependencies=[Depends(_operator)])


def _db(operated: OperatedDep) -> Database:
    if operated.db is None:
        raise NotFound("database")
    return operated.db


DbDep = Annotated[Database, Depends(_db)]


@_operators.get("/status")
async def status(operated: OperatedDep) -> dict[str, Any]:
    """Version, effective settings with secrets masked, outbox, queues, dead letters."""
    shown: dict[str, Any] = {
        "service": operated.service,
        "version": operated.version,
        "role": operated.role,
        "started_at": operated.started_at.isoformat(),
        "settings": operated.settings.masked(),
        "parts": {name: await check() or "ok" for name, check in operated.checks.items()},
        "notes": operated.notes() if operated.notes else {},
        "outbox": None,
        "dead_letters": None,
        "paused": [],
        "queues": await operated.queue_depths() if operated.queue_depths else [],
    }
    if operated.db is not None and shown["parts"].get("database") == "ok":
        shown["outbox"] = await depth(operated.db)
        async with operated.db.system_tx() as tx:
            shown["dead_letters"] = await deadletters.count_waiting(tx)
            shown["paused"] = list(await tx.scalars(select(PausedConsumer.name)))
    return shown


@_operators.get("/dead-letters")
async def list_dead_letters(
    db: DbDep, queue: str | None = None, limit: Annotated[int, Query(ge=1, le=500)] = 100
) -> dict[str, list[LetterView]]:
    """Messages that no attempt could handle, newest first."""
    async with db.system_tx() as tx:
        letters = await deadletters.waiting(tx, queue=queue, limit=limit)
    return {"items": [_view(letter) for letter in letters]}


@_operators.get("/dead-letters/{letter_id}")
async def show_dead_letter(letter_id: UUID, db: DbDep) -> dict[str, Any]:
    """One message with its headers and body."""
    async with db.system_tx() as tx:
        letter = await tx.get(DeadLetter, letter_id)
    if letter is None:
        raise NotFound("dead_letter")
    return {
        **_view(letter).model_dump(mode="json"),
        "state": letter.state,
        "headers": letter.headers,
        "body": letter.body.decode("utf-8", errors="replace"),
    }


@_operators.post("/dead-letters/{letter_id}/replay")
async def replay_dead_letter(letter_id: UUID, db: DbDep) -> LetterView:
    """Send the message to its queue again."""
    async with db.system_tx() as tx:
        return _view(await deadletters.replay(tx, letter_id))


class ReplayFilter(BaseModel):
    """Which waiting dead letters to replay."""

    queue: str | None = None
    limit: int = 100


@_operators.post("/dead-letters/replay")
async def replay_dead_letters(which: ReplayFilter, db: DbDep) -> dict[str, int]:
    """Send many messages to their queues again; answers how many."""
    async with db.system_tx() as tx:
        letters = await deadletters.waiting(tx, queue=which.queue, limit=which.limit)
        for letter in letters:
            await deadletters.replay(tx, letter.id)
    return {"replayed": len(letters)}


@_operators.delete("/dead-letters/{letter_id}", status_code=204)
async def discard_dead_letter(letter_id: UUID, db: DbDep) -> None:
    """Give the message up; it stays as a record."""
    async with db.system_tx() as tx:
        await deadletters.discard(tx, letter_id)


@_operators.post("/consumers/{name}/pause")
async def pause_consumer(name: str, operated: OperatedDep, db: DbDep) -> dict[str, str]:
    """Stop a handler in every worker within a second; its messages wait."""
    queue = _queue_named(operated, name)
    async with db.system_tx() as tx:
        await tx.execute(insert(PausedConsumer).values(name=queue).on_conflict_do_nothing())
    return {"consumer": queue, "state": "paused"}


@_operators.post("/consumers/{name}/resume")
async def resume_consumer(name: str, operated: OperatedDep, db: DbDep) -> dict[str, str]:
    """Let a paused handler go on."""
    queue = _queue_named(operated, name)
    async with db.system_tx() as tx:
        row = await tx.get(PausedConsumer, queue)
        if row is not None:
            await tx.delete(row)
    return {"consumer": queue, "state": "running"}


def _queue_named(operated: Operated, name: str) -> str:
    for consumer in operated.consumers.all if operated.consumers else []:
        if name in (consumer.queue, consumer.queue.partition(".")[2]):
            return consumer.queue
    raise NotFound("consumer")


def _view(letter: DeadLetter) -> LetterView:
    return LetterView.model_validate(letter, from_attributes=True)


async def paused_names(tx: Tx) -> set[str]:
    """Queues whose handlers an operator has stopped."""
    return set(await tx.scalars(select(PausedConsumer.name)))


def database_check(db: Database) -> Check:
    """Readiness of the database."""

    async def check() -> str | None:
        try:
            await db.ping()
        except Exception as error:
            return f"does not answer: {type(error).__name__}"
        return None

    return check


__all__ = ["Check", "Operated", "build_admin", "database_check", "paused_names", "server_of"]
