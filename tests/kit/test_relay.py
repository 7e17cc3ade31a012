"""The relay: what it has taken it publishes or gives back; one bad row harms no other; nothing is kept for ever."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from kit import outbox
from kit.broker import NotConfirmed
from kit.ids import new_id
from kit.outbox import Relay
from kit.testing import Bench
from tests.kit.toy.app import a_client_changed
from tests.support.waiting import eventually


class StandIn:
    """A broker that is connected and answers as it is told."""

    is_connected = True

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.answers: asyncio.Future[None] | None = None
        self.refusal: Exception | None = None

    async def publish(self, body: bytes, **about: Any) -> None:
        self.asked.append(body.decode())
        if self.answers is not None:
            await self.answers
        if self.refusal is not None and b"bad" in body:
            raise self.refusal


@pytest.fixture
async def broker(toy: Bench) -> StandIn:
    async with toy.service.db.system_tx() as tx:
        await tx.execute(text("DELETE FROM outbox"))
    return StandIn()


@pytest.fixture
def relay(toy: Bench, broker: StandIn) -> Relay:
    stand_in: Any = broker
    return Relay(toy.service.db, stand_in, toy.service.wakeups, source="booking")


async def _say(toy: Bench, *names: str) -> None:
    account = new_id()
    async with toy.service.db.tx(account) as tx:
        for name in names:
            tx.emit(a_client_changed(account, name=name))


async def _rows(toy: Bench) -> list[Any]:
    async with toy.service.db.system_tx() as tx:
        return list((await tx.execute(text("SELECT * FROM outbox ORDER BY id"))).mappings())


async def test_a_relay_that_is_stopped_gives_back_what_it_has_taken(toy: Bench, relay: Relay, broker: StandIn) -> None:
    await _say(toy, "a", "b")
    broker.answers = asyncio.get_running_loop().create_future()
    turn = asyncio.create_task(relay.relay_once())
    await eventually(lambda: _asked(broker, 2))
    turn.cancel()
    with pytest.raises(asyncio.CancelledError):
        await turn
    assert [(row["published_at"], row["leased_until"]) for row in await _rows(toy)] == [(None, None)] * 2
    broker.answers = None
    assert await relay.relay_once() == 2


@pytest.mark.parametrize("refusal", [RuntimeError("nobody thought of this"), NotConfirmed("returned")])
async def test_one_bad_row_keeps_no_other_back(toy: Bench, relay: Relay, broker: StandIn, refusal: Exception) -> None:
    await _say(toy, "good", "bad", "good too")
    broker.refusal = refusal
    assert await relay.relay_once() == 2
    rows = await _rows(toy)
    assert [row["published_at"] is not None for row in rows] == [True, False, True]
    assert type(refusal).__name__ in rows[1]["last_error"] or str(refusal) in rows[1]["last_error"]
    assert rows[1]["leased_until"] is None


async def test_a_row_that_somebody_else_has_published_stays_published(
    toy: Bench, relay: Relay, broker: StandIn
) -> None:
    await _say(toy, "bad")
    broker.refusal = NotConfirmed("too late")
    broker.answers = asyncio.get_running_loop().create_future()
    turn = asyncio.create_task(relay.relay_once())
    await eventually(lambda: _asked(broker, 1))
    async with toy.service.db.system_tx() as tx:
        await tx.execute(text("UPDATE outbox SET published_at = now(), leased_until = NULL"))
    broker.answers.set_result(None)
    assert await turn == 0
    assert [row["published_at"] is not None for row in await _rows(toy)] == [True]


async def test_what_has_had_its_time_is_forgotten_however_much_it_is(
    toy: Bench, broker: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbox, "FORGOTTEN_AT_ONCE", 10)
    await _say(toy, *["old"] * 25, "young")
    old = datetime.now(UTC) - timedelta(days=8)
    async with toy.service.db.system_tx() as tx:
        await tx.execute(text("UPDATE outbox SET published_at = :old WHERE body LIKE '%old%'"), {"old": old})
    await outbox.forget_old(toy.service.db)
    assert len(await _rows(toy)) == 1


async def _asked(broker: StandIn, count: int) -> bool:
    return len(broker.asked) == count
