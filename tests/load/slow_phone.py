"""When the largest piece of a page is there on a slow phone: `python -m tests.load.slow_phone [address …]`.

Profile: 1.6 Mbit/s down, 750 kbit/s up, 150 ms there and back, processor four times slower. The pages are real, the
services behind them are played. Bar: 1.5 s.
"""

from __future__ import annotations

import asyncio
import sys

from playwright.async_api import Browser, async_playwright

from tests.browser.conftest import FLAGS, PHONE
from zapys_dev.browser import ensure_chromium

from .page_weights import PAGES, served

BAR_MS = 1_500
_TRIES = 3
_PROFILE = {"offline": False, "latency": 150, "downloadThroughput": 1_600_000 / 8, "uploadThroughput": 750_000 / 8}
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
    await session.send("Network.emulateNetworkConditions", _PROFILE)
    await session.send("Emulation.setCPUThrottlingRate", {"rate": 4})
    await page.add_init_script(_WATCH)
    await page.goto(address, wait_until="networkidle")
    found = float(await page.evaluate("window.largest ?? -1"))
    await context.close()
    return found


async def _run(url: str, addresses: list[str]) -> bool:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=ensure_chromium(), args=list(FLAGS))
        fits = True
        for address in addresses:
            times = sorted([await measure(browser, url, address) for _ in range(_TRIES)])
            fits = fits and 0 < times[0] <= BAR_MS
            print(f"{address.partition('?')[0]:20} {', '.join(f'{one:.0f}' for one in times)} ms (bar {BAR_MS} ms)")
        await browser.close()
    return fits


def main() -> None:
    """Print the times of each page, the quickest of three first; exit 1 when even that is too slow."""
    with served() as url:
        fits = asyncio.run(_run(url, sys.argv[1:] or list(PAGES.values())))
    raise SystemExit(0 if fits else 1)


if __name__ == "__main__":
    main()
