"""Pages for everybody: axe finds nothing, nothing scrolls sideways at 320 px, targets can be hit.

The pages are real, the services behind them are played: this is about what a browser makes of the pages. Every page
is opened once and looked at from all sides: all rules, sizes at 390 and 320 px. Each page has one of the three
languages and is light or dark, by turns; `python -m tests.browser.axe_everywhere` takes all of them for each.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from typing import Any, Literal
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.base import AXE_SCRIPT

from tests.gateway.pages.everywhere import (
    CONSOLE,
    DESK,
    IN_DRAWER,
    MONEY,
    PUBLIC,
    SIGNED_IN,
    TIMES,
    TOKEN,
    UNKNOWN,
    open_everything,
)
from tests.gateway.pages.salon import CODE, PHONE
from tests.gateway.pages.stage import Stage

from .conftest import DESK as WIDE
from .conftest import NewPerson, Person
from .played import served

pytestmark = pytest.mark.browser

Scheme = Literal["light", "dark"]

LANGUAGES = ("uk", "ru", "en")
SCHEMES: tuple[Scheme, ...] = ("light", "dark")
AT_WORK = tuple(dict.fromkeys((*SIGNED_IN, *MONEY, *CONSOLE)))
_TAGS = {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}
_RULES = {"runOnly": _TAGS, "rules": {"color-contrast": {"enabled": False}}}
_COLOURS = {"runOnly": {"type": "rule", "values": ["color-contrast"]}}
"""The only rule of which light and dark differ, and the one that takes longest."""
_AXE = """
(asked) => axe.run({ ...asked, resultTypes: ["violations"], preload: false })
  .then((found) => found.violations.map((one) =>
  `${one.id}: ${one.nodes[0].html.slice(0, 160)} ${(one.nodes[0].failureSummary ?? "").slice(0, 200)}`))
"""
_SMALL = """
() => [...document.querySelectorAll("main a, main button, main input, main select, main summary")].filter((one) => {
  const box = one.getBoundingClientRect();
  const inLine = getComputedStyle(one).display === "inline";
  return box.width && box.height && !inLine && one.type !== "hidden" && one.type !== "checkbox"
    && one.type !== "radio" && !one.closest("[aria-hidden=true]") && (box.height < 40 || box.width < 36);
}).map((one) => one.outerHTML.slice(0, 120))
"""
_TWICE = """
() => [...document.querySelectorAll("[id]")].map((one) => one.id).filter((id, at, all) => all.indexOf(id) !== at)
"""
STILL: dict[str, Any] = {"reduced_motion": "reduce"}  # a colour that is just changing is neither of the two


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The pages over played services, on a port of this machine."""
    stage = Stage()
    open_everything(stage)
    with served(stage, tmp_path_factory.mktemp("pages")) as url:
        yield url


async def sign_in(person: Person) -> None:
    # Played services make no changes to tell of.
    await person.page.route("**/stream", lambda asked: asked.fulfill(status=204))
    await person.page.goto("/login")
    await person.page.fill("#f-phone", PHONE)
    await person.page.click("main button.primary")
    await person.page.locator("#f-code").press_sequentially(CODE)
    await person.page.wait_for_url(lambda url: "/login" not in url)


async def enter_console(person: Person) -> None:
    """Show the operator token."""
    await person.page.goto("/ops/door")
    await person.page.fill("#f-token", TOKEN)
    await person.page.click("main button.primary")
    await person.page.wait_for_url("**/ops")
    await person.page.wait_for_load_state()


async def show(person: Person, page: str) -> None:
    """Open a page as it is when everything is drawn; a session that ended would show the sign-in page in its place."""
    await person.page.goto(page)
    assert urlsplit(person.page.url).path == urlsplit(page).path
    size = person.page.viewport_size
    is_wide = size is None or size["width"] > 860
    if page.startswith(f"{DESK}?") and ("view=day" in page or (is_wide and "view=list" not in page)):
        await person.page.wait_for_selector("html[data-calendar=ready]")
    if page == IN_DRAWER:
        await person.page.wait_for_selector("#drawer h1")


async def look_over(person: Person, page: str, schemes: Sequence[Scheme]) -> list[str]:
    """Everything that is wrong with one page."""
    screen = person.page
    await screen.emulate_media(color_scheme=schemes[0])
    await show(person, page)
    found = [f"twice: #{one}" for one in await screen.evaluate(_TWICE)]
    await screen.evaluate(AXE_SCRIPT)
    found += await screen.evaluate(_AXE, _RULES)
    for scheme in schemes:
        await screen.emulate_media(color_scheme=scheme)
        found += [f"{scheme}: {one}" for one in await screen.evaluate(_AXE, _COLOURS)]
    before = screen.viewport_size
    await screen.set_viewport_size({"width": 390, "height": 844})
    if page.startswith(f"{DESK}?"):
        await show(person, page)  # a phone gets the list where a wide screen has the calendar
    if page != UNKNOWN:
        found += [f"too small: {one}" for one in await screen.evaluate(_SMALL)]
    await screen.set_viewport_size({"width": 320, "height": 640})
    if (wider := await person.sideways()) > 0:
        found.append(f"{wider} px too wide at 320 px")
    if before:
        await screen.set_viewport_size(before)
    return [f"{page}: {one}" for one in found]


async def walk(person: Person, language: str, pages: Sequence[tuple[str, Sequence[Scheme]]]) -> list[str]:
    """What is wrong with the pages in one language, each in the schemes that stand with it."""
    await person.page.goto(f"/?lang={language}")
    return [f"{language}: {one}" for page, schemes in pages for one in await look_over(person, page, schemes)]


async def walk_by_turns(people: list[Person], pages: tuple[str, ...]) -> list[str]:
    """Each of the people has a language and every third page; every other page is dark."""
    by_turns = [(page, (SCHEMES[number % 2],)) for number, page in enumerate(pages)]
    turns = [walk(who, LANGUAGES[number], by_turns[number :: len(people)]) for number, who in enumerate(people)]
    return [one for found in await asyncio.gather(*turns) for one in found]


@pytest.mark.row("N17")
@pytest.mark.timeout(900)
async def test_a_stranger_can_use_every_page(address: str, new_person: NewPerson) -> None:
    people = [await new_person(address, **STILL) for _ in LANGUAGES]
    found = await walk_by_turns(people, PUBLIC)
    assert not found, "\n".join(found)
    for person in people:
        person.trouble.clear()  # the unknown page answers 404, and the console says so


@pytest.mark.row("N17")
@pytest.mark.timeout(900)
async def test_who_works_there_can_use_every_page(address: str, new_person: NewPerson) -> None:
    people = [await new_person(address, look=WIDE, **STILL) for _ in LANGUAGES]
    for person in people:
        await sign_in(person)
        await enter_console(person)
    found = await walk_by_turns(people, AT_WORK)
    assert not found, "\n".join(found)


async def test_another_day_is_fetched_without_leaving_the_page(address: str, new_person: NewPerson) -> None:
    person = await new_person(address)
    await person.page.goto(TIMES)
    await person.page.evaluate("window.stayed = true")
    day = person.page.locator("a.day:not(.none)").nth(2)
    label = await day.locator(".sr").inner_text()
    await day.click()
    await person.page.wait_for_function(
        "(day) => document.querySelector('#times h2').textContent.length > 0", arg=label
    )
    chosen = person.page.locator("a.day[aria-current]")
    await chosen.filter(has_text=label).wait_for()
    assert await person.page.evaluate("window.stayed") is True
    assert "day=" in person.page.url
    await person.page.go_back()
    await person.page.locator("a.day[aria-current]").filter(has_not_text=label).wait_for()


@pytest.mark.row("N19")
async def test_a_first_view_of_the_booking_page_stays_small(address: str, new_person: NewPerson) -> None:
    """Sizes as sent here, without compression; a front server with gzip sends about a quarter of it."""
    person = await new_person(address)
    sizes: list[int] = []

    async def count(response: object) -> None:
        sizes.append(len(await response.body()))  # type: ignore[attr-defined]

    person.page.on("response", count)
    await person.page.goto(TIMES, wait_until="networkidle")
    assert sum(sizes) < 150_000


async def test_the_way_works_with_javascript_off(address: str, new_person: NewPerson) -> None:
    person = await new_person(address, java_script_enabled=False)
    page = person.page
    await page.goto("/levada")
    await page.click("a.choice:has-text('Чоловіча стрижка')")
    await page.click("a.choice:has-text('Будь-хто')")
    await page.click("a.day:not(.none) >> nth=1")
    await page.click("button[name=at] >> nth=0")
    await page.fill("#f-name", "Тарас")
    await page.fill("#f-phone", "0671234567")
    await page.click("main button.primary")
    await page.fill("#f-code", CODE)
    await page.click("main button.primary")
    await page.wait_for_selector("text=Вас записано!")
