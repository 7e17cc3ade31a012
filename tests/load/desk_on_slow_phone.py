"""The desk on a slow phone and over the wire: `python -m tests.load.desk_on_slow_phone [N]`.

Ten people with sixty (or N) bookings each, services played, pages and scripts real and packed as by the gateway.
phone    1.6 Mbit/s, 150 ms, processor four times slower: bookings visible within 3.5 s
desktop  everything the first view of the calendar needs, packed: within 90 KiB
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
import threading
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import uvicorn
from playwright.async_api import Browser, async_playwright
from starlette.middleware.gzip import GZipMiddleware

from contracts.http.booking import CalendarAnswer, CalendarColumn, Span
from tests.browser.conftest import DESK, FLAGS, PHONE
from tests.gateway.pages.conftest import build_pages
from tests.gateway.pages.salon import ACCOUNT, CODE, moment, open_for_clients, uid
from tests.gateway.pages.salon import PHONE as NUMBER
from tests.gateway.pages.stage import Asked, Stage
from tests.gateway.pages.work import BASE, open_for_staff, visit_at
from zapys_dev import ports
from zapys_dev.browser import ensure_chromium

PEOPLE, EACH_MIN = 10, 10
BOOKINGS = int(sys.argv[1]) if len(sys.argv) > 1 else 60
VISIBLE_S, WIRE_KIB = 3.5, 90
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


async def _open(browser: Browser, url: str, look: dict[str, Any], *, slow: bool) -> tuple[float, float]:
    """Seconds until the bookings are seen, and KiB that came over the wire, with an empty cache."""
    context = await browser.new_context(base_url=url, locale="uk-UA", timezone_id="Europe/Kyiv", **look)
    page = await context.new_page()
    await page.route("**/stream", lambda asked: asked.abort())
    await page.goto("/login")
    await page.fill("#f-phone", NUMBER)
    await page.click("main button.primary")
    await page.locator("#f-code").press_sequentially(CODE)
    await page.wait_for_url(lambda where: "/login" not in where)
    wire = await context.new_cdp_session(page)
    await wire.send("Network.enable")
    await wire.send("Network.clearBrowserCache")
    if slow:
        line = {"offline": False, "latency": 150, "downloadThroughput": 200_000, "uploadThroughput": 90_000}
        await wire.send("Network.emulateNetworkConditions", line)
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
    await page.wait_for_load_state("load")
    await page.wait_for_timeout(1500)
    await context.close()
    return visible_s, sum(came) / 1024


async def _run(url: str) -> bool:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=ensure_chromium(), args=list(FLAGS))
        visible_s, phone_kib = await _open(browser, url, PHONE, slow=True)
        drawn_s, desk_kib = await _open(browser, url, DESK, slow=False)
        await browser.close()
    print(f"phone    bookings visible after {visible_s:.2f} s (bar {VISIBLE_S}), {phone_kib:.1f} KiB")
    print(f"desktop  calendar drawn after {drawn_s:.2f} s, {desk_kib:.1f} KiB over the wire (bar {WIRE_KIB})")
    return visible_s <= VISIBLE_S and desk_kib <= WIRE_KIB


def main() -> None:
    """Serve, measure, stop."""
    stage = Stage()
    open_for_clients(stage)
    open_for_staff(stage)
    stage.on("booking", "GET", f"{BASE}/calendar", _full_day)
    with tempfile.TemporaryDirectory() as folder:
        key = Path(folder) / "key"
        key.write_text("a key for figures only")
        port = ports.first_free(28700)
        url = f"http://127.0.0.1:{port}"
        app = GZipMiddleware(build_pages(stage, key, url), minimum_size=700, compresslevel=5)
        server = uvicorn.Server(uvicorn.Config(app, port=port, log_config=None, access_log=False, ws="none"))
        thread = threading.Thread(target=server.run)
        thread.start()
        try:
            is_kept = asyncio.run(_run(url))
        finally:
            server.should_exit = True
            thread.join()
    if not is_kept:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
