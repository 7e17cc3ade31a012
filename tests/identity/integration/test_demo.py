"""A look at the product without signing up, new every day."""

from datetime import UTC, datetime, timedelta

import pytest

from contracts.identity import AccountChanged, AccountRegistered, MembershipRemoved
from identity.usecases.keep_demo import keep_demo
from kit.testing import Bench
from tests.identity.conftest import People, new_phone


@pytest.mark.row("N36")
async def test_the_demo_is_one_click_away_and_another_one_tomorrow(bench: Bench, people: People) -> None:
    db = bench.service.db
    early = await bench.http.post("/api/v1/demo/sessions")
    assert (early.status_code, early.json()["code"]) == (503, "identity.demo_not_ready")
    now = datetime.now(UTC)
    today = await keep_demo(db, now)
    assert today is not None
    assert await keep_demo(db, now) is None  # it stands already
    shown = (await bench.http.post("/api/v1/demo/sessions")).json()
    [membership] = shown["user"]["memberships"]
    assert (membership["account_id"], membership["role"]) == (str(today), "owner")
    headers = {"Authorization": f"Bearer {shown['access_token']}"}
    account = f"/api/v1/accounts/{today}"
    assert (await bench.http.get(account, headers=headers)).json()["is_demo"] is True
    assert (await bench.http.patch(account, json={"city": "Львів"}, headers=headers)).status_code == 200
    for method, path, body in (
        ("PATCH", "/api/v1/me", {"name": "Хтось"}),
        ("POST", "/api/v1/accounts", {"name": "Справжній", "vanity_address": "a-real-one"}),
    ):
        refused = await bench.http.request(method, path, json=body, headers=headers)
        assert (refused.status_code, refused.json()["code"]) == (422, "identity.demo_only_shows")
    tomorrow = await keep_demo(db, now + timedelta(days=1))
    assert tomorrow not in (None, today)
    [registered] = await bench.said(AccountRegistered, account_id=tomorrow)
    assert registered.account.is_demo
    closed = (await bench.said(AccountChanged, account_id=today))[-1]
    assert (closed.account.is_active, closed.account.unlisted) == (False, True)
    assert len(await bench.said(MembershipRemoved, account_id=today)) == 1
    assert (await bench.http.get(account, headers=headers)).status_code == 404
    fresh = (await bench.http.get(f"/api/v1/accounts/{tomorrow}", headers=headers)).json()
    assert (fresh["city"], fresh["is_demo"]) == ("Київ", True)


async def test_no_visitor_of_the_demo_can_end_it_for_the_others(bench: Bench, people: People) -> None:
    db = bench.service.db
    await keep_demo(db, datetime.now(UTC) + timedelta(days=2))
    shown, other = [(await bench.http.post("/api/v1/demo/sessions")).json() for _ in range(2)]
    bench.http.cookies.clear()
    headers = {"Authorization": f"Bearer {shown['access_token']}"}
    others = {"Authorization": f"Bearer {other['access_token']}"}
    [membership] = shown["user"]["memberships"]
    account = f"/api/v1/accounts/{membership['account_id']}"
    phone = new_phone()
    code = await people.ask_code(phone)
    own = (await bench.http.get(f"{account}/members", headers=headers)).json()["items"][0]["id"]
    friend = {"phone": new_phone(), "name": "Друг", "role": "owner", "confirmed": True}
    assert (await bench.http.post(f"{account}/members", json=friend, headers=headers)).status_code == 201
    for method, path, body in (
        ("POST", "/api/v1/me/phone", {"phone": phone, "code": code}),
        ("POST", "/api/v1/me/second-factor", None),
        ("DELETE", f"{account}/members/{own}", None),
        ("PATCH", f"{account}/members/{own}", {"role": "master"}),
        ("PATCH", account, {"vanity_address": "mine-now-and-for-ever"}),
    ):
        refused = await bench.http.request(method, path, json=body, headers=headers)
        assert (refused.status_code, refused.json()["code"]) == (422, "identity.demo_only_shows"), path
    sessions = (await bench.http.get("/api/v1/auth/sessions", headers=headers)).json()["items"]
    assert [one["id"] for one in sessions] == [shown["session_id"]]
    theirs = await bench.http.delete(f"/api/v1/auth/sessions/{other['session_id']}", headers=headers)
    assert theirs.status_code == 404
    assert (await bench.http.delete("/api/v1/auth/sessions", headers=headers)).status_code == 204
    bench.service.access._sessions_alive.clear()  # what a half second of waiting would do
    assert (await bench.http.get(account, headers=headers)).status_code == 401
    assert (await bench.http.get(account, headers=others)).status_code == 200
