"""No address that somebody else has made up leads from a page of ours to their site."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from contracts.http.identity import TokensAnswer
from gateway.clients import Refused
from gateway.pages.said import object_said
from gateway.pages.session import Renewals
from kit.ids import new_id

from .browser import Browser, Page
from .conftest import PUBLIC_URL


def elsewhere(page: Page) -> list[str]:
    """Links and forms that leave this site although nobody wrote an address of another one."""
    found = [node.attributes.get(name) or "" for node in page.all("*") for name in ("href", "action", "formaction")]
    return [one for one in found if one.strip().replace("\\", "/").replace("\t", "").startswith("//")]


@pytest.mark.parametrize("path", ["//evil.example/", "//evil.example/hold", "/%09/evil.example/x", "/%5c/evil.example"])
async def test_a_page_whose_address_begins_with_two_slashes_links_to_itself(browser: Browser, path: str) -> None:
    page = Page(await browser.http.get(f"{PUBLIC_URL}{path}"))
    assert page.status == 404
    assert any("lang=ru" in (node.attributes["href"] or "") for node in page.all("a[href]"))
    assert elsewhere(page) == []
    came = Page(await browser.http.get(f"{PUBLIC_URL}/nothing-here", headers={"Referer": f"{PUBLIC_URL}{path}"}))
    assert elsewhere(came) == []


@pytest.mark.parametrize("text", ["", "null", "[]", "7", "{", "[" * 100_000, '{"a":' * 20_000, "9" * 5_000])
def test_what_is_no_object_in_a_form_is_none(text: str) -> None:
    assert object_said(text) is None


async def test_a_renewal_that_failed_is_tried_again_and_one_that_went_well_is_shared() -> None:
    """While identity restarts a page may be shown as to a stranger; the next one is asked for anew."""
    renewals, asked = Renewals(), 0
    away = Refused({"code": "request.unavailable"}, 503)
    until = datetime.now(UTC) + timedelta(days=1)
    tokens = TokensAnswer(
        access_token="a", expires_in=600, refresh_token="b", refresh_expires_at=until, session_id=new_id()
    )

    async def renew(_: str) -> TokensAnswer:
        nonlocal asked
        asked += 1
        await asyncio.sleep(0)
        if asked == 1:
            raise away
        return tokens

    together = await asyncio.gather(*(renewals.once("one", renew) for _ in range(3)), return_exceptions=True)
    assert (together, asked) == ([away] * 3, 1)
    assert [await renewals.once("one", renew) for _ in range(2)] == [tokens] * 2
    assert asked == 2
