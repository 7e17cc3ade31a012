"""When the largest piece of a page is there on a slow phone: `python -m tests.load.slow_phone [address …]`.

Profile: 1.6 Mbit/s down, 750 kbit/s up, 150 ms there and back, processor four times slower. The pages are real, the
services behind them are played. Bar: 1.5 s for the middle one of five; the first visit, with an empty cache, each time.
"""

from __future__ import annotations

import asyncio
import sys
from statistics import median

from playwright.async_api import Browser, async_playwright

from tests.browser.conftest import FLAGS, PHONE
from zapys_dev.browser import ensure_chromium

from .page_weights import PAGES, served

BAR_MS = 1_500
_TRIES = 5
_LATER_MS = 1_000
SLOW_LINE = {"offline": False, "latency": 150, "downloadThroughput": 1_600_000 / 8, "uploadThroughput": 750_000 / 8}
_WATCH = """
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) window.largest = entry.startTime;
}).observe({ type: "largest-contentful-paint", buffered: true });
"""


async def measure(browser: Browser, url: str, address: str) -> float:
    """Milliseconds from the first byte asked for to the largest paint."""
    context = await browser.new_context(base_url=url, locale="uk-UA", **PHONE)  # type: ignore[arg-type]
    page = await context.new_page()
    session = await context.new_cdp_session(page)
    await session.send("Network.enable")
    await session.send("Network.emulateNetworkConditions", SLOW_LINE)
    await session.send("Emulation.setCPUThrottlingRate", {"rate": 4})
    await page.add_init_script(_WATCH)
    await page.goto(address, wait_until="load")
    await page.wait_for_timeout(_LATER_MS)
    found = float(await page.evaluate("window.largest ?? -1"))
    await context.close()
    return found


async def _run(url: str, addresses: list[str]) -> bool:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=ensure_chromium(), args=list(FLAGS))
        fits = True
        for address in addresses:
            await measure(browser, url, address)  # templates and texts are read at the first request
            times = sorted([await measure(browser, url, address) for _ in range(_TRIES)])
            is_kept = 0 < median(times) <= BAR_MS
            fits = fits and is_kept
            shown = ", ".join(f"{one:.0f}" for one in times)
            print(f"{address:60} {median(times):.0f} ms of {shown} (bar {BAR_MS}): {'kept' if is_kept else 'MISSED'}")
        await browser.close()
    return fits


def main() -> None:
    """Print the times of each page; exit 1 when the middle one is too slow."""
    with served() as url:
        fits = asyncio.run(_run(url, sys.argv[1:] or list(PAGES.values())))
    raise SystemExit(0 if fits else 1)


if __name__ == "__main__":
    main()
