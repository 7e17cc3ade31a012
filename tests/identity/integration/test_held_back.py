"""Codes held back over many phones: adjacent numbers, one address, one page, machines that enter nothing."""

import asyncio
import base64
import hashlib
import json
from collections import Counter
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import delete, func, select, update

from contracts.identity import LoginCodeRequested
from identity.app import build
from identity.settings import Settings
from identity.sign_in_tables import LoginSend, UsedCaptcha
from kit.ids import new_id
from kit.testing import Bench
from tests.identity.conftest import People, new_phone
from zapys_dev.databases import Urls


@pytest.fixture(scope="module")
async def strict_bench(settings: Settings, fresh_database: Callable[..., Urls]) -> AsyncIterator[Bench]:
    told = settings.model_dump() | {"rate_limits": "on", "database_url": fresh_database("identity").app_url}
    async with Bench(build(Settings(**told))) as bench:
        yield bench


@pytest.fixture
async def strict(strict_bench: Bench) -> AsyncIterator[Bench]:
    """The limits are on, and nothing was sent yet."""
    yield strict_bench
    async with strict_bench.service.db.system_tx() as tx:
        await tx.execute(delete(LoginSend))


async def ask(bench: Bench, phone: str, address: str = "203.0.113.7", **more: Any) -> httpx.Response:
    transport = httpx.ASGITransport(app=bench.http._transport.app, client=(address, 5000))  # type: ignore[attr-defined]
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as http:
        return await http.post("/api/v1/auth/codes", json={"phone": phone, **more})


async def solve(bench: Bench) -> str:
    """As the widget does: count up until the hash fits."""
    challenge = (await bench.http.get("/api/v1/auth/captcha")).json()
    number = next(
        number
        for number in range(challenge["maxnumber"] + 1)
        if hashlib.sha256(f"{challenge['salt']}{number}".encode()).hexdigest() == challenge["challenge"]
    )
    said = {name: challenge[name] for name in ("algorithm", "challenge", "salt", "signature")} | {"number": number}
    return base64.b64encode(json.dumps(said).encode()).decode()


async def some_sends(bench: Bench, count: int, *, age: timedelta, entered: int = 0, page: str | None = None) -> None:
    """Sends to numbers all over the country, asked for from as many addresses."""
    at = datetime.now(UTC) - age
    async with bench.service.db.system_tx() as tx:
        for number in range(count):
            tx.add(
                LoginSend(
                    attempt_id=new_id(),
                    number=380_500_000_000 + number * 1_000_003,
                    address_hash=str(number).encode(),
                    page=page,
                    at=at,
                    entered_at=at + timedelta(seconds=20) if number < entered else None,
                )
            )


@pytest.mark.row("N50")
async def test_ten_thousand_adjacent_numbers_get_fifty_sms_at_most(bench: Bench) -> None:
    """Also where limits per address are lifted; the whole ten thousand are asked by tests/load/sms_pumping.py."""
    first = 380_910_000_000
    phones = [f"+{first + step * 90}" for step in range(110)]
    answers: Counter[tuple[int, str]] = Counter()
    for start in range(0, len(phones), 22):
        for answer in await asyncio.gather(*(ask(bench, phone) for phone in phones[start : start + 22])):
            answers[(answer.status_code, answer.json().get("code", ""))] += 1
    assert answers == {(202, ""): 50, (429, "identity.codes_held_back"): 60}
    sent = [event for event in await bench.said(LoginCodeRequested) if event.phone_e164.startswith("+38091")]
    assert len(sent) == 50
    refused = await ask(bench, phones[-1])
    assert 3400 < int(refused.headers["Retry-After"]) <= 3600
    assert refused.json()["fix"]["text"]


async def test_entered_codes_give_their_place_back(bench: Bench, people: People) -> None:
    first = 380_920_000_000
    for step in range(54):  # more than may be open at once
        await people.sign_in(f"+{first + step}")


async def test_many_open_codes_in_a_thousand_numbers_want_a_captcha(strict: Bench) -> None:
    answers = [await ask(strict, f"+38067555{step:04d}", f"198.51.100.{step}") for step in range(11)]
    assert [answer.status_code for answer in answers] == [202] * 10 + [422]
    assert answers[-1].json()["code"] == "identity.captcha_required"
    assert answers[-1].json()["challenge_url"] == "/api/v1/auth/captcha"
    assert (await ask(strict, "+380675555999", captcha=await solve(strict))).status_code == 202


async def test_a_solved_captcha_opens_one_door_once_and_in_time(strict: Bench) -> None:
    await some_sends(strict, 50, age=timedelta(minutes=5))
    solution = await solve(strict)
    assert (await ask(strict, new_phone(), captcha=solution)).status_code == 202
    again = await ask(strict, new_phone(), captcha=solution)
    assert [(error["pointer"], error["code"]) for error in again.json()["errors"]] == [("/captcha", "captcha")]
    parallel = await solve(strict)
    answers = await asyncio.gather(*(ask(strict, new_phone(), captcha=parallel) for _ in range(10)))
    assert Counter(answer.status_code for answer in answers) == {202: 1, 422: 9}
    said = json.loads(base64.b64decode(await solve(strict)))
    for change in (
        {"number": said["number"] + 1},
        {"salt": said["salt"].replace("expires=1", "expires=9")},
        {"signature": "0" * 64},
    ):
        forged = base64.b64encode(json.dumps(said | change).encode()).decode()
        assert (await ask(strict, new_phone(), captcha=forged)).status_code == 422
    for nonsense in ("x", "e30=", base64.b64encode(b"[1]").decode(), base64.b64encode(b"\xff").decode()):
        assert (await ask(strict, new_phone(), captcha=nonsense)).status_code == 422
    async with strict.service.db.system_tx() as tx:
        assert await tx.scalar(select(func.count()).select_from(UsedCaptcha)) == 2


async def test_the_captcha_falls_away_when_people_enter_their_codes_again(strict: Bench) -> None:
    await some_sends(strict, 100, age=timedelta(minutes=5), entered=29)
    assert (await ask(strict, new_phone())).json()["code"] == "identity.captcha_required"
    async with strict.service.db.system_tx() as tx:
        one = select(LoginSend.id).where(LoginSend.entered_at.is_(None)).limit(1)
        await tx.execute(update(LoginSend).where(LoginSend.id.in_(one)).values(entered_at=func.now()))
    assert (await ask(strict, new_phone())).status_code == 202


async def test_a_burst_of_codes_that_nobody_enters_is_braked_at_once(strict: Bench) -> None:
    await some_sends(strict, 49, age=timedelta(seconds=1))
    assert (await ask(strict, new_phone())).status_code == 202
    assert (await ask(strict, new_phone())).json()["code"] == "identity.captcha_required"


async def test_a_busy_hour_of_real_people_is_no_burst(strict: Bench) -> None:
    await some_sends(strict, 200, age=timedelta(minutes=10), entered=180)
    await some_sends(strict, 80, age=timedelta(seconds=5))
    assert (await ask(strict, new_phone())).status_code == 202


async def test_one_address_first_shows_work_and_then_waits(strict: Bench) -> None:
    for _ in range(20):
        assert (await ask(strict, new_phone())).status_code == 202
    assert (await ask(strict, new_phone())).json()["code"] == "identity.captcha_required"
    assert (await ask(strict, new_phone(), "2001:db8::1")).status_code == 202
    async with strict.service.db.system_tx() as tx:
        one = (await tx.scalars(select(LoginSend).limit(1))).one()
    await some_sends(strict, 60, age=timedelta(minutes=20), entered=0)
    async with strict.service.db.system_tx() as tx:
        await tx.execute(update(LoginSend).values(address_hash=one.address_hash))
    held = await ask(strict, new_phone(), captcha=await solve(strict))
    assert (held.status_code, held.json()["code"], held.json()["limit"]) == (429, "identity.codes_held_back", "address")
    assert 2300 < int(held.headers["Retry-After"]) <= 2400


async def test_one_page_cannot_drain_the_platform(strict: Bench) -> None:
    await some_sends(strict, 300, age=timedelta(minutes=5), entered=240)
    async with strict.service.db.system_tx() as tx:
        await tx.execute(update(LoginSend).where(LoginSend.entered_at.is_(None)).values(page="salon"))
    assert (await ask(strict, new_phone(), page="salon")).json()["code"] == "identity.captcha_required"
    assert (await ask(strict, new_phone(), page="barber")).status_code == 202
    await some_sends(strict, 140, age=timedelta(minutes=3), page="salon")
    held = await ask(strict, new_phone(), page="salon", captcha=await solve(strict))
    assert (held.status_code, held.json()["limit"]) == (429, "page")
    assert (await ask(strict, new_phone(), page="barber")).status_code == 202


async def test_the_platform_pays_for_so_many_sms_a_day(settings: Settings, fresh_database: Callable[..., Urls]) -> None:
    told = settings.model_dump() | {"codes_per_day": 3, "database_url": fresh_database("identity").app_url}
    async with Bench(build(Settings(**told))) as poor:
        assert [(await ask(poor, new_phone())).status_code for _ in range(4)] == [202, 202, 202, 429]
        held = await ask(poor, new_phone())
        assert (held.json()["code"], held.json()["limit"]) == ("identity.codes_held_back", "platform")


@pytest.mark.row("N50")
async def test_ten_requests_a_minute_from_ten_addresses_bring_one_sms(strict: Bench) -> None:
    phone = new_phone()
    answers = await asyncio.gather(*(ask(strict, phone, f"198.51.100.{n}") for n in range(10)))
    assert Counter(answer.status_code for answer in answers) == {202: 1, 429: 9}
    refused = next(answer for answer in answers if answer.status_code == 429)
    assert {name: refused.headers[f"ratelimit-{name}"] for name in ("limit", "remaining")} == {
        "limit": "5",
        "remaining": "0",
    }
    assert 1 <= int(refused.headers["Retry-After"]) <= 61  # rounded up


async def test_a_device_of_the_phone_gets_a_code_when_strangers_have_used_them_up(bench: Bench, people: People) -> None:
    from tests.identity.integration.test_sign_in import let_time_pass

    phone = new_phone()
    entered = await people.try_code(phone, await people.ask_code(phone))
    device = entered.json()["device_token"]
    for _ in range(4):
        await let_time_pass(bench, phone, timedelta(minutes=11))
        assert (await ask(bench, phone)).status_code == 202
    await let_time_pass(bench, phone, timedelta(minutes=11))
    assert (await ask(bench, phone)).status_code == 429
    assert (await ask(bench, phone, device_token="x" * 60)).status_code == 429
    other = new_phone()
    stranger = (await people.try_code(other, await people.ask_code(other))).json()["device_token"]
    assert (await ask(bench, phone, device_token=stranger)).status_code == 429
    assert (await ask(bench, phone, device_token=device)).status_code == 202
    assert (await ask(bench, phone, device_token=device)).status_code == 429  # for a minute
