"""Writing to a client by hand: looked at before it goes, once, and without the number anywhere."""

from __future__ import annotations

import pytest

from .browser import Browser
from .money import CLIENT
from .news import LETTERS, foretold, open_the_post
from .salon import ACCOUNT, BOOKING, membership, moment, profile
from .stage import Asked, No, Stage
from .test_day import ADDRESS, steps, works_as
from .test_doors import sign_in
from .work import BASE, open_for_staff

HERE = f"/desk/{ACCOUNT}/clients/{CLIENT}/write"
SHEET = f"{HERE}?booking={BOOKING}"
WORDS = "Візьміть змінне взуття"


@pytest.fixture(autouse=True)
def _at_work(stage: Stage) -> None:
    open_for_staff(stage)
    open_the_post(stage)
    stage.on("identity", "GET", "/me", profile(memberships=(membership("booking.view", "client.message"),)))


@pytest.mark.row("X15")
async def test_a_master_without_contacts_writes_from_the_own_day(browser: Browser, stage: Stage) -> None:
    await sign_in(browser)
    stage.on("identity", "GET", "/me", works_as("booking.view", "client.message"))
    stage.on("booking", "GET", f"{BASE}/bookings/[^/]+/actions", steps())
    day = await browser.open(ADDRESS)
    links = [one.attributes["href"] or "" for one in day.all('a[href*="/write?booking="]')]
    assert links
    assert all("from=day" in link for link in links)
    stage.on("identity", "GET", "/me", works_as("booking.view"))
    assert not (await browser.open(ADDRESS)).has('a[href*="/write?booking="]'), "the right to write is one of its own"


async def test_parts_and_price_are_seen_before_it_goes_and_it_goes_once(browser: Browser, stage: Stage) -> None:
    await sign_in(browser)
    sheet = await browser.open(SHEET)
    assert "Добре, дякую" in sheet.text, "what was answered is there"
    assert [one.text().strip() for one in sheet.all("#write button")] == ["Переглянути"], "nothing goes unseen"
    await browser.send(HERE, wording=WORDS, act="preview")
    seen = browser.page
    assert f"Салон «Левада»: {WORDS}" in seen.one("#forecast").text()
    assert "2 частини" in seen.one("#forecast").text()
    assert "2,40" in seen.one("#forecast").text()
    assert "Піде одразу" in seen.text
    assert seen.one("#f-wording").text().strip() == WORDS
    assert stage.calls("POST", LETTERS) == []
    await browser.send(HERE, wording=WORDS, act="send")
    [sent] = stage.calls("POST", LETTERS)
    assert sent.body == {"text": WORDS, "booking_id": str(BOOKING)}
    assert sent.headers["Idempotency-Key"]
    assert "Повідомлення надсилається" in browser.page.one("#flash").text()
    assert browser.page.address == SHEET


async def test_what_would_not_go_says_why_and_offers_no_sending(browser: Browser, stage: Stage) -> None:
    await sign_in(browser)
    for changes, said, can_send in (
        (
            {
                "state": "suppressed",
                "is_now": False,
                "reason_code": "client_opted_out",
                "reason_text": "Клієнт відмовився",
            },
            "Клієнт відмовився",
            False,
        ),
        ({"left_for_client": 0}, "скільки можна", False),
        (
            {"state": "held", "is_now": False, "reason_code": "insufficient_balance", "reason_text": "Бракує коштів"},
            "Чекатиме",
            True,
        ),
        ({"is_now": False, "planned_at": moment(1, 7)}, "тихі години", True),
    ):
        stage.on("notifications", "POST", f"{LETTERS}/preview", foretold(**changes))
        await browser.open(SHEET)
        await browser.send(HERE, wording=WORDS, act="preview")
        assert said in browser.page.text
        assert browser.page.has('#write button[value="send"]') is can_send


async def test_a_refusal_keeps_the_words(browser: Browser, stage: Stage) -> None:
    def refused(_: Asked) -> None:
        error = {"pointer": "/text", "code": "link_in_text", "text": "Приберіть посилання"}
        raise No(422, "request.invalid", title="Дані заповнено з помилкою", errors=[error])

    await sign_in(browser)
    stage.on("notifications", "POST", LETTERS, refused)
    stage.on("notifications", "POST", f"{LETTERS}/preview", refused)
    for act in ("preview", "send"):
        await browser.open(SHEET)
        await browser.send(HERE, wording="див. https://a.example", act=act)
        assert browser.page.status == 422
        assert "Приберіть посилання" in browser.page.one("#errors").text()
        assert browser.page.one("#f-wording").text().strip() == "див. https://a.example"


async def test_the_ways_to_the_sheet_are_there_by_right(browser: Browser, stage: Stage) -> None:
    await sign_in(browser)
    pages = [f"/desk/{ACCOUNT}/bookings/{BOOKING}?tab={tab}" for tab in ("client", "notifications")]
    pages.append(f"/desk/{ACCOUNT}/clients/{CLIENT}")
    for page in pages:
        assert (await browser.open(page)).has(f'a[href^="{HERE}"]'), page
    stage.on("identity", "GET", "/me", profile(memberships=(membership("booking.view", "client.view"),)))
    for page in pages:
        assert not (await browser.open(page)).has(f'a[href^="{HERE}"]'), page
