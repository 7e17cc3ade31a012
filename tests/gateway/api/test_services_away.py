"""What a caller is told when the service behind the door is down, slow, or breaks off."""

import asyncio
import time
from collections.abc import AsyncIterator
from uuid import uuid4

import pytest
from starlette.types import Receive, Scope, Send

from tests.gateway.api.running import Door, open_door
from tests.gateway.api.wire import exchange

BOOKINGS = "/api/v1/accounts/0190f8a4-5b1c-7000-8000-000000000001/bookings"


@pytest.fixture(scope="module")
async def hasty() -> AsyncIterator[Door]:
    """A door that waits half a second at most; fiscal is away."""
    async with open_door(away=("fiscal",), answer_timeout_s=0.5, max_body_bytes=200_000) as door:
        yield door


@pytest.fixture(autouse=True)
def _as_new(hasty: Door) -> None:
    for stand_in in hasty.services.values():
        stand_in.act = None
        stand_in.seen.clear()
        stand_in.answer(200)


async def silence(scope: Scope, receive: Receive, send: Send) -> None:
    """Take the request and never answer."""
    await asyncio.sleep(30)


@pytest.mark.parametrize(("language", "words"), [("uk", "Запит не було передано"), ("ru", "не был передан")])
async def test_a_service_that_is_down_is_503_with_words_and_a_time_to_come_back(
    hasty: Door, language: str, words: str
) -> None:
    path = f"/api/v1/accounts/{uuid4()}/receipts"
    async with hasty.http.get(path, headers={"Accept-Language": language}) as answer:
        problem = await answer.json(content_type="application/problem+json")
        assert answer.status == 503
        assert answer.headers["retry-after"] == "2"
        assert answer.headers["content-language"] == language
    assert problem["code"] == "gateway.service_away"
    assert problem["service"] == "fiscal"
    assert words in problem["detail"]


async def test_the_others_answer_while_one_is_down(hasty: Door) -> None:
    async with hasty.http.get("/api/v1/me") as answer:
        assert answer.status == 200


async def test_a_change_without_an_answer_may_have_happened_and_the_key_makes_a_repeat_safe(hasty: Door) -> None:
    hasty.booking.act = silence
    started = time.monotonic()
    async with hasty.http.post(BOOKINGS, data=b"{}", headers={"Accept-Language": "en"}) as answer:
        problem = await answer.json(content_type="application/problem+json")
        assert answer.status == 504
        assert "retry-after" in answer.headers
    assert time.monotonic() - started < 20
    assert problem["code"] == "gateway.outcome_unknown"
    assert "may have been done" in problem["detail"]
    assert "same Idempotency-Key" in problem["fix"]["text"]


async def test_a_read_without_an_answer_changed_nothing(hasty: Door) -> None:
    hasty.booking.act = silence
    async with hasty.http.get(BOOKINGS, headers={"Accept-Language": "en"}) as answer:
        problem = await answer.json(content_type="application/problem+json")
        assert answer.status == 504
    assert problem["code"] == "gateway.answer_late"
    assert "nothing has changed" in problem["detail"]


async def test_a_connection_that_breaks_after_the_request_leaves_the_outcome_unknown(hasty: Door) -> None:
    async def die(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.close()

    server = await asyncio.start_server(die, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with (
        open_door(booking_url=f"http://127.0.0.1:{port}") as door,
        door.http.post(BOOKINGS, data=b"{}") as answer,
    ):
        assert answer.status == 504
        assert (await answer.json(content_type=None))["code"] == "gateway.outcome_unknown"
    server.close()


async def test_an_answer_that_breaks_off_is_never_taken_for_a_whole_one(hasty: Door) -> None:
    async def break_off(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"1000000")]})
        await send({"type": "http.response.body", "body": b"x" * 100_000, "more_body": True})
        raise RuntimeError("the service dies here")

    hasty.booking.act = break_off
    status, head, body = await exchange(hasty.url, f"GET {BOOKINGS} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    assert status == 200
    assert b"content-length: 1000000" in head.lower()
    assert len(body) < 1_000_000  # and the connection is closed, so the caller knows


async def test_a_service_that_is_back_is_used_at_once() -> None:
    async with open_door() as door:
        url = door.identity.url
        door.gateway.peers.urls["identity"] = "http://127.0.0.1:9"
        async with door.http.get("/api/v1/me") as answer:
            assert answer.status == 503
        door.gateway.peers.urls["identity"] = url
        async with door.http.get("/api/v1/me") as answer:
            assert answer.status == 200


async def test_a_stream_of_the_caller_flows_before_it_ends(hasty: Door) -> None:
    """The first part is at the service while the caller still holds back the second."""
    first_is_there = asyncio.Event()
    got = bytearray()

    async def read_slowly(scope: Scope, receive: Receive, send: Send) -> None:
        while True:
            message = await receive()
            got.extend(message.get("body", b""))
            if got:
                first_is_there.set()
            if not message.get("more_body", False):
                break
        await send({"type": "http.response.start", "status": 201, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    async def parts() -> AsyncIterator[bytes]:
        yield b"a" * 70_000
        async with asyncio.timeout(60):
            await first_is_there.wait()
        yield b"b" * 70_000

    hasty.booking.act = read_slowly
    async with hasty.http.post(BOOKINGS, data=parts()) as answer:
        assert answer.status == 201
    assert bytes(got) == b"a" * 70_000 + b"b" * 70_000


async def test_a_stream_of_the_service_flows_before_it_ends(hasty: Door) -> None:
    first_was_read = asyncio.Event()

    async def send_slowly(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"first", "more_body": True})
        async with asyncio.timeout(60):
            await first_was_read.wait()
        await send({"type": "http.response.body", "body": b"second"})

    hasty.booking.act = send_slowly
    async with hasty.http.get(BOOKINGS) as answer:
        assert await answer.content.readany() == b"first"
        first_was_read.set()
        assert await answer.content.read() == b"second"


@pytest.mark.parametrize("says_its_length", [True, False])
async def test_a_body_over_the_limit_is_refused_whether_it_says_its_length_or_not(
    hasty: Door, says_its_length: bool
) -> None:
    async def parts() -> AsyncIterator[bytes]:
        for _ in range(30):
            yield b"x" * 10_000
            await asyncio.sleep(0)

    data = b"x" * 300_000 if says_its_length else parts()
    async with hasty.http.post(BOOKINGS, data=data, headers={"Accept-Language": "en"}) as answer:
        assert answer.status == 413
        problem = await answer.json(content_type="application/problem+json")
    assert problem["code"] == "request.body_too_large"
    assert not hasty.booking.seen  # the service never saw a whole request
    async with hasty.http.post(BOOKINGS, data=b"x" * 150_000) as answer:
        assert answer.status == 200
    assert len(hasty.booking.last.body) == 150_000


async def test_a_caller_who_leaves_in_the_middle_of_a_body_leaves_no_half_request_behind(hasty: Door) -> None:
    whole_requests = 0
    gone = asyncio.Event()

    async def count(scope: Scope, receive: Receive, send: Send) -> None:
        nonlocal whole_requests
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                gone.set()
                return
            if not message.get("more_body", False):
                whole_requests += 1
                return

    hasty.booking.act = count
    host, port = hasty.url.removeprefix("http://").split(":")
    _, writer = await asyncio.open_connection(host, int(port))
    writer.write(f"POST {BOOKINGS} HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n".encode() + b"x" * 70_000)
    await writer.drain()
    await asyncio.sleep(0.1)
    writer.transport.abort()
    async with asyncio.timeout(60):
        await gone.wait()
    assert whole_requests == 0


async def test_a_hanging_service_takes_nothing_from_the_others() -> None:
    released = asyncio.Event()

    async def hang(scope: Scope, receive: Receive, send: Send) -> None:
        await released.wait()
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b'{"code": "served"}'})

    async with open_door(answer_timeout_s=60, connect_timeout_s=3) as door:
        door.booking.act = hang

        async def ask() -> str:
            async with door.http.get(BOOKINGS) as answer:
                return str((await answer.json(content_type=None))["code"])

        asking = [asyncio.create_task(ask()) for _ in range(200)]
        # The first answer is a refusal: as many calls hang as may.
        await asyncio.wait(asking, return_when=asyncio.FIRST_COMPLETED)
        async with door.http.get("/api/v1/me") as answer:
            assert answer.status == 200
        assert not all(task.done() for task in asking), "it was answered while the others still hung"
        released.set()
        # Calls past those that hang already are refused before they are sent.
        assert set(await asyncio.gather(*asking)) == {"served", "gateway.service_away"}
