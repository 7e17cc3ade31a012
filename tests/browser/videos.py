"""Records the videos of the help: `python -m tests.browser.videos [topic …]` beside a running `./zapys up`.

The product is the running one, with its simulators of providers; what is shown is made anew at each run: a salon, its
people, its visits. The videos and their list are written to the gateway's static files; names carry a hash. Needs
ffmpeg (`apt-get install ffmpeg`), which nothing else here does.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import re
import sys
import tempfile
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, Locator, async_playwright, expect

from gateway.pages.help_videos import FOLDER
from zapys_dev.browser import ensure_chromium
from zapys_dev.places import home
from zapys_dev.services import Ports
from zapys_dev.stack import Stack

from .conftest import FLAGS, Person
from .recorder import Recorder
from .shop import Shop, add_register, open_shop

_LIST = FOLDER / "videos.json"
_PHONE: dict[str, Any] = {
    "viewport": {"width": 390, "height": 844},
    "device_scale_factor": 2,
    "is_mobile": True,
    "has_touch": True,
}
_DESK: dict[str, Any] = {"viewport": {"width": 1200, "height": 750}, "device_scale_factor": 1}
_WIDTHS = {390: 500, 1200: 1200}
"""Pixels of the video for the width of the page: sharp enough to read, small enough to send."""
_HOUR_PX = 72


# Scripts: what is done, and which line of the topic is said while it is done.


async def _book(film: Recorder, shop: Shop, client: Person) -> None:
    page = film.page
    await page.goto(f"/{shop.salon.vanity}")
    await page.wait_for_load_state("load")
    film.x, film.y = 320, 700
    film.say(0)
    await film.hold(1.6)
    await film.press(page.locator("a.choice", has_text="Стрижка"))
    film.say(1)
    await film.hold(1.4)
    await film.press(page.locator("a.choice", has_text="Будь-хто"))
    film.say(2)
    await film.hold(1.4)
    await film.press(page.locator(".days-box a.day:not(.none)").nth(1))
    await film.hold(0.8)
    await film.press(page.locator("button[name=at]").nth(2))
    film.say(3)
    await film.hold(0.8)
    await film.type(page.locator("#f-name"), "Дарина Коваль")
    await film.type(page.locator("#f-phone"), client.phone.removeprefix("+38"))
    await film.hold(0.5)
    await film.press(page.locator("main button.primary"))
    film.say(4)
    await page.wait_for_selector("#f-code")
    await film.hold(0.8)
    found = re.search(r"(?<!\d)(\d{6})(?!\d)", await client.next_sms(0))
    assert found
    await film.type(page.locator("#f-code"), found[1])
    await page.wait_for_url("**/b/**")
    await expect(page.locator("h1")).to_have_text("Вас записано!")
    film.say(5)
    await film.hold(3.2)


def _tile(film: Recorder, name: str) -> Locator:
    return film.page.locator(".calendar .ec-event.tile:not(.ec-ghost):not(.ec-preview)", has_text=name)


async def _open_desk(film: Recorder, shop: Shop) -> None:
    await film.page.goto(shop.desk)
    await expect(film.page.locator("html[data-calendar=ready]")).to_have_count(1)
    film.x, film.y = 700, 420


async def _move(film: Recorder, shop: Shop, _: Person) -> None:
    page = film.page
    await _open_desk(film, shop)
    await film.reveal(_tile(film, "Тарас"))
    film.say(0)
    await film.hold(1.8)
    await film.drag(_tile(film, "Тарас"), dx=0, dy=3 * _HOUR_PX)
    toast = page.locator(".toast.good")
    await expect(toast).to_contain_text("14:00")
    film.say(1)
    await film.hold(2.2)
    film.say(2)
    await film.press(toast.locator("button", has_text="Повернути"))
    await expect(page.locator(".toast.good")).to_contain_text("Повернуто")
    await film.hold(2.6)
    film.say(3)
    first = await page.locator(".calendar .column-head").nth(0).bounding_box()
    own = await _tile(film, "Тарас").bounding_box()
    assert first is not None
    assert own is not None
    is_first = own["x"] < first["x"] + first["width"] / 2
    await film.drag(_tile(film, "Тарас"), dx=first["width"] * (1 if is_first else -1), dy=0)
    await expect(page.locator(".toast.good")).to_contain_text("Андрій")
    await film.hold(2.6)


async def _why(film: Recorder, shop: Shop, _: Person) -> None:
    page = film.page
    await _open_desk(film, shop)
    await film.reveal(_tile(film, "Тарас"))
    film.say(0)
    await film.hold(1.2)
    tile = await _tile(film, "Тарас").bounding_box()
    assert tile is not None
    x, y = tile["x"] + 60, tile["y"] + 2.25 * _HOUR_PX
    await film.go_to(x, y)
    await film.hold(0.6)
    await page.mouse.click(x, y)
    await page.wait_for_selector(".why")
    film.say(1)
    await film.point_at(page.locator(".why a").first)
    await film.hold(3.4)
    film.say(2)
    await film.press(page.locator("#f-service-0"))
    await page.keyboard.press("Escape")
    await page.locator("#f-service-0").select_option(index=1)
    await page.wait_for_selector("#f-name")
    await film.hold(0.8)
    await film.type(page.locator("#f-name"), "Марія Гончар")
    await film.press(page.locator("main button.primary.big, #drawer button.primary.big").last)
    override = page.locator("label:has(input[name=override])")
    await override.wait_for()
    await film.hold(1)
    await film.press(override)
    await film.press(page.locator("main button.primary.big, #drawer button.primary.big").last)
    await _tile(film, "Марія").wait_for()
    await film.hold(2.6)


async def _turbosms(film: Recorder, shop: Shop, _: Person) -> None:
    page = film.page
    await page.goto(f"{shop.manage}/integrations")
    film.x, film.y = 760, 420
    film.say(3)
    await film.hold(1.2)
    await film.press(page.locator("a[href$='/integrations/turbosms']"))
    await film.hold(0.8)
    await film.type(page.locator("#f-token"), "good-token")
    await film.type(page.locator("#f-sender_name"), "Salon")
    await film.hold(0.6)
    await film.press(page.locator("form:has(#f-sender_name) button.primary"))
    await page.wait_for_load_state("load")
    film.say(4)
    await film.hold(1)
    await film.press(page.locator("main form[action$='/check'] button"))
    await page.wait_for_selector("ul.parts")
    await film.reveal(page.locator("ul.parts"))
    await film.hold(3.2)


async def _settle(film: Recorder, shop: Shop, _: Person) -> None:
    page = film.page
    await add_register(shop)
    await _open_desk(film, shop)
    await film.reveal(_tile(film, "Ірина"))
    film.say(0)
    await film.hold(1.2)
    await film.press(_tile(film, "Ірина"))
    drawer = page.locator("#drawer")
    await drawer.locator(".tabs a", has_text="Розрахунок").wait_for()
    film.say(1)
    await film.hold(0.6)
    await film.press(drawer.locator(".tabs a", has_text="Розрахунок"))
    pay = drawer.locator("button.primary", has_text="Розрахувати")
    await pay.wait_for()
    await film.hold(1.4)
    film.say(2)
    await film.press(pay)
    await expect(drawer.locator(".flash")).to_contain_text("Розраховано")
    await film.hold(1.6)
    receipt = drawer.locator(".notice.good", has_text="Чек видано")
    while not await receipt.count():
        await asyncio.sleep(0.3)
        async with page.expect_response(re.compile(r"tab=payment")):
            await drawer.locator(".tabs a", has_text="Розрахунок").click()
        await expect(drawer).not_to_have_attribute("aria-busy", "true")
    film.say(3)
    await film.reveal(receipt)
    await film.point_at(receipt)
    await film.hold(3)


async def _close(film: Recorder, shop: Shop, _: Person) -> None:
    page = film.page
    register = await add_register(shop)
    await page.goto(f"{shop.manage}/cash-registers")
    film.x, film.y = 760, 420
    film.say(0)
    await film.hold(1.4)
    await film.press(page.locator(f"a.btn[href$='{register}/shift']").first)
    await page.wait_for_selector("#f-counted")
    film.say(1)
    await film.hold(1.2)
    [till] = (await shop.ask("GET", "/cash-registers"))["items"]
    lies = sum(sum_["amount"] for sum_ in till["balances"]) // 100
    await film.type(page.locator("#f-counted"), str(lies))
    await film.hold(0.8)
    film.say(2)
    await film.press(page.locator("form[action$='/shift-close'] button.primary"))
    await page.wait_for_load_state("load")
    await film.hold(1.4)
    film.say(3)
    past = page.locator("details.fold:has(h3)").first
    while not await past.count():
        await asyncio.sleep(0.3)
        await page.reload()
    await film.press(past.locator("summary"))
    await film.reveal(past)
    await film.hold(3)


async def _top_up(film: Recorder, shop: Shop, _: Person) -> None:
    page = film.page
    await page.goto(f"{shop.manage}/balance")
    film.x, film.y = 760, 420
    film.say(0)
    await film.hold(2)
    film.say(1)
    await film.type(page.locator("#f-amount"), "200")
    await film.press(page.locator("label:has(input[name=provider][value=liqpay])"))
    await film.press(page.locator("#top-up button.primary"))
    await page.wait_for_url("**/balance/top-ups/**")
    film.say(2)
    await film.hold(0.8)
    await film.press(page.locator("main .btn.primary.big"))
    await page.wait_for_selector("button[value=pay]")
    await film.hold(1)
    await film.press(page.locator("button[value=pay]"))
    await page.wait_for_url("**/balance/top-ups/**")
    await page.locator(".notice.good", has_text="200 ₴").wait_for(timeout=60_000)
    film.say(3)
    await film.hold(2.8)


@dataclass(frozen=True)
class Script:
    """What is recorded for one topic."""

    act: Callable[[Recorder, Shop, Person], Awaitable[None]]
    look: dict[str, Any]
    poster_s: float
    """The moment whose picture stands for the video."""
    is_owner: bool = True


SCRIPTS = {
    "how_to_book": Script(_book, _PHONE, 5.0, is_owner=False),
    "how_to_move": Script(_move, _DESK, 4.5),
    "why_no_time": Script(_why, _DESK, 8.0),
    "how_to_settle": Script(_settle, _DESK, 4.0),
    "how_to_close_shift": Script(_close, _DESK, 3.0),
    "how_to_top_up": Script(_top_up, _DESK, 4.0),
    "turbosms": Script(_turbosms, _DESK, 5.0),
}


async def _record(browser: Browser, stack: Stack, shop: Shop, code: str) -> dict[str, Any]:
    script = SCRIPTS[code]
    context = await browser.new_context(
        base_url=stack.gateway_url, locale="uk-UA", timezone_id="Europe/Kyiv", reduced_motion="reduce", **script.look
    )
    if script.is_owner:
        cookies = [
            {"name": f"zapys_{name}", "value": shop.session[f"{name}_token"], "url": stack.gateway_url}
            for name in ("access", "refresh")
        ]
        await context.add_cookies(cookies)  # type: ignore[arg-type]
    page = await context.new_page()
    width = script.look["viewport"]["width"]
    pixels = _WIDTHS[width]
    with tempfile.TemporaryDirectory() as folder:
        film = Recorder(page, Path(folder), is_finger=width == 390)
        await script.act(film, shop, Person(page, stack.simulators_url))
        await film.write(Path(folder, "film.webm"), pixels)
        await film.poster(Path(folder, "poster.webp"), pixels, script.poster_s)
        kept = {
            kind: _keep(code, Path(folder, name)) for kind, name in (("file", "film.webm"), ("poster", "poster.webp"))
        }
    await context.close()
    height = round(pixels * script.look["viewport"]["height"] / width / 2) * 2
    print(f"{code}: {film.now_s:.1f} s, {(FOLDER / kept['file']).stat().st_size // 1024} KiB")
    return {**kept, "width": pixels, "height": height, "length_s": round(film.now_s, 2), "cues": film.cues}


def _keep(code: str, made: Path) -> str:
    """Under a name that never means anything else; what it replaces goes."""
    content = made.read_bytes()
    for former in FOLDER.glob(f"{code}.*{made.suffix}"):
        former.unlink()
    name = f"{code}.{hashlib.sha256(content).hexdigest()[:10]}{made.suffix}"
    (FOLDER / name).write_bytes(content)
    return name


async def _run(stack: Stack, wanted: list[str]) -> None:
    shop = await open_shop(stack)
    kept = json.loads(_LIST.read_text())
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=ensure_chromium(), args=list(FLAGS))
        for code in wanted:
            kept[code] = await _record(browser, stack, shop, code)
            rows = [f"  {json.dumps(name)}: {json.dumps(kept[name])}" for name in SCRIPTS if name in kept]
            _LIST.write_text("{\n" + ",\n".join(rows) + "\n}\n")
        await browser.close()
    await shop.salon.owner.close()


def main() -> None:
    """Record the videos that are asked for, or all."""
    stack = Stack(home(), postgres_url="", rabbitmq_url="", ports=Ports.from_environment())
    asyncio.run(_run(stack, sys.argv[1:] or list(SCRIPTS)))


if __name__ == "__main__":
    main()
