"""Keys for programs: shown once, bounded by their maker's rights, dead everywhere as soon as they are revoked."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, text, update

from contracts.identity import SessionsRevoked
from identity.api_key_tables import ApiKeyRow
from kit.testing import Bench
from tests.identity.conftest import People, Somebody

READS = ["audit.view", "booking.view", "settings.integrations"]


async def make(bench: Bench, who: Somebody, account: str, **more: Any) -> Any:
    body = {"name": "Бухгалтерія", "permissions": READS, **more}
    return await bench.http.post(f"{account}/api-keys", json=body, headers=who.headers)


async def exchange(bench: Bench, key: str) -> Any:
    return await bench.http.post("/api/v1/auth/tokens", json={"api_key": key})


async def token_of(bench: Bench, key: str) -> dict[str, str]:
    answer = await exchange(bench, key)
    assert answer.status_code == 200, answer.text
    return {"Authorization": f"Bearer {answer.json()['access_token']}"}


async def is_open(bench: Bench, account: str, token: dict[str, str]) -> bool:
    bench.service.access._sessions_alive.clear()  # what a half second of waiting would do
    return bool((await bench.http.get(f"{account}/audit", headers=token)).status_code == 200)


async def test_a_key_works_within_its_rights_and_its_account(bench: Bench, people: People) -> None:
    owner, account = await people.owner()
    _, other = await people.owner()
    made = await make(bench, owner, account)
    assert made.status_code == 201, made.text
    assert made.headers["cache-control"] == "no-store"
    key = made.json()["key"]
    answer = await exchange(bench, key)
    assert answer.json()["permissions"] == sorted(READS)
    assert (answer.json()["expires_in"], answer.json()["account_id"]) == (600, account.rsplit("/", 1)[1])
    token = await token_of(bench, key)
    assert await is_open(bench, account, token)
    assert (await bench.http.get(f"{other}/audit", headers=token)).status_code == 404
    refused = await bench.http.patch(account, json={"city": "Львів"}, headers=token)
    assert (refused.status_code, refused.json()["permission"]) == (403, "settings.account")
    entries = (await bench.http.get(f"{account}/audit", headers=token)).json()["items"]
    assert entries[0]["subject"] == {"type": "api_key", "id": made.json()["id"], "name": "Бухгалтерія"}
    assert entries[0]["text"] == "Створено ключ API «Бухгалтерія»"


async def test_a_key_is_shown_once_and_kept_as_a_hash(bench: Bench, people: People) -> None:
    owner, account = await people.owner()
    key = (await make(bench, owner, account)).json()["key"]
    assert key.startswith("zapys_key_")
    listed = await bench.http.get(f"{account}/api-keys", headers=owner.headers)
    assert key not in listed.text
    [shown] = listed.json()["items"]
    assert (shown["hint"], shown["last_used_at"], shown["name"]) == (f"…{key[-4:]}", None, "Бухгалтерія")
    async with bench.service.db.system_tx() as tx:
        row = (await tx.scalars(select(ApiKeyRow).where(ApiKeyRow.id == shown["id"]))).one()
        said = (await tx.execute(text("SELECT string_agg(body, ' ') FROM outbox"))).scalar_one()
        kept = (await tx.execute(text("SELECT string_agg(body, ' ') FROM idempotency"))).scalar_one() or ""
    assert key not in repr(vars(row)) + said + kept


async def test_the_last_use_is_written_down(bench: Bench, people: People) -> None:
    owner, account = await people.owner()
    key = (await make(bench, owner, account)).json()["key"]
    before = datetime.now(UTC)
    await exchange(bench, key)
    [shown] = (await bench.http.get(f"{account}/api-keys", headers=owner.headers)).json()["items"]
    assert before <= datetime.fromisoformat(shown["last_used_at"]) <= datetime.now(UTC)
    assert shown["last_used_from"] == "127.0.0.1"


async def test_a_revoked_key_and_its_tokens_open_nothing(bench: Bench, people: People) -> None:
    owner, account = await people.owner()
    made = (await make(bench, owner, account)).json()
    token, later = await token_of(bench, made["key"]), await token_of(bench, made["key"])
    assert await is_open(bench, account, token)
    gone = await bench.http.delete(f"{account}/api-keys/{made['id']}", headers=owner.headers)
    assert gone.status_code == 204
    assert [await is_open(bench, account, one) for one in (token, later)] == [False, False]
    refused = await exchange(bench, made["key"])
    assert (refused.status_code, refused.json()["code"]) == (401, "identity.api_key_invalid")
    again = await bench.http.delete(f"{account}/api-keys/{made['id']}", headers=owner.headers)
    assert again.status_code == 404
    assert (await bench.http.get(f"{account}/api-keys", headers=owner.headers)).json()["items"] == []
    assert (await bench.said(SessionsRevoked))[-1].tokens_expire_at > datetime.now(UTC) + timedelta(minutes=9)


async def test_a_key_past_its_day_opens_nothing(bench: Bench, people: People) -> None:
    owner, account = await people.owner()
    made = (await make(bench, owner, account, expires_in_days=30)).json()
    assert (await exchange(bench, made["key"])).status_code == 200
    async with bench.service.db.system_tx() as tx:
        one = update(ApiKeyRow).where(ApiKeyRow.id == made["id"])
        await tx.execute(one.values(expires_at=datetime.now(UTC)))
    assert (await exchange(bench, made["key"])).status_code == 401


@pytest.mark.row("S68")
async def test_nobody_makes_a_key_that_may_more_than_they(bench: Bench, people: People) -> None:
    owner, account = await people.owner()
    manager, _ = await people.add(owner, account, "manager")
    over = await make(bench, manager, account, permissions=["cash.delete", "booking.view"])
    assert (over.status_code, over.json()["code"], over.json()["permissions"]) == (
        403,
        "identity.grant_exceeds_own",
        ["cash.delete"],
    )
    narrow, _ = await people.add(owner, account, "manager", location_ids=[await people.place(account)])
    wide = await make(bench, narrow, account)
    assert wide.json()["location_ids"] == ["*"]
    master, _ = await people.add(owner, account)
    refused = await make(bench, master, account)
    assert (refused.status_code, refused.json()["permission"]) == (403, "settings.integrations")
    unknown = await make(bench, owner, account, permissions=["booking.fly"])
    assert unknown.json()["errors"][0]["pointer"] == "/permissions/0"


async def test_a_key_loses_what_its_keeper_loses_at_once(bench: Bench, people: People) -> None:
    owner, account = await people.owner()
    manager, path = await people.add(owner, account, "manager")
    key = (await make(bench, manager, account)).json()["key"]
    token = await token_of(bench, key)
    changed = await bench.http.patch(path, json={"permissions": {"audit.view": False}}, headers=owner.headers)
    assert changed.status_code == 200
    assert not await is_open(bench, account, token)
    after = await exchange(bench, key)
    assert after.json()["permissions"] == ["booking.view", "settings.integrations"]


async def test_a_dismissed_keeper_leaves_no_open_door(bench: Bench, people: People) -> None:
    owner, account = await people.owner()
    manager, path = await people.add(owner, account, "manager")
    key = (await make(bench, manager, account)).json()["key"]
    token = await token_of(bench, key)
    assert (await bench.http.delete(path, headers=owner.headers)).status_code == 200
    assert not await is_open(bench, account, token)
    assert (await exchange(bench, key)).status_code == 401
    await bench.http.post(f"{path}/restore", headers=owner.headers)
    assert (await exchange(bench, key)).status_code == 200


async def test_a_key_is_no_person(bench: Bench, people: People) -> None:
    owner, account = await people.owner()
    everything = (await bench.http.get(f"{account}/permissions", headers=owner.headers)).json()["items"]
    all_keys = [right["key"] for right in everything]
    key = (await make(bench, owner, account, permissions=all_keys)).json()["key"]
    token = await token_of(bench, key)
    _, member = await people.add(owner, account)
    tries = [
        ("GET", "/api/v1/me", None),
        ("GET", "/api/v1/auth/sessions", None),
        ("DELETE", "/api/v1/auth/sessions", None),
        ("POST", "/api/v1/accounts", {"name": "Інший", "vanity_address": "inshyi-salon"}),
        ("POST", f"{account}/api-keys", {"name": "Другий", "permissions": ["booking.view"]}),
        ("PATCH", member, {"permissions": {"cash.delete": True}}),
        ("POST", f"{account}/members", {"phone": "+380671234500", "name": "Ніна"}),
    ]
    for method, path, body in tries:
        refused = await bench.http.request(method, path, json=body, headers=token)
        assert (refused.status_code, refused.json()["code"]) == (403, "access.person_required"), path


@pytest.mark.parametrize("key", ["x", "zapys_key_" + "x" * 43, "ключ"])
async def test_an_unknown_key_is_refused(bench: Bench, key: str) -> None:
    refused = await exchange(bench, key)
    assert (refused.status_code, refused.json()["code"]) == (401, "identity.api_key_invalid")
