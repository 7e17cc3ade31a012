"""What keeps browsers on https, and odd request targets from breaking the door of own domains."""

from __future__ import annotations

import httpx
import pytest
from starlette.responses import PlainTextResponse
from starlette.types import Message, Receive, Scope, Send

from gateway.own_domains import OwnDomainMiddleware
from gateway.security import SecurityMiddleware

PUBLIC_URL = "https://zapys.example"
A_YEAR = "max-age=31536000"


async def _answers(scope: Scope, receive: Receive, send: Send) -> None:
    await PlainTextResponse(scope["path"], 404)(scope, receive, send)


@pytest.mark.parametrize(
    ("public_url", "host", "kept"),
    [
        (PUBLIC_URL, "zapys.example", f"{A_YEAR}; includeSubDomains"),
        (f"{PUBLIC_URL}:8443", "Zapys.Example:8443", f"{A_YEAR}; includeSubDomains"),
        # A firm's own hosts below its domain may know no https: their browsers would be shut out for a year.
        (PUBLIC_URL, "salon.example", A_YEAR),
        ("http://127.0.0.1:8000", "127.0.0.1:8000", None),
    ],
)
async def test_browsers_keep_to_https_on_our_hosts_and_on_nobody_elses_below_their_own(
    public_url: str, host: str, kept: str | None
) -> None:
    door = httpx.ASGITransport(SecurityMiddleware(_answers, public_url=public_url))
    async with httpx.AsyncClient(transport=door, base_url="http://door", headers={"Host": host}) as http:
        for path in ("/", "/api/v1/me"):
            assert (await http.get(path)).headers.get("strict-transport-security") == kept, path


async def test_a_target_that_is_no_path_breaks_nothing_on_an_own_domain() -> None:
    """`OPTIONS *` asks about the whole server."""

    async def find(_: str) -> str:
        return "levada"

    told: list[Message] = []

    async def send(message: Message) -> None:
        told.append(message)

    async def receive() -> Message:
        return {"type": "http.request"}

    door = OwnDomainMiddleware(_answers, find=find, public_url=PUBLIC_URL)
    headers = [(b"host", b"salon.example")]
    await door({"type": "http", "method": "OPTIONS", "path": "*", "headers": headers}, receive, send)
    assert told[0]["status"] == 404
