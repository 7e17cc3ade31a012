"""Payloads in every text of the public pages stay text."""

from __future__ import annotations

import re

import pytest

from kit.markup import clean_css, clean_html

from .browser import Browser, Page
from .hostile import PAYLOADS, poison
from .mine import open_for_me
from .platform_parts import open_platform
from .salon import CODE, CUT, OLENA, PHONE, code_sent, moment
from .stage import Answer, Asked, No, Stage

_LIVE = ", ".join(
    (
        "iframe[srcdoc], iframe:not([src^='/']), iframe[src^='//'], meta[http-equiv]",
        "object, embed, base, template, marquee, math, video, audio, frame, applet, style",
    )
)
_DATA = ("application/json", "application/ld+json")
_LOADS = re.compile(r"url\(|@import|expression|javascript:|image-set|src\(|-moz-binding|behavior", re.IGNORECASE)


def _acts(name: str, value: str) -> bool:
    if name in ("href", "src", "action", "formaction"):
        return value.strip().lower().startswith(("javascript:", "data:text"))
    return name == "style" or name.startswith(("on", "hx-on"))


def dangers(page: Page) -> list[str]:
    """Elements of the page that could act: none of our templates makes any of them."""
    found = [node.html or "" for node in page.all(_LIVE)]
    for node in page.all("*"):
        names = {name.lower(): value or "" for name, value in node.attributes.items()}
        is_script = node.tag == "script" and (
            not names["src"].startswith(("/static/", "/embed.js")) if "src" in names else names.get("type") not in _DATA
        )
        if is_script or any(_acts(name, value) for name, value in names.items()):
            found.append((node.html or "")[:300])
    return found


def test_there_are_enough_of_them() -> None:
    assert len(set(PAYLOADS)) >= 150


async def test_what_firms_and_clients_wrote_stays_text_on_every_public_page(browser: Browser, stage: Stage) -> None:
    open_platform(stage)
    poison(stage, PAYLOADS)
    for path in (
        "/levada",
        f"/levada?services={CUT}",
        f"/levada?services={CUT}&staff={OLENA}",
        "/levada/reviews",
        "/",
        "/ideas",
    ):
        await browser.open(path)
        assert browser.page.status == 200
        assert dangers(browser.page) == [], path
    assert PAYLOADS[-1] in browser.page.text or PAYLOADS[0] in browser.page.text
    sheet = await browser.http.get("/levada/look.css")
    assert not _LOADS.search(sheet.text)


@pytest.mark.parametrize("door", ["contact", "letter", "search"])
async def test_what_a_visitor_typed_comes_back_as_text(browser: Browser, stage: Stage, door: str) -> None:
    open_platform(stage)
    if door == "contact":
        await browser.open(f"/levada?services={CUT}&staff={OLENA}")
        await browser.send("/levada/hold", at=moment(2, 10).isoformat())
    for number in range(0, len(PAYLOADS), 3):
        one, two, three = PAYLOADS[number : number + 3]
        if door == "contact":
            await browser.send("/contact", name=" ", phone=one, comment=two)
            assert browser.page.one("#f-phone").attributes["value"] == one
            assert browser.page.one("#f-comment").text() == two
        elif door == "letter":
            await browser.open("/contact")
            await browser.send("/contact", name=one, contact="x", message=three, page=two)
            assert browser.page.one("#f-name").attributes["value"] == one
            assert browser.page.one("#f-message").text() == three
        else:
            await browser.http.get("/help", params={"q": one})
            await browser.open(str(browser.http.base_url.join("/").copy_merge_params({"q": one, "city": two})))
            assert browser.page.one("#f-q").attributes["value"] == one
        assert dangers(browser.page) == [], one


def test_own_html_and_css_lose_everything_that_acts() -> None:
    for text in PAYLOADS:
        shown = clean_html(text).lower()
        assert not re.search(r"<(?!/?(p|br|b|a|img|div|span|table|tbody|tr|td|ul|li)\b)[a-z]", shown), shown
        assert not re.search(r"<[^>]*\s(on\w+|style|hx-\w+)\s*=", shown), shown
        assert not re.search(r"<[^>]*(javascript|data:text)", shown), shown
        assert not _LOADS.search(clean_css(f"p {{ color: red; background: {text} }} {text}"))


async def test_what_is_typed_where_one_signs_in_comes_back_as_text(browser: Browser, stage: Stage) -> None:
    def known(asked: Asked) -> Answer:
        if asked.body["phone"] != PHONE:
            wrong = [{"pointer": "/phone", "code": "phone", "text": "Це не номер"}]
            raise No(422, "request.invalid", title="Перевірте дані", errors=wrong)
        return code_sent(asked)

    open_for_me(stage)
    stage.on("identity", "POST", "/auth/codes", known)
    for typed in PAYLOADS[::5]:
        await browser.open("/login")
        await browser.send("/login", phone=typed)
        assert (browser.page.status, browser.page.one("#f-phone").attributes["value"]) == (422, typed)
        assert dangers(browser.page) == [], typed
        assert browser.page.has("#f-phone[aria-invalid=true]")
    await browser.open("/login")
    await browser.send("/login", phone=PHONE)
    for typed in PAYLOADS[::5]:
        await browser.send("/login/code", code=typed)
        assert 400 <= browser.page.status < 500
        assert dangers(browser.page) == [], typed
        assert browser.page.has("#f-code[aria-invalid=true]")
    await browser.send("/login/code", code=CODE)
    assert browser.page.address == "/me"
    await browser.open("/me/phone")
    await browser.send("/me/phone", phone=PHONE)
    for typed in PAYLOADS[::5]:
        await browser.send("/me/phone/code", code=typed)
        assert 400 <= browser.page.status < 500
        assert dangers(browser.page) == [], typed
