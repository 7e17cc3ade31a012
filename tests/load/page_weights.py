"""How heavy the first view of a page is over the wire: `python -m tests.load.page_weights [name=address …]`.

Serves the pages with played services through the gateway's own compression and opens each in Chromium with an empty
cache; counts what the network carried, headers included. Without arguments: the booking page at each of its steps.
"""

from __future__ import annotations

import asyncio
import logging
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import structlog
import uvicorn
from playwright.async_api import Browser, async_playwright
from starlette.middleware.gzip import GZipMiddleware

from tests.browser.conftest import FLAGS, PHONE
from tests.gateway.pages.conftest import build_pages
from tests.gateway.pages.platform_parts import open_platform, with_everything
from tests.gateway.pages.salon import CUT, open_for_clients
from tests.gateway.pages.stage import Stage
from tests.gateway.pages.work import open_for_staff
from zapys_dev import ports
from zapys_dev.browser import ensure_chromium

BAR = 30 * 1024
PAGES = {
    "company page": "/levada",
    "who": f"/levada?services={CUT}",
    "when": f"/levada?services={CUT}&staff=any",
    "front page": "/",
}


def everything() -> Stage:
    """Services that answer whatever a client or somebody at work opens."""
    stage = Stage()
    open_for_clients(stage)
    open_for_staff(stage)
    open_platform(stage)
    with_everything(stage)
    return stage


@contextmanager
def served(stage: Stage | None = None) -> Iterator[str]:
    """The pages on a port of this machine, compressed as the gateway compresses."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    with tempfile.TemporaryDirectory() as folder:
        key = Path(folder) / "key"
        key.write_text("a key for figures only")
        port = ports.first_free(28950)
        url = f"http://127.0.0.1:{port}"
        app = GZipMiddleware(build_pages(stage or everything(), key, url), minimum_size=700, compresslevel=5)
        server = uvicorn.Server(uvicorn.Config(app, port=port, log_config=None, access_log=False, ws="none"))
        thread = threading.Thread(target=server.run)
        thread.start()
        try:
            yield url
        finally:
            server.should_exit = True
            thread.join()


async def weigh(browser: Browser, url: str, address: str) -> int:
    """Bytes that the network carried until it was quiet."""
    context = await browser.new_context(base_url=url, locale="uk-UA", **PHONE)  # type: ignore[arg-type]
    page = await context.new_page()
    session = await context.new_cdp_session(page)
    await session.send("Network.enable")
    carried: list[int] = []
    session.on("Network.loadingFinished", lambda event: carried.append(int(event["encodedDataLength"])))
    await page.goto(address, wait_until="networkidle")
    await context.close()
    return sum(carried)


async def _run(url: str, pages: dict[str, str]) -> bool:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=ensure_chromium(), args=list(FLAGS))
        fits = True
        for name, address in pages.items():
            size = await weigh(browser, url, address)
            fits = fits and size <= BAR
            print(f"{name:16} {size / 1024:6.1f} KiB (bar {BAR // 1024}): {'kept' if size <= BAR else 'MISSED'}")
        await browser.close()
    return fits


def main() -> None:
    """Print one line for each page; exit 1 when one is too heavy."""
    named = dict(argument.split("=", 1) for argument in sys.argv[1:])
    with served() as url:
        fits = asyncio.run(_run(url, named or PAGES))
    raise SystemExit(0 if fits else 1)


if __name__ == "__main__":
    main()
