"""The operators' door answers in good form also while the database is away."""

from pathlib import Path

import httpx
import pytest

from kit.admin import build_admin
from kit.service import _operated
from tests.kit.toy.app import Settings, build


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
