"""Takes the pictures of `docs/screens`: `python -m tests.browser.pictures [part of a name …]`.

Every screen on a phone, on a wide screen, and on a phone in the dark. Pages are real, services are played. The
pictures are WebP, made small by the browser itself; those that the README shows are PNG as well.
"""

from __future__ import annotations

import asyncio
import base64
import logging
import re
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import structlog
from playwright.async_api import Browser, BrowserContext, Page, async_playwright

from tests.gateway.pages.everywhere import CONSOLE, DAY, TIMES, UNSUBSCRIBE, open_everything
from tests.gateway.pages.everywhere import DESK as AT_DESK
from tests.gateway.pages.mine import KEY, LINK, PAYMENT
from tests.gateway.pages.money import CLIENT
from tests.gateway.pages.people import MASTER_ID
from tests.gateway.pages.rest import IMPORT, OFFER, VISITED_REVIEW
from tests.gateway.pages.salon import ACCOUNT, BOOKING, CODE, CUT, LOCATION, OLENA
from tests.gateway.pages.stage import Answer, Asked, No, Stage
from tests.gateway.pages.treasury import MONEY
from zapys_dev.browser import ensure_chromium

from .conftest import DESK, FLAGS, PHONE, Person
from .played import served
from .test_access import STILL, enter_console, show, sign_in
from .tidy import Tidy

OUTPUT = Path(__file__).parents[2] / "docs" / "screens"
IN_README = ("times-phone", "desk-desktop")
ONE = f"{AT_DESK}/bookings/{BOOKING}"
MANAGE = f"/manage/{ACCOUNT}"
LOOKS: dict[str, dict[str, Any]] = {"phone": PHONE, "desktop": DESK, "dark": {**PHONE, "color_scheme": "dark"}}
QUALITY = 0.6
GUARDED = "+380501112233"
STRANGERS = {
    "catalogue": "/",
    "services": "/levada",
    "reviews": "/levada/reviews",
    "staff": f"/levada?services={CUT}",
    "times": TIMES,
    "wait-for-time": f"{TIMES}&wait_from={DAY}&wait_to={DAY}",
    "contact-step": "",
    "booked": "/b/k7m2xq?new=1",
    "link": LINK,
    "link-move": f"/b/k7m2xq/move?key={KEY}",
    "link-cancel": f"/b/k7m2xq/cancel?key={KEY}",
    "pay": f"/pay/{PAYMENT}",
    "offer": f"/w/{OFFER}",
    "login": "/login",
    "login-code": "/login/code",
    "login-second": "/login/second",
    "welcome": "/register",
    "prices": "/prices",
    "integration-guide": "/integration",
    "ideas": "/ideas",
    "contact-us": "/contact",
    "demo": "/try",
    "status": "/status",
    "widget": "/embed",
    "help": "/help",
    "help-page": "/help/quiet_hours",
    "help-video": "/help/how_to_book",
    "unsubscribe": UNSUBSCRIBE,
    "not-found": "/nobody",
}
OF_PEOPLE = {
    "mine": "/me",
    "my-waiting": "/me/waiting",
    "settings": "/me/settings",
    "messages": "/me/messages",
    "channels": "/me/channels",
    "devices": "/me/devices",
    "second-factor": "/me/second-factor",
    "phone-number": "/me/phone",
    "data": "/me/data",
    "erase": "/me/data/erase",
    "review": VISITED_REVIEW,
    "move": f"/me/{BOOKING}/move",
    "cancel": f"/me/{BOOKING}/cancel",
    "day": f"/day?day={DAY}",
    "day-sheet": f"/day/sheet?day={DAY}",
    "registration": "/register",
}
_OFFICE = {
    "overview": "",
    "locations": "/locations",
    "location": f"/locations/{LOCATION}",
    "services-of-account": "/services",
    "service": f"/services/{CUT}",
    "staff-of-account": "/staff",
    "staff-member": f"/staff/{OLENA}",
    "hours": f"/staff/{OLENA}/schedule?preset=weekdays",
    "time-off": f"/staff/{OLENA}/time-off",
    "closed-days": "/closed-days",
    "resources": "/resources",
    "stock": "/stock",
    "reviews-of-account": "/reviews",
    "settings-of-account": "/settings?expert=1",
    "retention": "/settings/retention",
    "site": "/site",
    "own-page": "/site/page",
    "rights": "/rights",
    "factor-demand": "/rights/second-factor",
    "rights-of-one": f"/rights/{MASTER_ID}",
    "asked-for": "/ask",
    "api-keys": "/api-keys",
    "journal": "/audit",
    "deleted": "/deleted",
    "clients": "/clients",
    "card-of-client": f"/clients/{CLIENT}",
    "doubles": "/clients/doubles",
    "client-import": "/clients/import",
    "client-import-read": f"/clients/import/{IMPORT}",
    "client-fields": "/clients/fields",
}
_DESK = {
    "desk": f"{AT_DESK}?day={DAY}",
    "list": f"{AT_DESK}?day={DAY}&view=list",
    "week": f"{AT_DESK}?day={DAY}&view=week",
    "drawer": f"{AT_DESK}?day={DAY}&view=day&open={quote(ONE, safe='')}",
    "search": f"{AT_DESK}/search?q=%D0%A2%D0%B0",
    "attention": f"{AT_DESK}/attention",
    "waiting": f"{AT_DESK}/waiting",
    "deleted-bookings": f"{AT_DESK}/deleted",
    "new-booking": f"{AT_DESK}/new?services={CUT}&staff={OLENA}&day={DAY}&from=07:15",
    "booking": ONE,
    "booking-move": f"{ONE}?open=reschedule",
    "booking-change": f"{ONE}?open=change",
    "booking-cancel": f"{ONE}?open=cancel",
    "booking-delete": f"{ONE}?open=delete",
    "notifications": f"{ONE}?tab=notifications",
    "write": f"{AT_DESK}/clients/{CLIENT}/write?booking={BOOKING}",
    "payment": f"{ONE}?tab=payment",
    "client": f"{ONE}?tab=client",
    "history": f"{ONE}?tab=history",
}
_ID = re.compile(r"/[0-9a-f]{8}-[0-9a-f-]{27}")


def _named(address: str, start: str, prefix: str) -> str:
    """A name out of an address: `money-cash-registers-shift`."""
    rest = _ID.sub("", address.removeprefix(start).partition("?")[0]).strip("/")
    return f"{prefix}-{rest.replace('/', '-').replace('_', '-')}".rstrip("-")


SCREENS = (
    STRANGERS
    | OF_PEOPLE
    | {name: f"{MANAGE}{path}" for name, path in _OFFICE.items()}
    | _DESK
    | {_named(address, MANAGE, "money"): address for address in reversed(MONEY)}
    | {_named(address, "/ops", "ops"): address for address in reversed(CONSOLE)}
)


@dataclass
class Album:
    """Takes pictures and writes them, small."""

    press: Page
    """A blank page that packs pictures."""
    wanted: list[str]

    def has(self, name: str) -> bool:
        """Whether this picture was asked for."""
        return not self.wanted or any(one in name for one in self.wanted)

    async def take(self, page: Page, name: str) -> None:
        """The whole page as it is."""
        await page.evaluate("scrollTo(0, 0)")
        raw = await page.screenshot(full_page=True)
        packed = await self.press.evaluate(_PACK, [base64.b64encode(raw).decode(), QUALITY])
        (OUTPUT / f"{name}.webp").write_bytes(base64.b64decode(packed))
        if name in IN_README:
            (OUTPUT / f"{name}.png").write_bytes(raw)


_PACK = """
async ([data, quality]) => {
  const picture = await createImageBitmap(await (await fetch(`data:image/png;base64,${data}`)).blob());
  const canvas = new OffscreenCanvas(picture.width, picture.height);
  canvas.getContext("2d").drawImage(picture, 0, 0);
  const packed = await canvas.convertToBlob({ type: "image/webp", quality });
  const bytes = new Uint8Array(await packed.arrayBuffer());
  let text = "";
  for (const one of bytes) text += String.fromCharCode(one);
  return btoa(text);
}
"""


async def _somebody(browser: Browser, url: str, look: str) -> tuple[BrowserContext, Person]:
    settings: dict[str, Any] = {"base_url": url, "locale": "uk-UA", "timezone_id": "Europe/Kyiv", **STILL}
    context = await browser.new_context(**settings, **LOOKS[look])
    return context, Person(await context.new_page(), "")


async def _contact(page: Page) -> None:
    await page.goto(TIMES)
    await page.click("button[name=at] >> nth=2")
    await page.wait_for_selector("#f-name")


async def _code(page: Page, number: str) -> None:
    await page.goto("/login")
    await page.fill("#f-phone", number)
    await page.click("main button.primary")
    await page.wait_for_selector("#f-code")


def _with_a_second_step(stage: Stage) -> None:
    """One number has an app beside the phone."""
    sign_in_there = stage.parts["identity", "POST", "/auth/sessions"]

    def signed_in(asked: Asked) -> Answer:
        if asked.body["phone"] == GUARDED:
            raise No(401, "identity.second_factor_required", title="Потрібен код", ticket="a-ticket")
        return sign_in_there(asked)

    stage.on("identity", "POST", "/auth/sessions", signed_in)


async def _take(browser: Browser, url: str, look: str, album: Album) -> None:
    _, stranger = await _somebody(browser, url, look)
    _, known = await _somebody(browser, url, look)
    await sign_in(known)
    await enter_console(known)
    for name, address in SCREENS.items():
        if not album.has(name):
            continue
        person = stranger if name in STRANGERS else known
        if name == "contact-step":
            await _contact(person.page)
        elif name.startswith("login-"):
            await _code(person.page, GUARDED)
            if name == "login-second":
                await person.page.locator("#f-code").press_sequentially(CODE)
                await person.page.wait_for_url(re.compile(r"/login/second"))
        else:
            await show(person, address)
        if name == "drawer":
            await person.page.wait_for_selector("#drawer h1")
        if name == "own-page":
            await person.page.click("button[formtarget=preview]")
            await person.page.frame_locator("iframe").locator(".own-text").wait_for()
        await album.take(person.page, f"{name}-{look}")


async def _run(url: str, wanted: list[str]) -> None:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=ensure_chromium(), args=list(FLAGS))
        press = await browser.new_page()
        await asyncio.gather(*(_take(browser, url, look, Album(press, wanted)) for look in LOOKS))
        await browser.close()


def main() -> None:
    """Serve the pages, take the pictures that are asked for, or all; stop."""
    OUTPUT.mkdir(parents=True, exist_ok=True)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    stage = Tidy()
    open_everything(stage)
    _with_a_second_step(stage)
    with tempfile.TemporaryDirectory() as folder, served(stage, Path(folder)) as url:
        asyncio.run(_run(url, sys.argv[1:]))


if __name__ == "__main__":
    main()
