"""An answer remembered under a key belongs to one caller and one question."""

from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from fastapi import APIRouter

from kit.edge import CallerDep, DbDep
from kit.idempotency import OnceDep
from kit.ids import new_id
from kit.testing import Bench
from tests.kit.toy.app import Settings, build
from zapys_dev.databases import Urls

router = APIRouter()


@router.post("/api/v1/secrets", status_code=201)
async def tell(once: OnceDep, db: DbDep, caller: CallerDep, about: str = "") -> Any:
    """A route that names the key before the caller, as any route may."""

    async def effect() -> dict[str, str]:
        return {"of": str(caller.user_id), "about": about}

    async with db.tx() as tx:
        return await once.run(tx, effect)


@router.post("/api/v1/slow")
async def slow(db: DbDep) -> None:
    """A statement that the server ends."""
    from sqlalchemy import text

    async with db.tx() as tx:
        await tx.execute(text("SET LOCAL statement_timeout = '50ms'"))
        await tx.execute(text("SELECT pg_sleep(2)"))


@pytest.fixture
async def bench(fresh_database: Callable[..., Urls], toy_database: Urls) -> AsyncIterator[Bench]:
    service = build(Settings(database_url=toy_database.app_url))
    service.routers.append(router)
    async with Bench(service) as started:
        yield started


async def test_the_same_key_of_another_caller_gives_nothing_away(bench: Bench) -> None:
    mine, theirs = bench.mint.person(), bench.mint.person("+380501111111")
    key = {"Idempotency-Key": str(new_id())}
    first = await bench.http.post("/api/v1/secrets", headers={**mine.headers, **key})
    second = await bench.http.post("/api/v1/secrets", headers={**theirs.headers, **key})
    assert [answer.json()["of"] for answer in (first, second)] == [str(mine.user_id), str(theirs.user_id)]
    again = await bench.http.post("/api/v1/secrets", headers={**mine.headers, **key})
    assert again.content == first.content
    assert again.headers["idempotency-replayed"] == "true"


async def test_another_question_under_the_same_key_is_not_given_the_old_answer(bench: Bench) -> None:
    person = bench.mint.person()
    headers = {**person.headers, "Idempotency-Key": str(new_id())}
    first = await bench.http.post("/api/v1/secrets?about=a", headers=headers)
    second = await bench.http.post("/api/v1/secrets?about=b", headers=headers)
    assert first.json()["about"] == "a"
    assert second.status_code == 422 or second.json()["about"] == "b"


async def test_a_statement_that_is_ended_for_its_time_is_an_outage_and_no_bug(bench: Bench) -> None:
    answer = await bench.http.post("/api/v1/slow")
    assert (answer.status_code, answer.json()["code"]) == (503, "request.unavailable")
    assert answer.headers["retry-after"]
