"""Every page in all three languages and both schemes: `python -m tests.browser.axe_everywhere`. Bar: nothing found."""

from __future__ import annotations

import asyncio
import logging
import tempfile
from pathlib import Path
from typing import Any

import structlog
from playwright.async_api import Browser, async_playwright

from tests.gateway.pages.everywhere import PUBLIC, open_everything
from tests.gateway.pages.stage import Stage
from zapys_dev.browser import ensure_chromium

from .conftest import DESK, FLAGS, PHONE, Person
from .played import served
from .test_access import AT_WORK, LANGUAGES, SCHEMES, STILL, enter_console, sign_in, walk


async def _person(browser: Browser, url: str, look: dict[str, Any]) -> Person:
    settings: dict[str, Any] = {**look, **STILL, "base_url": url, "locale": "uk-UA", "timezone_id": "Europe/Kyiv"}
    context = await browser.new_context(**settings)
    return Person(await context.new_page(), "")


async def _in_one_language(browser: Browser, url: str, language: str) -> list[str]:
    stranger = await _person(browser, url, PHONE)
    found = await walk(stranger, language, [(page, SCHEMES) for page in PUBLIC])
    owner = await _person(browser, url, DESK)
    await sign_in(owner)
    await enter_console(owner)
    return found + await walk(owner, language, [(page, SCHEMES) for page in AT_WORK])


async def _run(url: str) -> list[str]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=ensure_chromium(), args=list(FLAGS))
        found = await asyncio.gather(*(_in_one_language(browser, url, language) for language in LANGUAGES))
        await browser.close()
    return [one for some in found for one in some]


def main() -> None:
    """Print what is found and whether the bar is kept; exit 1 when it is not."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    stage = Stage()
    open_everything(stage)
    with tempfile.TemporaryDirectory() as folder, served(stage, Path(folder)) as url:
        found = asyncio.run(_run(url))
    print("\n".join(found))
    pages = (len(PUBLIC) + len(AT_WORK)) * len(LANGUAGES)
    print(f"{pages} pages in two schemes: {len(found)} faults (bar 0): {'MISSED' if found else 'kept'}")
    raise SystemExit(1 if found else 0)


if __name__ == "__main__":
    main()
