"""Every page and every form there is, met with what people with bad intentions write."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
from selectolax.lexbor import LexborNode

from .browser import Browser, Page
from .conftest import PUBLIC_URL, build_pages
from .everywhere import CONSOLE, MONEY, PUBLIC, SIGNED_IN, TOKEN, UNKNOWN, open_everything
from .hostile import PAYLOADS
from .spoilt import Counting, Poisoned, Refusing
from .stage import Stage
from .test_doors import sign_in
from .test_hostile import dangers

EVERY_PAGE = tuple(dict.fromkeys((*PUBLIC, *SIGNED_IN, *MONEY, *CONSOLE)))
ALL_AT_ONCE = "".join(PAYLOADS)
ASKED = (
    "after",
    "at",
    "cursor",
    "day",
    "from",
    "page",
    "preset",
    "seats",
    "step",
    "strip",
    "to",
    "until",
    "wait_from",
    "year",
)
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
    typed: dict[str, str] = field(default_factory=dict)
    """Fields into which a person may write, with something that fits."""
    secret: list[str] = field(default_factory=list)
    """Those of them that no page shows again."""

    @property
    def shape(self) -> tuple[object, ...]:
        """The same for the forms of two rows of one list."""
        return self.method, _ID.sub("…", self.action.partition("?")[0]), tuple(sorted(self.typed))

    def filled(self, text: str = "") -> dict[str, list[str]]:
        """Everything that is sent when `text`, or without it something sensible, stands in every field."""
        values: dict[str, list[str]] = {}
        for name, value in self.kept:
            values.setdefault(name, []).append(value)
        return values | {name: [text or sensible] for name, sensible in self.typed.items()}


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
                sheet.typed[name] = _sensible(node)
                if kind == "password":
                    sheet.secret.append(name)
            elif node.tag == "select" or kind not in ("checkbox", "radio") or "checked" in node.attributes:
                sheet.kept.append((name, _value(node)))
        yield sheet


def _sensible(node: LexborNode) -> str:
    there = node.text() if node.tag == "textarea" else node.attributes.get("value")
    kind = node.attributes.get("type") or ""
    by_kind = {"tel": "+380671234567", "email": "olena@example.org", "url": "https://example.org/hook"}
    number = "5" if node.attributes.get("inputmode") in ("numeric", "decimal") else "Досить довгі слова"
    return there or by_kind.get(kind, number)


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
                lost = [
                    name for name in sheet.typed if name not in sheet.secret and ALL_AT_ONCE not in _shown(page, name)
                ]
                if lost:
                    wrong.append(f"{sheet.action}: lost what was typed into {lost}")
                if not page.has("[aria-invalid=true], .field.bad, [role=alert]"):
                    wrong.append(f"{sheet.action}: says nothing")
    assert len(forms) > 60
    assert not wrong, "\n".join(wrong)


async def test_no_number_and_no_day_is_too_strange_for_a_form(key_file: Path) -> None:
    wrong = []
    async with inside(Counting(), key_file) as browser:
        for sheet in await every_form(browser):
            if sheet.action.startswith("/login"):
                continue
            for strange in ("²", "--5", "9" * 5000, "9999-12-31"):
                page = await put_in(browser, sheet, sheet.filled(strange))
                if page.status >= 500:
                    wrong.append(f"{sheet.action} with {strange[:12]}: {page.text[:160]}")
    assert not wrong, "\n".join(wrong)


async def test_no_day_and_no_number_is_too_strange_for_an_address(key_file: Path) -> None:
    wrong = []
    async with inside(Stage(), key_file) as browser:
        for address in EVERY_PAGE:
            for strange in ("9999-12-31", "0001-01-01T00:00:00Z", "²"):
                page = await browser.open(str(httpx.URL(address).copy_merge_params(dict.fromkeys(ASKED, strange))))
                if page.status == 500:
                    wrong.append(f"{address} with {strange}: {page.text[:160]}")
    assert not wrong, "\n".join(wrong)


def _shown(page: Page, name: str) -> list[str]:
    fields = page.all(f'input[name="{name}"], textarea[name="{name}"]')
    return [node.text() if node.tag == "textarea" else node.attributes.get("value") or "" for node in fields]


NEEDS_NO_KEY = (
    r"/auth/.+",  # a code is spent once
    r".*/(check|test|preview|explain|days|verify|availability|plan-preview)",  # only looks
    r".*/x-report",  # a reading of the shift
    r"/admin/.+",  # here and below the state of the thing itself lets an act be done once
    r".*/access-requests/[^/]+/(grant|decline)",
    r".*/reviews/[^/]+/(answer|hide|publish)",
    r".*/staff-tasks/[^/]+/settle",
    r".*/payments/[^/]+/checkout",
    r"/demo/sessions",
    r"/public/unsubscribe/[^/]+",
    r"/platform/second-factor-resets",
)


async def test_a_form_that_is_sent_twice_is_one_act(key_file: Path) -> None:
    """Both sends carry the key that came with the page; the owner of the act then does it once."""
    stage, wrong, acts = Counting(), [], 0
    async with inside(stage, key_file) as browser:
        for sheet in await every_form(browser):
            if sheet.method != "post" or sheet.action.startswith("/login"):
                continue
            sent = []
            for _ in range(2):
                before = len(stage.asked)
                page = await put_in(browser, sheet, sheet.filled())
                assert page.status < 500, f"{sheet.action} {sheet.filled()}: {page.text[:300]}"
                calls = stage.asked[before:]
                made = [one for one in calls if one.method == "POST" and not _is_look(one.path, one.body)]
                sent.append([(one.path, one.headers.get("Idempotency-Key")) for one in made])
            acts += len(sent[0])
            wrong += [f"{sheet.action}: {path} without a key" for path, key in sent[0] if key is None]
            if sent[0] != sent[1]:
                wrong.append(f"{sheet.action}: {sent[0]} and then {sent[1]}")
    assert acts > 20
    assert not wrong, "\n".join(wrong)


def _is_look(path: str, body: object) -> bool:
    is_dry = isinstance(body, dict) and bool(body.get("dry_run"))
    return is_dry or any(re.fullmatch(one, path) for one in NEEDS_NO_KEY)
