"""A person has the own login forgotten."""

from datetime import timedelta

from sqlalchemy import text

from contracts.identity import UserErased
from kit.testing import Bench
from tests.identity.conftest import People
from tests.identity.integration.test_sign_in import let_time_pass

ERASE = {"confirm": "erase"}


async def test_a_forgotten_login_is_nobodys_and_its_phone_begins_anew(bench: Bench, people: People) -> None:
    owner, account = await people.owner()
    olena, path = await people.add(owner, account, name="Олена")
    await bench.http.patch("/api/v1/me", json={"name": "Олена Шевчук"}, headers=olena.headers)
    refused = await bench.http.post("/api/v1/me/erase", json=ERASE, headers=olena.headers)
    assert (refused.status_code, refused.json()["code"]) == (409, "identity.login_in_use")
    assert refused.json()["names"]
    await bench.http.delete(path, headers=owner.headers)

    done = await bench.http.post("/api/v1/me/erase", json=ERASE, headers=olena.headers)
    assert done.status_code == 200, done.text
    assert (await bench.http.get("/api/v1/me", headers=olena.headers)).status_code == 401
    [said] = [one for one in await bench.said(UserErased) if one.user_id == olena.user_id]
    assert said.erased_at
    async with bench.service.db.system_tx() as tx:
        for table, column in (("app_user", "id"), ("session", "user_id"), ("phone_change", "user_id")):
            found = await tx.execute(text(f"SELECT * FROM {table} WHERE {column} = :id"), {"id": olena.user_id})
            kept = str(found.all())
            assert olena.phone not in kept
            assert "Шевчук" not in kept

    # The firm keeps that it had such a member, without the phone; there is nobody to bring back.
    [former] = [
        one
        for one in (await bench.http.get(f"{account}/members?with_removed=true", headers=owner.headers)).json()["items"]
        if one["id"] == path[-36:]
    ]
    assert (former["name"], former["phone"]) == ("Олена", "")
    back = await bench.http.post(f"{path}/restore", headers=owner.headers)
    assert (back.status_code, back.json()["code"]) == (409, "identity.member_erased")
    await let_time_pass(bench, olena.phone, timedelta(minutes=2))
    anew = await people.sign_in(olena.phone)
    assert anew.user_id != olena.user_id
    assert (await bench.http.get("/api/v1/me", headers=anew.headers)).json()["memberships"] == []
