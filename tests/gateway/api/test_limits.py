"""Limits per address, and the words and numbers a refused caller gets."""

from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.limits import WINDOW_S, Window, home_of
from tests.gateway.api.running import Door, open_door


@dataclass
class Clock:
    now: float = 1000.0

    def __call__(self) -> float:
        return self.now


@given(st.lists(st.floats(0, 30), max_size=80), st.integers(1, 8))
def test_no_window_ever_holds_more_than_its_limit(pauses: list[float], limit: int) -> None:
    clock = Clock()
    window = Window(limit, clock)
    ends: list[float] = []
    for pause in pauses:
        clock.now += pause
        verdict = window.take("a")
        counting = sum(end > clock.now for end in ends)
        assert verdict.allowed == (counting < limit)
        if verdict.allowed:
            ends.append(clock.now + WINDOW_S)
            assert verdict.remaining == limit - counting - 1
        else:
            assert verdict.remaining == 0


@given(st.lists(st.floats(0, 20), min_size=1, max_size=40))
def test_waiting_as_told_is_enough(pauses: list[float]) -> None:
    clock = Clock()
    window = Window(3, clock)
    for pause in pauses:
        clock.now += pause
        verdict = window.take("a")
        if not verdict.allowed:
            clock.now += verdict.reset_s
            assert window.take("a").allowed


def test_addresses_are_forgotten_when_their_window_is_over() -> None:
    clock = Clock()
    window = Window(5, clock)
    for number in range(1000):
        window.take(str(number))
    assert window.keys == 1000
    clock.now += WINDOW_S + 1
    window.take("another")
    assert window.keys == 1


@pytest.mark.parametrize(
    ("address", "home"),
    [
        ("203.0.113.9", "203.0.113.9"),
        ("2001:db8:1:2:aaaa::1", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::9", "2001:db8:1:2::/64"),
        ("::ffff:203.0.113.9", "203.0.113.9"),
        ("fe80::1%eth0", "fe80::/64"),
        ("not an address", "unknown"),
        ("", "unknown"),
    ],
)
def test_who_counts_as_one_caller(address: str, home: str) -> None:
    assert home_of(address) == home


async def asked(door: Door, method: str, path: str, address: str) -> tuple[int, dict[str, str]]:
    headers = {"X-Forwarded-For": address, "Accept-Language": "en"}
    async with door.http.request(method, path, headers=headers) as answer:
        await answer.read()
        return answer.status, {name.lower(): value for name, value in answer.headers.items()}


async def test_an_address_past_its_limit_is_refused_with_a_time_and_the_next_one_is_not() -> None:
    async with open_door(rate_limits="on", rate_general=5, trusted_proxies="127.0.0.1") as door:
        for number in range(5):
            status, headers = await asked(door, "GET", "/api/v1/me", "203.0.113.1")
            assert status == 200
            assert headers["ratelimit-limit"] == "5"
            assert headers["ratelimit-remaining"] == str(4 - number)
        answer = await door.http.get("/api/v1/me", headers={"X-Forwarded-For": "203.0.113.1", "Accept-Language": "en"})
        problem = await answer.json(content_type="application/problem+json")
        assert answer.status == 429
        assert 1 <= int(answer.headers["retry-after"]) <= WINDOW_S
        assert answer.headers["ratelimit-remaining"] == "0"
        assert problem["code"] == "gateway.too_many_requests"
        assert "At most 5 in 60 s" in problem["detail"]
        assert len(door.identity.seen) == 5
        assert (await asked(door, "GET", "/api/v1/me", "203.0.113.2"))[0] == 200


async def test_codes_and_holds_have_tighter_limits_than_reading() -> None:
    tight: dict[str, Any] = {"rate_sign_in": 2, "rate_holds": 3, "rate_general": 100}
    async with open_door(rate_limits="on", trusted_proxies="127.0.0.1", **tight) as door:
        codes = [await asked(door, "POST", "/api/v1/auth/codes", "203.0.113.1") for _ in range(3)]
        assert [status for status, _ in codes] == [200, 200, 429]
        holds = [await asked(door, "POST", "/api/v1/public/ranok/holds", "203.0.113.1") for _ in range(4)]
        assert [status for status, _ in holds] == [200, 200, 200, 429]
        # A percent sign in a literal is no way around: the door and the service read the same decoded path.
        assert (await asked(door, "POST", "/api/v1/public/ranok/%68olds", "203.0.113.1"))[0] == 429
        assert (await asked(door, "GET", "/api/v1/catalogue", "203.0.113.1"))[0] == 200


async def test_the_forms_of_pages_have_the_limits_of_the_acts_they_do() -> None:
    """A firm's contact form sends a code, or books without one."""
    tight: dict[str, Any] = {"rate_sign_in": 2, "rate_holds": 3, "rate_general": 100}
    async with open_door(rate_limits="on", trusted_proxies="127.0.0.1", **tight) as door:
        for number, (paths, limit) in enumerate(
            ((("/login", "/login/again", "/levada/code"), 2), (("/levada/hold", "/levada/contact", "/levada/book"), 3))
        ):
            address = f"203.0.113.{number}"
            for path in (*paths, *paths)[:limit]:
                assert (await asked(door, "POST", path, address))[0] != 429
            for path in paths:
                assert (await asked(door, "POST", path, address))[0] == 429, path


async def test_nobody_gets_more_by_naming_other_addresses() -> None:
    async with open_door(rate_limits="on", rate_general=3) as door:
        statuses = [(await asked(door, "GET", "/api/v1/me", f"203.0.113.{n}"))[0] for n in range(5)]
    assert statuses == [200, 200, 200, 429, 429]


async def test_limits_can_be_lifted(door: Door) -> None:
    path = f"/api/v1/accounts/{uuid4()}/members"
    for _ in range(50):
        status, headers = await asked(door, "POST", "/api/v1/auth/codes", "203.0.113.1")
        assert status == 200
    status, headers = await asked(door, "GET", path, "203.0.113.1")
    assert status == 200
    assert not any(name.startswith("ratelimit") for name in headers)


async def test_what_a_service_says_of_its_own_limits_is_not_overwritten() -> None:
    async with open_door(rate_limits="on") as door:
        door.identity.answer(429, ratelimit_remaining="0", retry_after="3600")
        async with door.http.post("/api/v1/auth/codes", data=b"{}") as answer:
            assert answer.headers.getall("ratelimit-remaining") == ["0"]
            assert answer.headers["retry-after"] == "3600"


async def test_a_person_with_a_browser_is_refused_on_a_page() -> None:
    browser = {"Accept": "text/html,*/*", "Accept-Language": "uk"}
    async with open_door(rate_limits="on", rate_sign_in=1) as door:
        async with door.http.post("/login", headers=browser) as answer:
            assert answer.status != 429
        async with door.http.post("/login", headers=browser) as answer:
            assert answer.status == 429
            assert answer.content_type == "text/html"
            assert int(answer.headers["retry-after"]) > 0
            assert "Забагато запитів" in await answer.text()


async def test_the_forms_of_pages_count_as_the_acts_they_are() -> None:
    strict = {"rate_sign_in": 1, "rate_holds": 1}
    async with open_door(rate_limits="on", **strict) as door:  # type: ignore[arg-type]
        for first, second in (("/login", "/login/code"), ("/ranok/hold", "/ranok/book")):
            assert (await asked(door, "POST", first, ""))[0] != 429
            assert (await asked(door, "POST", second, ""))[0] == 429
        assert (await asked(door, "POST", "/manage/x/services", ""))[0] != 429
