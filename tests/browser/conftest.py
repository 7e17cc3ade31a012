"""A real Chromium: people with phones and desks in front of the running product."""

from __future__ import annotations

import asyncio
import re
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.async_api import Browser, Error, FloatRect, Locator, Page, async_playwright, expect

from tests.support.people import new_phone
from zapys_dev.browser import chromium

# Chromium looks for its maker's hosts at every start; a closed network makes that slow and noisy.
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}
DESK = {"viewport": {"width": 1440, "height": 900}}
_PATIENCE_S = 30.0
_HERE = Path(__file__).parent

expect.set_options(timeout=15_000)  # a machine that runs other tests beside takes its time


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A browser on a crowded machine gets one more try, and the summary names every test that needed it."""
    for item in items:
        if item.path.is_relative_to(_HERE):
            item.add_marker(pytest.mark.flaky(reruns=1))


@pytest.fixture(scope="session")
async def chrome() -> AsyncIterator[Browser]:
    """One browser for all tests; each person has a profile of their own in it."""
    executable = chromium() or shutil.which("chromium")
    if executable is None:
        pytest.fail("There is no Chromium here. Run ./zapys test, which installs it, or apt-get install chromium.")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=executable, args=list(FLAGS))
        yield browser
        await browser.close()


@dataclass
class Person:
    """Somebody with a browser and a phone number."""

    page: Page
    simulators_url: str
    phone: str = field(default_factory=new_phone)
    taps: int = 0
    trouble: list[str] = field(default_factory=list)

    def watch(self) -> None:
        """Note what the browser complains about: scripts, the content policy, missing files."""
        self.page.on("pageerror", lambda error: self.trouble.append(str(error)))
        self.page.on(
            "console", lambda said: self.trouble.append(said.text) if said.type in ("error", "warning") else None
        )

    async def tap(self, selector: str, *, has_text: str | None = None) -> None:
        """Press something and count it."""
        self.taps += 1
        await self.page.locator(selector, has_text=has_text).first.click()

    async def sms(self) -> list[str]:
        """Texts on the phone, newest first."""
        async with httpx.AsyncClient() as http:
            answer = await http.get(f"{self.simulators_url}/phone/{self.phone}/messages")
        return [message["text"] for message in answer.json()["items"]]

    async def next_sms(self, seen: int) -> str:
        """Wait until more than `seen` messages are on the phone, and read the newest."""
        async with asyncio.timeout(_PATIENCE_S):
            while len(texts := await self.sms()) <= seen:
                await asyncio.sleep(0.1)
        return texts[0]

    async def enter_code(self, seen: int) -> None:
        """Type the code from the SMS; the form sends itself at the last digit."""
        found = re.search(r"(?<!\d)(\d{6})(?!\d)", await self.next_sms(seen))
        assert found
        await self.page.locator("#f-code").press_sequentially(found[1])

    async def sign_in(self) -> None:
        """From the sign-in page to wherever it leads."""
        seen = len(await self.sms())
        await self.page.fill("#f-phone", self.phone)
        await self.page.click("main button.primary")
        await self.page.wait_for_selector("#f-code")
        await self.enter_code(seen)
        await self.page.wait_for_url(lambda url: "/login" not in url)

    async def token(self) -> str:
        """The access token of this browser, for what has no page yet."""
        kept: dict[str, Any] = {one["name"]: one["value"] for one in await self.page.context.cookies()}
        return str(kept["zapys_access"])

    async def sideways(self) -> int:
        """Pixels by which the page is wider than the screen; a phone widens its `innerWidth` with the page."""
        wider: int = await self.page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        return wider


NewPerson = Callable[..., Awaitable[Person]]


async def box_of(place: Locator) -> FloatRect:
    """Where it is, in view, once it has come to rest: a page under way would be missed by the mouse."""
    before = None
    for _ in range(50):
        try:
            await place.scroll_into_view_if_needed()
        except Error as gone:  # drawn anew while it was looked at; every other act of a locator looks again by itself
            if "not attached" not in gone.message:
                raise
        found = await place.bounding_box()
        if found is not None and found == before:
            return found
        before = found
        await place.page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    raise AssertionError("it never comes to rest")


@pytest.fixture
async def new_person(chrome: Browser) -> AsyncIterator[NewPerson]:
    """Makes people; at the end nobody's browser may have complained about anything."""
    made: list[Person] = []

    async def make(
        base_url: str, simulators_url: str = "", *, look: dict[str, Any] | None = None, **more: Any
    ) -> Person:
        context = await chrome.new_context(
            base_url=base_url, locale="uk-UA", timezone_id="Europe/Kyiv", **(look or PHONE), **more
        )
        context.set_default_timeout(15_000)
        person = Person(await context.new_page(), simulators_url)
        person.watch()
        made.append(person)
        return person

    yield make
    for person in made:
        await person.page.context.close()
    assert [said for person in made for said in person.trouble] == []
