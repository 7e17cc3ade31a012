"""A code asked for in a browser opens that browser alone; a fresh code lets a session do dangerous acts."""

import asyncio
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import jwt
import pytest
from sqlalchemy import select, update

from contracts.identity import LoginCodeRequested
from identity.sign_in_tables import LoginCode, Session
from kit.callers import STEP_UP_AGE
from kit.testing import Bench
from tests.identity.conftest import People, Somebody, new_phone
from tests.identity.integration.test_sign_in import let_time_pass, other_code

BROWSER = {"Sec-Fetch-Site": "same-origin"}


async def begin(bench: Bench, phone: str, **headers: str) -> tuple[str, httpx.Response]:
    """The code that went out, and the answer with its cookie."""
    bench.http.cookies.clear()
    answer = await bench.http.post("/api/v1/auth/codes", json={"phone": phone}, headers={**BROWSER, **headers})
    assert answer.status_code == 202, answer.text
    bench.http.cookies.clear()
    said = [event for event in await bench.said(LoginCodeRequested) if event.phone_e164 == phone]
    return said[-1].code, answer


async def enter(bench: Bench, phone: str, code: str, **more: Any) -> httpx.Response:
    cookie = more.pop("cookie", None)
    headers = {"Cookie": f"__Host-zapys_attempt={cookie}"} if cookie else {}
    answer = await bench.http.post(
        "/api/v1/auth/sessions", json={"phone": phone, "code": code, **more}, headers=headers
    )
    bench.http.cookies.clear()
    return answer


@pytest.mark.row("N49")
async def test_a_code_opens_only_the_browser_that_asked_for_it(bench: Bench) -> None:
    phone = new_phone()
    code, asked = await begin(bench, phone)
    secret = asked.json()["attempt"]
    cookie = asked.headers["set-cookie"]
    assert cookie.startswith(f"__Host-zapys_attempt={secret};")
    assert all(part in cookie for part in ("HttpOnly", "Secure", "Path=/", "SameSite=lax"))
    elsewhere = await enter(bench, phone, code)
    assert (elsewhere.status_code, elsewhere.json()["code"]) == (401, "identity.code_asked_elsewhere")
    assert "cookie" in elsewhere.json()["fix"]["text"]
    assert (await enter(bench, phone, code, attempt="x" * 32)).json()["code"] == "identity.code_expired"
    assert (await enter(bench, phone, code, cookie=secret)).status_code == 201


async def test_strangers_cannot_use_up_the_tries_of_a_browser(bench: Bench) -> None:
    phone = new_phone()
    code, asked = await begin(bench, phone)
    for step in range(1, 9):
        assert (await enter(bench, phone, other_code(code, step))).status_code == 401
    assert (await enter(bench, phone, code, attempt=asked.json()["attempt"])).status_code == 201


async def test_a_browser_that_asks_again_gets_the_same_code_and_another_one_its_own(bench: Bench) -> None:
    phone = new_phone()
    code, asked = await begin(bench, phone)
    secret = asked.json()["attempt"]
    await let_time_pass(bench, phone, timedelta(seconds=61))
    again, answer = await begin(bench, phone, Cookie=f"__Host-zapys_attempt={secret}")
    assert (again, answer.json()["attempt"]) == (code, secret)
    await let_time_pass(bench, phone, timedelta(seconds=61))
    third, stranger = await begin(bench, phone)
    assert stranger.json()["attempt"] != secret
    if third != code:
        crossed = await enter(bench, phone, third, attempt=secret)
        assert crossed.json()["code"] == "identity.code_wrong"
    assert (await enter(bench, phone, code, attempt=secret)).status_code == 201


async def test_a_hundred_codes_crossed_between_attempts_open_nothing(bench: Bench) -> None:
    begun = []
    for _ in range(20):
        phone = new_phone()
        code, asked = await begin(bench, phone)
        begun.append((phone, code, asked.json()["attempt"]))
    crossed = [
        enter(bench, mine[0], theirs[1], attempt=(mine if step % 2 else theirs)[2])
        for step in range(5)
        for number, mine in enumerate(begun)
        if (theirs := begun[(number + step + 1) % len(begun)])[1] != mine[1]
    ]
    answers = await asyncio.gather(*crossed)
    assert Counter(answer.status_code for answer in answers).keys() <= {401, 429}
    assert len(answers) >= 95


async def test_a_program_may_bind_its_attempt_too(bench: Bench) -> None:
    phone = new_phone()
    answer = await bench.http.post("/api/v1/auth/codes", json={"phone": phone, "bound": True})
    bench.http.cookies.clear()
    code = [event for event in await bench.said(LoginCodeRequested) if event.phone_e164 == phone][-1].code
    assert (await enter(bench, phone, code)).status_code == 401
    assert (await enter(bench, phone, code, attempt=answer.json()["attempt"])).status_code == 201


async def test_the_secret_of_an_attempt_is_kept_as_a_hash(bench: Bench) -> None:
    phone = new_phone()
    _, asked = await begin(bench, phone)
    async with bench.service.db.system_tx() as tx:
        row = (await tx.scalars(select(LoginCode).where(LoginCode.phone_e164 == phone))).one()
    assert asked.json()["attempt"] not in repr(vars(row))


# Step-up


async def grown_old(bench: Bench, somebody: Somebody) -> dict[str, str]:
    """Headers of the session some time after its code: as if the token had been renewed since."""
    async with bench.service.db.system_tx() as tx:
        one = update(Session).where(Session.id == somebody.session_id)
        await tx.execute(one.values(confirmed_at=Session.confirmed_at - STEP_UP_AGE - timedelta(seconds=5)))
    answer = await bench.http.post("/api/v1/auth/sessions/refresh", json={"refresh_token": somebody.refresh_token})
    bench.http.cookies.clear()
    return {"Authorization": f"Bearer {answer.json()['access_token']}"}


async def test_rights_are_changed_only_soon_after_a_code(bench: Bench, people: People) -> None:
    owner, account = await people.owner()
    _, member = await people.add(owner, account)
    change = {"permissions": {"booking.cancel_paid": True}}
    old = await grown_old(bench, owner)
    refused = await bench.http.patch(member, json=change, headers=old)
    assert (refused.status_code, refused.json()["code"]) == (403, "access.step_up_required")
    assert refused.json()["max_age_s"] == 15 * 60
    assert refused.json()["fix"]["text"]
    renamed = await bench.http.patch(member, json={"name": "Інше імʼя"}, headers=old)
    assert renamed.status_code == 200  # nothing dangerous

    await let_time_pass(bench, owner.phone, timedelta(minutes=2))
    code = await people.ask_code(owner.phone)
    wrong = await bench.http.post("/api/v1/auth/step-up", json={"code": other_code(code)}, headers=old)
    assert (wrong.status_code, wrong.json()["code"], wrong.json()["tries_left"]) == (401, "identity.code_wrong", 4)
    done = await bench.http.post("/api/v1/auth/step-up", json={"code": code}, headers=old)
    assert done.status_code == 200
    fresh = {"Authorization": f"Bearer {done.json()['access_token']}"}
    assert (await bench.http.patch(member, json=change, headers=fresh)).status_code == 200
    before, after = (
        jwt.decode(headers["Authorization"][7:], options={"verify_signature": False}) for headers in (old, fresh)
    )
    assert after["sid"] == before["sid"]
    assert after["auth_time"] > before["auth_time"]


async def test_a_code_of_somebody_else_confirms_nothing(bench: Bench, people: People) -> None:
    somebody, other = await people.sign_in(), await people.sign_in()
    await let_time_pass(bench, other.phone, timedelta(minutes=2))
    code = await people.ask_code(other.phone)
    refused = await bench.http.post("/api/v1/auth/step-up", json={"code": code}, headers=somebody.headers)
    assert refused.status_code == 401


async def test_an_ended_session_is_not_confirmed(bench: Bench, people: People) -> None:
    somebody = await people.sign_in()
    await let_time_pass(bench, somebody.phone, timedelta(minutes=2))
    code = await people.ask_code(somebody.phone)
    async with bench.service.db.system_tx() as tx:
        one = update(Session).where(Session.id == somebody.session_id)
        await tx.execute(one.values(ended_at=datetime.now(UTC), end_reason="signed_out"))
    refused = await bench.http.post("/api/v1/auth/step-up", json={"code": code}, headers=somebody.headers)
    assert refused.json()["code"] == "identity.session_expired"
