"""A browser without JavaScript: opens pages, follows links, fills in forms, keeps cookies."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import httpx
from selectolax.lexbor import LexborHTMLParser, LexborNode


@dataclass
class Page:
    """What is on the screen."""

    answer: httpx.Response
    html: LexborHTMLParser = field(init=False)

    def __post_init__(self) -> None:
        self.html = LexborHTMLParser(self.answer.text)

    @property
    def status(self) -> int:
        return self.answer.status_code

    @property
    def address(self) -> str:
        return self.answer.url.raw_path.decode()

    @property
    def text(self) -> str:
        """Everything readable, spaces put together."""
        body = self.html.body
        return " ".join(body.text(separator=" ").split()) if body else ""

    @property
    def heading(self) -> str:
        return self.one("h1").text(strip=True)

    def one(self, selector: str) -> LexborNode:
        """The only such element."""
        found = self.html.css(selector)
        assert len(found) == 1, f"{len(found)} × {selector} on {self.address}: {self.text[:300]}"
        return found[0]

    def all(self, selector: str) -> list[LexborNode]:
        return self.html.css(selector)

    def has(self, selector: str) -> bool:
        return bool(self.html.css(selector))

    def link(self, words: str) -> str:
        """The address behind the first link that says `words`."""
        for node in self.html.css("a[href]"):
            if words in " ".join(node.text().split()):
                return node.attributes["href"] or ""
        raise AssertionError(f"no link says {words!r} on {self.address}: {self.text[:300]}")


class Browser:
    """Acts as a person does."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self.http = http
        self.page: Page

    async def open(self, address: str) -> Page:
        """Type an address."""
        self.page = Page(await self.http.get(address))
        return self.page

    async def follow(self, words: str) -> Page:
        """Press a link."""
        return await self.open(self.page.link(words))

    async def send(
        self, action: str, *, through: str | None = None, headers: Any = None, **typed: str | list[str]
    ) -> Page:
        """Fill in the form whose address ends with (else contains) `action` and send it, hidden fields and all.

        A button may send it elsewhere: `through` its `formaction`.
        """
        posts = self.page.all("form[method=post]")
        exact = [form for form in posts if (form.attributes["action"] or "").partition("?")[0].endswith(action)]
        forms = exact or [form for form in posts if action in (form.attributes["action"] or "")]
        assert forms, f"no form goes to {action} on {self.page.address}: {self.page.text[:300]}"
        values: dict[str, str | list[str]] = {}
        for node in forms[0].css("input[name]"):
            kind = node.attributes.get("type")
            if kind not in ("checkbox", "radio") or "checked" in node.attributes:
                _put(values, node.attributes["name"] or "", node.attributes.get("value") or "")
        for node in forms[0].css("textarea[name]"):
            _put(values, node.attributes["name"] or "", node.text())
        for node in forms[0].css("select[name]"):
            chosen = node.css("option[selected]") or node.css("option")
            said = chosen[0].attributes.get("value")
            _put(values, node.attributes["name"] or "", chosen[0].text(strip=True) if said is None else said)
        values |= typed
        where = str(self.page.answer.url.join(through or forms[0].attributes["action"] or ""))
        told = {"Referer": str(self.page.answer.url), **(headers or {})}
        self.page = Page(await self.http.post(where, data=values, headers=told))
        return self.page


def _put(values: dict[str, str | list[str]], name: str, value: str) -> None:
    before = values.get(name)
    if before is None:
        values[name] = value
    else:
        values[name] = [*(before if isinstance(before, list) else [before]), value]
