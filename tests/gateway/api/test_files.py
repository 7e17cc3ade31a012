"""How long a browser may keep a file of the browser side."""

import gzip
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette
from starlette.routing import Mount

from gateway.files import Files
from tests.gateway.api.running import open_door


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("app.bcbc5c7355.css", "public, max-age=31536000, immutable"),
        ("manifest.json", "no-cache"),
        ("hold.js", "no-cache"),
    ],
)
async def test_only_a_hashed_name_is_kept_for_good(tmp_path: Path, name: str, kept: str) -> None:
    (tmp_path / name).write_text("x")
    app = Starlette(routes=[Mount("/static", Files(directory=tmp_path))])
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as http:
        answer = await http.get(f"/static/{name}")
        assert answer.status_code == 200
        assert answer.headers["cache-control"] == kept
        again = await http.get(f"/static/{name}", headers={"If-None-Match": answer.headers["etag"]})
        assert again.status_code == 304
        assert again.headers["cache-control"] == kept


async def test_what_the_build_has_packed_goes_to_whoever_takes_it_and_to_nobody_else(tmp_path: Path) -> None:
    (tmp_path / "app.bcbc5c7355.css").write_text("p { color: red }")
    (tmp_path / "app.bcbc5c7355.css.br").write_bytes(b"packed")
    app = Starlette(routes=[Mount("/static", Files(directory=tmp_path))])
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as http:
        for asked, encoding in (("gzip, br", "br"), ("gzip", None), ("gzip, br;q=0", None), ("", None)):
            headers = {"Accept-Encoding": asked}
            async with http.stream("GET", "/static/app.bcbc5c7355.css", headers=headers) as answer:
                assert answer.headers.get("content-encoding") == encoding, asked
                assert answer.headers["content-type"].startswith("text/css")
                assert answer.headers["vary"] == "Accept-Encoding"
                assert "immutable" in answer.headers["cache-control"]
                raw = b"".join([chunk async for chunk in answer.aiter_raw()])
                assert raw == (b"packed" if encoding else b"p { color: red }")


async def test_what_is_said_travels_compressed() -> None:
    async with open_door() as door:
        async with door.http.get("/api/v1/openapi.json", headers={"Accept-Encoding": "gzip"}) as answer:
            assert answer.headers["content-encoding"] == "gzip"
            assert "accept-encoding" in answer.headers["vary"].lower()
            told = gzip.decompress(await answer.read())
        async with door.http.get("/api/v1/openapi.json") as plain:
            assert "content-encoding" not in plain.headers
            assert await plain.read() == told
