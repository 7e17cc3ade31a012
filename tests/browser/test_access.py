"""Pages for everybody: axe finds nothing, nothing scrolls sideways at 320 px, targets can be hit.

The pages are real, the services behind them are played: this is about what a browser makes of the pages.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote, urlsplit

import pytest
from axe_playwright_python.async_playwright import Axe

from tests.gateway.pages.mine import KEY, LINK, PAYMENT, open_for_me, open_own_day
from tests.gateway.pages.office import look_after
from tests.gateway.pages.people import MASTER_ID
from tests.gateway.pages.platform_parts import open_platform, with_everything
from tests.gateway.pages.salon import ACCOUNT, BOOKING, CODE, CUT, OLENA, PHONE, moment, open_for_clients
from tests.gateway.pages.stage import Stage
from tests.gateway.pages.work import open_for_staff

from .conftest import DESK as WIDE
from .conftest import NewPerson, Person
from .played import served

pytestmark = pytest.mark.browser

TIMES = f"/levada?services={CUT}&staff=any"
OURS = ("/prices", "/integration", "/ideas", "/contact", "/try", "/status", "/embed", "/help/checkbox", "/help?q=xyz")
OF_LINKS = (LINK, f"/b/k7m2xq/cancel?key={KEY}", f"/b/k7m2xq/move?key={KEY}", f"/pay/{PAYMENT}")
UNKNOWN = "/nobody"
PUBLIC = (
    "/",
    "/levada",
    "/levada/reviews",
    f"/levada?services={CUT}",
    TIMES,
    f"{TIMES}&day={moment(0, 9).date()}",
    f"{TIMES}&wait_from={moment(1, 9).date()}&wait_to={moment(5, 9).date()}",
    "/login",
    "/register",
    "/b/k7m2xq",
    "/help",
    *OURS,
    *OF_LINKS,
    UNKNOWN,
)
DAY = moment(1, 9).date()
DESK = f"/desk/{ACCOUNT}"
IN_DRAWER = f"{DESK}?day={DAY}&view=week&open={quote(f'{DESK}/bookings/{BOOKING}?open=reschedule', safe='')}"
OWN = (
    *(f"/me/{page}" for page in ("waiting", "settings", "messages", "devices", "phone", "data", "data/erase")),
    f"/me/{BOOKING}/review",
    f"/day?day={DAY}",
    f"/day/sheet?day={DAY}",
)
SIGNED_IN = (
    "/me",
    *OWN,
    f"/me/{BOOKING}/move",
    f"/me/{BOOKING}/cancel",
    "/register",
    f"/manage/{ACCOUNT}",
    f"/manage/{ACCOUNT}/locations",
    f"/manage/{ACCOUNT}/services",
    f"/manage/{ACCOUNT}/staff",
    f"/manage/{ACCOUNT}/staff/{OLENA}/schedule",
    f"/manage/{ACCOUNT}/staff/{OLENA}/schedule?pattern=cycle",
    f"/manage/{ACCOUNT}/staff/{OLENA}/time-off",
    f"/manage/{ACCOUNT}/closed-days",
    f"/manage/{ACCOUNT}/resources",
    f"/manage/{ACCOUNT}/stock",
    f"/manage/{ACCOUNT}/reviews",
    f"/manage/{ACCOUNT}/settings?expert=1",
    f"/manage/{ACCOUNT}/site",
    f"/manage/{ACCOUNT}/rights",
    f"/manage/{ACCOUNT}/rights/{MASTER_ID}",
    f"/manage/{ACCOUNT}/api-keys",
    f"/manage/{ACCOUNT}/audit",
    f"/manage/{ACCOUNT}/deleted",
    f"/manage/{ACCOUNT}/clients/import",
    f"/manage/{ACCOUNT}/clients/fields",
    f"/manage/{ACCOUNT}/cash-registers",
    f"{DESK}?day={DAY}",
    f"{DESK}?day={DAY}&view=list",
    f"{DESK}?day={DAY}&view=week",
    IN_DRAWER,
    f"{DESK}/search?q=%D0%A2%D0%B0",
    f"{DESK}/attention",
    f"{DESK}/waiting",
    f"{DESK}/new?services={CUT}&day={DAY}&from=07:15&staff={OLENA}",
    f"{DESK}/new?services={CUT}&day={DAY}",
    *(f"{DESK}/bookings/{BOOKING}?tab={tab}" for tab in ("visit", "notifications", "payment", "client", "history")),
    f"{DESK}/bookings/{BOOKING}?open=reschedule",
    f"{DESK}/bookings/{BOOKING}?open=cancel",
)
RULES = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}}
COLOURS = {"runOnly": {"type": "rule", "values": ["color-contrast"]}}
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
STILL = {"reduced_motion": "reduce"}  # a colour that is just changing is neither of the two


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The pages over played services, on a port of this machine."""
    stage = Stage()
    open_for_clients(stage)
    open_platform(stage)
    with_everything(stage)
    open_for_staff(stage)
    look_after(stage)
    open_for_me(stage)
    open_own_day(stage)
    with served(stage, tmp_path_factory.mktemp("pages"), 28800) as url:
        yield url


async def sign_in(person: Person) -> None:
    # Played services make no changes to tell of.
    await person.page.route("**/stream", lambda asked: asked.fulfill(status=204))
    await person.page.goto("/login")
    await person.page.fill("#f-phone", PHONE)
    await person.page.click("main button.primary")
    await person.page.locator("#f-code").press_sequentially(CODE)
    await person.page.wait_for_url(lambda url: "/login" not in url)


async def show(person: Person, page: str) -> None:
    """Open a page; a session that ended would show the sign-in page in its place."""
    await person.page.goto(page)
    assert urlsplit(person.page.url).path == urlsplit(page).path


async def _drawn(person: Person, page: str) -> None:
    """The calendar is drawn by a script; on a wide screen it is what people see. So is the drawer."""
    if page.startswith(f"{DESK}?") and "view=list" not in page:
        await person.page.wait_for_selector("html[data-calendar=ready]")
    if page == IN_DRAWER:
        await person.page.wait_for_selector("#drawer h1")


async def faults(person: Person, page: str, options: dict[str, Any]) -> list[str]:
    """What axe finds on the page that is shown, one line each."""
    results = await Axe().run(person.page, options=options)
    return [
        f"{page}: {one['id']}: {one['nodes'][0]['html'][:160]} {one['nodes'][0].get('failureSummary', '')[:200]}"
        for one in results.response["violations"]
    ]


async def walk(person: Person, pages: tuple[str, ...]) -> list[str]:
    """What axe finds on the pages in the light, and about their colours in the dark: nothing else differs there.

    No two things of a page may have one id.
    """
    found = []
    for page in pages:
        await person.page.emulate_media(color_scheme="light")
        await show(person, page)
        await _drawn(person, page)
        found += [f"{page}: twice: #{one}" for one in await person.page.evaluate(_TWICE)]
        found += await faults(person, page, RULES)
        await person.page.emulate_media(color_scheme="dark")
        found += [f"dark: {one}" for one in await faults(person, page, COLOURS)]
    return found


async def test_axe_finds_nothing_for_a_stranger(address: str, new_person: NewPerson) -> None:
    person = await new_person(address, **STILL)
    assert await walk(person, PUBLIC) == []
    person.trouble.clear()  # the unknown page answers 404, and the console says so


@pytest.mark.timeout(400)
async def test_axe_finds_nothing_for_who_works_there(address: str, new_person: NewPerson) -> None:
    person = await new_person(address, look=WIDE, **STILL)
    await sign_in(person)
    assert await walk(person, SIGNED_IN) == []


@pytest.mark.parametrize("language", ["ru", "en"])
async def test_axe_finds_nothing_in_the_other_languages(address: str, new_person: NewPerson, language: str) -> None:
    person = await new_person(address)
    await sign_in(person)
    await person.page.goto(f"/?lang={language}")
    found = []
    for page in (TIMES, "/me", *OWN[:3], f"/manage/{ACCOUNT}", f"{DESK}/bookings/{BOOKING}"):
        await show(person, page)
        found += await faults(person, page, RULES)
    assert found == []


@pytest.mark.row("N17")
@pytest.mark.timeout(400)
async def test_on_a_phone_nothing_scrolls_sideways_and_what_is_pressed_is_large_enough(
    address: str, new_person: NewPerson
) -> None:
    person = await new_person(address)
    wide, small = [], {}
    for pages in (PUBLIC, SIGNED_IN):
        if pages is SIGNED_IN:
            person.trouble.clear()  # the unknown page answers 404
            await sign_in(person)
        for page in pages:
            await person.page.set_viewport_size({"width": 390, "height": 844})
            await show(person, page)
            if page != UNKNOWN and (found := await person.page.evaluate(_SMALL)):
                small[page] = found
            await person.page.set_viewport_size({"width": 320, "height": 640})
            if await person.sideways() > 0:
                wide.append(page)
    assert wide == []
    assert small == {}


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
