"""The operators' door answers in good form also while the database is away."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from pydantic import SecretStr

from kit import admin
from kit.admin import build_admin
from kit.service import _operated
from kit.wakeups import Wakeups
from tests.kit.toy.app import MIGRATIONS, Settings, build
from tests.support.waiting import eventually
from zapys_dev.databases import Urls


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    token = tmp_path / "operator"
    token.write_text("let-me-in\n")
    return Settings(
        database_url="postgresql+asyncpg://booking_app@127.0.0.1:1/nowhere",
        operator_token_file=token,
    )


@pytest.mark.parametrize("path", ["/admin/dead-letters", "/admin/dead-letters?queue=x"])
async def test_dead_letters_without_a_database_are_unavailable_and_no_bug(settings: Settings, path: str) -> None:
    service = build(settings)
    transport = httpx.ASGITransport(app=build_admin(_operated(service, "worker")), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://admin") as http:
        answer = await http.get(path, headers={"Authorization": "Bearer let-me-in"})
        assert (answer.status_code, answer.headers["content-type"]) == (503, "application/problem+json")
        assert answer.json()["code"] == "request.unavailable"
        assert answer.headers["retry-after"]
        status = await http.get("/admin/status", headers={"Authorization": "Bearer let-me-in"})
        assert (status.status_code, status.json()["outbox"]) == (200, None)
    await service.db.close()


async def test_figures_say_which_part_does_not_work_and_a_silent_part_holds_nobody_up(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def never() -> str | None:
        await asyncio.Event().wait()
        return None

    async def fine() -> str | None:
        return None

    monkeypatch.setattr(admin, "CHECK_S", 0.05)
    service = build(settings)
    operated = _operated(service, "worker")
    operated.checks = {"database": operated.checks["database"], "silent": never, "broker": fine}
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=build_admin(operated)), base_url="http://a") as http:
        lines = (await http.get("/metrics")).text.splitlines()
        ready = await http.get("/ready")
    for part, value in (("database", "0.0"), ("silent", "0.0"), ("broker", "1.0")):
        assert f'zapys_part_ready{{part="{part}"}} {value}' in lines
    assert (ready.status_code, ready.json()["parts"]["silent"]) == (503, "no answer within 0 s")
    await service.db.close()


async def test_the_process_that_answers_tells_operators_when_no_worker_is_there(
    settings: Settings, fresh_database: Callable[..., Urls], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(admin, "CHECK_S", 60.0)
    urls = fresh_database("booking", MIGRATIONS)
    service = build(settings.model_copy(update={"database_url": SecretStr(urls.app_url)}))
    wakeups = Wakeups(urls.app_url)
    app = build_admin(_operated(service, "api"))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://admin") as http:

        async def said() -> str:
            status = await http.get("/admin/status", headers={"Authorization": "Bearer let-me-in"})
            return str(status.json()["parts"]["worker"])

        async def is_there() -> bool:
            return await said() == "ok"

        assert await said() == "no worker is connected"
        assert "worker" not in (await http.get("/ready")).json()["parts"]  # who answers goes on answering
        listening = asyncio.create_task(wakeups.run())
        await eventually(is_there)
        listening.cancel()
        await asyncio.gather(listening, return_exceptions=True)
    await service.db.close()
