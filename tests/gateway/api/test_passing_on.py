"""What passes through the door, and what does not."""

import gzip
import socket
from uuid import uuid4

import pytest
from yarl import URL

from tests.gateway.api.running import Door, open_door
from tests.gateway.api.wire import exchange

ME = "/api/v1/me"


async def test_a_request_reaches_its_owner_as_it_was_sent(door: Door) -> None:
    path = f"/api/v1/accounts/{uuid4()}/bookings?from=2026-11-22&q=%D0%B0%20b+c&x=%2F&empty="
    body = '{"comment": "Привіт"}'.encode()
    async with door.http.post(
        URL(path, encoded=True), data=body, headers={"Content-Type": "application/json; a=b"}
    ) as answer:
        assert answer.status == 200
    seen = door.booking.last
    assert (seen.method, seen.target, seen.body) == ("POST", path, body)
    assert seen.header("content-type") == "application/json; a=b"
    assert seen.header("content-length") == str(len(body))
    assert not door.identity.seen


async def test_headers_of_one_connection_and_words_of_a_proxy_stay_at_the_door(door: Door) -> None:
    forged = {
        "Connection": "X-Private, keep-alive",
        "X-Private": "only for the next hop",
        "TE": "trailers",
        "Proxy-Authorization": "Basic x",
        "X-Forwarded-For": "10.9.8.7",
        "X-Forwarded-Proto": "https",
        "X-Forwarded-Host": "bank.example",
        "X-Forwarded-Port": "1",
        "Forwarded": "for=10.9.8.7",
        "X-Real-IP": "10.9.8.7",
        "traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        "baggage": "role=owner",
        "Authorization": "Bearer abc",
        "Accept-Language": "ru",
        "Idempotency-Key": "k-1",
        "If-Match": '"3"',
    }
    async with door.http.get(ME, headers=forged) as answer:
        assert answer.status == 200
    seen = door.identity.last
    for name in ("x-private", "te", "proxy-authorization", "x-forwarded-port", "forwarded", "x-real-ip", "baggage"):
        assert seen.header(name) is None, name
    assert seen.header("x-forwarded-for") == "127.0.0.1"
    assert seen.header("x-forwarded-proto") == "http"
    assert seen.header("x-forwarded-host") == door.url.removeprefix("http://")
    assert seen.header("host") == door.identity.url.removeprefix("http://")
    assert seen.header("authorization") == "Bearer abc"
    assert seen.header("accept-language") == "ru"
    assert seen.header("idempotency-key") == "k-1"
    assert seen.header("if-match") == '"3"'


async def test_the_address_of_a_caller_is_believed_from_a_trusted_proxy_alone() -> None:
    told = {"X-Forwarded-For": "203.0.113.9, 198.51.100.7", "X-Forwarded-Proto": "https"}
    async with open_door(trusted_proxies="127.0.0.0/8") as behind_a_proxy:
        async with behind_a_proxy.http.get(ME, headers=told):
            pass
        seen = behind_a_proxy.identity.last
        # The last one before the trusted proxy; what stands further left, the caller wrote.
        assert seen.header("x-forwarded-for") == "198.51.100.7"
        assert seen.header("x-forwarded-proto") == "https"


async def test_the_request_id_follows_the_request_and_comes_back_once(door: Door) -> None:
    door.identity.answer(200, x_request_id="of the service")
    async with door.http.get(ME, headers={"X-Request-Id": "r-17"}) as answer:
        assert answer.headers.getall("x-request-id") == ["r-17"]
    assert door.identity.last.header("x-request-id") == "r-17"


async def test_an_answer_comes_back_as_it_left_the_service(door: Door) -> None:
    packed = gzip.compress(b'{"code": "booking.slot_taken"}')
    door.booking.answer(
        409,
        packed,
        content_type="application/problem+json",
        content_encoding="gzip",
        etag='"7"',
        retry_after="3",
        idempotency_replayed="true",
        location="/api/v1/somewhere",
        server="secret/1.0",
        content_language="ru",
    )
    door.booking.headers += [("set-cookie", "a=1; Path=/"), ("set-cookie", "b=2; HttpOnly")]
    async with door.http.post(f"/api/v1/accounts/{uuid4()}/bookings", data=b"{}") as answer:
        assert answer.status == 409
        assert await answer.read() == packed
        headers = answer.headers
    assert headers["content-type"] == "application/problem+json"
    assert headers["content-encoding"] == "gzip"
    assert headers["etag"] == '"7"'
    assert headers["retry-after"] == "3"
    assert headers["idempotency-replayed"] == "true"
    assert headers["location"] == "/api/v1/somewhere"
    assert headers["content-language"] == "ru"
    assert headers.getall("set-cookie") == ["a=1; Path=/", "b=2; HttpOnly"]
    assert len(headers.getall("date")) == 1
    assert "server" not in headers


async def test_cookies_of_one_caller_never_reach_another(door: Door) -> None:
    door.identity.answer(200, set_cookie="refresh=of-olena; Path=/")
    async with door.http.get(ME):
        pass
    async with door.http.get(ME):
        pass
    assert door.identity.last.header("cookie") is None


async def test_redirects_are_for_the_caller_to_follow(door: Door) -> None:
    door.booking.answer(307, location="http://127.0.0.1:9/elsewhere")
    async with door.http.get("/api/v1/catalogue", allow_redirects=False) as answer:
        assert answer.status == 307


@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE", "OPTIONS", "HEAD", "POST"])
async def test_every_method_passes(door: Door, method: str) -> None:
    async with door.http.request(method, "/api/v1/catalogue") as answer:
        assert answer.status == 200
    assert door.booking.last.method == method
    assert door.booking.last.body == b""


async def test_an_answer_without_a_body_stays_without_one(door: Door) -> None:
    door.identity.status, door.identity.body, door.identity.headers = 204, b"", []
    async with door.http.delete(f"/api/v1/auth/sessions/{uuid4()}") as answer:
        assert answer.status == 204
        assert await answer.read() == b""


async def test_an_address_that_two_readers_could_understand_differently_is_nobodys(door: Door) -> None:
    for target in (
        "/api/v1/../admin/status",
        "/api/v1/accounts/../../admin/status",
        "/api/v1/accounts/%2e%2e/%2e%2e/metrics",
        "/api/v1/public/x%2f..%2f..%2fmetrics",
        "/api/v1/public/x%5c..%5cmetrics",
        "/api/v1//me",
        "/api/v1/accounts//members",
        "/api/v1/me/",
    ):
        status, _, body = await exchange(door.url, f"GET {target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        assert status == 404, target
        assert b"gateway.route_unknown" in body
    assert not any(stand_in.seen for stand_in in door.services.values())


async def test_an_unknown_address_is_a_refusal_in_the_callers_language(door: Door) -> None:
    async with door.http.get("/api/v1/nothing/here", headers={"Accept-Language": "en"}) as answer:
        assert answer.status == 404
        assert answer.content_type == "application/problem+json"
        problem = await answer.json(content_type=None)
    assert problem["code"] == "gateway.route_unknown"
    assert problem["title"] == "There is no such address in the API"
    assert problem["fix"]["text"]


async def test_header_values_that_are_no_ascii_arrive_as_they_were(door: Door) -> None:
    raw = "GET /api/v1/me HTTP/1.1\r\nHost: x\r\nX-Name: Олена\r\nConnection: close\r\n\r\n"
    status, _, _ = await exchange(door.url, raw)
    assert status == 200
    value = door.identity.last.header("x-name")
    assert value is not None
    assert value.encode("latin-1").decode() == "Олена"


def test_nobody_listens_at_the_address_that_stands_for_nobody() -> None:
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", 9)) != 0
