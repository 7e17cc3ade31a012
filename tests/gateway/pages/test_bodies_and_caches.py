"""Forms that no page of ours has made, and what may lie in the caches of others."""

from __future__ import annotations

import pytest

from .browser import Browser
from .conftest import PUBLIC_URL
from .stage import Stage
from .test_doors import sign_in

BOUNDARY = "multipart/form-data; boundary=b"


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("multipart/form-data", b"x"),
        (BOUNDARY, b"--b\r\nContent-Disposition: form-data\r\n\r\nx\r\n--b--\r\n"),
        (BOUNDARY, b"--b\r\n" + b"Content-Disposition: form-data; name=a\r\n\r\n1\r\n--b\r\n" * 1_100 + b"--b--\r\n"),
        (BOUNDARY, b"--b\r\nContent-Disposition: form-data; name=a\r\n\r\n" + b"x" * 1_500_000 + b"\r\n--b--\r\n"),
        ("application/x-www-form-urlencoded", b"&".join(b"a=1" for _ in range(1_100))),
        ("application/x-www-form-urlencoded", b"csrf=%ff%00&phone=%ed%a0%80"),
        ("application/json", b"[" * 10_000),
    ],
)
async def test_a_body_that_is_no_form_of_ours_is_the_senders_fault(browser: Browser, kind: str, body: bytes) -> None:
    answer = await browser.http.post(f"{PUBLIC_URL}/login", content=body, headers={"Content-Type": kind})
    assert 400 <= answer.status_code < 500, answer.text[:300]
    assert "text/html" in answer.headers["content-type"]


@pytest.mark.parametrize("path", ["/look/aa3355.css", "/look/aa3355.css?lang=ru"])
async def test_what_others_may_keep_never_brings_a_session(browser: Browser, stage: Stage, path: str) -> None:
    """A browser whose short token has ended renews it with whatever it asks for first."""
    known = await browser.http.get(PUBLIC_URL + path.partition("?")[0])
    assert "public" in known.headers["cache-control"]
    assert "set-cookie" not in known.headers
    await sign_in(browser)
    browser.http.cookies.delete("zapys_access")
    answer = await browser.http.get(PUBLIC_URL + path)
    assert answer.status_code == 200
    assert "zapys_refresh" in answer.headers["set-cookie"]
    assert answer.headers["cache-control"] == "no-store"
