"""An account demands a second factor for dangerous acts: whoever has none is told by whom, and the way to one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
from sqlalchemy import update

from contracts.identity import MembershipChanged
from identity.second_factor_tables import SecondFactor
from kit.errors import SecondFactorDemanded
from kit.testing import Bench
from tests.identity.conftest import People, Somebody, new_phone
from tests.identity.factors import App, set_up

DEMANDED = SecondFactorDemanded.code


async def renewed(bench: Bench, somebody: Somebody) -> dict[str, str]:
    """The headers of the same session with a token made now."""
    answer = await bench.http.post("/api/v1/auth/sessions/refresh", json={"refresh_token": somebody.refresh_token})
    assert answer.status_code == 200, answer.text
    bench.http.cookies.clear()
    somebody.refresh_token = answer.json()["refresh_token"]
    return {"Authorization": f"Bearer {answer.json()['access_token']}"}


async def put(bench: Bench, account: str, headers: dict[str, str], demanded: bool, **params: Any) -> httpx.Response:
    path = f"{account}/settings/second-factor"
    return await bench.http.put(path, json={"demanded": demanded}, params=params, headers=headers)


async def demanding(bench: Bench, people: People) -> tuple[str, dict[str, str], App, Somebody, str]:
    """An account whose owner has demanded it, with a manager who has none."""
    owner, account = await people.owner()
    manager, member = await people.add(owner, account, name="Марта", role="manager", confirmed=True)
    app = await set_up(bench, owner)
    headers = await renewed(bench, owner)
    answer = await put(bench, account, headers, True)
    assert answer.status_code == 200, answer.text
    return account, headers, app, manager, member


async def test_before_it_is_demanded_one_sees_who_lacks_it_and_has_to_have_one_oneself(
    bench: Bench, people: People
) -> None:
    owner, account = await people.owner()
    manager, member = await people.add(owner, account, name="Марта", role="manager", confirmed=True)
    await people.add(owner, account, name="Ганна", role="master")
    foretold = await put(bench, account, owner.headers, True, dry_run=True)
    assert foretold.status_code == 200, foretold.text
    said = foretold.json()
    assert (said["demanded"], said["dry_run"], said["concerned"]) == (False, True, 2)
    by_name = {one["name"]: one for one in said["lacking"]}
    assert by_name["Марта"]["member_id"] == member[-36:]
    assert "permissions.edit" in by_name["Марта"]["dangerous_permissions"]
    assert "Ганна" not in by_name, "who holds no such right is not concerned"
    assert not (await bench.http.get(account, headers=owner.headers)).json().get("second_factor_demanded")
    early = await put(bench, account, owner.headers, True)
    assert (early.status_code, early.json()["code"]) == (409, "identity.second_factor_first")
    assert early.json()["fix"]["url"].endswith("/me/second-factor")
    await set_up(bench, manager)
    not_owner = await put(bench, account, await renewed(bench, manager), True)
    assert (not_owner.status_code, not_owner.json()["code"]) == (403, "identity.owner_only")
    await set_up(bench, owner)
    done = await put(bench, account, await renewed(bench, owner), True)
    assert done.status_code == 200, done.text
    assert (done.json()["demanded"], done.json()["lacking"]) == (True, [])
    [entry, *_] = (await bench.http.get(f"{account}/audit", headers=owner.headers)).json()["items"]
    assert entry["action"] == "account.changed"
    assert entry["changes"] == [{"field": "second_factor_demanded", "before": False, "after": True}]


async def test_who_has_none_is_stopped_at_dangerous_acts_alone_and_goes_on_with_one(
    bench: Bench, people: People
) -> None:
    account, _, _, manager, _ = await demanding(bench, people)
    body = {"phone": new_phone(), "name": "Новий", "role": "master"}
    for method, path, sent in (
        ("POST", f"{account}/members", body),
        ("POST", f"{account}/api-keys", {"name": "Ключ", "permissions": ["client.view"]}),
    ):
        refused = await bench.http.request(method, path, json=sent, headers=manager.headers | {"Accept-Language": "uk"})
        told = refused.json()
        assert (refused.status_code, told["code"]) == (403, DEMANDED), refused.text
        owner_name = (await bench.http.get(f"{account}/settings/second-factor", headers=manager.headers)).json()
        assert owner_name["demanded_by_name"] in told["detail"]
        assert told["rule"]["text"]
        assert told["fix"]["url"].endswith("/me/second-factor")
    harmless = await bench.http.patch(account, json={"city": "Львів"}, headers=manager.headers)
    assert harmless.status_code == 200, "only dangerous acts ask for it"
    await set_up(bench, manager)
    with_one = await renewed(bench, manager)
    assert (await bench.http.post(f"{account}/members", json=body, headers=with_one)).status_code == 201
    other = await people.account_of(await people.sign_in())
    assert (await bench.http.get(f"{other}/settings/second-factor", headers=with_one)).status_code == 404


async def test_it_holds_for_whoever_joins_later_and_ends_for_all_at_once(bench: Bench, people: People) -> None:
    account, owner, _, manager, member = await demanding(bench, people)
    answer = await bench.http.post(
        f"{account}/members",
        json={"phone": (late := await people.sign_in()).phone, "name": "Пізня", "role": "manager", "confirmed": True},
        headers=owner,
    )
    assert answer.status_code == 201, answer.text
    body = {"phone": new_phone(), "name": "Новий", "role": "master"}
    refused = await bench.http.post(f"{account}/members", json=body, headers=late.headers)
    assert refused.json()["code"] == DEMANDED
    told = [one for one in await bench.said(MembershipChanged) if str(one.membership.id) == member[-36:]]
    assert told[-1].membership.second_factor_demanded_by
    assert (await put(bench, account, manager.headers, False)).json()["code"] == DEMANDED, "it guards its own switch"
    assert (await put(bench, account, owner, False)).status_code == 200
    told = [one for one in await bench.said(MembershipChanged) if str(one.membership.id) == member[-36:]]
    assert told[-1].membership.second_factor_demanded_by is None
    for who in (late.headers, manager.headers):
        body["phone"] = new_phone()
        assert (await bench.http.post(f"{account}/members", json=body, headers=who)).status_code == 201


async def test_an_app_that_is_not_in_force_yet_is_none_and_one_taken_off_is_missed(
    bench: Bench, people: People
) -> None:
    account, _, _, manager, _ = await demanding(bench, people)
    body = {"phone": new_phone(), "name": "Новий", "role": "master"}
    app = await set_up(bench, manager)
    own = SecondFactor.user_id == manager.user_id
    for effective_at, status in ((datetime.now(UTC) + timedelta(hours=23), 403), (datetime.now(UTC), 201)):
        async with bench.service.db.system_tx() as tx:
            await tx.execute(update(SecondFactor).where(own).values(effective_at=effective_at))
        with_one = await renewed(bench, manager)
        if status == 201:
            step_up = {"code": await app.code()}
            fresh = await bench.http.post("/api/v1/auth/step-up", json=step_up, headers=with_one)
            with_one = {"Authorization": f"Bearer {fresh.json()['access_token']}"}
        answer = await bench.http.post(f"{account}/members", json=body, headers=with_one)
        assert answer.status_code == status, answer.text
    body["phone"] = new_phone()
    removal = {"code": await app.code()}
    gone = await bench.http.post("/api/v1/me/second-factor/remove", json=removal, headers=with_one)
    assert gone.status_code == 204, gone.text
    refused = await bench.http.post(f"{account}/members", json=body, headers=await renewed(bench, manager))
    assert refused.json()["code"] == DEMANDED
