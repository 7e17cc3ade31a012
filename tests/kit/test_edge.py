"""The HTTP edge: every refusal is problem+json in the caller's language and names field and cure."""

import asyncio

import pytest

from kit.ids import new_id
from kit.testing import Bench


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
    assert body["fix"]["text"] == "Correct the named fields and send again."


@pytest.mark.parametrize(
    ("language", "title"),
    [
        ("uk", "Такого немає або у вас немає доступу"),
        ("ru-RU,ru;q=0.9", "Такого нет или у вас нет доступа"),
        ("en", "There is no such thing, or it is not visible to you"),
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
