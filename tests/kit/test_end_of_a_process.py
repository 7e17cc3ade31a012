"""What the callers hear whose requests are under way when a process is told to end."""

import asyncio

import httpx
from fastapi import APIRouter
from prometheus_client import CollectorRegistry

import kit
from kit.api import build_api
from kit.edge import texts_of
from kit.process import Server
from tests.support.own_ports import own_port


async def test_who_is_not_answered_before_the_end_is_told_to_ask_again_and_never_of_a_failure() -> None:
    router, is_asked = APIRouter(), asyncio.Event()

    @router.get("/slow")
    async def slow() -> None:
        is_asked.set()
        await asyncio.sleep(60)

    app = build_api(
        title="toy",
        routers=[router],
        texts=texts_of(str(kit.__file__)),
        base_url="http://toy.invalid",
        registry=CollectorRegistry(),
    )
    server = Server(app, "127.0.0.1", own_port(), grace_s=1)
    serving = asyncio.create_task(server.serve())
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{server.config.port}", timeout=20) as http:
        while not server.started:
            await asyncio.sleep(0.01)
        asking = asyncio.create_task(http.get("/slow", headers={"Accept-Language": "en"}))
        await is_asked.wait()
        server.should_exit = True
        answer = await asking
    await serving
    assert answer.status_code == 503, answer.text
    assert answer.json()["code"] == "request.unavailable"
    assert int(answer.headers["retry-after"]) >= 1
