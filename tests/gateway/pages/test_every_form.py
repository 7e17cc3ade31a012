"""Every page and every form there is, met with what people with bad intentions write."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest
from selectolax.lexbor import LexborNode

from .browser import Browser, Page
from .conftest import PUBLIC_URL, build_pages
from .everywhere import CONSOLE, MONEY, PUBLIC, SIGNED_IN, TOKEN, UNKNOWN, open_everything
from .hostile import PAYLOADS
from .spoilt import Poisoned, Refusing
from .stage import Stage
from .test_doors import sign_in
from .test_hostile import dangers

EVERY_PAGE = tuple(dict.fromkeys((*PUBLIC, *SIGNED_IN, *MONEY, *CONSOLE)))
ALL_AT_ONCE = "".join(PAYLOADS)
LEAVES = ("/logout", "/ops/leave", "/ops/door")
"""Forms that end the visit: nothing could be sent after them."""
_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}")
_TYPED = ("text", "search", "tel", "email", "url", "password")
_GUARDS = ("csrf", "idempotency_key")


@asynccontextmanager
async def inside(stage: Stage, key_file: Path) -> AsyncIterator[Browser]:
    """Signed in as an owner who is an operator too."""
    open_everything(stage)
    transport = httpx.ASGITransport(build_pages(stage, key_file))
    async with httpx.AsyncClient(
        transport=transport, base_url=PUBLIC_URL, headers={"Accept-Language": "uk"}, follow_redirects=True
    ) as http:
        browser = Browser(http)
        await sign_in(browser)
        await browser.open("/ops/door")
        await browser.send("/ops/door", token=TOKEN)
        yield browser


@dataclass
class Sheet:
    """A form as a page holds it."""

    page: str
    method: str
    action: str
    kept: list[tuple[str, str]] = field(default_factory=list)
    """What it sends by itself."""
    typed: list[str] = field(default_factory=list)
    """Fields into which a person may write."""

    @property
    def shape(self) -> tuple[object, ...]:
        """The same for the forms of two rows of one list."""
        return self.method, _ID.sub("…", self.action.partition("?")[0]), tuple(sorted(self.typed))

    def filled(self, text: str) -> dict[str, list[str]]:
        """Everything that is sent when `text` stands in every field."""
        values: dict[str, list[str]] = {}
        for name, value in self.kept:
            values.setdefault(name, []).append(value)
        return values | {name: [text] for name in self.typed}


def forms_of(page: Page) -> Iterator[Sheet]:
    for form in page.all("form"):
        sheet = Sheet(
            page.address, (form.attributes.get("method") or "get").lower(), form.attributes.get("action") or ""
        )
        for node in form.css("input[name], textarea[name], select[name]"):
            name = node.attributes["name"] or ""
            kind = node.attributes.get("type") or "text"
            if "disabled" in node.attributes:
                continue
            if node.tag == "textarea" or (node.tag == "input" and kind in _TYPED):
                sheet.typed.append(name)
            elif node.tag == "select" or kind not in ("checkbox", "radio") or "checked" in node.attributes:
                sheet.kept.append((name, _value(node)))
        yield sheet


def _value(node: LexborNode) -> str:
    if node.tag != "select":
        return node.attributes.get("value") or ""
    chosen = node.css("option[selected]") or node.css("option")
    return (chosen[0].attributes.get("value") or "") if chosen else ""


async def every_form(browser: Browser) -> list[Sheet]:
    """One of each shape."""
    found: dict[tuple[object, ...], Sheet] = {}
    for address in EVERY_PAGE:
        page = await browser.open(address)
        assert page.status == (404 if address == UNKNOWN else 200), f"{address}: {page.text[:200]}"
        for sheet in forms_of(page):
            if sheet.action not in LEAVES:
                found.setdefault(sheet.shape, sheet)
    return list(found.values())


async def put_in(browser: Browser, sheet: Sheet, values: dict[str, list[str]]) -> Page:
    """Send the form and see what comes."""
    where = str(httpx.URL(PUBLIC_URL).join(sheet.page).join(sheet.action))
    if sheet.method == "get":
        return Page(await browser.http.get(where, params=values))
    return Page(await browser.http.post(where, data=values, headers={"Referer": f"{PUBLIC_URL}{sheet.page}"}))


async def test_no_text_of_anybody_acts_on_any_page(key_file: Path) -> None:
    stage = Poisoned()
    async with inside(stage, key_file) as browser:
        stage.payload = ALL_AT_ONCE
        for address in EVERY_PAGE:
            page = await browser.open(address)
            assert page.status == (404 if address == UNKNOWN else 200), f"{address}: {page.text[:300]}"
            assert dangers(page) == [], address
    assert stage.poisoned > 1000


async def test_what_is_typed_into_any_form_comes_back_as_text_and_marked(key_file: Path) -> None:
    stage = Refusing()
    wrong = []
    async with inside(stage, key_file) as browser:
        forms = await every_form(browser)
        stage.is_refusing = True
        for sheet in forms:
            if not sheet.typed:
                continue
            page = await put_in(browser, sheet, sheet.filled(ALL_AT_ONCE))
            wrong += [f"{sheet.method} {sheet.action}: acts: {one[:200]}" for one in dangers(page)]
            if page.status >= 500 or (sheet.method == "post" and page.status not in (400, 404, 409, 422)):
                wrong.append(f"{sheet.method} {sheet.action}: {page.status} {sheet.typed} {page.text[:160]}")
            elif sheet.method == "post" and page.status == 422:
                lost = [name for name in sheet.typed if ALL_AT_ONCE not in _shown(page, name)]
                if lost:
                    wrong.append(f"{sheet.action}: lost what was typed into {lost}")
                if not page.has("[aria-invalid=true], .field.bad, [role=alert]"):
                    wrong.append(f"{sheet.action}: says nothing")
    assert len(forms) > 60
    assert wrong == []


def _shown(page: Page, name: str) -> list[str]:
    fields = page.all(f'input[name="{name}"], textarea[name="{name}"]')
    return [node.text() if node.tag == "textarea" else node.attributes.get("value") or "" for node in fields]
