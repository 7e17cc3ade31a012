"""The link of a client's message: one visit, no sign-in, nothing else."""

from __future__ import annotations

import pytest

from contracts.http.catalogue import PublicSite
from contracts.http.reviews import LinkReviewBody

from .browser import Browser
from .mine import KEY, LINK, PAYMENT, by_key, open_for_me
from .salon import BOOKING, moment, page, uah
from .stage import Asked, No, Stage
from .test_doors import sign_in
from .test_me import HOSTILE


@pytest.fixture(autouse=True)
def _own_things(stage: Stage) -> None:
    open_for_me(stage)


async def test_every_page_of_a_link_is_the_firms_in_name_and_look_and_under_me_it_is_ours(
    browser: Browser, stage: Stage
) -> None:
    stage.on("booking", "GET", "/public/levada", page(site=PublicSite(css=".btn { color: #0b6e5f; }")))
    for act in ("", "/move", "/cancel", "/review"):
        await browser.open(f"/b/k7m2xq{act}?key={KEY}")
        assert browser.page.one("a.brand[href='/levada']").text(strip=True) == "Салон «Левада»", act
        assert browser.page.one("title").text().endswith("– Салон «Левада»"), act
        assert browser.page.has("link[href^='/levada/look.css?v=']"), act
    await browser.open(f"/pay/{PAYMENT}")
    assert browser.page.one(".brand").text(strip=True) == "Салон «Левада»"

    def gone(_: Asked) -> None:
        raise No(404, "request.not_found")

    stage.on("booking", "GET", "/public/levada", gone)
    await browser.open(LINK)
    assert browser.page.status == 200, "a visit can be read though its firm shows no page any more"
    await sign_in(browser)
    await browser.open(f"/me/{BOOKING}/cancel")
    assert browser.page.one(".brand").text(strip=True) == "Zapys"


async def test_the_link_confirms_moves_and_cancels_without_signing_in(browser: Browser, stage: Stage) -> None:
    page = await browser.open(LINK)
    assert "Тарас" not in page.text
    await browser.send("/confirm")
    assert stage.calls("POST", "/public/b/k7m2xq/confirm")[0].body == {"key": KEY}
    assert browser.page.address == LINK
    assert "на вас чекають" in browser.page.one("#flash").text()

    await browser.follow("Перенести")
    day = next(one for one in browser.page.all("a.day") if "none" not in (one.attributes["class"] or ""))
    assert f"key={KEY}" in (day.attributes["href"] or ""), "another day keeps the key"
    await browser.send("/move", at=moment(2, 11).isoformat())
    [sent] = stage.calls("POST", "/public/b/k7m2xq/reschedule")
    assert sent.body == {"key": KEY, "starts_at": moment(2, 11).isoformat()}

    await browser.open(LINK)
    await browser.follow("Скасувати")
    assert stage.calls("POST", "/public/b/k7m2xq/cancel") == [], "asked once"
    assert "Чоловіча стрижка" in browser.page.text
    await browser.send("/cancel", reason="x" * 2001)
    assert browser.page.status == 422
    assert browser.page.one("textarea").text() == "x" * 2001
    await browser.send("/cancel", reason=HOSTILE)
    [sent] = stage.calls("POST", "/public/b/k7m2xq/cancel")
    assert sent.body == {"key": KEY, "reason": HOSTILE}
    assert sent.headers["Idempotency-Key"]
    assert not [one for one in stage.asked if one.service == "identity"], "nobody signed in"


async def test_a_wrong_key_shows_the_visit_but_offers_no_act(browser: Browser) -> None:
    await browser.open("/b/k7m2xq?key=other")
    assert "Посилання неповне" in browser.page.text
    assert not browser.page.has('form[action*="confirm"]')
    await browser.open("/b/k7m2xq/cancel?key=other")
    assert browser.page.status == 404


async def test_a_code_that_is_none_is_explained(browser: Browser, stage: Stage) -> None:
    def none(_: Asked) -> None:
        raise No(404, "request.not_found")

    stage.on("booking", "GET", "/public/b/gone99", none)
    stage.on("booking", "GET", "/public/b/gone99/linked", none)
    for address in ("/b/gone99", f"/b/gone99?key={KEY}", f"/b/gone99/move?key={KEY}"):
        page = await browser.open(address)
        assert (page.status, page.heading) == (404, "За цим посиланням запису немає")
        assert page.has('a.primary[href="/me"]')


async def test_too_late_says_the_moment_and_whom_to_call(browser: Browser, stage: Stage) -> None:
    def late(_: Asked) -> None:
        raise No(409, "booking.cutoff_passed", title="Змінити або скасувати запис онлайн уже запізно")

    stage.on("booking", "POST", "/public/b/k7m2xq/cancel", late)
    await browser.open(f"/b/k7m2xq/cancel?key={KEY}")
    await browser.send("/cancel", reason="Захворів")
    assert browser.page.status == 409
    assert browser.page.one("textarea").text() == "Захворів"
    stage.on("booking", "GET", "/public/b/k7m2xq/linked", by_key(may_cancel=False, may_reschedule=False))
    await browser.open(f"/b/k7m2xq/cancel?key={KEY}")
    assert browser.page.has('a[href="tel:+380441234567"]')
    assert not browser.page.has('form[action*="cancel"]')


async def test_money_that_is_asked_in_advance_is_the_main_button(browser: Browser, stage: Stage) -> None:
    due = {"id": PAYMENT, "amount": uah(200), "expires_at": moment(1, 9)}
    stage.on("booking", "GET", "/public/b/k7m2xq/linked", by_key(prepayment=due))
    await browser.open(LINK)
    assert browser.page.one("main .primary").attributes["href"] == f"/pay/{PAYMENT}"
    assert "200" in browser.page.text


@pytest.mark.row("N44")
async def test_after_the_visit_the_link_takes_a_review(browser: Browser, stage: Stage) -> None:
    was = {"state": "completed", "may_cancel": False, "may_confirm": False, "may_reschedule": False}
    stage.on("booking", "GET", "/public/b/k7m2xq/linked", by_key(**was, may_review=True))
    await browser.open(LINK)
    await browser.follow("Залишити відгук")
    await browser.send("/review", rating="5", text="Чудово")
    [sent] = stage.calls("POST", "/public/b/k7m2xq/review")
    assert LinkReviewBody.model_validate(sent.body) == LinkReviewBody(key=KEY, rating=5, text="Чудово")
    stage.on("booking", "GET", "/public/b/k7m2xq/linked", by_key(**was))
    await browser.open(f"/b/k7m2xq/review?key={KEY}")
    assert not browser.page.has("main form"), "a second one is not offered"
