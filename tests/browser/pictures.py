"""Takes the pictures of `docs/screens`: `python -m tests.browser.pictures`. Pages are real, services are played."""

from __future__ import annotations

import asyncio
import tempfile
import threading
from pathlib import Path
from typing import Any

import uvicorn
from playwright.async_api import Browser, Page, async_playwright

from tests.gateway.pages.conftest import build_pages
from tests.gateway.pages.mine import LINK, PAYMENT, open_for_me, open_own_day
from tests.gateway.pages.office import look_after
from tests.gateway.pages.salon import ACCOUNT, BOOKING, CODE, CUT, OLENA, PHONE, moment, open_for_clients
from tests.gateway.pages.stage import Stage
from tests.gateway.pages.treasury import open_the_treasury
from tests.gateway.pages.work import open_for_staff
from zapys_dev import ports
from zapys_dev.browser import ensure_chromium

from .conftest import DESK, FLAGS
from .conftest import PHONE as SMALL

OUTPUT = Path(__file__).parents[2] / "docs" / "screens"
TIMES = f"/levada?services={CUT}&staff=any"
BOARD = f"/desk/{ACCOUNT}?day={moment(1, 9).date()}"
ONE = f"/desk/{ACCOUNT}/bookings/{BOOKING}"
MANAGE = f"/manage/{ACCOUNT}"
LOOKS: dict[str, dict[str, Any]] = {"phone": SMALL, "desktop": DESK, "dark": {**SMALL, "color_scheme": "dark"}}
PICTURES = {
    "catalogue": ("/", ("phone", "desktop")),
    "services": ("/levada", ("phone", "desktop", "dark")),
    "staff": (f"/levada?services={CUT}", ("phone",)),
    "times": (TIMES, ("phone", "desktop", "dark")),
    "booked": ("/b/k7m2xq?new=1", ("phone", "dark")),
    "mine": ("/me", ("phone",)),
    "link": (LINK, ("phone", "dark")),
    "pay": (f"/pay/{PAYMENT}", ("phone",)),
    "my-waiting": ("/me/waiting", ("phone",)),
    "review": (f"/me/{BOOKING}/review", ("phone",)),
    "messages": ("/me/messages", ("phone",)),
    "devices": ("/me/devices", ("phone",)),
    "data": ("/me/data", ("phone",)),
    "settings": ("/me/settings", ("phone", "dark")),
    "day": (f"/day?day={moment(1, 9).date()}", ("phone", "desktop", "dark")),
    "day-sheet": (f"/day/sheet?day={moment(1, 9).date()}", ("desktop",)),
    "overview": (MANAGE, ("phone", "desktop")),
    "hours": (f"{MANAGE}/staff/{OLENA}/schedule?preset=weekdays", ("desktop",)),
    "rights": (f"{MANAGE}/rights", ("desktop", "dark")),
    "clients": (f"{MANAGE}/clients", ("phone", "desktop")),
    "settings-of-account": (f"{MANAGE}/settings?expert=1", ("desktop",)),
    "journal": (f"{MANAGE}/audit", ("desktop",)),
    "services-of-account": (f"{MANAGE}/services", ("phone",)),
    "stock": (f"{MANAGE}/stock", ("phone",)),
    "cash-registers": (f"{MANAGE}/cash-registers", ("desktop",)),
    "operating-day": (f"{MANAGE}/day", ("desktop",)),
    "receipts": (f"{MANAGE}/receipts", ("phone",)),
    "message-list": (f"{MANAGE}/messages", ("phone", "desktop", "dark")),
    "message-settings": (f"{MANAGE}/messages/settings", ("desktop",)),
    "message-text": (f"{MANAGE}/messages/texts/client/reminder_eve/uk", ("phone", "desktop")),
    "balance": (f"{MANAGE}/balance", ("phone", "dark")),
    "integrations": (f"{MANAGE}/integrations", ("phone",)),
    "turbosms": (f"{MANAGE}/integrations/turbosms", ("phone",)),
    "report-summary": (f"{MANAGE}/reports/summary", ("phone", "desktop", "dark")),
    "report-weeks": (f"{MANAGE}/reports/weekly", ("desktop", "dark")),
    "desk": (BOARD, ("phone", "desktop", "dark")),
    "week": (f"{BOARD}&view=week", ("desktop",)),
    "drawer": (f"{BOARD}&open={ONE}", ("desktop",)),
    "attention": (f"/desk/{ACCOUNT}/attention", ("phone", "desktop", "dark")),
    "waiting": (f"/desk/{ACCOUNT}/waiting", ("phone",)),
    "new-booking": (
        f"/desk/{ACCOUNT}/new?services={CUT}&staff={OLENA}&day={moment(1, 9).date()}&from=07:15",
        ("phone",),
    ),
    "booking": (ONE, ("phone", "desktop")),
    "notifications": (f"{ONE}?tab=notifications", ("phone", "dark")),
    "payment": (f"{ONE}?tab=payment", ("phone",)),
    "help": ("/help/quiet_hours", ("phone",)),
}


async def _sign_in(page: Page) -> None:
    await page.goto("/login")
    await page.fill("#f-phone", PHONE)
    await page.click("main button.primary")
    await page.locator("#f-code").press_sequentially(CODE)
    await page.wait_for_selector("h1:has-text('Мої записи')")


async def _contact(page: Page) -> None:
    await page.goto(TIMES)
    await page.click("button[name=at] >> nth=2")
    await page.wait_for_selector("#f-name")


async def _take(browser: Browser, url: str, look: str) -> None:
    settings = {"base_url": url, "locale": "uk-UA", "timezone_id": "Europe/Kyiv", **LOOKS[look]}
    stranger = await (await browser.new_context(**settings)).new_page()
    if look == "phone":
        await _contact(stranger)
        await stranger.screenshot(path=OUTPUT / "contact-phone.png", full_page=True)
    known = await (await browser.new_context(**settings)).new_page()
    await _sign_in(known)
    for name, (address, looks) in PICTURES.items():
        if look in looks:
            page = known if address.startswith(("/me", "/manage", "/desk", "/day")) else stranger
            await page.goto(address)
            await page.screenshot(path=OUTPUT / f"{name}-{look}.png", full_page=True)


async def _run(url: str) -> None:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=ensure_chromium(), args=list(FLAGS))
        for look in LOOKS:
            await _take(browser, url, look)
        await browser.close()


def main() -> None:
    """Serve the pages, take every picture, stop."""
    OUTPUT.mkdir(parents=True, exist_ok=True)
    stage = Stage()
    open_for_clients(stage)
    open_for_staff(stage)
    look_after(stage)
    open_the_treasury(stage)
    open_for_me(stage)
    open_own_day(stage)
    with tempfile.TemporaryDirectory() as folder:
        key = Path(folder) / "key"
        key.write_text("a key for pictures only")
        port = ports.first_free(28900)
        url = f"http://127.0.0.1:{port}"
        server = uvicorn.Server(
            uvicorn.Config(build_pages(stage, key, url), port=port, log_level="warning", access_log=False, ws="none")
        )
        thread = threading.Thread(target=server.run)
        thread.start()
        try:
            asyncio.run(_run(url))
        finally:
            server.should_exit = True
            thread.join()


if __name__ == "__main__":
    main()
