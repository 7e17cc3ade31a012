"""The pages over played services."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from prometheus_client import CollectorRegistry

import gateway
from gateway import pages
from gateway.clients import Services
from gateway.clients.admin import Admin
from gateway.files import Files
from gateway.settings import Settings
from kit.api import build_api
from kit.texts import Texts

from .browser import Browser
from .salon import open_for_clients
from .stage import Stage

PACKAGE = Path(gateway.__file__).parent
PUBLIC_URL = "http://zapys.test"


def build_pages(stage: Stage, key_file: Path, public_url: str = PUBLIC_URL) -> FastAPI:
    """The gateway's pages alone, with `stage` behind them."""
    texts = Texts(PACKAGE / "texts", PACKAGE / "refusals")
    app = build_api(title="Zapys", routers=[], texts=texts, base_url=public_url, registry=CollectorRegistry())
    app.mount("/static", Files(directory=PACKAGE / "static"))
    for router in pages.routers():
        app.include_router(router)
    app.state.settings = Settings(secret_key_file=key_file, public_url=public_url)
    app.state.services = Services(stage, texts, public_url)  # type: ignore[arg-type]
    app.state.admin = Admin(stage, "operator-token-of-tests")  # type: ignore[arg-type]
    return app


@pytest.fixture
def stage() -> Stage:
    """Everything a client needs works."""
    made = Stage()
    open_for_clients(made)
    return made


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    file = tmp_path / "key"
    file.write_text("a key for tests only")
    return file


@pytest.fixture
async def browser(stage: Stage, key_file: Path) -> AsyncIterator[Browser]:
    """A browser without JavaScript that keeps cookies."""
    transport = httpx.ASGITransport(build_pages(stage, key_file))
    async with httpx.AsyncClient(
        transport=transport, base_url=PUBLIC_URL, headers={"Accept-Language": "uk"}, follow_redirects=True
    ) as http:
        yield Browser(http)
