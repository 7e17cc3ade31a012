"""The page of a firm: who they are, where, when, what others think, and how it looks to machines."""

from __future__ import annotations

import json

import pytest

from contracts.http.catalogue import PublicSite, Rating
from gateway.pages.public.looks import contrast, tokens_of

from .browser import Browser
from .salon import CUT, OLENA, moment, page
from .stage import Stage


def with_site(stage: Stage, **site: object) -> None:
    made = page(rating=Rating(average=4.75, count=8), site=PublicSite.model_validate(site))
    stage.on("booking", "GET", "/public/levada", made)


@pytest.mark.row("N81")
@pytest.mark.row("N59")
async def test_the_first_page_says_everything_about_the_firm_and_offers_its_services(
    browser: Browser, stage: Stage
) -> None:
    with_site(stage, about_html="<p>Ми працюємо з <b>2010</b> року.</p>")
    await browser.open("/levada")
    assert browser.page.heading == "Салон «Левада»"
    assert "8 відгуків" in browser.page.one(".firm-facts").text()
    assert "Стрижка тримається вже місяць." in browser.page.one("#reviews").text()
    assert browser.page.one("#reviews .stars").attributes["aria-label"] == "5 з 5"
    assert "Сагайдачного, 10" in browser.page.one("#places").text()
    assert "google.com/maps" in browser.page.link("На мапі")
    assert len(browser.page.all(".hours dt")) == 7
    assert "10:00–20:00" in browser.page.one(".hours").text()
    assert browser.page.one(".own-text b").text() == "2010"
    assert "Андрій Мельник" in browser.page.one(".people").text()
    prices = [node.text().replace("\u00a0", " ") for node in browser.page.all(".choice .side b")]
    assert prices == ["450 ₴", "1 500 ₴", "500,50 ₴"]
    await browser.open(f"/levada?services={CUT}")
    assert not browser.page.has("#places"), "further steps are about the booking alone"


@pytest.mark.row("N41")
async def test_a_link_that_is_shared_shows_the_name_and_that_one_can_book(browser: Browser, stage: Stage) -> None:
    with_site(stage)
    await browser.open("/levada")
    told = {
        node.attributes["property"]: node.attributes["content"] for node in browser.page.all("meta[property^='og:']")
    }
    assert told["og:title"] == "Салон «Левада» – онлайн-запис"
    assert told["og:url"] == "http://zapys.test/levada"
    assert "Запишіться онлайн" in (told["og:description"] or "")
    linked = json.loads(browser.page.one("script[type='application/ld+json']").text())
    assert linked["@type"] == "LocalBusiness"
    assert linked["aggregateRating"] == {"@type": "AggregateRating", "ratingValue": 4.75, "reviewCount": 8}


@pytest.mark.row("N53")
async def test_search_engines_stay_away_from_an_unlisted_firm_and_its_steps(browser: Browser, stage: Stage) -> None:
    await browser.open("/levada")
    assert not browser.page.has("meta[name=robots]")
    await browser.open(f"/levada?services={CUT}")
    assert browser.page.has("meta[name=robots][content=noindex]")
    hidden = page().account.model_copy(update={"unlisted": True})
    stage.on("booking", "GET", "/public/levada", page(account=hidden))
    await browser.open("/levada")
    assert browser.page.has("meta[name=robots][content=noindex]")
    assert browser.page.has("a.choice"), "the direct link works"


@pytest.mark.row("N60")
async def test_an_address_that_the_firm_has_left_leads_to_the_present_one(browser: Browser, stage: Stage) -> None:
    stage.on("booking", "GET", "/public/old-levada", page())
    await browser.open(f"/old-levada?services={CUT}")
    assert browser.page.address.startswith(f"/levada?services={CUT}")
    assert browser.page.answer.history[0].status_code == 301


@pytest.mark.row("N72")
async def test_own_html_is_cleaned_again_when_it_is_shown(browser: Browser, stage: Stage) -> None:
    with_site(
        stage, about_html='<h2>Ми</h2><script>alert(1)</script><img src=x onerror=alert(1)><a href="javascript:1">x</a>'
    )
    await browser.open("/levada")
    shown = browser.page.one(".own-text").html or ""
    assert "<h2>Ми</h2>" in shown
    assert "script" not in shown
    assert "onerror" not in shown


@pytest.mark.row("N75")
async def test_own_css_is_a_file_of_this_site_that_loads_nothing(browser: Browser, stage: Stage) -> None:
    with_site(
        stage, css="h1 { color: rebeccapurple } body { background: url(https://evil.example/x.png) } @import 'x';"
    )
    await browser.open("/levada")
    address = next(
        node.attributes["href"] or ""
        for node in browser.page.all("link[rel=stylesheet]")
        if "look.css" in (node.attributes["href"] or "")
    )
    sheet = await browser.http.get(address)
    assert sheet.headers["content-type"].startswith("text/css")
    assert "immutable" in sheet.headers["cache-control"]
    assert "rebeccapurple" in sheet.text
    assert "url(" not in sheet.text
    assert "import" not in sheet.text


async def test_only_sites_of_the_firms_list_may_frame_its_pages_and_no_other_page_at_all(
    browser: Browser, stage: Stage
) -> None:
    with_site(stage, embed_origins=["https://salon.example"])
    framed = await browser.open("/levada?embed=1")
    assert "frame-ancestors 'self' https://salon.example" in framed.answer.headers["content-security-policy"]
    assert not browser.page.has("header.top"), "inside a frame there is only the booking"
    assert "embed=1" in browser.page.link("Чоловіча стрижка")
    other = await browser.open("/login")
    assert "frame-ancestors 'none'" in other.answer.headers["content-security-policy"]


async def test_a_booking_inside_a_frame_ends_inside_it_and_tells_the_site(browser: Browser) -> None:
    await browser.open(f"/levada?embed=1&services={CUT}&staff={OLENA}")
    await browser.send("/levada/hold", at=moment(2, 10).isoformat())
    await browser.send("/contact", name="Тарас", phone="0671234567")
    await browser.send("/book", code="123456")
    assert browser.page.address == "/levada/done/k7m2xq?embed=1"
    assert browser.page.one("[data-booked]").attributes["data-booked"] == "k7m2xq"
    assert browser.page.has("script[src*=framed]")


@pytest.mark.parametrize("colour", ["ffff00", "000000", "ffffff", "c92a2a", "0b6e5f"])
def test_any_colour_of_a_widget_can_be_read_in_both_schemes(colour: str) -> None:
    bright, night = (line.partition("{")[2] for line in tokens_of(colour).splitlines()[::2])
    for tokens, ground in ((bright, (255, 255, 255)), (night, (22, 24, 28))):
        said = dict(pair.split(":") for pair in tokens.strip("}").replace("--", "").split(";"))
        named = {name: tuple(bytes.fromhex(value.lstrip("#"))) for name, value in said.items()}
        assert contrast(named["primary"], ground) >= 4.5  # type: ignore[arg-type]
        assert contrast(named["primary"], named["primary-soft"]) >= 4.5  # type: ignore[arg-type]
        assert contrast(named["on-primary"], named["primary"]) >= 4.5  # type: ignore[arg-type]
