"""Calls of providers: 200 only when the broker has them."""

import asyncio
import base64
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import aio_pika
import pytest
from aio_pika.abc import AbstractIncomingMessage, AbstractQueue

from contracts.gateway import DeliveryReportReceived, FiscalCallbackReceived, PaymentCallbackReceived
from gateway.api.callbacks import BODY_LIMIT_BYTES
from tests.gateway.api.running import Door, open_door
from tests.gateway.api.wire import line_to

REPORT = b'{"id":"evt-1","type":"sms.status","data":[{"message_id":"m-1","status":"Delivered"}]}'


@asynccontextmanager
async def hearing(vhost_url: str, *names: str) -> AsyncIterator[AbstractQueue]:
    """A queue bound to events of these names, as that of a service would be."""
    connection = await aio_pika.connect(vhost_url)
    async with connection:
        channel = await connection.channel()
        events = await channel.declare_exchange("zapys.events", aio_pika.ExchangeType.TOPIC, durable=True)
        queue = await channel.declare_queue(exclusive=True)
        for name in names:
            await queue.bind(events, routing_key=name)
        yield queue


async def connected(door: Door) -> None:
    """Wait until the door has its line to the broker."""
    async with asyncio.timeout(60):
        while not door.gateway.broker.is_connected:
            await asyncio.sleep(0.02)


@pytest.fixture(scope="module")
async def linked(vhost_url: str) -> AsyncIterator[Door]:
    async with open_door(linked=True, rabbitmq_url=vhost_url) as door:
        await connected(door)
        yield door


@pytest.fixture(scope="module")
async def queue(vhost_url: str) -> AsyncIterator[AbstractQueue]:
    names = (DeliveryReportReceived.name, PaymentCallbackReceived.name, FiscalCallbackReceived.name)
    async with hearing(vhost_url, *names) as queue:
        yield queue


async def arrived(queue: AbstractQueue) -> AbstractIncomingMessage:
    """The next message, acknowledged."""
    message = await queue.get(timeout=60)
    assert message is not None
    await message.ack()
    return message


async def test_a_delivery_report_is_at_the_broker_when_the_provider_hears_200(
    linked: Door, queue: AbstractQueue
) -> None:
    before = datetime.now(UTC)
    headers = {
        "Content-Type": "application/json",
        "X-Sign": "c2ln",
        "Authorization": "Basic c2VjcmV0",
        "Cookie": "session=1",
        "X-Forwarded-For": "10.0.0.1",
        "X-Request-Id": "r-9",
    }
    async with linked.http.post("/callbacks/sms/turbosms/tok-1?try=2", data=REPORT, headers=headers) as answer:
        assert answer.status == 200
    message = await arrived(queue)
    event = DeliveryReportReceived.model_validate_json(message.body)
    assert (event.provider, event.token, event.query, event.version) == ("turbosms", "tok-1", "try=2", 1)
    assert base64.b64decode(event.body_base64) == REPORT
    assert event.headers == {"content-type": "application/json", "x-sign": "c2ln"}
    assert before - timedelta(seconds=1) <= event.received_at <= datetime.now(UTC)
    assert event.callback_id.version == 7
    assert message.message_id == message.headers["ce-id"] == message.headers["ce-subject"] == str(event.callback_id)
    assert message.headers["ce-type"] == message.routing_key == DeliveryReportReceived.name
    assert message.headers["ce-source"] == "gateway"
    assert message.correlation_id == "r-9"
    assert message.delivery_mode == aio_pika.DeliveryMode.PERSISTENT


async def test_a_provider_may_report_in_the_query(linked: Door, queue: AbstractQueue) -> None:
    async with linked.http.get("/callbacks/sms/alphasms/tok-2?id=70001&status=DELIVERED") as answer:
        assert answer.status == 200
    event = DeliveryReportReceived.model_validate_json((await arrived(queue)).body)
    assert (event.provider, event.query, event.body_base64) == ("alphasms", "id=70001&status=DELIVERED", "")


@pytest.mark.parametrize("acquirer", ["liqpay", "monobank", "wayforpay"])
async def test_a_payment_notice_is_kept_byte_for_byte(linked: Door, queue: AbstractQueue, acquirer: str) -> None:
    body = b"data=eyJ4IjoxfQ%3D%3D&signature=\xff\x00&text=\\u0000"
    async with linked.http.post(f"/callbacks/payments/{acquirer}", data=body) as answer:
        assert answer.status == 200
    event = PaymentCallbackReceived.model_validate_json((await arrived(queue)).body)
    assert event.provider == acquirer
    assert base64.b64decode(event.body_base64) == body


async def test_an_event_of_a_fiscal_register_is_kept_with_the_signature_over_its_bytes(
    linked: Door, queue: AbstractQueue
) -> None:
    body, headers = b'{"receipt": {"id": "1"}}', {"X-Request-Signature": "c2ln", "Content-Type": "application/json"}
    async with linked.http.post("/callbacks/fiscal/checkbox/tok-3", data=body, headers=headers) as answer:
        assert answer.status == 200
    event = FiscalCallbackReceived.model_validate_json((await arrived(queue)).body)
    assert (event.provider, event.token, event.headers["x-request-signature"]) == ("checkbox", "tok-3", "c2ln")
    assert base64.b64decode(event.body_base64) == body


ACCEPTED = {"orderReference": "topup-1", "status": "accept", "time": 1700000001, "signature": "dcecb5cd42ac"}


def in_the_address(said: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(said).encode()).decode().rstrip("=")


async def test_wayforpay_hears_the_answer_that_was_signed_ahead(linked: Door, queue: AbstractQueue) -> None:
    path = f"/callbacks/payments/wayforpay?answer={in_the_address(ACCEPTED)}"
    async with linked.http.post(path, data=b"{}") as answer:
        assert (answer.status, await answer.json()) == (200, ACCEPTED)
    assert PaymentCallbackReceived.model_validate_json((await arrived(queue)).body).query.startswith("answer=")


@pytest.mark.parametrize(
    ("provider", "told"),
    [
        ("liqpay", in_the_address(ACCEPTED)),
        ("wayforpay", in_the_address({**ACCEPTED, "html": "<script>"})),
        ("wayforpay", in_the_address({**ACCEPTED, "time": "1700000001"})),
        ("wayforpay", in_the_address({**ACCEPTED, "status": "decline"})),
        ("wayforpay", in_the_address(["accept"])),
        ("wayforpay", in_the_address({**ACCEPTED, "signature": "x" * 2000})),
        ("wayforpay", "%%%"),
    ],
)
async def test_nothing_else_in_the_address_is_given_back(
    linked: Door, queue: AbstractQueue, provider: str, told: str
) -> None:
    async with linked.http.post(f"/callbacks/payments/{provider}", params={"answer": told}, data=b"{}") as answer:
        assert (answer.status, await answer.json()) == (200, {"status": "kept"})
    await arrived(queue)


async def test_the_same_call_twice_is_two_messages_for_the_owner_to_tell_apart(
    linked: Door, queue: AbstractQueue
) -> None:
    for _ in range(2):
        async with linked.http.post("/callbacks/payments/liqpay", data=b"a") as answer:
            assert answer.status == 200
    ids = {(await arrived(queue)).message_id, (await arrived(queue)).message_id}
    assert len(ids) == 2


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("POST", "/callbacks/sms/nobody/t", 404),
        ("POST", "/callbacks/payments/nobody", 404),
        ("POST", "/callbacks/fiscal/nobody/t", 404),
        ("GET", "/callbacks/fiscal/checkbox/t", 405),
        ("GET", "/callbacks/sms/turbosms/t", 404),
        ("GET", "/callbacks/payments/liqpay", 405),
        ("POST", "/callbacks/sms/turbosms/", 404),
        ("POST", "/callbacks/sms/turbosms/a/b", 404),
        ("POST", "/callbacks/sms/turbosms/%00", 422),
        ("POST", "/callbacks/sms/turbosms/" + "a" * 201, 422),
    ],
)
async def test_what_is_no_callback_of_ours_reaches_nobody(
    linked: Door, queue: AbstractQueue, method: str, path: str, status: int
) -> None:
    async with linked.http.request(method, path, data=b"x", allow_redirects=False) as answer:
        assert answer.status == status
        assert answer.content_type == "application/problem+json"
    assert await queue.get(fail=False) is None


@pytest.mark.parametrize("says_its_length", [True, False])
async def test_a_call_of_more_than_64_kb_is_refused(linked: Door, queue: AbstractQueue, says_its_length: bool) -> None:
    async def parts() -> AsyncIterator[bytes]:
        for _ in range(9):
            yield b"x" * 8192

    data = b"x" * (BODY_LIMIT_BYTES + 1) if says_its_length else parts()
    async with linked.http.post("/callbacks/payments/liqpay", data=data) as answer:
        assert answer.status == 413
    async with linked.http.post("/callbacks/payments/liqpay", data=b"x" * BODY_LIMIT_BYTES) as answer:
        assert answer.status == 200
    await arrived(queue)
    assert await queue.get(fail=False) is None


async def refused(door: Door) -> None:
    """The provider is asked to call again."""
    async with door.http.post("/callbacks/sms/turbosms/t", data=REPORT, headers={"Accept-Language": "en"}) as answer:
        assert answer.status == 503
        assert int(answer.headers["retry-after"]) > 0
        assert (await answer.json(content_type=None))["code"] == "gateway.callback_not_kept"


async def test_without_a_broker_no_call_is_accepted_and_the_door_stays_open() -> None:
    async with open_door(linked=True, rabbitmq_url="amqp://127.0.0.1:9/") as door:
        await refused(door)
        async with door.http.get("/api/v1/me") as answer:
            assert answer.status == 200


async def test_a_call_that_no_queue_takes_is_not_safe(linked: Door, queue: AbstractQueue) -> None:
    await queue.unbind("zapys.events", DeliveryReportReceived.name)
    try:
        await refused(linked)
    finally:
        await queue.bind("zapys.events", DeliveryReportReceived.name)
    assert await queue.get(fail=False) is None


async def test_a_frozen_broker_is_503_in_bounded_time_and_after_the_thaw_calls_are_kept_again(
    vhost_url: str, queue: AbstractQueue
) -> None:
    async with (
        line_to(vhost_url) as (line, url),
        open_door(linked=True, rabbitmq_url=url, publish_timeout_s=1.0) as door,
    ):
        await connected(door)
        line.freeze()
        started = time.monotonic()
        await refused(door)
        assert time.monotonic() - started < 30
        line.thaw()
        await kept_again(door)
    await drain(queue)


async def test_a_broken_line_mends_itself(vhost_url: str, queue: AbstractQueue) -> None:
    async with line_to(vhost_url) as (line, url), open_door(linked=True, rabbitmq_url=url) as door:
        await connected(door)
        line.cut()
        await kept_again(door)
    await drain(queue)


async def kept_again(door: Door) -> None:
    """Wait until a call is answered 200."""
    async with asyncio.timeout(60):
        while True:
            async with door.http.post("/callbacks/sms/turbosms/t", data=REPORT) as answer:
                if answer.status == 200:
                    return
                assert answer.status == 503
            await asyncio.sleep(0.2)


async def drain(queue: AbstractQueue) -> None:
    """Forget everything in the queue; there must be something."""
    assert await queue.get(fail=False, no_ack=True) is not None
    await queue.purge()
