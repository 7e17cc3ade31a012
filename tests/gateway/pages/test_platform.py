"""Pages of the platform itself, and the page of a firm on a domain of its own."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest

from contracts.http.catalogue import Catalogue
from contracts.http.site import HostAnswer
from gateway.clients import Services
from gateway.own_domains import OwnDomainMiddleware, finder
from kit.texts import Texts

from .browser import Browser
from .conftest import PACKAGE, PUBLIC_URL, build_pages
from .platform_parts import IDEA, open_platform
from .salon import ACCOUNT, CODE, CUT, PHONE, membership, moment, profile, tokens
from .stage import Asked, No, Stage


@pytest.fixture(autouse=True)
def platform(stage: Stage) -> None:
    open_platform(stage)


def _no(status: int, code: str) -> None:
    raise No(status, code)


async def sign_in(browser: Browser) -> None:
    await browser.open("/login")
    await browser.send("/login", phone=PHONE)
    await browser.send("/login/code", code=CODE)


@pytest.mark.row("N30")
async def test_the_base_costs_nothing_and_what_costs_is_listed(browser: Browser) -> None:
    await browser.open("/prices")
    assert browser.page.one(".price-base .price").text().startswith("0")
    assert "99 ₴" in browser.page.one("tbody").text().replace("\u00a0", " ")


@pytest.mark.row("N77")
async def test_wishes_are_for_everybody_to_read_and_for_who_signs_in_to_vote(browser: Browser, stage: Stage) -> None:
    await browser.open("/ideas")
    assert browser.page.one(".vote b").text() == "3"
    await browser.send(f"/ideas/{IDEA}/vote")
    assert browser.page.address.startswith("/login")
    await sign_in(browser)
    await browser.open("/ideas")
    await browser.send(f"/ideas/{IDEA}/vote")
    assert len(stage.calls("PUT", f"/platform/ideas/{IDEA}/vote")) == 1
    await browser.send("/ideas", title="", message="<script>alert(1)</script>")
    assert browser.page.status == 422
    assert browser.page.one("#f-title").attributes["aria-invalid"] == "true"
    assert browser.page.one("#f-message").text() == "<script>alert(1)</script>"
    await browser.send("/ideas", title="Темна тема")
    assert "Дякуємо" in browser.page.text


@pytest.mark.row("S73")
@pytest.mark.row("N3")
async def test_an_error_leads_to_a_letter_that_carries_its_number_and_page(browser: Browser, stage: Stage) -> None:
    stage.on("booking", "GET", "/public/levada", lambda _: _no(500, "request.failed"))
    await browser.open("/levada")
    await browser.follow("Написати нам про це")
    trace = browser.page.one("#f-trace").attributes["value"] or ""
    assert trace == "4bf92f3577b34da6a3ce929d0e0e4736"
    await browser.send("/contact", name="Тарас", contact="x", message="")
    assert browser.page.status == 422
    assert browser.page.one("#f-name").attributes["value"] == "Тарас"
    assert not stage.calls("POST", "/platform/messages")
    await browser.send("/contact", contact="0671234567", message="Не відкривається")
    assert "k7m2xq9a" in browser.page.text
    [sent] = stage.calls("POST", "/platform/messages")
    assert sent.body == {
        "name": "Тарас",
        "contact": "0671234567",
        "text": "Не відкривається",
        "page": "/levada",
        "trace_id": trace,
        "account": "levada",
    }


@pytest.mark.row("N36")
async def test_one_press_opens_the_demo_as_its_owner_and_says_when_it_is_not_there(
    browser: Browser, stage: Stage
) -> None:
    def not_ready(_: Asked) -> None:
        raise No(503, "identity.demo_not_ready", title="Демо ще готується")

    stage.on("identity", "POST", "/demo/sessions", not_ready)
    await browser.open("/")
    await browser.send("/try")
    assert (browser.page.status, "Демо ще готується" in browser.page.text) == (503, True)
    owner = profile(phone="+380000000000", memberships=(membership("booking.view"),))
    stage.on("identity", "POST", "/demo/sessions", {**tokens(), "user": owner.model_dump(mode="json")})
    stage.on("booking", "GET", f"/accounts/{ACCOUNT}/.*", lambda _: _no(503, "gateway.service_away"))
    await browser.send("/try")
    assert browser.page.address == f"/desk/{ACCOUNT}"

    await browser.open("/try")
    assert "Ви ввійшли як Тарас Савченко" in browser.page.text


async def test_the_status_page_says_in_words_what_works(browser: Browser, stage: Stage) -> None:
    stage.on("fiscal", "GET", "/price-list", lambda _: _no(503, "gateway.service_away"))
    await browser.open("/status")
    assert browser.page.heading == "Щось зараз не працює"
    assert "Чеки, що чекають, підуть потім" in browser.page.text
    assert [node.text(strip=True) for node in browser.page.all(".part .badge.bad")] == ["не відповідає"]


@pytest.mark.row("N55")
async def test_every_way_to_connect_is_described(browser: Browser) -> None:
    await browser.open("/integration")
    assert {node.attributes["id"] for node in browser.page.all("section[id]")} >= {
        "link",
        "widget",
        "html",
        "api",
        "webhooks",
        "domain",
    }
    assert "embed.js" in browser.page.text


@pytest.mark.row("N2")
@pytest.mark.row("S72")
async def test_help_is_grouped_searched_and_every_question_has_its_own_link(browser: Browser) -> None:
    await browser.open("/help")
    assert len(browser.page.all("section h2")) >= 7
    everything = len(browser.page.all(".topics a"))
    await browser.open("/help?q=зміну")
    found = [node.attributes["href"] for node in browser.page.all(".topics a")]
    assert "/help/fiscal.shift_closed" in found
    assert 0 < len(found) < everything
    await browser.open("/help?q=nothing-like-that")
    assert "nothing-like-that" in browser.page.text
    assert browser.page.has("a[href^='/contact']")


@pytest.mark.row("S13")
async def test_an_error_of_an_integration_leads_to_its_steps(browser: Browser) -> None:
    for code, guides in (
        ("provider_unauthorized", ["/help/turbosms", "/help/alphasms"]),
        ("fiscal.shift_closed", ["/help/how_to_close_shift", "/help/checkbox"]),
    ):
        await browser.open(f"/help/{code}")
        shown = [node.attributes["href"] for node in browser.page.all("article .choice")]
        assert shown == guides
    await browser.follow("Як підключити Checkbox")
    assert len(browser.page.all(".steps-list li")) >= 5


@pytest.mark.row("N1")
@pytest.mark.row("N82")
async def test_the_catalogue_is_narrowed_by_city_and_word(browser: Browser, stage: Stage) -> None:
    await browser.open("/")
    await browser.follow("Львів")
    assert stage.calls("GET", "/catalogue")[-1].query == {"city": "Львів"}
    stage.on("booking", "GET", "/catalogue", Catalogue(items=[]))
    await browser.open("/?q=масаж&city=Львів")
    assert stage.calls("GET", "/catalogue")[-1].query == {"city": "Львів", "q": "масаж"}
    assert "«масаж»" in browser.page.one(".empty").text()


async def test_search_engines_get_a_map_of_listed_firms(browser: Browser) -> None:
    await browser.open("/robots.txt")
    assert "Sitemap: http://zapys.test/sitemap.xml" in browser.page.answer.text
    await browser.open("/sitemap.xml")
    assert "<loc>http://zapys.test/levada</loc>" in browser.page.answer.text


@pytest.mark.row("N39")
async def test_on_a_proved_domain_the_firms_page_answers_and_everything_else_leads_to_the_platform(
    stage: Stage, key_file: Path
) -> None:
    stage.on("booking", "GET", "/public/h/own.example", HostAnswer(host="own.example", vanity_address="levada"))
    stage.on("booking", "GET", "/public/h/strange.example", lambda _: _no(404, "request.not_found"))
    services = Services(stage, Texts(PACKAGE / "texts", PACKAGE / "refusals"), PUBLIC_URL)  # type: ignore[arg-type]
    app = OwnDomainMiddleware(build_pages(stage, key_file), find=finder(services), public_url=PUBLIC_URL)
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app), base_url="http://own.example", headers={"Accept-Language": "uk"}
    ) as http:
        browser = Browser(http)
        await browser.open("/")
        assert browser.page.heading == "Салон «Левада»"
        assert stage.calls("GET", "/public/levada")
        await browser.follow("Чоловіча стрижка")
        await browser.open(f"/levada?services={CUT}&staff=any")
        sent = await browser.send(
            "/levada/hold", at=moment(2, 10).isoformat(), headers={"Origin": "http://own.example"}
        )
        assert sent.status == 303, "forms work on the firm's own domain"
        away = await http.get("/prices?x=1")
        assert (away.status_code, away.headers["location"]) == (307, "http://zapys.test/prices?x=1")
        assert len(stage.calls("GET", "/public/h/own.example")) == 1, "what was found is kept for a while"
        other = await http.get("/", headers={"Host": "strange.example"})
        assert "Запишіться за хвилину" in other.text


async def test_cookies_of_a_framed_page_are_apart_for_each_site_that_frames_it(stage: Stage, key_file: Path) -> None:
    app = build_pages(stage, key_file, "https://zapys.test")
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="https://zapys.test") as http:
        answer = await http.get("/levada?embed=1&lang=uk")
    lines = answer.headers.get_list("set-cookie")
    assert lines
    assert all(line.startswith("__Host-zapys_framed_") for line in lines)
    assert all("SameSite=none" in line and "Secure" in line and "Partitioned" in line for line in lines)
