"""A staff member's own day: visits, gaps, contacts by right, steps, paper, and what a browser may keep."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from contracts.http.booking import Action, ActionList, BookingAnswer, CalendarAnswer, Reason
from contracts.http.identity import ProfileAnswer

from .browser import Browser
from .salon import ACCOUNT, OLENA, PHONE, membership, moment, profile, uid
from .stage import Asked, No, Stage
from .test_doors import sign_in
from .visits import booking
from .work import BASE, open_for_staff

DAY = moment(1, 9).date()
ADDRESS = f"/day?day={DAY}"


def works_as(*permissions: str) -> ProfileAnswer:
    mine = membership(*permissions, role="master")
    return profile(memberships=(mine.model_copy(update={"staff_member_id": OLENA, "accepts_bookings": True}),))


def steps(**allowed: bool) -> Callable[[Asked], ActionList]:
    def part(_: Asked) -> ActionList:
        reason = Reason(code="booking.wrong_state", text="Ні")
        return ActionList(
            items=[Action(action=name, allowed=may, reason=None if may else reason) for name, may in allowed.items()]
        )

    return part


@pytest.fixture(autouse=True)
def _at_work(stage: Stage) -> None:
    open_for_staff(stage)
    stage.on("identity", "GET", "/me", works_as("booking.view", "client.view_phone"))
    stage.on("booking", "GET", f"{BASE}/bookings/[^/]+/actions", steps(confirm=False, arrive=True, no_show=True))
    stage.on("booking", "POST", f"{BASE}/bookings/[^/]+/(confirm|arrive|complete|no-show)", booking())


async def test_my_day_is_mine_alone_in_order_with_its_gaps(browser: Browser) -> None:
    await sign_in(browser)
    page = await browser.open(ADDRESS)
    times = [" ".join(one.text().split()) for one in page.all(".my-day > li h2, .my-day > li.gap-line")]
    assert times[0] == "09:00–09:45"
    assert any(one.startswith("Вільно 09:45–10:00 (15") for one in times)
    assert times[-1].startswith("Вільно 14:30–18:00")
    assert "Дмитро" not in page.text, "another person's client"
    assert page.one('a[href*="from=14:30"]').attributes["href"] == (
        f"/desk/{ACCOUNT}/new?day={DAY}&staff={OLENA}&from=14:30"
    )
    assert page.one('link[rel="manifest"]').attributes["crossorigin"] == "use-credentials"


async def test_contacts_are_there_only_by_right(browser: Browser, stage: Stage) -> None:
    await sign_in(browser)
    page = await browser.open(ADDRESS)
    assert page.has(f'a[href="tel:{PHONE}"]')
    assert page.has(f'a[href="sms:{PHONE}"]')
    sheet = await browser.open(f"/day/sheet?day={DAY}")
    assert "67" in sheet.one("tbody").text()

    masked = {"id": uid(80), "name": "Тарас", "surname": None, "phone": "+380••••••67"}
    calendar = stage.parts[("booking", "GET", f"{BASE}/calendar")]

    def hidden(asked: Asked) -> CalendarAnswer:
        told = CalendarAnswer.model_validate(calendar(asked))

        def outlined(one: BookingAnswer) -> BookingAnswer:
            return booking(**{**one.model_dump(), "client": masked})

        columns = [
            column.model_copy(update={"bookings": [outlined(one) for one in column.bookings]})
            for column in told.columns
        ]
        return told.model_copy(update={"columns": columns})

    stage.on("booking", "GET", f"{BASE}/calendar", hidden)
    stage.on("identity", "GET", "/me", works_as("booking.view"))
    page = await browser.open(ADDRESS)
    assert not page.has('a[href^="tel:"]')
    assert "немає права" in page.text
    assert page.has(f'form[action="/desk/{ACCOUNT}/ask"]'), "the missing right can be asked for"
    sheet = await browser.open(f"/day/sheet?day={DAY}")
    assert "+380" not in sheet.text, "paper carries no phones without the right"


async def test_a_step_is_one_press_and_whoever_was_quicker_is_said(browser: Browser, stage: Stage) -> None:
    await sign_in(browser)
    await browser.open(ADDRESS)
    visit = uid(302)
    await browser.send(f"/day/{ACCOUNT}/{visit}/arrive")
    [sent] = stage.calls("POST", f"{BASE}/bookings/{visit}/arrive")
    assert sent.headers["Idempotency-Key"]
    assert sent.headers["If-Match"] == '"1"'
    assert browser.page.address == f"/day?account={ACCOUNT}&day={DAY}"
    assert "Клієнт прийшов" in browser.page.one("#flash").text()

    def changed(_: Asked) -> None:
        raise No(409, "request.version_conflict", title="Хтось уже змінив цей запис")

    stage.on("booking", "POST", f"{BASE}/bookings/{visit}/no-show", changed)
    await browser.send(f"/day/{ACCOUNT}/{visit}/no_show")
    assert browser.page.status == 409
    assert "Хтось уже змінив" in browser.page.one("#errors").text()
    assert browser.page.has(f"#v-{visit}"), "the day as it is now is below"


async def test_who_takes_no_bookings_is_told_what_to_do(browser: Browser, stage: Stage) -> None:
    await sign_in(browser)
    stage.on("identity", "GET", "/me", profile())
    assert "ще ніде не працюєте" in (await browser.open("/day")).text
    works = membership("booking.view").model_copy(update={"role": "administrator"})
    stage.on("identity", "GET", "/me", profile(memberships=(works,)))
    page = await browser.open("/day")
    assert page.one(".empty a").attributes["href"] == "/desk"
    stage.on("identity", "GET", "/me", profile(memberships=(membership("booking.view"),)))
    page = await browser.open("/day")
    assert page.one(".empty a").attributes["href"] == f"/manage/{ACCOUNT}/staff", "an owner switches it on alone"


async def test_a_browser_is_told_whose_page_it_may_keep_and_keeps_no_refusal(browser: Browser, stage: Stage) -> None:
    await browser.open("/")
    assert "zapys-keep" not in browser.page.answer.headers
    await sign_in(browser)
    mine = (await browser.open(ADDRESS)).answer.headers["zapys-keep"]
    assert mine == (await browser.open("/me")).answer.headers["zapys-keep"]
    assert str(uid(70)).replace("-", "") not in mine
    stage.on("identity", "GET", "/me", profile(id=uid(79)))
    assert (await browser.open("/me")).answer.headers["zapys-keep"] != mine
    assert "zapys-keep" not in (await browser.open("/nobody")).answer.headers


@pytest.mark.row("N42")
async def test_the_pages_can_be_installed_under_the_name_of_the_account(browser: Browser) -> None:
    client = (await browser.http.get("/manifest.webmanifest")).json()
    assert (client["name"], client["start_url"], client["display"]) == ("Zapys", "/me", "standalone")
    await sign_in(browser)
    told = (await browser.http.get(f"/manifest.webmanifest?account={ACCOUNT}")).json()
    assert (told["name"], told["start_url"]) == ("Салон «Левада»", f"/day?account={ACCOUNT}")
    assert [one["url"] for one in told["shortcuts"]] == [f"/desk/{ACCOUNT}/new", f"/day?account={ACCOUNT}"]
    for icon in told["icons"]:
        assert (await browser.http.get(icon["src"])).status_code == 200
    worker = await browser.http.get("/sw.js")
    assert worker.status_code == 200
    assert worker.headers["content-type"].startswith("text/javascript")
    assert worker.headers["cache-control"] == "no-cache"
