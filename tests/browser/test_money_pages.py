"""The pages about messages in a browser: the live preview. The services behind the pages are played."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.async_api import expect

from tests.gateway.pages.salon import ACCOUNT, open_for_clients
from tests.gateway.pages.stage import Stage
from tests.gateway.pages.treasury import MONEY, open_the_treasury
from tests.gateway.pages.work import open_for_staff

from .conftest import NewPerson
from .played import served
from .test_access import sign_in

pytestmark = pytest.mark.browser

TEXT = f"/manage/{ACCOUNT}/messages/texts/client/reminder_eve/uk"
DIFFERENCES = f"/manage/{ACCOUNT}/differences"
PRINT = next(address for address in MONEY if address.endswith("/print"))
PX_OF_MM = 96 / 25.4


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The pages over played services, on a port of this machine."""
    stage = Stage()
    open_for_clients(stage)
    open_for_staff(stage)
    open_the_treasury(stage)
    with served(stage, tmp_path_factory.mktemp("pages")) as url:
        yield url


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


async def test_a_chosen_day_stands_in_words_beside_its_field(address: str, new_person: NewPerson) -> None:
    """Browsers write dates in an order of their own; the words are in the language of the page."""
    person = await new_person(address)
    await sign_in(person)
    for language, words, none in (
        ("en", "Sunday, 3 January 2049", "no day chosen"),
        ("uk", "неділя, 3 січня 2049", "день не обрано"),
    ):
        await person.page.goto(f"{DIFFERENCES}?lang={language}&from=2026-11-01&to=2026-11-02")
        await person.page.fill("#f-from", "2049-01-03")
        said = person.page.locator("#f-from + output")
        assert await said.text_content() == words
        await person.page.fill("#f-from", "")
        assert await said.text_content() == none
        # The style that hides the mask of the browser; what stands within a field cannot be asked for its colour.
        await expect(person.page.locator("#f-from")).to_have_class("no-day")


async def test_a_receipt_is_printed_alone_on_paper_of_either_width(address: str, new_person: NewPerson) -> None:
    person = await new_person(address)
    await sign_in(person)
    page = person.page
    for width_mm in (58, 80):
        await page.goto(f"{PRINT}?paper={width_mm}")
        await page.emulate_media(media="print")
        paper = page.locator(".paper")
        box = await paper.bounding_box()
        assert box is not None
        assert abs(box["width"] - width_mm * PX_OF_MM) < 1
        assert await paper.locator("img.qr").is_visible(), "the code of the tax office is on it"
        seen = await page.locator("header.top, footer.foot, .tabs, .side-nav, button, a.btn, h1").all()
        assert not [one for one in seen if await one.is_visible()], "nothing else is printed"
        await page.emulate_media(media="screen")
