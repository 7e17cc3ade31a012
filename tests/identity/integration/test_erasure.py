"""A person has the own login forgotten."""

from datetime import datetime, timedelta
from uuid import uuid4

from sqlalchemy import text

from contracts.identity import UserErased
from identity.feedback_tables import ContactMessage
from identity.tables import PlatformStaff
from identity.usecases.repeat_erasures import repeat_erasures
from kit.messaging import now_utc
from kit.testing import Bench
from tests.identity.conftest import People, Somebody
from tests.identity.integration.test_sign_in import let_time_pass

ERASE = {"confirm": "erase"}
PLATFORM = "/api/v1/platform"


async def votes(bench: Bench, idea: str) -> int:
    listed = (await bench.http.get(f"{PLATFORM}/ideas")).json()["items"]
    return int(next(one["votes"] for one in listed if one["id"] == idea))


def message(writer: Somebody, answered_at: datetime | None) -> ContactMessage:
    return ContactMessage(
        number=uuid4().hex[:8],
        name="Олена Шевчук",
        contact=writer.phone,
        text="Як додати філію?",
        user_id=writer.user_id,
        sender=b"erasure",
        created_at=now_utc(),
        answered_at=answered_at,
    )


async def kept_of(bench: Bench, who: Somebody) -> list[str]:
    """Every table whose rows still say how the person was called or reached."""
    named = text("SELECT table_name FROM information_schema.columns WHERE column_name = 'user_id' ORDER BY 1")
    async with bench.service.db.system_tx() as tx:
        columns = [("app_user", "id"), *((str(table), "user_id") for table in await tx.scalars(named))]
        found = {
            table: str(
                (await tx.execute(text(f"SELECT * FROM {table} WHERE {column} = :id"), {"id": who.user_id})).all()
            )
            for table, column in columns
        }
    assert len(found) > 5
    return [table for table, rows in found.items() if who.phone in rows or "Шевчук" in rows]


async def test_a_forgotten_login_is_nobodys_and_its_phone_begins_anew(bench: Bench, people: People) -> None:
    owner, account = await people.owner()
    olena, path = await people.add(owner, account, name="Олена")
    await bench.http.patch("/api/v1/me", json={"name": "Олена Шевчук"}, headers=olena.headers)
    refused = await bench.http.post("/api/v1/me/erase", json=ERASE, headers=olena.headers)
    assert (refused.status_code, refused.json()["code"]) == (409, "identity.login_in_use")
    assert refused.json()["names"]
    reader = await people.sign_in()
    idea = (await bench.http.post(f"{PLATFORM}/ideas", json={"title": "Кава"}, headers=reader.headers)).json()["id"]
    of_firm = await bench.http.put(f"{PLATFORM}/ideas/{idea}/vote", headers=olena.headers)
    await bench.http.delete(path, headers=owner.headers)
    own = await bench.http.put(f"{PLATFORM}/ideas/{idea}/vote", headers=olena.headers)
    assert (of_firm.status_code, own.status_code, await votes(bench, idea)) == (204, 204, 3)
    async with bench.service.db.system_tx() as tx:
        tx.add(PlatformStaff(user_id=reader.user_id, name="Підтримка", role="support", appointed_at=now_utc()))
        for answered_at in (now_utc(), None):
            tx.add(message(olena, answered_at))

    done = await bench.http.post("/api/v1/me/erase", json=ERASE, headers=olena.headers)
    assert done.status_code == 200, done.text
    assert (await bench.http.get("/api/v1/me", headers=olena.headers)).status_code == 401
    [said] = [one for one in await bench.said(UserErased) if one.user_id == olena.user_id]
    assert said.erased_at
    assert await votes(bench, idea) == 2, "the vote of the firm is the firm's"
    assert await kept_of(bench, olena) == ["contact_message"], "until it is answered"
    written = (await bench.http.get(f"{PLATFORM}/messages", headers=reader.headers)).json()["items"]
    [waiting] = [one for one in written if one["user_id"] == str(olena.user_id)]
    answered = await bench.http.patch(
        f"{PLATFORM}/messages/{waiting['id']}", json={"answered": True}, headers=reader.headers
    )
    assert (answered.json()["name"], answered.json()["contact"], answered.json()["user_id"]) == ("—", "", None)
    assert await kept_of(bench, olena) == []

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


async def test_a_login_that_came_back_with_an_older_database_is_forgotten_again(bench: Bench, people: People) -> None:
    owner, _ = await people.owner()
    reader = await people.sign_in()
    listed = text("INSERT INTO erasure_to_repeat (user_id) VALUES (:id)")
    async with bench.service.db.system_tx() as tx:
        for user_id in (owner.user_id, reader.user_id, uuid4()):
            await tx.execute(listed, {"id": user_id})
    await repeat_erasures(bench.service.db, now_utc())
    async with bench.service.db.system_tx() as tx:
        left = set(await tx.scalars(text("SELECT user_id FROM erasure_to_repeat")))
        erased = await tx.scalars(text("SELECT id FROM app_user WHERE erased_at IS NOT NULL"))
        assert reader.user_id in set(erased)
        await tx.execute(text("DELETE FROM erasure_to_repeat"))
    assert left == {owner.user_id}  # who works somewhere has to leave first
