"""Changes of a calendar as they happen, for those who may read it."""

import asyncio
import base64
import contextlib
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import aio_pika
import aiohttp
import pytest

from gateway.live import Change, End, Listener, News, Refresh
from kit.ids import new_id
from tests.gateway.api.running import Door, open_door
from tests.gateway.api.wire import line_to


def token(life_s: float = 600) -> str:
    """A token as booking would accept it; the door itself reads its end only."""
    claims = base64.urlsafe_b64encode(json.dumps({"exp": time.time() + life_s}).encode()).rstrip(b"=").decode()
    return f"e30.{claims}.c2ln"


def bearer(life_s: float = 600) -> dict[str, str]:
    return {"Authorization": f"Bearer {token(life_s)}", "Accept-Language": "en"}


def stream_of(account_id: UUID) -> str:
    return f"/api/v1/accounts/{account_id}/calendar/stream"


class Events:
    """Reads a stream event by event."""

    def __init__(self, answer: aiohttp.ClientResponse) -> None:
        self._answer = answer

    async def next(self) -> dict[str, str]:
        """The next event; comments come as an event without a name. Raises `EOFError` at the end."""
        lines: dict[str, str] = {}
        async with asyncio.timeout(60):
            while True:
                line = (await self._answer.content.readline()).decode()
                if not line:
                    raise EOFError
                if line.strip() == "":
                    if lines:
                        return lines
                    continue
                name, _, value = line.rstrip("\r\n").partition(": ")
                lines[name or "comment"] = value

    async def to_the_end(self) -> None:
        """Read until the stream is closed."""
        with contextlib.suppress(EOFError):
            while True:
                await self.next()

    async def named(self) -> dict[str, str]:
        """The next event that is more than a comment."""
        while True:
            event = await self.next()
            if "event" in event:
                return event


@asynccontextmanager
async def listening(
    door: Door, account_id: UUID, *, life_s: float = 600, last_event_id: str = ""
) -> AsyncIterator[Events]:
    """An open stream of the account."""
    headers = bearer(life_s) | ({"Last-Event-ID": last_event_id} if last_event_id else {})
    async with door.http.get(stream_of(account_id), headers=headers) as answer:
        assert answer.status == 200, await answer.text()
        assert answer.content_type == "text/event-stream"
        events = Events(answer)
        assert "comment" in await events.next()
        yield events


@asynccontextmanager
async def saying(vhost_url: str) -> AsyncIterator[Any]:
    """A hand that publishes as the relay of booking does."""
    connection = await aio_pika.connect(vhost_url)
    async with connection:
        channel = await connection.channel()
        exchange = await channel.declare_exchange("zapys.events", aio_pika.ExchangeType.TOPIC, durable=True)

        async def say(name: str, account_id: UUID, subject: UUID, body: dict[str, Any]) -> str:
            message_id = str(new_id())
            message = aio_pika.Message(
                json.dumps(body).encode(),
                message_id=message_id,
                headers={
                    "ce-id": message_id,
                    "ce-type": name,
                    "ce-subject": str(subject),
                    "ce-source": "booking",
                    "ce-time": datetime.now(UTC).isoformat(),
                    "account-id": str(account_id),
                },
            )
            await exchange.publish(message, name, mandatory=False)
            return message_id

        yield say


async def hears(door: Door) -> None:
    """Wait until the door listens to the broker."""
    async with asyncio.timeout(60):
        while not door.gateway.live.is_listening:
            await asyncio.sleep(0.02)


@pytest.fixture(scope="module")
async def linked(vhost_url: str) -> AsyncIterator[Door]:
    async with open_door(linked=True, rabbitmq_url=vhost_url) as door:
        await hears(door)
        yield door


@pytest.fixture(scope="module")
async def say(vhost_url: str) -> AsyncIterator[Any]:
    async with saying(vhost_url) as say:
        yield say


@pytest.fixture(autouse=True)
def _as_new(linked: Door) -> None:
    linked.booking.act = None
    linked.booking.seen.clear()
    linked.booking.answer(200)


async def test_a_change_reaches_the_open_calendar_without_the_thing_itself(linked: Door, say: Any) -> None:
    account, booking = uuid4(), uuid4()
    async with listening(linked, account) as events:
        body = {"version": 4, "booking": {"client": {"name": "Ірина", "phone_e164": "+380671234567"}}}
        message_id = await say("booking.rescheduled.v1", account, booking, body)
        event = await events.named()
    assert event["event"] == "change"
    assert event["id"] == message_id
    assert json.loads(event["data"]) == {"subject": str(booking), "version": 4, "type": "booking.rescheduled.v1"}


async def test_changes_of_another_account_stay_there(linked: Door, say: Any) -> None:
    mine, theirs = uuid4(), uuid4()
    async with listening(linked, mine) as events:
        await say("booking.created.v1", theirs, uuid4(), {"version": 1})
        await say("booking.created.v1", mine, uuid4(), {"version": 9})
        assert json.loads((await events.named())["data"])["version"] == 9


async def test_booking_decides_who_may_listen_and_its_words_pass(linked: Door) -> None:
    problem = {"code": "access.missing_permission", "title": "No", "status": 403, "fix": {"text": "Ask Olena"}}
    linked.booking.answer(403, json.dumps(problem).encode(), content_type="application/problem+json")
    account = uuid4()
    headers = bearer()
    async with linked.http.get(stream_of(account), headers=headers) as answer:
        assert answer.status == 403
        assert answer.content_type == "application/problem+json"
        assert (await answer.json(content_type=None)).items() >= problem.items()
    asked = linked.booking.last
    assert asked.target.startswith(f"/api/v1/accounts/{account}/calendar?")
    assert asked.header("authorization") == headers["Authorization"]
    assert asked.header("accept-language") == "en"
    assert linked.gateway.live.streams == 0


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Basic x"}, {"Authorization": "Bearer not-a-token"}])
async def test_without_a_token_there_is_no_stream(linked: Door, headers: dict[str, str]) -> None:
    async with linked.http.get(stream_of(uuid4()), headers=headers) as answer:
        assert answer.status == 401
    assert linked.gateway.live.streams == 0


async def test_an_account_that_is_no_id_is_a_named_error(linked: Door) -> None:
    async with linked.http.get("/api/v1/accounts/salon/calendar/stream", headers=bearer()) as answer:
        assert answer.status == 422


async def test_the_stream_ends_with_the_access_token(linked: Door) -> None:
    async with listening(linked, uuid4(), life_s=0.6) as events:
        assert (await events.named())["event"] == "expired"
        with pytest.raises(EOFError):
            await events.next()
    await nobody_listens(linked)


async def test_a_browser_that_comes_back_is_told_to_look_again(linked: Door) -> None:
    async with listening(linked, uuid4(), last_event_id=str(new_id())) as events:
        assert (await events.named())["event"] == "refresh"


async def test_a_browser_that_heard_nothing_before_the_break_comes_back_with_an_id_all_the_same(linked: Door) -> None:
    """A quiet account: no change has ever given the browser an id to name."""
    async with linked.http.get(stream_of(uuid4()), headers=bearer()) as answer:
        first = await Events(answer).next()
    async with listening(linked, uuid4(), last_event_id=first["id"]) as events:
        assert (await events.named())["event"] == "refresh"


async def test_after_a_break_of_the_broker_everybody_is_told_to_look_again(vhost_url: str, say: Any) -> None:
    account = uuid4()
    async with (
        line_to(vhost_url) as (line, url),
        open_door(linked=True, rabbitmq_url=url) as door,
    ):
        await hears(door)
        async with listening(door, account) as events:
            line.cut()
            assert (await events.named())["event"] == "refresh"
            await say("booking.confirmed.v1", account, uuid4(), {"version": 2})
            assert json.loads((await events.named())["data"])["type"] == "booking.confirmed.v1"


async def test_a_caller_who_leaves_is_forgotten(linked: Door) -> None:
    async with listening(linked, uuid4()):
        assert linked.gateway.live.streams == 1
    await nobody_listens(linked)


async def test_open_streams_do_not_hold_up_a_stop(vhost_url: str) -> None:
    async with open_door(linked=True, rabbitmq_url=vhost_url) as door:
        await hears(door)
        async with listening(door, uuid4()) as events:
            door.gateway.live.end()
            with pytest.raises(EOFError):
                await events.next()


async def test_a_reader_who_is_too_slow_gets_one_refresh_for_all_that_was_missed() -> None:
    listener = Listener()
    for number in range(500):
        listener.tell(Change(str(number), "s", number, "booking.changed.v1"))
    listener.tell(End())
    heard: list[News] = []
    while not isinstance(heard[-1] if heard else None, End):
        heard.append(await listener.next())
    assert heard[0] == Refresh()
    assert heard[-2] == Change("499", "s", 499, "booking.changed.v1")
    assert len(heard) < 70


async def nobody_listens(door: Door) -> None:
    """Wait until the last stream is gone."""
    async with asyncio.timeout(60):
        while door.gateway.live.streams:
            await asyncio.sleep(0.02)
