"""A person changes the phone: proved on both, held for a day, and the old phone hears of it."""

from datetime import UTC, datetime, timedelta
from typing import Any

from contracts.identity import MembershipChanged, PhoneChangeRequested
from identity.usecases.phone_changes.apply_phone_changes import apply_phone_changes
from kit.testing import Bench
from tests.identity.conftest import People, Somebody, new_phone
from tests.identity.integration.test_bound_codes import grown_old
from tests.identity.integration.test_sign_in import let_time_pass

PATH = "/api/v1/me/phone"


async def change(bench: Bench, people: People, who: Somebody, phone: str, **more: Any) -> Any:
    code = await people.ask_code(phone)
    headers = more.pop("headers", who.headers)
    return await bench.http.post(PATH, json={"phone": phone, "code": code}, headers=headers)


async def a_day_passes(bench: Bench, *, early: timedelta = timedelta(0)) -> int:
    async with bench.service.db.system_tx() as tx:
        return await apply_phone_changes(tx, datetime.now(UTC) + timedelta(hours=24) - early)


async def test_the_new_phone_takes_effect_after_a_day_and_opens_the_same_door(bench: Bench, people: People) -> None:
    owner, account = await people.owner()
    phone = new_phone()
    asked = await change(bench, people, owner, phone)
    assert asked.status_code == 202, asked.text
    assert phone not in asked.text
    held_for = datetime.fromisoformat(asked.json()["effective_at"]) - datetime.now(UTC)
    assert timedelta(hours=23, minutes=59) < held_for <= timedelta(hours=24)
    await a_day_passes(bench, early=timedelta(minutes=1))
    assert (await bench.http.get("/api/v1/me", headers=owner.headers)).json()["phone"] == owner.phone
    assert await a_day_passes(bench) >= 1  # of others in the same database, too
    bench.service.access._sessions_alive.clear()  # what a half second of waiting would do
    assert (await bench.http.get("/api/v1/me", headers=owner.headers)).status_code == 401
    await let_time_pass(bench, phone, timedelta(minutes=2))
    again = await people.sign_in(phone)
    assert again.user_id == owner.user_id
    assert (await bench.http.get(f"{account}/members", headers=again.headers)).json()["items"][0]["phone"] == phone
    told = [event for event in await bench.said(MembershipChanged) if event.membership.user_id == owner.user_id]
    assert told[-1].membership.phone_e164 == phone
    await let_time_pass(bench, owner.phone, timedelta(minutes=2))
    assert (await people.sign_in(owner.phone)).user_id != owner.user_id


async def test_the_old_phone_hears_of_it_and_every_device_may_take_it_back(bench: Bench, people: People) -> None:
    person = await people.sign_in()
    phone = new_phone()
    await change(bench, people, person, phone)
    [told] = [event for event in await bench.said(PhoneChangeRequested) if event.user_id == person.user_id]
    assert (told.old_phone_e164, told.new_phone_masked[-2:]) == (person.phone, phone[-2:])
    assert phone not in told.model_dump_json()
    seen = (await bench.http.get(PATH, headers=person.headers)).json()["change"]
    assert seen["phone"][-2:] == phone[-2:]
    old = await grown_old(bench, person)  # no fresh code is wanted to say no
    assert (await bench.http.delete(PATH, headers=old)).status_code == 204
    assert (await bench.http.delete(PATH, headers=old)).status_code == 404
    assert (await bench.http.get(PATH, headers=old)).json() == {"change": None}
    await a_day_passes(bench)
    assert (await bench.http.get("/api/v1/me", headers=old)).json()["phone"] == person.phone


async def test_without_a_fresh_code_from_the_present_phone_nothing_changes(bench: Bench, people: People) -> None:
    person = await people.sign_in()
    refused = await change(bench, people, person, new_phone(), headers=await grown_old(bench, person))
    assert (refused.status_code, refused.json()["code"]) == (403, "access.step_up_required")


async def test_the_new_phone_must_be_in_hand_and_free(bench: Bench, people: People) -> None:
    person, other = await people.sign_in(), await people.sign_in()
    await people.ask_code(phone := new_phone())
    wrong = await bench.http.post(PATH, json={"phone": phone, "code": "000000"}, headers=person.headers)
    assert wrong.json()["code"] == "identity.code_wrong"
    await let_time_pass(bench, other.phone, timedelta(minutes=2))
    taken = await change(bench, people, person, other.phone)
    assert (taken.status_code, taken.json()["code"]) == (409, "identity.phone_taken")
    landline = await bench.http.post(PATH, json={"phone": "+380441234567", "code": "123456"}, headers=person.headers)
    assert landline.json()["errors"][0]["pointer"] == "/phone"


async def test_a_phone_that_somebody_took_meanwhile_stays_theirs(bench: Bench, people: People) -> None:
    person = await people.sign_in()
    phone = new_phone()
    await change(bench, people, person, phone)
    await let_time_pass(bench, phone, timedelta(minutes=2))
    first = await people.sign_in(phone)
    await a_day_passes(bench)
    assert (await bench.http.get("/api/v1/me", headers=person.headers)).json()["phone"] == person.phone
    assert (await bench.http.get("/api/v1/me", headers=first.headers)).json()["phone"] == phone
