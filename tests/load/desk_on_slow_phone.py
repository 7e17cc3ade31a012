"""The desk on a slow phone and over the wire: `python -m tests.load.desk_on_slow_phone [N]`.

Ten people with sixty (or N) bookings each, services played, pages and scripts real and packed as by the gateway.
phone    1.6 Mbit/s, 150 ms, processor four times slower: bookings visible within 3.5 s
desktop  everything the first view of the calendar needs, packed: within 90 KiB
"""

from __future__ import annotations

import asyncio
import sys
import time
from datetime import timedelta
from statistics import median
from typing import Any

from playwright.async_api import Browser, async_playwright

from contracts.http.booking import CalendarAnswer, CalendarColumn, Span
from tests.browser.conftest import DESK, FLAGS, PHONE
from tests.gateway.pages.salon import ACCOUNT, CODE, moment, uid
from tests.gateway.pages.salon import PHONE as NUMBER
from tests.gateway.pages.stage import Asked
from tests.gateway.pages.visits import visit_at
from tests.gateway.pages.work import BASE
from zapys_dev.browser import ensure_chromium

from .page_weights import everything, served
from .slow_phone import SLOW_LINE

PEOPLE, EACH_MIN = 10, 10
BOOKINGS = int(sys.argv[1]) if len(sys.argv) > 1 else 60
VISIBLE_S, WIRE_KIB = 3.5, 90
TRIES = 3
ADDRESS = f"/desk/{ACCOUNT}?day={moment(1, 9).date()}"


def _full_day(_: Asked) -> CalendarAnswer:
    columns = []
    for person in range(PEOPLE):
        who = uid(1000 + person)
        visits = []
        for number in range(BOOKINGS):
            at = timedelta(minutes=EACH_MIN * number) + timedelta(hours=9)
            hour, minute = divmod(int(at.total_seconds()) // 60, 60)
            visit = visit_at(person * 100 + number, who, hour, minute, EACH_MIN, f"Клієнт{person} Прізвище{number}")
            visits.append(visit)
        work = Span(starts_at=moment(1, 9), ends_at=moment(1, 19))
        columns.append(
            CalendarColumn(
                staff_member_id=who,
                staff_member_name=f"Майстер {person}",
                working=[work],
                free=[],
                time_off=[],
                bookings=visits,
            )
        )
    return CalendarAnswer(location_id=None, time_zone="Europe/Kyiv", columns=columns)


async def _signed_in(browser: Browser, url: str, look: dict[str, Any]) -> dict[str, Any]:
    """The cookies of somebody who works there."""
    context = await browser.new_context(base_url=url, **look)
    page = await context.new_page()
    await page.goto("/login")
    await page.fill("#f-phone", NUMBER)
    await page.click("main button.primary")
    await page.locator("#f-code").press_sequentially(CODE)
    await page.wait_for_url(lambda where: "/login" not in where)
    kept: Any = await context.storage_state()
    await context.close()
    return dict(kept)


async def _open(browser: Browser, url: str, look: dict[str, Any], *, slow: bool) -> tuple[float, float]:
    """Seconds until the bookings are seen, and KiB that came over the wire, in a browser that keeps nothing yet."""
    whose = await _signed_in(browser, url, look)
    context = await browser.new_context(
        base_url=url,
        locale="uk-UA",
        timezone_id="Europe/Kyiv",
        service_workers="block",  # what goes through one is not counted as the page's
        storage_state=whose,  # type: ignore[arg-type]
        **look,
    )
    page = await context.new_page()
    wire = await context.new_cdp_session(page)
    await wire.send("Network.enable")
    await wire.send("Network.setBlockedURLs", {"urls": ["*/stream"]})
    if slow:
        await wire.send("Network.emulateNetworkConditions", SLOW_LINE)
        await wire.send("Emulation.setCPUThrottlingRate", {"rate": 4})
    came: list[float] = []
    wire.on("Network.loadingFinished", lambda one: came.append(one["encodedDataLength"]))
    began = time.perf_counter()
    seen = asyncio.create_task(
        page.wait_for_selector("a.tile >> nth=0" if slow else ".calendar .ec-event.tile >> nth=0")
    )
    await page.goto(ADDRESS, wait_until="commit")
    await seen
    visible_s = time.perf_counter() - began
    await page.wait_for_load_state("networkidle")
    await context.close()
    return visible_s, sum(came) / 1024


async def _run(url: str) -> bool:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=ensure_chromium(), args=list(FLAGS))
        await _open(browser, url, DESK, slow=False)  # templates and texts are read at the first request
        phone = [await _open(browser, url, PHONE, slow=True) for _ in range(TRIES)]
        desk = [await _open(browser, url, DESK, slow=False) for _ in range(TRIES)]
        await browser.close()
    visible_s, wire_kib = median(one for one, _ in phone), max(kib for _, kib in desk)
    quick, light = visible_s <= VISIBLE_S, wire_kib <= WIRE_KIB
    tries = ", ".join(f"{one:.2f}" for one, _ in phone)
    print(f"phone    bookings visible after {visible_s:.2f} s of {tries} (bar {VISIBLE_S}): {_said(quick)}")
    print(f"phone    {max(kib for _, kib in phone):.1f} KiB over the wire")
    print(f"desktop  {wire_kib:.1f} KiB over the wire (bar {WIRE_KIB}): {_said(light)}")
    print(f"desktop  calendar drawn after {median(one for one, _ in desk):.2f} s (no bar)")
    return quick and light


def _said(is_kept: bool) -> str:
    return "kept" if is_kept else "MISSED"


def main() -> None:
    """Serve, measure, stop; exit 1 when a bar is missed."""
    stage = everything()
    stage.on("booking", "GET", f"{BASE}/calendar", _full_day)
    with served(stage) as url:
        is_kept = asyncio.run(_run(url))
    raise SystemExit(0 if is_kept else 1)


if __name__ == "__main__":
    main()
