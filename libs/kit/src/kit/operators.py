"""What operators do with the messages of a service: look at dead letters, replay, discard, pause a handler."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel, Field
from sqlalchemy import select, text
from sqlalchemy.dialects.postgresql import insert

from . import deadletters
from .admin import Check, operator
from .db import Database, Tx
from .errors import NotFound
from .messaging import Consumers
from .outbox import depth
from .tables import DeadLetter, PausedConsumer
from .wakeups import LISTENER

router = APIRouter(prefix="/admin", dependencies=[Depends(operator)])


def _db(request: Request) -> Database:
    db: Database = request.app.state.db
    return db


def _consumers(request: Request) -> Consumers:
    consumers: Consumers = request.app.state.consumers
    return consumers


DbDep = Annotated[Database, Depends(_db)]
ConsumersDep = Annotated[Consumers, Depends(_consumers)]


async def figures(db: Database) -> dict[str, Any]:
    """What the status page says of the database's part: outbox, dead letters, paused handlers."""
    shown: dict[str, Any] = {"outbox": await depth(db)}
    async with db.system_tx() as tx:
        shown["dead_letters"] = await deadletters.count_waiting(tx)
        shown["paused"] = sorted(await paused_names(tx))
    return shown


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


@router.get("/dead-letters")
async def list_dead_letters(
    db: DbDep, queue: str | None = None, limit: Annotated[int, Query(ge=1, le=500)] = 100
) -> dict[str, list[LetterView]]:
    """Messages that no attempt could handle, newest first."""
    async with db.system_tx() as tx:
        letters = await deadletters.waiting(tx, queue=queue, limit=limit)
    return {"items": [_view(letter) for letter in letters]}


@router.get("/dead-letters/{letter_id}")
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


@router.post("/dead-letters/{letter_id}/replay")
async def replay_dead_letter(letter_id: UUID, db: DbDep) -> LetterView:
    """Send the message to its queue again."""
    async with db.system_tx() as tx:
        return _view(await deadletters.replay(tx, letter_id))


class ReplayFilter(BaseModel):
    """Which waiting dead letters to replay."""

    queue: str | None = None
    limit: Annotated[int, Field(ge=1, le=500)] = 100


@router.post("/dead-letters/replay")
async def replay_dead_letters(which: ReplayFilter, db: DbDep) -> dict[str, int]:
    """Send many messages to their queues again; answers how many."""
    async with db.system_tx() as tx:
        letters = await deadletters.waiting(tx, queue=which.queue, limit=which.limit)
        for letter in letters:
            await deadletters.replay(tx, letter.id)
    return {"replayed": len(letters)}


@router.delete("/dead-letters/{letter_id}", status_code=204)
async def discard_dead_letter(letter_id: UUID, db: DbDep) -> None:
    """Give the message up; it stays as a record."""
    async with db.system_tx() as tx:
        await deadletters.discard(tx, letter_id)


@router.post("/consumers/{name}/pause")
async def pause_consumer(name: str, consumers: ConsumersDep, db: DbDep) -> dict[str, str]:
    """Stop a handler in every worker within a second; its messages wait."""
    queue = _queue_named(consumers, name)
    async with db.system_tx() as tx:
        await tx.execute(insert(PausedConsumer).values(name=queue).on_conflict_do_nothing())
    return {"consumer": queue, "state": "paused"}


@router.post("/consumers/{name}/resume")
async def resume_consumer(name: str, consumers: ConsumersDep, db: DbDep) -> dict[str, str]:
    """Let a paused handler go on."""
    queue = _queue_named(consumers, name)
    async with db.system_tx() as tx:
        row = await tx.get(PausedConsumer, queue)
        if row is not None:
            await tx.delete(row)
    return {"consumer": queue, "state": "running"}


def _queue_named(consumers: Consumers, name: str) -> str:
    for consumer in consumers.all:
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


def worker_check(db: Database) -> Check:
    """Whether a worker of the service is there at all, as its database sees it: for the process that has none."""
    listening = text(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND application_name = :it"
    )

    async def check() -> str | None:
        try:
            async with db.tx() as tx:
                found = await tx.scalar(listening, {"it": LISTENER})
        except Exception as error:
            return f"not known: {type(error).__name__}"
        return None if found else "no worker is connected"

    return check
