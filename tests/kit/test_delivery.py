"""Events on a real broker: said with the commit, had once, dead-lettered with the cause, replayed."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

import aio_pika
import pytest
from opentelemetry.sdk.trace import TracerProvider
from sqlalchemy import text

from contracts.identity import LoginCodeRequested
from kit import deadletters
from kit.db import Database, Tx
from kit.ids import new_id
from kit.service import Worker, _operated
from kit.tables import DeadLetter
from tests.kit.toy.app import Settings, a_client_changed, build
from tests.support.waiting import eventually
from zapys_dev.databases import Urls

ROOT = Path(__file__).parents[2]


class Running:
    """The toy's worker in this process, on a real broker."""

    def __init__(self, settings: Settings) -> None:
        self.service = build(settings)
        self.operated = _operated(self.service, "worker")
        self.worker = Worker(self.service, self.operated, TracerProvider())

    @property
    def db(self) -> Database:
        return self.service.db

    async def say(self, account: UUID, *names: str) -> list[UUID]:
        events = [a_client_changed(account, name=name) for name in names or ("Ірина",)]
        async with self.db.tx(account) as tx:
            for event in events:
                tx.emit(event)
        return [event.client.id for event in events]

    async def effects(self, account: UUID) -> dict[UUID, int]:
        async with self.db.tx(account) as tx:
            return {row.subject: row.times for row in await tx.execute(text("SELECT subject, times FROM effect"))}

    async def outbox(self, account: UUID) -> list[Any]:
        async with self.db.system_tx() as tx:
            statement = text("SELECT * FROM outbox WHERE account_id = :a ORDER BY id")
            return list((await tx.execute(statement, {"a": account})).mappings())


@asynccontextmanager
async def running(settings: Settings) -> AsyncIterator[Running]:
    toy = Running(settings)
    task = asyncio.create_task(toy.worker.run())
    try:
        yield toy
    except BaseException:
        async with toy.db.system_tx() as tx:
            waiting = await tx.execute(text("SELECT id, attempts, leased_until, last_error, published_at FROM outbox"))
            print("outbox:", [tuple(row) for row in waiting][-20:], "queues:", await toy.worker._queue_depths())
        raise
    finally:
        await toy.worker.stop()
        await task
        await toy.db.close()


@pytest.fixture
def settings(fresh_vhost: str, toy_database: Urls) -> Settings:
    return Settings(database_url=toy_database.app_url, rabbitmq_url=fresh_vhost, publish_timeout_s=2)


async def test_what_is_committed_is_said_and_what_is_rolled_back_is_not(settings: Settings) -> None:
    account = new_id()
    async with running(settings) as toy:
        with pytest.raises(RuntimeError, match="fails"):
            await _say_and_fail(toy, account)
        said = await toy.say(account, "a", "b", "c")
        await eventually(lambda: _equals(toy.effects(account), dict.fromkeys(said, 1)))
        await eventually(lambda: _all_published(toy, account))  # the relay may hear of it after the consumer
        rows = await toy.outbox(account)
        assert len(rows) == 3
        assert all(row["body"] for row in rows)  # kept, so that they can be said again


async def test_a_repeated_message_has_no_second_effect(settings: Settings) -> None:
    account = new_id()
    async with running(settings) as toy:
        said = await toy.say(account)
        await eventually(lambda: _equals(toy.effects(account), dict.fromkeys(said, 1)))
        async with toy.db.system_tx() as tx:
            await tx.execute(text("UPDATE outbox SET published_at = NULL WHERE account_id = :a"), {"a": account})
        await eventually(lambda: _all_published(toy, account))
        await toy.say(account, "after")  # when this one has arrived, so has the repeat
        await eventually(lambda: _length(toy.effects(account), 2))
        assert set((await toy.effects(account)).values()) == {1}


async def test_an_unroutable_event_waits_and_goes_when_its_listener_appears(settings: Settings) -> None:
    account = new_id()
    async with running(settings) as toy:
        await eventually(lambda: _consuming(toy))
        connection = await aio_pika.connect(settings.rabbitmq_url.get_secret_value())
        async with connection, connection.channel() as channel:
            queue = await channel.get_queue("booking.count_effect", ensure=False)
            await queue.unbind("zapys.events", routing_key="booking.client.changed.v1")
            said = await toy.say(account)
            await eventually(lambda: _stuck(toy, account))
            [row] = await toy.outbox(account)
            assert row["published_at"] is None
            assert "NO_ROUTE" in row["last_error"] or "Publish" in row["last_error"]
            await queue.bind("zapys.events", routing_key="booking.client.changed.v1")
        await eventually(lambda: _equals(toy.effects(account), dict.fromkeys(said, 1)))


async def test_a_poisoned_message_is_dead_lettered_with_its_cause_and_can_be_replayed(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kit.messaging.MAX_ATTEMPTS", 2)
    account = new_id()
    async with running(settings) as toy:
        said = await toy.say(account, "poison", "good", "good")
        await eventually(lambda: _length(toy.effects(account), 2))
        await eventually(lambda: _dead_letters(toy, account, 1))
        async with toy.db.system_tx() as tx:
            [letter] = [letter for letter in await deadletters.waiting(tx) if letter.account_id == account]
            assert letter.queue == "booking.count_effect"
            assert letter.event == "booking.client.changed.v1"
            assert "this message cannot be handled" in letter.cause
            assert letter.attempts == 2
            letter.body = letter.body.replace(b"poison", b"cured!")
            await deadletters.replay(tx, letter.id)
        await eventually(lambda: _equals(toy.effects(account), dict.fromkeys(said, 1)))


async def test_a_replayed_secret_is_wiped_from_the_outbox_once_it_is_said_again(settings: Settings) -> None:
    toy = Running(settings)
    letter = DeadLetter(
        queue="booking.count_effect",
        event=LoginCodeRequested.name,
        message_id=str(new_id()),
        headers={},
        body=b'{"code": "123456"}',
        cause="a test",
        attempts=1,
    )
    async with toy.db.system_tx() as tx:
        tx.add(letter)
        await tx.flush()
        await deadletters.replay(tx, letter.id)
        statement = text("SELECT secret FROM outbox WHERE headers->>'message_id' = :id")
        assert (await tx.scalar(statement, {"id": letter.message_id})) is True
        await tx.execute(text("DELETE FROM outbox WHERE name = :name"), {"name": LoginCodeRequested.name})
        assert letter.body == b""
    await toy.db.close()


async def test_a_message_that_is_no_event_is_dead_lettered_and_the_queue_goes_on(settings: Settings) -> None:
    account = new_id()
    async with running(settings) as toy:
        await eventually(lambda: _consuming(toy))
        connection = await aio_pika.connect(settings.rabbitmq_url.get_secret_value())
        async with connection, connection.channel() as channel:
            for body in (b"", b"{", b"null", b'{"version": "x"}'):
                message = aio_pika.Message(body, headers={"account-id": str(account)}, message_id=str(new_id()))
                await channel.default_exchange.publish(message, "booking.count_effect")
        said = await toy.say(account)
        await eventually(lambda: _equals(toy.effects(account), dict.fromkeys(said, 1)))
        await eventually(lambda: _dead_letters(toy, account, 4))


async def test_a_message_with_strange_headers_is_dead_lettered_and_the_queue_goes_on(settings: Settings) -> None:
    account = new_id()
    strange: tuple[dict[str, Any], ...] = (
        {"account-id": 5},
        {"account-id": "x\0"},
        {"x-attempt": "many", "note": "\0"},
    )
    async with running(settings) as toy:
        await eventually(lambda: _consuming(toy))
        before = await _all_dead(toy)
        connection = await aio_pika.connect(settings.rabbitmq_url.get_secret_value())
        async with connection, connection.channel() as channel:
            for headers in strange:
                message = aio_pika.Message(b"{}", headers=headers, message_id=str(new_id()))
                await channel.default_exchange.publish(message, "booking.count_effect")
        said = await toy.say(account)
        await eventually(lambda: _equals(toy.effects(account), dict.fromkeys(said, 1)))
        await eventually(lambda: _equals(_all_dead(toy), before + len(strange)))


async def test_a_dead_letter_that_no_row_can_hold_as_it_is_keeps_no_other_from_being_seen(settings: Settings) -> None:
    account = new_id()
    strange: tuple[tuple[str, dict[str, Any]], ...] = (
        ("id\0", {"x-cause": "strange"}),
        (str(new_id()), {"x-attempt": 2**40}),
        (str(new_id()), {"a\0key": {"deeper\0": "\0"}}),
    )
    async with running(settings) as toy:
        await eventually(lambda: _consuming(toy))
        connection = await aio_pika.connect(settings.rabbitmq_url.get_secret_value())
        async with connection, connection.channel() as channel:
            for message_id, headers in strange:
                message = aio_pika.Message(
                    b"{}", headers={"account-id": str(account), **headers}, message_id=message_id
                )
                await channel.default_exchange.publish(message, "booking.count_effect.dead")
        await eventually(lambda: _dead_letters(toy, account, len(strange)))


async def test_a_handler_that_never_ends_is_given_up_after_its_attempts(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kit.messaging.MAX_ATTEMPTS", 2)
    monkeypatch.setattr("kit.messaging.HANDLER_TIMEOUT_S", 0.3)

    async def count_effect(event: Any, tx: Tx) -> None:
        await asyncio.sleep(60)

    monkeypatch.setattr("tests.kit.toy.app.count_effect", count_effect)
    account = new_id()
    async with running(settings) as toy:
        await toy.say(account)
        await eventually(lambda: _dead_letters(toy, account, 1))


async def test_what_fails_outside_of_the_handler_is_tried_again(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = new_id()
    async with running(settings) as toy:
        receive, calls = toy.worker._listening._receive, iter(("fails",))

        async def fails_once(*args: Any) -> None:
            if next(calls, None):
                raise RuntimeError("the glue fails")
            await receive(*args)

        monkeypatch.setattr(toy.worker._listening, "_receive", fails_once)
        said = await toy.say(account)
        await eventually(lambda: _equals(toy.effects(account), dict.fromkeys(said, 1)))


async def test_a_paused_consumer_lets_messages_wait(settings: Settings) -> None:
    account = new_id()
    async with running(settings) as toy:
        await eventually(lambda: _consuming(toy))
        await toy.worker._listening.obey({"booking.count_effect"})
        async with toy.db.system_tx() as tx:
            await tx.execute(text("INSERT INTO paused_consumer (name) VALUES ('booking.count_effect')"))
        said = await toy.say(account)
        await eventually(lambda: _all_published(toy, account))
        assert await toy.effects(account) == {}
        async with toy.db.system_tx() as tx:
            await tx.execute(text("DELETE FROM paused_consumer"))
        await eventually(lambda: _equals(toy.effects(account), dict.fromkeys(said, 1)))


@pytest.mark.faults
async def test_killed_relays_and_consumers_lose_and_double_nothing(
    settings: Settings, toy_database: Urls, tmp_path: Path
) -> None:
    """300 events while the only worker is killed (-9) four times at any moment: 300 effects, once each."""
    account = new_id()
    environment = {
        **os.environ,
        "TOY_DATABASE_URL": toy_database.app_url,
        "TOY_RABBITMQ_URL": settings.rabbitmq_url.get_secret_value(),
    }
    toy = Running(settings)

    def start() -> subprocess.Popen[bytes]:
        with (tmp_path / "worker.log").open("ab") as log:
            command = [sys.executable, "-m", "tests.kit.toy", "worker"]
            return subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)

    process = start()
    expected: list[UUID] = []
    try:
        for _ in range(4):
            for _ in range(74):
                expected += await toy.say(account)
            before = sum((await toy.effects(account)).values())
            await eventually(partial(_has_more, toy, account, before))
            # Some effects of this round are there and some are not: now.
            process.send_signal(signal.SIGKILL)
            process.wait()
            process = start()
        expected += await toy.say(account, *["last"] * 4)
        # A killed relay's rows come back after their lease.
        await eventually(lambda: _length(toy.effects(account), 300), within_s=90)
        assert await toy.effects(account) == dict.fromkeys(expected, 1)
    finally:
        process.kill()
        process.wait()
        await toy.db.close()


async def _say_and_fail(toy: Running, account: UUID) -> None:
    async with toy.db.tx(account) as tx:
        tx.emit(a_client_changed(account))
        await tx.flush()
        raise RuntimeError("the transaction fails")


async def _equals(actual: Any, wanted: Any) -> bool:
    return bool(await actual == wanted)


async def _length(actual: Any, wanted: int) -> bool:
    return len(await actual) == wanted


async def _has_more(toy: Running, account: UUID, seen: int) -> bool:
    return sum((await toy.effects(account)).values()) > seen


async def _all_published(toy: Running, account: UUID) -> bool:
    return all(row["published_at"] is not None for row in await toy.outbox(account))


async def _stuck(toy: Running, account: UUID) -> bool:
    return any(row["last_error"] is not None for row in await toy.outbox(account))


async def _consuming(toy: Running) -> bool:
    return await toy.operated.checks["broker"]() is None and "booking.count_effect" in toy.worker._listening._running


async def _dead_letters(toy: Running, account: UUID, wanted: int) -> bool:
    async with toy.db.system_tx() as tx:
        return await _count_dead(tx, account) == wanted


async def _count_dead(tx: Tx, account: UUID) -> int:
    statement = text("SELECT count(*) FROM dead_letter WHERE account_id = :a AND state = 'waiting'")
    return int(await tx.scalar(statement, {"a": account}) or 0)


async def _all_dead(toy: Running) -> int:
    async with toy.db.system_tx() as tx:
        return int(await tx.scalar(text("SELECT count(*) FROM dead_letter")) or 0)
