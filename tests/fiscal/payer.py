"""A person who pays: the browser's part between our answer and the acquirer's page."""

from __future__ import annotations

from typing import Any

from tests.simulators.running import Simulators


async def go(simulators: Simulators, checkout: dict[str, Any]) -> str:
    """Open the acquirer's page by the checkout; answers the page's address."""
    if checkout["method"] == "GET":
        page = str(checkout["url"])
    else:
        form = [
            (name, value)
            for name, values in checkout["fields"].items()
            for value in (values if isinstance(values, list) else [values])
        ]
        async with simulators.session.post(checkout["url"], data=form, allow_redirects=False) as answer:
            assert answer.status == 303, await answer.text()
            page = simulators.base_url + answer.headers["Location"]
    async with simulators.session.get(page) as shown:
        assert shown.status == 200
    return page


async def press(simulators: Simulators, page: str, outcome: str) -> None:
    """Press a button of the page: pay, decline, wait, close."""
    async with simulators.session.post(page, data={"outcome": outcome}, allow_redirects=False) as answer:
        assert answer.status == 303, await answer.text()


async def pay(simulators: Simulators, checkout: dict[str, Any], outcome: str = "pay") -> str:
    page = await go(simulators, checkout)
    await press(simulators, page, outcome)
    return page
