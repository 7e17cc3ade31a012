"""Accounts: registering, addresses, settings, profile."""

import asyncio
from collections import Counter
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import update

from contracts.identity import AccountChanged, AccountRegistered, MembershipAdded, MembershipChanged
from contracts.permissions import Permission
from identity.tables import VanityAddress
from identity.usecases.forget_old import forget_old
from kit.ids import born_at, new_id
from kit.testing import Bench
from tests.identity.conftest import People


def an_address() -> str:
    return f"levada-{new_id().hex[-16:]}"


async def test_whoever_registers_an_account_owns_it_at_the_next_request(bench: Bench, people: People) -> None:
    somebody = await people.sign_in()
    body = {
        "name": "  Салон «Левада» ",
        "vanity_address": an_address().upper(),
        "time_zone": "Europe/Kyiv",
        "country": "UA",
        "currency": "UAH",
        "language": "uk",
        "city": "Київ",
    }
    answer = await bench.http.post("/api/v1/accounts", json=body, headers=somebody.headers)
    assert answer.status_code == 201
    account = answer.json()
    assert account["name"] == "Салон «Левада»"
    assert account["vanity_address"] == body["vanity_address"].lower()
    assert (
        account["booking_rules"].items()
        >= {
            "grid_min": 15,
            "lead_time_min": 60,
            "booking_window_days": 90,
            "cancel_cutoff_min": 120,
            "hold_min": 10,
            "phone_confirmation": True,
            "phone_format_check": True,
        }.items()
    )
    assert born_at(UUID(account["id"])) is not None
    read = await bench.http.get(f"/api/v1/accounts/{account['id']}", headers=somebody.headers)
    assert read.json() == account
    [mine] = (await bench.http.get("/api/v1/me", headers=somebody.headers)).json()["memberships"]
    assert (mine["account_id"], mine["role"], mine["vanity_address"]) == (
        account["id"],
        "owner",
        account["vanity_address"],
    )
    assert mine["permissions"] == sorted(Permission)
    listed = await bench.http.get("/api/v1/accounts", headers=somebody.headers)
    assert [item["id"] for item in listed.json()["items"]] == [account["id"]]
    [registered] = await bench.said(AccountRegistered, account_id=UUID(account["id"]))
    [added] = await bench.said(MembershipAdded, account_id=UUID(account["id"]))
    assert (registered.version, registered.account.city) == (1, "Київ")
    assert (added.membership.user_id, added.membership.role) == (somebody.user_id, "owner")


async def test_a_repeated_registration_with_one_key_makes_one_account(bench: Bench, people: People) -> None:
    somebody = await people.sign_in()
    headers = {**somebody.headers, "Idempotency-Key": "one"}
    body = {"name": "Левада", "vanity_address": an_address()}
    first, second = [await bench.http.post("/api/v1/accounts", json=body, headers=headers) for _ in range(2)]
    assert (first.status_code, first.json()) == (second.status_code, second.json())
    assert second.headers["idempotency-replayed"] == "true"
    # the key is the caller's own: another person does not get this answer
    stranger = await people.sign_in()
    other = await bench.http.post("/api/v1/accounts", json=body, headers={**stranger.headers, "Idempotency-Key": "one"})
    assert other.status_code == 409


async def test_a_taken_address_is_refused_with_free_ones(bench: Bench, people: People) -> None:
    address = an_address()
    owner, _ = await people.owner(vanity_address=address)
    await people.account_of(owner, vanity_address=f"{address}-ua")
    refused = await bench.http.post(
        "/api/v1/accounts", json={"name": "Інший", "vanity_address": address}, headers=owner.headers
    )
    assert (refused.status_code, refused.json()["code"]) == (409, "identity.vanity_address_taken")
    suggestions = refused.json()["suggestions"]
    assert suggestions == [f"{address}-online", f"{address}-studio", f"{address}-2"]
    assert suggestions[0] in refused.json()["fix"]["text"]
    for suggestion in suggestions:
        await people.account_of(owner, vanity_address=suggestion)


async def test_of_parallel_registrations_of_one_address_one_wins(bench: Bench, people: People) -> None:
    somebody, address = await people.sign_in(), an_address()
    answers = await asyncio.gather(
        *(
            bench.http.post(
                "/api/v1/accounts", json={"name": str(n), "vanity_address": address}, headers=somebody.headers
            )
            for n in range(10)
        )
    )
    assert Counter(answer.status_code for answer in answers) == {201: 1, 409: 9}


async def test_words_of_the_product_are_no_addresses_but_demo_is(bench: Bench, people: People) -> None:
    somebody = await people.sign_in()
    for word in ("api", "admin", "static", "callbacks", "manage", "help", "login"):
        refused = await bench.http.post(
            "/api/v1/accounts", json={"name": "Х", "vanity_address": word}, headers=somebody.headers
        )
        assert refused.json()["code"] == "identity.vanity_address_taken", word
    await people.account_of(somebody, vanity_address="demo")


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("vanity_address", "ab", "vanity_address"),
        ("vanity_address", "x" * 41, "vanity_address"),
        ("vanity_address", "-levada", "vanity_address"),
        ("vanity_address", "levada-", "vanity_address"),
        ("vanity_address", "le--vada", "vanity_address"),
        ("vanity_address", "левада", "vanity_address"),
        ("vanity_address", "levadа", "vanity_address"),  # the last letter is Cyrillic
        ("vanity_address", "123456", "vanity_address"),
        ("vanity_address", "le/vada", "vanity_address"),
        ("time_zone", "Kyiv", "time_zone"),
        ("time_zone", "../../etc/passwd", "time_zone"),
        ("country", "XX", "country"),
        ("currency", "XYZ", "currency"),
        ("language", "de", "one_of"),
        ("name", "   ", "too_short"),
        ("name", "a\u0007b", "characters"),
        ("is_active", False, "unknown"),
    ],
)
async def test_wrong_settings_name_their_field(
    bench: Bench, people: People, field: str, value: object, code: str
) -> None:
    somebody = await people.sign_in()
    body = {"name": "Левада", "vanity_address": an_address(), field: value}
    refused = await bench.http.post("/api/v1/accounts", json=body, headers=somebody.headers)
    assert refused.status_code == 422
    assert [(error["pointer"], error["code"]) for error in refused.json()["errors"]] == [(f"/{field}", code)]


async def test_settings_change_and_everybody_hears_the_whole_state(bench: Bench, people: People) -> None:
    owner, account = await people.owner()
    change = {"unlisted": True, "booking_rules": {"phone_confirmation": False, "grid_min": 30}, "city": "Львів"}
    answer = await bench.http.patch(account, json=change, headers={**owner.headers, "If-Match": '"1"'})
    assert answer.status_code == 200
    assert answer.headers["etag"] == '"2"'
    rules = answer.json()["booking_rules"]
    assert (rules["phone_confirmation"], rules["grid_min"], rules["lead_time_min"]) == (False, 30, 60)
    [said] = await bench.said(AccountChanged, account_id=UUID(account[-36:]))
    assert (said.version, said.account.unlisted, said.account.booking_rules.grid_min) == (2, True, 30)
    await bench.http.patch(account, json={"unlisted": True}, headers=owner.headers)
    assert len(await bench.said(AccountChanged, account_id=UUID(account[-36:]))) == 1  # nothing changed, nothing said


async def test_a_change_on_top_of_somebody_elses_is_refused(bench: Bench, people: People) -> None:
    owner, account = await people.owner()
    await bench.http.patch(account, json={"name": "Перша"}, headers=owner.headers)
    stale = await bench.http.patch(account, json={"name": "Друга"}, headers={**owner.headers, "If-Match": '"1"'})
    assert (stale.status_code, stale.json()["current_version"]) == (412, 2)
    assert (await bench.http.get(account, headers=owner.headers)).json()["name"] == "Перша"


@pytest.mark.parametrize("change", [{"currency": "EUR"}, {"booking_rules": {"grid_min": 0}}, {"name": None}, {"x": 1}])
async def test_what_may_not_change_is_refused(bench: Bench, people: People, change: dict) -> None:
    owner, account = await people.owner()
    assert (await bench.http.patch(account, json=change, headers=owner.headers)).status_code == 422


async def test_a_released_address_is_frozen_for_others_for_half_a_year(bench: Bench, people: People) -> None:
    old, new = an_address(), an_address()
    owner, account = await people.owner(vanity_address=old)
    stranger = await people.sign_in()
    wish = {"name": "Інший", "vanity_address": old}
    await bench.http.patch(account, json={"vanity_address": new}, headers=owner.headers)
    assert (await bench.http.post("/api/v1/accounts", json=wish, headers=stranger.headers)).status_code == 409
    back = await bench.http.patch(account, json={"vanity_address": old}, headers=owner.headers)
    assert back.json()["vanity_address"] == old
    await bench.http.patch(account, json={"vanity_address": new}, headers=owner.headers)
    async with bench.service.db.tx(UUID(account[-36:])) as tx:
        released = update(VanityAddress).where(VanityAddress.address == old)
        await tx.execute(released.values(released_at=datetime.now(UTC) - timedelta(days=181)))
    async with bench.service.db.system_tx() as tx:
        await forget_old(tx, datetime.now(UTC))
    assert (await bench.http.post("/api/v1/accounts", json=wish, headers=stranger.headers)).status_code == 201


@pytest.mark.row("S49")
async def test_the_profile_reaches_every_account_of_the_person(bench: Bench, people: People) -> None:
    owner, first = await people.owner()
    second = await people.account_of(owner)
    change = {"name": "Олена", "language": "ru", "channels": {"email": "olena@example.com"}}
    answer = await bench.http.patch("/api/v1/me", json=change, headers=owner.headers)
    assert answer.json()["channels"] == {
        "sms": False,
        "email": "olena@example.com",
        "telegram_chat_id": None,
        "web_push": False,
    }
    for account in (first, second):
        [said] = await bench.said(MembershipChanged, account_id=UUID(account[-36:]))
        member = said.membership
        assert (said.version, member.name, member.language, member.channels.email) == (
            2,
            "Олена",
            "ru",
            "olena@example.com",
        )
    await bench.http.patch("/api/v1/me", json={"channels": {"web_push": True}}, headers=owner.headers)
    kept = (await bench.http.get("/api/v1/me", headers=owner.headers)).json()["channels"]
    assert (kept["email"], kept["web_push"]) == ("olena@example.com", True)
    # what is private of a profile is not in the journal of the account
    journal = await bench.http.get(f"{first}/audit", headers=owner.headers)
    assert "member.profile_changed" in journal.text
    assert "olena@example.com" not in journal.text

    async def actions(**wanted: str) -> set[str]:
        answer = await bench.http.get(f"{first}/audit", params=wanted, headers=owner.headers)
        return {one["action"] for one in answer.json()["items"]}

    everything = await actions()
    assert {"account.registered", "member.profile_changed"} <= everything
    assert await actions(actor_id=str(owner.user_id)) == everything
    assert await actions(actor_id=str(uuid4())) == set()
    assert "member.profile_changed" not in await actions(subject="account")
    assert await actions(until="2020-01-01T00:00:00+02:00") == set()
    wrong = await bench.http.get(f"{first}/audit", params={"subject": "weather"}, headers=owner.headers)
    assert wrong.status_code == 422


@pytest.mark.parametrize("email", ["olena", "o lena@example.com", "olena@", "<olena@example.com>", "a@b"])
async def test_what_is_no_email_is_refused(bench: Bench, people: People, email: str) -> None:
    somebody = await people.sign_in()
    refused = await bench.http.patch("/api/v1/me", json={"channels": {"email": email}}, headers=somebody.headers)
    assert [error["pointer"] for error in refused.json()["errors"]] == ["/channels/email"]
