"""Remembered browsers: rotation, theft, parallel tabs, the list of devices."""

import asyncio
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
import jwt
import pytest
from sqlalchemy import select, update

from contracts.identity import SessionsRevoked, SigningKeysPublished
from identity.app import say_keys
from identity.domain.refresh import CLIENT_LIFE, STAFF_LIFE
from identity.keyring import Keyring
from identity.sign_in_tables import RefreshToken, Session
from kit.access import public_key
from kit.testing import Bench
from tests.identity.conftest import People, Somebody
from zapys_dev.keys import new_signing_key


async def refresh(bench: Bench, token: str) -> httpx.Response:
    bench.http.cookies.clear()
    return await bench.http.post("/api/v1/auth/sessions/refresh", json={"refresh_token": token})


async def after_the_overlap(bench: Bench, session_id: UUID) -> None:
    """Move the uses of the session's tokens to before the moment that parallel tabs are given."""
    async with bench.service.db.system_tx() as tx:
        used = update(RefreshToken).where(RefreshToken.session_id == session_id, RefreshToken.used_at.is_not(None))
        await tx.execute(used.values(used_at=RefreshToken.used_at - timedelta(seconds=11)))


async def is_let_in(bench: Bench, somebody: Somebody, token: str | None = None) -> bool:
    bench.service.access._sessions_alive.clear()  # what a half second of waiting would do
    answer = await bench.http.get("/api/v1/me", headers={"Authorization": f"Bearer {token or somebody.token}"})
    return answer.status_code == 200


async def test_a_refresh_token_is_exchanged_for_a_new_pair(bench: Bench, people: People) -> None:
    somebody = await people.sign_in()
    answer = await refresh(bench, somebody.refresh_token)
    assert answer.status_code == 200
    pair = answer.json()
    assert pair["refresh_token"] != somebody.refresh_token
    assert pair["session_id"] == str(somebody.session_id)
    assert await is_let_in(bench, somebody, pair["access_token"])
    assert (await refresh(bench, pair["refresh_token"])).status_code == 200


async def test_the_cookie_alone_is_enough(bench: Bench, people: People) -> None:
    somebody = await people.sign_in()
    answer = await bench.http.post(
        "/api/v1/auth/sessions/refresh", headers={"Cookie": f"__Host-zapys_refresh={somebody.refresh_token}"}
    )
    assert answer.status_code == 200
    assert f"__Host-zapys_refresh={answer.json()['refresh_token']}" in answer.headers["set-cookie"]


@pytest.mark.row("N48")
async def test_a_browser_that_comes_back_after_a_month_needs_no_code(bench: Bench, people: People) -> None:
    client = await people.sign_in()
    async with bench.service.db.system_tx() as tx:
        month = timedelta(days=30)
        session = update(Session).where(Session.id == client.session_id)
        await tx.execute(
            session.values(
                created_at=Session.created_at - month,
                last_used_at=Session.last_used_at - month,
                expires_at=Session.expires_at - month,
            )
        )
        token = update(RefreshToken).where(RefreshToken.session_id == client.session_id)
        await tx.execute(token.values(issued_at=RefreshToken.issued_at - month))
    sent = len(await people.codes_of(client.phone))
    bench.http.cookies.clear()
    answer = await bench.http.post(
        "/api/v1/auth/sessions/refresh", headers={"Cookie": f"__Host-zapys_refresh={client.refresh_token}"}
    )
    assert answer.status_code == 200
    assert await is_let_in(bench, client, answer.json()["access_token"])
    assert len(await people.codes_of(client.phone)) == sent


async def test_without_a_token_or_with_a_foreign_one_there_is_no_session(bench: Bench) -> None:
    bench.http.cookies.clear()
    for answer in (await bench.http.post("/api/v1/auth/sessions/refresh"), await refresh(bench, "x" * 43)):
        assert (answer.status_code, answer.json()["code"]) == (401, "identity.session_expired")


async def test_a_used_token_that_comes_back_ends_the_whole_family(bench: Bench, people: People) -> None:
    somebody = await people.sign_in()
    pair = (await refresh(bench, somebody.refresh_token)).json()
    await after_the_overlap(bench, somebody.session_id)
    stolen = await refresh(bench, somebody.refresh_token)
    assert (stolen.status_code, stolen.json()["code"]) == (401, "identity.refresh_token_reused")
    assert (await refresh(bench, pair["refresh_token"])).json()["code"] == "identity.session_expired"
    assert not await is_let_in(bench, somebody)
    assert not await is_let_in(bench, somebody, pair["access_token"])
    [said] = [event for event in await bench.said(SessionsRevoked) if event.user_id == somebody.user_id]
    assert said.session_ids == (somebody.session_id,)
    assert said.tokens_expire_at > datetime.now(UTC) + timedelta(minutes=10)


async def test_the_last_but_one_token_trips_at_once(bench: Bench, people: People) -> None:
    somebody = await people.sign_in()
    second = (await refresh(bench, somebody.refresh_token)).json()["refresh_token"]
    third = (await refresh(bench, second)).json()["refresh_token"]
    assert (await refresh(bench, somebody.refresh_token)).json()["code"] == "identity.refresh_token_reused"
    assert (await refresh(bench, third)).status_code == 401


async def test_a_theft_does_not_end_other_devices(bench: Bench, people: People) -> None:
    victim, bystander = await people.sign_in(), await people.sign_in()
    await refresh(bench, victim.refresh_token)
    await after_the_overlap(bench, victim.session_id)
    await refresh(bench, victim.refresh_token)
    assert (await refresh(bench, bystander.refresh_token)).status_code == 200
    assert await is_let_in(bench, bystander)


async def test_parallel_tabs_raise_no_alarm_and_get_one_successor(bench: Bench, people: People) -> None:
    somebody = await people.sign_in()
    token = somebody.refresh_token
    for _ in range(5):
        answers = await asyncio.gather(*(refresh(bench, token) for _ in range(20)))
        assert Counter(answer.status_code for answer in answers) == {200: 20}
        [token] = {answer.json()["refresh_token"] for answer in answers}
    async with bench.service.db.system_tx() as tx:
        rows = (await tx.scalars(select(RefreshToken).where(RefreshToken.session_id == somebody.session_id))).all()
    assert len(rows) == 6  # the first and one per round: the family has no branches


async def test_clients_are_remembered_for_months_and_staff_for_a_month(bench: Bench, people: People) -> None:
    somebody = await people.sign_in()

    async def remembered(pair: dict[str, Any]) -> timedelta:
        async with bench.service.db.system_tx() as tx:
            session = await tx.get_one(Session, somebody.session_id)
        return datetime.fromisoformat(pair["refresh_expires_at"]) - session.created_at

    pair = (await refresh(bench, somebody.refresh_token)).json()
    assert await remembered(pair) == CLIENT_LIFE
    await people.account_of(somebody)
    pair = (await refresh(bench, pair["refresh_token"])).json()
    assert await remembered(pair) == STAFF_LIFE
    async with bench.service.db.system_tx() as tx:
        await tx.execute(
            update(Session)
            .where(Session.id == somebody.session_id)
            .values(created_at=Session.created_at - STAFF_LIFE - timedelta(seconds=1))
        )
    assert (await refresh(bench, pair["refresh_token"])).json()["code"] == "identity.session_expired"


async def test_the_list_of_devices_marks_this_one(bench: Bench, people: People) -> None:
    first = await people.sign_in(device="Ноутбук")
    second = await another_device(bench, people, first, "Телефон")
    listed = (await bench.http.get("/api/v1/auth/sessions", headers=second.headers)).json()
    assert [(item["device"], item["is_current"]) for item in listed["items"]] == [("Телефон", True), ("Ноутбук", False)]
    assert set(listed["items"][0]) >= {"id", "created_at", "last_used_at", "expires_at"}


async def test_one_device_is_signed_out_and_the_other_stays(bench: Bench, people: People) -> None:
    first = await people.sign_in()
    second = await another_device(bench, people, first, "Телефон")
    done = await bench.http.delete(f"/api/v1/auth/sessions/{first.session_id}", headers=second.headers)
    assert done.status_code == 204
    assert not await is_let_in(bench, first)
    assert (await refresh(bench, first.refresh_token)).status_code == 401
    assert await is_let_in(bench, second)


async def test_signing_out_everywhere_ends_all_or_all_others(bench: Bench, people: People) -> None:
    first = await people.sign_in()
    second = await another_device(bench, people, first, "Телефон")
    await bench.http.delete("/api/v1/auth/sessions?keep_current=true", headers=second.headers)
    assert [await is_let_in(bench, device) for device in (first, second)] == [False, True]
    done = await bench.http.delete("/api/v1/auth/sessions", headers=second.headers)
    assert done.status_code == 204
    assert "Max-Age=0" in done.headers["set-cookie"]
    assert not await is_let_in(bench, second)
    versions = [event.version for event in await bench.said(SessionsRevoked) if event.user_id == first.user_id]
    assert versions == [1, 2]


async def test_nobody_signs_out_somebody_else(bench: Bench, people: People) -> None:
    victim, stranger = await people.sign_in(), await people.sign_in()
    refused = await bench.http.delete(f"/api/v1/auth/sessions/{victim.session_id}", headers=stranger.headers)
    assert refused.status_code == 404
    assert await is_let_in(bench, victim)


async def test_the_published_keys_verify_a_token(bench: Bench, people: People) -> None:
    somebody = await people.sign_in()
    kid = jwt.get_unverified_header(somebody.token)["kid"]
    keys = {key["kid"]: key for key in (await bench.http.get("/api/v1/auth/jwks.json")).json()["keys"]}
    assert keys[kid]["kty"] == "OKP"
    claims = jwt.decode(somebody.token, public_key(keys[kid]["x"]), algorithms=["EdDSA"], issuer="zapys")
    assert claims["sid"] == str(somebody.session_id)
    last = (await bench.said(SigningKeysPublished))[-1]
    assert [key.x for key in last.keys if key.kid == kid] == [keys[kid]["x"]]


async def test_a_token_signed_with_a_strange_key_is_refused(bench: Bench, people: People) -> None:
    somebody = await people.sign_in()
    strange = Keyring.from_pem(new_signing_key().encode())
    forged = token_of(strange, somebody)
    assert not await is_let_in(bench, somebody, forged)


async def test_keys_are_rotated_without_signing_anybody_out(bench: Bench, people: People) -> None:
    wiring = bench.service.state["wiring"]
    old, new = wiring.keyring, Keyring.from_pem(new_signing_key().encode())
    somebody = await people.sign_in()
    both = Keyring([*new.keys, *old.keys])
    await say_keys(bench.service.db, both)
    fresh = token_of(both, somebody)
    bench.service.access._keys_read_at = 0
    assert await is_let_in(bench, somebody)
    assert await is_let_in(bench, somebody, fresh)
    await say_keys(bench.service.db, old)  # the new one was taken out again
    bench.service.access._keys_read_at = 0
    assert not await is_let_in(bench, somebody, fresh)
    first, second = (await bench.said(SigningKeysPublished))[-2:]
    assert second.version > first.version
    assert {key.kid: key.retired_at is None for key in second.keys} == {old.keys[0].kid: True, new.keys[0].kid: False}


def token_of(keyring: Keyring, somebody: Somebody) -> str:
    now = datetime.now(UTC)
    return keyring.access_token(
        user_id=somebody.user_id,
        session_id=somebody.session_id,
        phone_e164=somebody.phone,
        confirmed_at=now,
        now=now,
    )


async def another_device(bench: Bench, people: People, somebody: Somebody, device: str) -> Somebody:
    from tests.identity.integration.test_sign_in import let_time_pass

    await let_time_pass(bench, somebody.phone, timedelta(minutes=2))
    return await people.sign_in(somebody.phone, device)
