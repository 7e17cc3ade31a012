"""A second factor: whoever has the SMS of somebody who set one up has nothing yet."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import jwt
import pytest
from sqlalchemy import text, update

from contracts.identity import SecondFactorChanged
from identity.second_factor_tables import SecondFactor
from identity.sign_in_tables import Session
from identity.usecases.second_factor.reset_factor import apply_resets
from kit.errors import StepUpRequired
from kit.testing import Bench
from tests.identity.conftest import People, Somebody, new_phone
from tests.identity.factors import PATH, begin, set_up, wrong_code
from tests.identity.integration.test_bound_codes import grown_old
from tests.identity.integration.test_sign_in import let_time_pass

STEP_UP = "/api/v1/auth/step-up"
SECOND_STEP = "/api/v1/auth/sessions/second-factor"
STALE = StepUpRequired.code


async def told(bench: Bench, somebody: Somebody) -> list[str]:
    return [said.change for said in await bench.said(SecondFactorChanged) if said.user_id == somebody.user_id]


async def first_step(bench: Bench, people: People, phone: str, **more: Any) -> httpx.Response:
    """Signing in with the code from the SMS, a while after the last one."""
    await let_time_pass(bench, phone, timedelta(hours=25))
    answer: httpx.Response = await people.try_code(phone, await people.ask_code(phone), **more)
    bench.http.cookies.clear()
    return answer


async def second_step(bench: Bench, ticket: str, code: str) -> httpx.Response:
    answer = await bench.http.post(SECOND_STEP, json={"ticket": ticket, "code": code, "device": "Firefox"})
    bench.http.cookies.clear()
    return answer


def bearer(answer: httpx.Response) -> dict[str, str]:
    return {"Authorization": f"Bearer {answer.json()['access_token']}"}


def auth_time(headers: dict[str, str]) -> int | None:
    claims = jwt.decode(headers["Authorization"].split()[1], options={"verify_signature": False})
    return claims.get("auth_time")


async def dangerous_acts(bench: Bench, account: str, phone: str, headers: dict[str, str]) -> list[tuple[int, str]]:
    """Every dangerous act of this service, with bodies that are right; what became of each."""
    members = (await bench.http.get(f"{account}/members", headers=headers)).json()["items"]
    master = next(f"{account}/members/{one['id']}" for one in members if one["role"] == "master")
    acts: list[tuple[str, str, Any]] = [
        ("POST", f"{account}/members", {"phone": new_phone(), "name": "Спільник", "role": "owner", "confirmed": True}),
        ("PATCH", master, {"permissions": {"client.view_phone": True}, "confirmed": True}),
        ("POST", f"{account}/api-keys", {"name": "Вивантаження", "permissions": ["client.view"]}),
        ("POST", "/api/v1/me/phone", {"phone": phone, "code": "123456"}),
        ("POST", "/api/v1/me/erase", {"confirm": "erase"}),
        ("POST", PATH, None),
        ("POST", f"{PATH}/confirm", {"code": "123456"}),
        ("POST", "/api/v1/platform/second-factor-resets", {"phone": phone, "reason": "втратив телефон"}),
    ]
    answers = [await bench.http.request(method, path, json=body, headers=headers) for method, path, body in acts]
    return [(answer.status_code, answer.json()["code"] if answer.status_code >= 400 else "") for answer in answers]


async def test_it_is_set_up_with_a_first_code_and_nothing_of_it_lies_in_clear(bench: Bench, people: People) -> None:
    owner, account = await people.owner()
    before = (await bench.http.get(PATH, headers=owner.headers)).json()
    assert (before["state"], before["advised"], before["recovery_codes_left"]) == ("none", True, 0)
    begun = await begin(bench, owner)
    assert begun["address"].startswith("otpauth://totp/Zapys:")
    assert begun["secret"] in begun["address"]
    assert owner.phone.lstrip("+") not in begun["address"]
    wrong = await bench.http.post(f"{PATH}/confirm", json={"code": wrong_code(begun["secret"])}, headers=owner.headers)
    assert (wrong.status_code, wrong.json()["code"]) == (401, "identity.second_factor_wrong")
    assert (await bench.http.get(PATH, headers=owner.headers)).json()["state"] == "begun"
    app = await set_up(bench, owner)  # beginning again makes a new secret
    assert app.secret != begun["secret"]
    assert len(app.recovery_codes) == 10
    now = (await bench.http.get(PATH, headers=owner.headers)).json()
    assert (now["state"], now["recovery_codes_left"]) == ("in_force", 10)
    async with bench.service.db.system_tx() as tx:
        rows = str((await tx.execute(text("SELECT f::text, r::text FROM second_factor f, recovery_code r"))).all())
    assert app.secret not in rows
    assert not [code for code in app.recovery_codes if code in rows or code.replace("-", "") in rows]
    entry = (await bench.http.get(f"{account}/audit", headers=owner.headers)).json()["items"][0]
    assert (entry["action"], entry["actor"]["name"]) == ("member.factor.set_up", entry["subject"]["name"])
    assert await told(bench, owner) == ["set_up"]
    again = await bench.http.post(PATH, headers=owner.headers)
    assert (again.status_code, again.json()["code"]) == (409, "identity.second_factor_exists")
    client = await people.sign_in()
    assert not (await bench.http.get(PATH, headers=client.headers)).json()["advised"]


async def test_on_a_new_device_the_code_of_the_app_comes_after_the_one_from_the_sms(
    bench: Bench, people: People
) -> None:
    owner, _ = await people.owner()
    app = await set_up(bench, owner)
    asked = await first_step(bench, people, owner.phone)
    assert (asked.status_code, asked.json()["code"]) == (401, "identity.second_factor_required")
    assert "access_token" not in asked.json()
    ticket = asked.json()["ticket"]
    wrong = await second_step(bench, ticket, app.wrong_code())
    assert (wrong.status_code, wrong.json()["tries_left"]) == (401, 4)
    code = await app.code()
    opened = await second_step(bench, ticket, code)
    assert opened.status_code == 201, opened.text
    assert opened.json()["user"]["id"] == str(owner.user_id)
    assert auth_time(bearer(opened))
    for used in (ticket, (await first_step(bench, people, owner.phone)).json()["ticket"]):
        again = await second_step(bench, used, code)
        assert again.json()["code"] in ("identity.second_step_expired", "identity.second_factor_code_used")
    # The device that showed the code is asked for it no more, but what it opens is good for nothing dangerous.
    known = await first_step(bench, people, owner.phone, device_token=opened.json()["device_token"])
    assert known.status_code == 201
    assert auth_time(bearer(known)) is None
    stepped = await bench.http.post(STEP_UP, json={"code": await app.code()}, headers=bearer(known))
    assert auth_time(bearer(stepped))
    late = (await first_step(bench, people, owner.phone)).json()["ticket"]
    async with bench.service.db.system_tx() as tx:
        await tx.execute(text("UPDATE waiting_sign_in SET expires_at = now() - interval '1 second'"))
    assert (await second_step(bench, late, await app.code())).json()["code"] == "identity.second_step_expired"


async def test_whoever_swapped_the_sim_passes_no_dangerous_act_on_a_new_device(bench: Bench, people: People) -> None:
    owner, account = await people.owner()
    await people.add(owner, account)
    app = await set_up(bench, owner)
    # The thief reads every SMS of the owner: on a new device that opens nothing.
    asked = await first_step(bench, people, owner.phone)
    assert asked.json()["code"] == "identity.second_factor_required"
    of_sms = (await people.codes_of(owner.phone))[-1].code
    tried = await second_step(bench, asked.json()["ticket"], of_sms)
    assert (tried.status_code, tried.json()["code"]) == (401, "identity.second_factor_wrong")
    # Even with an open browser of the owner in hand, or signing in on it anew.
    known = await first_step(bench, people, owner.phone, device_token=app.device_token)
    for headers in (await grown_old(bench, owner), bearer(known)):
        before = await dangerous_acts(bench, account, new_phone(), headers)
        assert before == [(403, STALE)] * len(before)
        await let_time_pass(bench, owner.phone, timedelta(hours=25))
        fresh_sms = await people.ask_code(owner.phone)
        refused = await bench.http.post(STEP_UP, json={"code": fresh_sms}, headers=headers)
        assert (refused.status_code, refused.json()["code"]) == (401, "identity.second_factor_wrong")
        assert (await dangerous_acts(bench, account, new_phone(), headers)) == before
    # The owner passes with the app; and a change of phone waits its day all the same.
    stepped = await bench.http.post(STEP_UP, json={"code": await app.code()}, headers=bearer(known))
    assert stepped.status_code == 200, stepped.text
    phone = new_phone()
    body = {"phone": phone, "code": await people.ask_code(phone)}
    held = await bench.http.post("/api/v1/me/phone", json=body, headers=bearer(stepped))
    assert held.status_code == 202
    assert datetime.fromisoformat(held.json()["effective_at"]) > datetime.now(UTC) + timedelta(hours=23, minutes=59)
    kept = await bench.http.delete("/api/v1/me/phone", headers=await grown_old(bench, owner))
    assert kept.status_code == 204  # until then any device says no


async def test_what_an_sms_confirmed_before_is_worth_nothing_once_the_factor_is_in_force(
    bench: Bench, people: People
) -> None:
    owner, _ = await people.owner()
    await let_time_pass(bench, owner.phone, timedelta(minutes=2))
    other = await people.sign_in(owner.phone)
    await let_time_pass(bench, owner.phone, timedelta(hours=25))
    async with bench.service.db.system_tx() as tx:
        past = Session.created_at - timedelta(hours=25)
        await tx.execute(update(Session).where(Session.user_id == owner.user_id).values(created_at=past))
    await set_up(bench, owner)
    renewed = await bench.http.post("/api/v1/auth/sessions/refresh", json={"refresh_token": other.refresh_token})
    assert auth_time(bearer(renewed)) is None
    own = await bench.http.post("/api/v1/auth/sessions/refresh", json={"refresh_token": owner.refresh_token})
    assert auth_time(bearer(own))


async def test_of_many_wrong_codes_at_once_five_are_judged_and_a_right_one_passes_once(
    bench: Bench, people: People
) -> None:
    owner, _ = await people.owner()
    app = await set_up(bench, owner)
    code = await app.code()
    right = await asyncio.gather(
        *(bench.http.post(STEP_UP, json={"code": code}, headers=owner.headers) for _ in range(20))
    )
    assert sorted(answer.status_code for answer in right)[:2] == [200, 401]
    refusals = {answer.json()["code"] for answer in right if answer.status_code != 200}
    assert refusals <= {"identity.second_factor_code_used", "identity.second_factor_tries"}
    async with bench.service.db.system_tx() as tx:
        await tx.execute(update(SecondFactor).where(SecondFactor.user_id == owner.user_id).values(failed_at=[]))
    wrong = app.wrong_code()
    answers = await asyncio.gather(
        *(bench.http.post(STEP_UP, json={"code": wrong}, headers=owner.headers) for _ in range(40))
    )
    judged = [answer for answer in answers if answer.json()["code"] == "identity.second_factor_wrong"]
    assert len(judged) == 5
    held = await bench.http.post(STEP_UP, json={"code": await app.code()}, headers=owner.headers)
    assert (held.status_code, held.json()["code"]) == (429, "identity.second_factor_tries")
    assert 0 < int(held.headers["Retry-After"]) <= 15 * 60
    # The owner is not shut out: a recovery code is accepted now too.
    recovered = await bench.http.post(STEP_UP, json={"code": app.recovery_codes[0]}, headers=owner.headers)
    assert recovered.status_code == 200


async def test_a_recovery_code_stands_in_for_the_app_once(bench: Bench, people: People) -> None:
    owner, _ = await people.owner()
    app = await set_up(bench, owner)
    ticket = (await first_step(bench, people, owner.phone)).json()["ticket"]
    opened = await second_step(bench, ticket, app.recovery_codes[3].lower().replace("-", " "))
    assert opened.status_code == 201, opened.text
    again = await bench.http.post(STEP_UP, json={"code": app.recovery_codes[3]}, headers=owner.headers)
    assert (again.status_code, again.json()["code"]) == (401, "identity.second_factor_wrong")
    assert (await bench.http.get(PATH, headers=owner.headers)).json()["recovery_codes_left"] == 9
    assert await told(bench, owner) == ["set_up", "recovery_code_used"]
    nonsense = await bench.http.post(STEP_UP, json={"code": "abc"}, headers=owner.headers)
    assert nonsense.json()["errors"][0]["code"] == "second_factor_code"
    stranger = await people.sign_in()
    theirs = await set_up(bench, stranger)
    foreign = await bench.http.post(STEP_UP, json={"code": theirs.recovery_codes[0]}, headers=owner.headers)
    assert foreign.status_code == 401
    made = await bench.http.post(f"{PATH}/recovery-codes", json={"code": await app.code()}, headers=owner.headers)
    assert len(made.json()["recovery_codes"]) == 10
    old = await bench.http.post(STEP_UP, json={"code": app.recovery_codes[5]}, headers=owner.headers)
    assert old.status_code == 401
    new = await bench.http.post(STEP_UP, json={"code": made.json()["recovery_codes"][0]}, headers=owner.headers)
    assert new.status_code == 200


async def test_it_is_taken_off_with_its_code_only(bench: Bench, people: People) -> None:
    owner, _ = await people.owner()
    app = await set_up(bench, owner)
    pressed = await bench.http.delete(PATH, headers=owner.headers)
    assert (pressed.status_code, pressed.json()["code"]) == (409, "identity.second_factor_in_force")
    wrong = await bench.http.post(f"{PATH}/remove", json={"code": app.wrong_code()}, headers=owner.headers)
    assert wrong.json()["code"] == "identity.second_factor_wrong"
    removed = await bench.http.post(f"{PATH}/remove", json={"code": await app.code()}, headers=owner.headers)
    assert removed.status_code == 204, removed.text
    assert await told(bench, owner) == ["set_up", "removed"]
    assert (await first_step(bench, people, owner.phone)).status_code == 201
    none = await bench.http.post(f"{PATH}/remove", json={"code": "123456"}, headers=owner.headers)
    assert none.status_code == 404


async def test_somebody_who_just_came_in_shuts_nobody_out_with_a_factor_of_their_own(
    bench: Bench, people: People
) -> None:
    owner, _ = await people.owner()
    await let_time_pass(bench, owner.phone, timedelta(minutes=2))
    thief = await people.sign_in(owner.phone)
    await bench.http.delete("/api/v1/auth/sessions?keep_current=true", headers=thief.headers)
    bench.service.access._sessions_alive.clear()
    theirs = await set_up(bench, thief)
    state = (await bench.http.get(PATH, headers=thief.headers)).json()
    assert state["state"] == "waiting"
    assert datetime.fromisoformat(state["effective_at"]) > datetime.now(UTC) + timedelta(hours=23, minutes=59)
    assert await told(bench, owner) == ["set_up"]
    # A day is left to the owner, who has the SIM again and needs nothing else.
    back = await first_step(bench, people, owner.phone)
    assert back.status_code == 201
    assert (await bench.http.delete(PATH, headers=bearer(back))).status_code == 204
    assert (await bench.http.delete(PATH, headers=bearer(back))).status_code == 404
    # Nobody says no: it is in force when the day is over.
    theirs = await set_up(bench, thief)
    async with bench.service.db.system_tx() as tx:
        of_owner = update(SecondFactor).where(SecondFactor.user_id == owner.user_id)
        await tx.execute(of_owner.values(effective_at=SecondFactor.effective_at - timedelta(hours=24)))
    refused = await bench.http.post(STEP_UP, json={"code": theirs.wrong_code()}, headers=thief.headers)
    assert refused.json()["code"] == "identity.second_factor_wrong"


@pytest.fixture
async def helper(bench: Bench, people: People) -> Somebody:
    """Somebody who works for the platform."""
    somebody = await people.sign_in()
    async with bench.service.db.system_tx() as tx:
        await tx.execute(
            text(
                "INSERT INTO platform_staff (user_id, role, name, appointed_at)"
                " VALUES (:id, 'support', 'Дарина', now())"
            ),
            {"id": somebody.user_id},
        )
    return somebody


async def test_a_lost_one_is_taken_off_by_the_platform_days_later_and_the_owner_may_say_no(
    bench: Bench, people: People, helper: Somebody
) -> None:
    owner, account = await people.owner()
    app = await set_up(bench, owner)
    path, body = "/api/v1/platform/second-factor-resets", {"phone": owner.phone, "reason": "паспорт показано"}
    refused = await bench.http.post(path, json=body, headers=owner.headers)
    assert (refused.status_code, refused.json()["code"]) == (403, "identity.platform_only")
    asked = await bench.http.post(path, json=body, headers=helper.headers)
    assert asked.status_code == 202, asked.text
    reset_at = datetime.fromisoformat(asked.json()["reset_at"])
    assert reset_at > datetime.now(UTC) + timedelta(hours=71, minutes=59)
    audit = (await bench.http.get(f"{account}/audit", headers=owner.headers)).json()["items"][0]
    assert (audit["actor"]["name"], audit["reason"]) == ("Zapys · Дарина", "паспорт показано")
    assert (await bench.http.get(PATH, headers=owner.headers)).json()["reset_at"]
    assert (await bench.http.delete(f"{PATH}/reset", headers=await grown_old(bench, owner))).status_code == 204
    await bench.http.post(path, json=body, headers=helper.headers)
    await bench.http.post(STEP_UP, json={"code": await app.code()}, headers=owner.headers)  # it is not lost, then
    assert (await bench.http.get(PATH, headers=owner.headers)).json()["reset_at"] is None
    again = await bench.http.post(path, json=body, headers=helper.headers)
    reset_at = datetime.fromisoformat(again.json()["reset_at"])
    for moment, gone in ((reset_at - timedelta(minutes=1), 0), (reset_at + timedelta(seconds=1), 1)):
        async with bench.service.db.system_tx() as tx:
            assert await apply_resets(tx, moment, domain="zapys.test") == gone
    changes = ["set_up", "reset_asked", "reset_stopped", "reset_asked", "reset_asked", "reset"]
    assert await told(bench, owner) == changes
    assert (await first_step(bench, people, owner.phone)).status_code == 201
    nobody = await bench.http.post(path, json={**body, "phone": new_phone()}, headers=helper.headers)
    assert nobody.status_code == 404


async def test_a_forgotten_login_takes_its_factor_along(bench: Bench, people: People) -> None:
    client = await people.sign_in()
    await set_up(bench, client)
    erased = await bench.http.post("/api/v1/me/erase", json={"confirm": "erase"}, headers=client.headers)
    assert erased.status_code == 200, erased.text
    async with bench.service.db.system_tx() as tx:
        assert await tx.get(SecondFactor, client.user_id) is None
