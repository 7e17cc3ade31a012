"""The HTTP edge: every refusal is problem+json in the caller's language and names field and cure."""

import asyncio
import json
import re
from dataclasses import replace
from typing import Any

import httpx
import pytest
from opentelemetry.sdk.trace import TracerProvider
from prometheus_client import CollectorRegistry

from contracts.permissions import Permission
from kit.errors import MissingPermission
from kit.ids import new_id
from kit.problems import body_of
from kit.testing import Bench
from kit.texts import LANGUAGES, Texts


async def test_a_wrong_field_is_named_with_its_cure(toy: Bench) -> None:
    account = new_id()
    owner = await toy.make_member(account, [])
    answer = await toy.http.post(
        f"/api/v1/accounts/{account}/things",
        json={"name": "", "at": "2026-11-22T10:00:00", "number": 11, "colour": "red"},
        headers={**owner.headers, "Accept-Language": "en"},
    )
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    body = answer.json()
    assert body["code"] == "request.invalid"
    assert {(e["pointer"], e["code"]) for e in body["errors"]} == {
        ("/name", "too_short"),
        ("/at", "timezone_aware"),
        ("/number", "too_large"),
        ("/colour", "unknown"),
    }
    assert all(e["text"] for e in body["errors"])
    assert body["fix"]["text"] == "Correct the fields named below and send again."


@pytest.mark.parametrize(
    ("sent", "pointer", "code"),
    [
        ({"shape": {"form": "round", "radius": "x"}}, "/shape/radius", "int"),
        ({"shape": {"form": "round"}}, "/shape/radius", "missing"),
        ({"shape": {"form": "oval"}}, "/shape/form", "one_of"),
        ({"shape": {}}, "/shape/form", "missing"),
        ({"shape": {"form": "square", "sides": ["x"]}}, "/shape/sides/0", "int"),
        ({"letter": "AA"}, "/letter", "pattern"),
        ({"letter": "\ud800"}, "/letter", "characters"),
        ({"letter": "\0"}, "/letter", "characters"),
        ({"shape": {"form": "square", "sides": {"a\0": 1, "b": "\0"}}}, "/shape/sides/b", "characters"),
        ({"number": 7}, "/at", "missing"),
        ({"a/b~c": 1}, "/a~1b~0c", "unknown"),
    ],
)
async def test_a_pointer_leads_to_the_field_that_was_sent(
    toy: Bench, sent: dict[str, Any], pointer: str, code: str
) -> None:
    account = new_id()
    owner = await toy.make_member(account, [])
    answer = await toy.http.post(
        f"/api/v1/accounts/{account}/things",
        content=json.dumps({"name": "a", **sent}),
        headers={**owner.headers, "Content-Type": "application/json"},
    )
    assert answer.status_code == 422
    told = [(error["pointer"], error["code"]) for error in answer.json()["errors"]]
    assert (pointer, code) in told
    assert all(pointer.startswith(field) for field, _ in told)
    assert not re.search("[A-Za-z]{4}", re.sub("round|square", "", answer.json()["errors"][0]["text"]))


async def test_a_text_about_a_null_character_is_no_null_character(toy: Bench) -> None:
    account = new_id()
    owner = await toy.make_member(account, [])
    answer = await toy.http.post(
        f"/api/v1/accounts/{account}/things",
        content=json.dumps({"name": r"say \u0000"}),
        headers={**owner.headers, "Content-Type": "application/json"},
    )
    assert answer.status_code == 201


async def test_a_null_character_in_the_query_is_refused_by_name(toy: Bench) -> None:
    answer = await toy.http.get("/api/v1/things?limit=1&word=%00")
    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == ["query/word"]


@pytest.mark.parametrize("content", [b"[" * 60_000, b'{"a":' * 60_000 + b"1" + b"}" * 60_000, b"\xff\xfe"])
async def test_a_body_that_cannot_be_taken_apart_is_no_json(toy: Bench, content: bytes) -> None:
    account = new_id()
    owner = await toy.make_member(account, [])
    answer = await toy.http.post(
        f"/api/v1/accounts/{account}/things",
        content=content,
        headers={**owner.headers, "Content-Type": "application/json"},
    )
    assert answer.status_code == 422
    assert [(error["pointer"], error["code"]) for error in answer.json()["errors"]] == [("/", "json_invalid")]


async def test_a_method_that_is_not_there_is_refused_with_those_that_are(toy: Bench) -> None:
    answer = await toy.http.delete("/api/v1/things", headers={"Accept-Language": "ru"})
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET")
    assert answer.headers["content-language"] == "ru"
    body = answer.json()
    assert (body["code"], body["detail"]) == ("request.method_not_allowed", "Здесь это действие не предусмотрено")
    assert body["fix"]["text"]


@pytest.mark.parametrize(
    ("language", "title"),
    [
        ("uk", "Для цієї дії потрібне право «Переносити записи»"),
        ("ru", "Для этого действия нужно право «Переносить записи»"),
        ("en", "You need the permission “Move bookings”"),
    ],
)
def test_a_missing_right_is_called_by_its_name(language: str, title: str) -> None:
    told = body_of(MissingPermission("booking.reschedule", ["Олена"]), Texts(), language)
    assert (told["title"], told["permission"]) == (title, "booking.reschedule")
    assert "Олена" in told["fix"]["text"]


def test_every_right_has_a_name_in_three_languages() -> None:
    texts = Texts()
    nameless = [
        f"{language} {key}"
        for language in LANGUAGES
        for key in Permission
        if not texts.find(language, f"permission.{key}")
    ]
    assert nameless == []


async def test_a_request_on_a_used_connection_has_a_trace_of_its_own(toy: Bench) -> None:
    # As the server leaves it after a long body: the next request runs in the context of the one before.
    app = replace(toy.service, registry=CollectorRegistry()).build_app()
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://toy") as http:
        with TracerProvider().get_tracer("test").start_as_current_span("the request before") as before:
            answer = await http.get("/api/v1/missing")
    assert answer.json()["trace_id"] != format(before.get_span_context().trace_id, "032x")


@pytest.mark.parametrize(
    ("language", "title"),
    [
        ("uk", "Такого немає або у вас немає доступу"),
        ("ru-RU,ru;q=0.9", "Такого нет или у вас нет доступа"),
        ("en", "This does not exist, or you have no access to it"),
        ("de", "Такого немає або у вас немає доступу"),
    ],
)
async def test_a_refusal_speaks_the_language_of_the_caller(toy: Bench, language: str, title: str) -> None:
    answer = await toy.http.get("/api/v1/missing", headers={"Accept-Language": language})
    assert (answer.status_code, answer.json()["title"]) == (404, title)


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/nowhere", 404),
        ("POST", "/api/v1/things", 405),
        ("GET", "/api/v1/things?limit=9", 422),
        ("GET", "/api/v1/things?limit=x", 422),
        ("GET", "/api/v1/broken", 500),
    ],
)
async def test_every_failure_is_a_problem_with_a_trace_id(toy: Bench, method: str, path: str, status: int) -> None:
    answer = await toy.http.request(method, path)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["status"] == status
    assert answer.headers["x-request-id"]


async def test_broken_json_and_null_characters_are_the_callers_fault(toy: Bench) -> None:
    account = new_id()
    owner = await toy.make_member(account, [])
    path = f"/api/v1/accounts/{account}/things"
    for content in ('{"name": ', '{"name": "a\\u0000b"}', "[]", '"x"', ""):
        answer = await toy.http.post(
            path, content=content, headers={**owner.headers, "Content-Type": "application/json"}
        )
        assert answer.status_code == 422, content


async def test_a_body_over_the_limit_is_refused(toy: Bench) -> None:
    account = new_id()
    owner = await toy.make_member(account, [])
    answer = await toy.http.post(f"/api/v1/accounts/{account}/things", content=b"x" * 1_100_000, headers=owner.headers)
    assert (answer.status_code, answer.json()["code"]) == (413, "request.body_too_large")


async def test_a_stranger_sees_404_and_nobody_401(toy: Bench) -> None:
    account = new_id()
    await toy.make_member(account, [])
    stranger = toy.mint.person("+380501111111")
    path = f"/api/v1/accounts/{account}/things"
    assert (await toy.http.post(path, json={"name": "a"}, headers=stranger.headers)).status_code == 404
    assert (await toy.http.post(path, json={"name": "a"})).status_code == 401
    for token in ("", "Bearer", "Bearer x.y.z", "Basic abc", "Bearer " + stranger.token[:-4] + "AAAA"):
        answer = await toy.http.post(path, json={"name": "a"}, headers={"Authorization": token})
        assert answer.status_code == 401, token


async def test_the_same_key_gives_the_same_answer_and_one_effect(toy: Bench) -> None:
    account = new_id()
    owner = await toy.make_member(account, [])
    path = f"/api/v1/accounts/{account}/things"
    headers = {**owner.headers, "Idempotency-Key": str(new_id())}
    answers = await asyncio.gather(*(toy.http.post(path, json={"name": "a"}, headers=headers) for _ in range(5)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.content for answer in answers}) == 1
    changed = await toy.http.post(path, json={"name": "b"}, headers=headers)
    assert (changed.status_code, changed.json()["code"]) == (422, "request.idempotency_key_reused")
    from contracts.booking import ClientChanged

    assert len(await toy.said(ClientChanged, account_id=account)) == 1
