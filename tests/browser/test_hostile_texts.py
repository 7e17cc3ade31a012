"""A browser in front of pages on which every text of anybody is a script or a style: nothing of it runs."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.gateway.pages.everywhere import CONSOLE, DAY, DESK, IN_DRAWER, MONEY, TIMES, TOKEN, open_everything
from tests.gateway.pages.hostile import PAYLOADS
from tests.gateway.pages.salon import ACCOUNT, BOOKING
from tests.gateway.pages.spoilt import Poisoned

from .conftest import DESK as WIDE
from .conftest import NewPerson
from .played import served
from .test_access import sign_in

pytestmark = pytest.mark.browser

MAIN = (
    "/",
    "/levada",
    "/levada/reviews",
    TIMES,
    "/ideas",
    "/me",
    f"/day?day={DAY}",
    f"{DESK}?day={DAY}",
    IN_DRAWER,
    f"{DESK}/bookings/{BOOKING}?tab=history",
    f"{DESK}/attention",
    f"/manage/{ACCOUNT}/clients",
    f"/manage/{ACCOUNT}/rights",
    f"/manage/{ACCOUNT}/audit",
    *MONEY[:4],
    CONSOLE[2],
    "/ops/contact",
)


@pytest.fixture(scope="module")
def stage() -> Poisoned:
    made = Poisoned()
    open_everything(made)
    return made


@pytest.fixture(scope="module")
def address(stage: Poisoned, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with served(stage, tmp_path_factory.mktemp("pages")) as url:
        yield url


async def test_payloads_in_every_text_run_nothing_on_the_main_screens(
    stage: Poisoned, address: str, new_person: NewPerson
) -> None:
    person = await new_person(address, look=WIDE)
    page, ran, left = person.page, [], []
    page.on("dialog", lambda dialog: ran.append(dialog.message))
    page.on("request", lambda asked: left.append(asked.url) if not asked.url.startswith((address, "data:")) else None)
    await sign_in(person)
    await page.goto("/ops/door")
    await page.fill("#f-token", TOKEN)
    await page.click("main button.primary")
    await page.wait_for_url("**/ops")
    stage.payload = "".join(PAYLOADS)
    for where in MAIN:
        await page.goto(where)
        if where in (IN_DRAWER, f"{DESK}?day={DAY}"):
            await page.wait_for_selector("html[data-calendar=ready]")
        for one in await page.locator("details > summary").all():
            await one.dispatch_event("click")
        assert await page.evaluate("window.hacked") is None, where
        assert page.url.startswith(address)
    assert stage.poisoned > 100
    assert ran == []
    assert left == []
    # What the browser says of its policy or of errors fails the test at its end.
