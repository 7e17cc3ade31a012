"""The pages about messages and money and the console in a browser: axe, small screens, the live preview.

The pages are real, the services behind them are played.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.gateway.pages.money import REGISTER
from tests.gateway.pages.salon import ACCOUNT, open_for_clients
from tests.gateway.pages.stage import Stage
from tests.gateway.pages.treasury import CONSOLE, MONEY, TOKEN, open_the_treasury
from tests.gateway.pages.work import open_for_staff

from .conftest import NewPerson, Person
from .played import served
from .test_access import _SMALL, sign_in, walk

pytestmark = pytest.mark.browser

TEXT = f"/manage/{ACCOUNT}/messages/texts/client/reminder_eve/uk"
HOME = f"/manage/{ACCOUNT}"
MOST_DIFFERENT = (
    TEXT,
    f"{HOME}/cash-registers",
    f"{HOME}/cash-registers/{REGISTER}/shift",
    f"{HOME}/day",
    f"{HOME}/messages",
    f"{HOME}/messages/settings",
    f"{HOME}/balance",
    f"{HOME}/integrations/turbosms",
    f"{HOME}/reports/summary",
    f"{HOME}/reports/weekly",
    "/ops",
    CONSOLE[2],
)


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The pages over played services, on a port of this machine."""
    stage = Stage()
    open_for_clients(stage)
    open_for_staff(stage)
    open_the_treasury(stage)
    with served(stage, tmp_path_factory.mktemp("pages"), 28850) as url:
        yield url


async def enter(person: Person) -> None:
    """Sign in and show the operator token."""
    await sign_in(person)
    await person.page.goto("/ops/door")
    await person.page.fill("#f-token", TOKEN)
    await person.page.click("main button.primary")
    await person.page.wait_for_url("**/ops")
    await person.page.wait_for_load_state()


async def test_on_a_small_screen_in_russian_nothing_is_too_wide_or_too_small(
    address: str, new_person: NewPerson
) -> None:
    person = await new_person(address, look={"viewport": {"width": 320, "height": 640}})
    await enter(person)
    await person.page.goto("/me?lang=ru")
    wrong = []
    for page in (*MONEY, *CONSOLE):
        await person.page.goto(page)
        if await person.sideways() > 0:
            wrong.append(f"{page}: {await person.sideways()} px too wide")
        wrong += [f"{page}: too small: {found}" for found in await person.page.evaluate(_SMALL)]
    assert wrong == []


async def test_axe_finds_nothing(address: str, new_person: NewPerson) -> None:
    person = await new_person(address, reduced_motion="reduce", look={"viewport": {"width": 1440, "height": 900}})
    await enter(person)
    assert await walk(person, MOST_DIFFERENT) == []


async def test_a_text_is_seen_as_it_is_typed_and_a_word_is_put_in_by_one_tap(
    address: str, new_person: NewPerson
) -> None:
    person = await new_person(address)
    await sign_in(person)
    page = person.page
    await page.goto(TEXT)
    await page.evaluate("window.stayed = true")
    await page.fill("#f-wording", "Чекаємо вас, ")
    await page.click("button[data-insert='{client_name}']")
    await page.locator("#preview .message").filter(has_text="Чекаємо вас, {client_name}").wait_for()
    assert await page.input_value("#f-wording") == "Чекаємо вас, {client_name}"
    assert await page.evaluate("window.stayed") is True
