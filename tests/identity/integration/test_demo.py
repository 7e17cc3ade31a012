"""A look at the product without signing up, new every day."""

from datetime import UTC, datetime, timedelta

import pytest

from contracts.identity import AccountChanged, AccountRegistered, MembershipRemoved
from identity.usecases.keep_demo import keep_demo
from kit.testing import Bench
from tests.identity.conftest import People


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
