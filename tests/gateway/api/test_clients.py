"""Typed calls of services for pages."""

import json
from datetime import date
from typing import Any
from uuid import uuid4

import pytest
from pydantic import ValidationError

from contracts.http.booking import BookingPatch, CancelBody
from contracts.http.identity import ProfileBody
from gateway import errors
from gateway.clients import Api, Asker, Refused, Services
from kit.errors import Problem
from kit.texts import LANGUAGES
from tests.gateway.api.running import Door, open_door

PROFILE: dict[str, Any] = {
    "id": str(uuid4()),
    "phone": "+380671234567",
    "name": "Олена",
    "language": "uk",
    "memberships": [],
    "channels": {},
    "something_newer": True,
}


def services(door: Door) -> Services:
    gateway = door.gateway
    return Services(gateway.peers, gateway.texts, gateway.settings.public_url)


@pytest.fixture
async def api(door: Door) -> Api:
    return services(door).on_behalf(
        Asker(language="ru", access_token="abc", address="203.0.113.7", device="Firefox on Olena's laptop")
    )


async def test_a_call_is_made_on_the_askers_behalf(door: Door, api: Api) -> None:
    door.identity.answer(200, json.dumps(PROFILE).encode())
    me = await api.identity.me()
    assert (me.name, me.phone) == ("Олена", "+380671234567")
    seen = door.identity.last
    assert (seen.method, seen.target) == ("GET", "/api/v1/me")
    assert seen.header("authorization") == "Bearer abc"
    assert seen.header("accept-language") == "ru"
    assert seen.header("x-forwarded-for") == "203.0.113.7"
    assert seen.header("user-agent") == "Firefox on Olena's laptop"


async def test_only_what_was_set_is_sent(door: Door, api: Api) -> None:
    door.identity.answer(200, json.dumps(PROFILE).encode())
    await api.identity.change_me(ProfileBody(name=None))
    assert json.loads(door.identity.last.body) == {"name": None}
    assert door.identity.last.header("content-type") == "application/json"


async def test_key_and_version_travel_as_headers_and_queries_as_the_api_says(door: Door, api: Api) -> None:
    account, booking, service, other = uuid4(), uuid4(), uuid4(), uuid4()
    with pytest.raises(ValidationError):  # the stand-in answers an empty object
        await api.booking.cancel(account, booking, CancelBody(reason="хворію"), key="k-1", version=3)
    seen = door.booking.last
    assert seen.target == f"/api/v1/accounts/{account}/bookings/{booking}/cancel"
    assert seen.header("idempotency-key") == "k-1"
    assert seen.header("if-match") == '"3"'
    assert json.loads(seen.body) == {"reason": "хворію"}
    door.booking.answer(200, b'{"time_zone": "Europe/Kyiv", "days": []}')
    day = date(2026, 11, 23)
    await api.booking.public_availability("ранок/..", [service, other], since=day, until=day)
    assert door.booking.last.target == (
        "/api/v1/public/%D1%80%D0%B0%D0%BD%D0%BE%D0%BA%2F../availability"
        f"?service_ids={service}%2C{other}&from=2026-11-23&to=2026-11-23"
    )


async def test_a_refusal_arrives_with_its_words(door: Door, api: Api) -> None:
    problem = {"code": "booking.slot_taken", "title": "Час зайнято", "status": 409, "alternatives": [1]}
    door.booking.answer(409, json.dumps(problem).encode(), content_type="application/problem+json", retry_after="5")
    with pytest.raises(Refused) as refused:
        await api.booking.change(uuid4(), uuid4(), BookingPatch(comment="x"))
    assert refused.value.status == 409
    assert refused.value.code == "booking.slot_taken"
    assert refused.value.problem.items() >= problem.items()
    assert refused.value.problem["fix"] is None  # pages may count on every member of a refusal
    assert refused.value.retry_after_s == 5


async def test_an_answer_that_is_no_problem_is_still_a_refusal(door: Door, api: Api) -> None:
    door.booking.answer(502, b"<html>", content_type="text/html")
    with pytest.raises(Refused) as refused:
        await api.booking.mine()
    assert refused.value.status == 502
    assert refused.value.code == "request.failed"


async def test_a_service_that_is_away_is_a_refusal_in_the_askers_language() -> None:
    async with open_door(away=("fiscal",)) as door:
        api = services(door).on_behalf(Asker(language="en"))
        with pytest.raises(Refused) as refused:
            await api.fiscal.cash_registers(uuid4())
    assert refused.value.status == 503
    assert refused.value.code == "gateway.service_away"
    assert refused.value.problem["title"] == "This part of the system does not answer now"
    assert refused.value.retry_after_s == 2


async def test_without_a_token_none_is_sent(door: Door) -> None:
    door.booking.answer(200, b'{"items": []}')
    await services(door).on_behalf(Asker(language="uk")).catalogue.listed(city="Київ")
    seen = door.booking.last
    assert seen.header("authorization") is None
    assert seen.target == "/api/v1/catalogue?city=%D0%9A%D0%B8%D1%97%D0%B2"


def test_every_refusal_of_the_door_has_words_in_three_languages() -> None:
    from gateway.app import PACKAGE
    from kit.texts import Texts

    texts = Texts(PACKAGE / "texts", PACKAGE / "refusals")
    refusals = [each for each in vars(errors).values() if isinstance(each, type) and issubclass(each, Problem)]
    codes = {each.code for each in refusals if each.code.startswith("gateway.")}
    assert len(codes) == 6
    for code in codes:
        for language in LANGUAGES:
            assert texts.find(language, code), (language, code)
            assert texts.find(language, f"{code}.fix"), (language, code)
