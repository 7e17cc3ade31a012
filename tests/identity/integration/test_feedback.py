"""What people wish of the product and write to those who run it."""

from uuid import uuid4

import httpx
import pytest
from sqlalchemy import update

from identity.feedback_tables import ContactMessage
from identity.tables import PlatformStaff
from kit.messaging import now_utc
from kit.testing import Bench
from tests.identity.conftest import People, Somebody

IDEAS = "/api/v1/platform/ideas"
MESSAGES = "/api/v1/platform/messages"


async def call(bench: Bench, who: Somebody, method: str, path: str, body: object = None) -> httpx.Response:
    return await bench.http.request(method, f"/api/v1{path}", json=body, headers=who.headers)


@pytest.mark.row("N77")
async def test_a_firm_has_one_vote_and_the_most_wanted_stands_first(bench: Bench, people: People) -> None:
    owner, path = await people.owner()
    colleague, _ = await people.add(owner, path, "manager")
    client, account = await people.sign_in(), path[-36:]
    first = (await call(bench, owner, "POST", "/platform/ideas", {"title": "Запис із Telegram"})).json()
    assert (first["votes"], first["voted"]) == (1, True)
    second = (
        await call(bench, client, "POST", "/platform/ideas", {"title": "Темна тема календаря", "text": "Очі."})
    ).json()

    for _ in range(2):
        assert (await call(bench, colleague, "PUT", f"/platform/ideas/{first['id']}/vote")).status_code == 204
    assert (await call(bench, client, "PUT", f"/platform/ideas/{first['id']}/vote")).status_code == 204
    listed = {one["id"]: one for one in (await bench.http.get(IDEAS)).json()["items"]}
    assert (listed[first["id"]]["votes"], listed[first["id"]]["voted"]) == (2, False), "one for the firm, one client"
    assert listed[second["id"]]["votes"] == 1
    order = [one for one in listed if one in (first["id"], second["id"])]
    assert order == [first["id"], second["id"]]
    own = {one["id"]: one["voted"] for one in (await call(bench, colleague, "GET", "/platform/ideas")).json()["items"]}
    assert (own[first["id"]], own[second["id"]]) == (True, False)
    assert (await call(bench, client, "DELETE", f"/platform/ideas/{first['id']}/vote")).status_code == 204

    strange = await call(bench, client, "PUT", f"/platform/ideas/{first['id']}/vote", {"account_id": account})
    assert (strange.status_code, strange.json()["errors"][0]["pointer"]) == (422, "/account_id")
    assert (await call(bench, client, "PUT", f"/platform/ideas/{uuid4()}/vote")).status_code == 404
    assert (await bench.http.post(IDEAS, json={"title": "x"})).status_code == 401
    for number in range(4):
        assert (await call(bench, client, "POST", "/platform/ideas", {"title": f"Ще {number}"})).status_code == 201
    sixth = await call(bench, client, "POST", "/platform/ideas", {"title": "Шоста"})
    assert (sixth.status_code, sixth.json()["code"]) == (429, "identity.too_much_feedback")

    refused = await call(bench, client, "PATCH", f"/platform/ideas/{second['id']}", {"hidden": True})
    assert refused.status_code == 403
    async with bench.service.db.system_tx() as tx:
        tx.add(PlatformStaff(user_id=client.user_id, name="Підтримка", role="support", appointed_at=now_utc()))
    await call(bench, client, "PATCH", f"/platform/ideas/{second['id']}", {"hidden": True, "state": "declined"})
    assert second["id"] not in {one["id"] for one in (await bench.http.get(IDEAS)).json()["items"]}
    everything = (await call(bench, client, "GET", "/platform/ideas?with_hidden=true")).json()["items"]
    assert {one["id"]: one["hidden"] for one in everything}[second["id"]] is True
    assert (await call(bench, owner, "GET", "/platform/ideas?with_hidden=true")).status_code == 403
    assert (await bench.http.get(f"{IDEAS}?with_hidden=true")).status_code == 403


@pytest.mark.row("N3")
@pytest.mark.row("S73")
async def test_a_message_reaches_support_with_its_sender_firm_page_and_error(bench: Bench, people: People) -> None:
    async with bench.service.db.system_tx() as tx:
        await tx.execute(update(ContactMessage).values(sender=b"before"))  # other tests have the same address
    (owner, path), support = await people.owner(), await people.sign_in()
    trace = "4bf92f3577b34da6a3ce929d0e0e4736"
    written = {
        "name": "Олена",
        "contact": "olena@example.org",
        "text": "Не зберігається графік",
        "page": "/manage/x/staff",
        "trace_id": trace,
        "account": path[-36:],
    }
    told = (await call(bench, owner, "POST", "/platform/messages", written)).json()
    assert len(told["number"]) == 8
    assert (await call(bench, owner, "GET", "/platform/messages")).status_code == 403
    async with bench.service.db.system_tx() as tx:
        tx.add(PlatformStaff(user_id=support.user_id, name="Підтримка", role="support", appointed_at=now_utc()))
    read = next(
        one
        for one in (await call(bench, support, "GET", "/platform/messages")).json()["items"]
        if one["number"] == told["number"]
    )
    assert (read["trace_id"], read["page"], read["user_id"]) == (trace, "/manage/x/staff", str(owner.user_id))
    assert read["account_id"] == path[-36:]
    assert read["account_name"]
    done = (await call(bench, support, "PATCH", f"/platform/messages/{read['id']}", {"answered": True})).json()
    assert done["answered_by"] == "Підтримка"

    anonymous = {"name": "Хтось", "contact": "0671234567", "text": "Питання"}
    for _ in range(4):
        assert (await bench.http.post(MESSAGES, json=anonymous)).status_code == 201
    over = await bench.http.post(MESSAGES, json=anonymous)
    assert (over.status_code, over.json()["code"]) == (429, "identity.too_much_feedback")
    assert int(over.headers["Retry-After"]) > 0
    bad = await bench.http.post(MESSAGES, json={**anonymous, "trace_id": "<script>", "text": " "})
    assert {one["pointer"] for one in bad.json()["errors"]} == {"/trace_id", "/text"}
