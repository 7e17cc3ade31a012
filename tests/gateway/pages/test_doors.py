"""Who comes in and what a browser is told: sessions, forgery, language, look, headers."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from gateway.pages.cookies import Cookies

from .browser import Browser
from .conftest import build_pages
from .salon import ACCOUNT, CODE, CUT, PHONE, moment, profile
from .stage import Asked, No, Stage
from .work import open_for_staff

DATA = ("application/json", "application/ld+json")  # no browser runs these


async def sign_in(browser: Browser) -> None:
    await browser.open("/login")
    await browser.send("/login", phone=PHONE)
    await browser.send("/login/code", code=CODE)


async def test_signing_in_leads_back_to_where_one_wanted_to_be(browser: Browser) -> None:
    await browser.open("/me")
    assert browser.page.address == "/login?next=/me"
    await browser.send("/login", phone=PHONE)
    code = browser.page.one("#f-code")
    assert code.attributes["autocomplete"] == "one-time-code"
    assert code.attributes["inputmode"] == "numeric"
    await browser.send("/login/code", code=CODE)
    assert browser.page.address == "/me"


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example", "/\\evil.example"])
async def test_signing_in_never_leads_to_another_site(browser: Browser, elsewhere: str) -> None:
    await browser.open(f"/login?next={elsewhere}")
    await browser.send("/login", phone=PHONE)
    await browser.send("/login/code", code=CODE)
    assert browser.page.address == "/me"


async def test_tokens_lie_where_scripts_cannot_read_them(browser: Browser) -> None:
    await sign_in(browser)
    set_cookie = "\n".join(
        header for step in [*browser.page.answer.history] for header in step.headers.get_list("set-cookie")
    )
    for name in ("zapys_access", "zapys_refresh"):
        line = next(line for line in set_cookie.splitlines() if line.startswith(f"{name}="))
        assert "HttpOnly" in line
        assert "SameSite=lax" in line
        assert "Path=/" in line


async def test_over_https_cookies_are_secure_and_bound_to_the_host(stage: Stage, key_file: Path) -> None:
    app = build_pages(stage, key_file, "https://zapys.test")
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="https://zapys.test") as http:
        answer = await http.get("/login")
    lines = answer.headers.get_list("set-cookie")
    assert lines
    assert all(line.startswith("__Host-zapys_") and "Secure" in line and "Domain" not in line for line in lines)


async def test_an_ended_access_token_is_renewed_unseen_and_only_once(browser: Browser, stage: Stage) -> None:
    await sign_in(browser)
    browser.http.cookies.delete("zapys_access")
    used = browser.http.cookies.get("zapys_refresh")
    await browser.open("/me")
    assert browser.page.address == "/me"
    # Another tab comes with the same cookies at the same moment.
    browser.http.cookies.delete("zapys_access")
    browser.http.cookies.set("zapys_refresh", used or "", domain="zapys.test", path="/")
    await browser.open("/me")
    assert browser.page.heading == "Мої записи"
    assert len(stage.calls("POST", "/auth/sessions/refresh")) == 1
    assert stage.calls("GET", "/me/bookings")[-1].headers["Authorization"] == "Bearer access-2"


async def test_a_session_that_was_ended_elsewhere_asks_to_sign_in_again(browser: Browser, stage: Stage) -> None:
    await sign_in(browser)

    def ended(_: Asked) -> None:
        raise No(401, "access.unauthenticated")

    stage.on("identity", "GET", "/me", ended)
    stage.on("identity", "POST", "/auth/sessions/refresh", ended)
    await browser.open("/me")
    assert browser.page.address == "/login?next=/me"
    assert browser.http.cookies.get("zapys_refresh") is None


async def test_signing_out_ends_the_session_at_identity(browser: Browser, stage: Stage) -> None:
    await sign_in(browser)
    now = datetime.now(UTC)
    session = {"id": "01900000-0000-7000-8000-000000000001", "device": "x", "is_current": True}
    session |= {"created_at": now, "last_used_at": now, "expires_at": now}
    stage.on("identity", "GET", "/auth/sessions", {"items": [session]})
    stage.on("identity", "DELETE", "/auth/sessions/.+", None)
    await browser.open("/me")
    await browser.send("/logout")
    assert len(stage.calls("DELETE", "/auth/sessions/.+")) == 1
    await browser.open("/me")
    assert browser.page.address.startswith("/login")


async def test_a_form_from_another_site_does_nothing(browser: Browser, stage: Stage) -> None:
    await browser.open(f"/levada?services={CUT}&staff=any")
    await browser.send("/hold", headers={"Origin": "https://evil.example"}, at=moment(2, 10).isoformat())
    assert browser.page.status == 403
    assert browser.page.heading == "Сторінка застаріла"
    assert stage.calls("POST", "/public/levada/holds") == []


@pytest.mark.parametrize("token", ["", "made-up", None])
async def test_a_form_without_our_token_does_nothing(browser: Browser, stage: Stage, token: str | None) -> None:
    await browser.open(f"/levada?services={CUT}&staff=any")
    typed = {"at": moment(2, 10).isoformat()} | ({"csrf": token} if token is not None else {})
    answer = await browser.http.post(f"/levada/hold?services={CUT}&staff=any", data=typed)
    assert answer.status_code == 403
    assert stage.calls("POST", "/public/levada/holds") == []


async def test_a_token_of_another_browser_is_worth_nothing(browser: Browser, stage: Stage, key_file: Path) -> None:
    transport = httpx.ASGITransport(build_pages(stage, key_file))
    async with httpx.AsyncClient(transport=transport, base_url="http://zapys.test") as other:
        page = await other.get("/login")
    stolen = re.search(r'name="csrf" value="([^"]+)"', page.text)
    assert stolen
    await browser.open("/login")
    answer = await browser.http.post("/login", data={"csrf": stolen[1], "phone": PHONE})
    assert answer.status_code == 403


async def test_a_form_asks_for_the_same_thing_under_the_same_key_when_it_is_sent_twice(
    browser: Browser, stage: Stage
) -> None:
    await sign_in(browser)
    await browser.open(f"/levada?services={CUT}&staff=any")
    await browser.send("/hold", at=moment(2, 10).isoformat())
    key = browser.page.one("input[name=idempotency_key]").attributes["value"]
    csrf = browser.page.one("form.form input[name=csrf]").attributes["value"]
    action = browser.page.one("form.form").attributes["action"] or ""
    for _ in range(2):
        await browser.http.post(action, data={"csrf": csrf, "idempotency_key": key, "name": "Тарас"})
    keys = [one.headers["Idempotency-Key"] for one in stage.calls("POST", "/public/levada/bookings")]
    assert keys == [key, key]


@pytest.mark.row("S78")
async def test_the_language_switch_keeps_the_page_and_is_remembered(browser: Browser) -> None:
    await browser.open(f"/levada?services={CUT}&staff=any")
    await browser.follow("English")
    assert browser.page.heading == "When suits you?"
    assert browser.page.one("html").attributes["lang"] == "en"
    assert f"services={CUT}" in browser.page.address
    await browser.open("/levada")
    assert "Choose a service" in browser.page.text


async def test_the_services_are_asked_in_the_language_of_the_page(browser: Browser, stage: Stage) -> None:
    await browser.open("/levada?lang=ru")
    assert stage.calls("GET", "/public/levada")[-1].headers["Accept-Language"] == "ru"


async def test_the_look_is_remembered(browser: Browser) -> None:
    await browser.open("/")
    assert "data-theme" not in browser.page.one("html").attributes
    await browser.follow("Темний")
    await browser.open("/login")
    assert browser.page.one("html").attributes["data-theme"] == "dark"


@pytest.mark.parametrize("address", ["/", "/levada", "/login", "/register", "/help", "/help/quiet_hours", "/b/k7m2xq"])
async def test_pages_hold_no_inline_script_or_style_and_a_strict_policy(browser: Browser, address: str) -> None:
    page = await browser.open(address)
    assert page.status == 200
    policy = page.answer.headers["content-security-policy"]
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
    for node in page.html.css("*"):
        bad = [name for name in node.attributes if name.startswith(("on", "hx-on")) or name == "style"]
        assert not bad, node.html
    assert not page.has("style")
    run = [node for node in page.all("script") if node.attributes.get("type") not in DATA]
    assert run
    assert all((node.attributes.get("src") or "").startswith("/static/") for node in run)


async def test_without_the_built_files_pages_still_work(
    browser: Browser, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from gateway.pages.assets import Assets
    from gateway.pages.rendering import environment

    monkeypatch.setitem(environment().globals, "asset", Assets(tmp_path / "nothing").address)
    await browser.open(f"/levada?services={CUT}&staff=any")
    assert not browser.page.has("script")
    await browser.send("/hold", at=moment(2, 10).isoformat())
    assert browser.page.heading == "Ваші контакти"


async def test_a_service_that_is_away_is_a_page_with_a_way_on(browser: Browser, stage: Stage) -> None:
    def away(_: Asked) -> None:
        raise No(503, "gateway.service_away", title="Частина програми не відповідає")

    stage.on("booking", "GET", "/public/levada", away)
    await browser.open("/levada")
    assert browser.page.status == 503
    assert browser.page.heading == "Частина програми не відповідає"
    assert browser.page.link("Спробувати ще раз") == "/levada"
    assert "4bf92f3577b34da6a3ce929d0e0e4736" in browser.page.text


async def test_identity_being_away_does_not_sign_anybody_out(browser: Browser, stage: Stage) -> None:
    await sign_in(browser)
    browser.http.cookies.delete("zapys_access")

    def away(_: Asked) -> None:
        raise No(503, "gateway.service_away")

    stage.on("identity", "POST", "/auth/sessions/refresh", away)
    await browser.open("/levada")
    assert browser.page.status == 200
    assert browser.http.cookies.get("zapys_refresh") == "refresh-1"

    # A page of one's own is not there for a moment: signing in anew would help nobody, and the browser's copy of the
    # day, which is wiped for who is sent to the sign-in, stays.
    for address in ("/day", "/me", f"/desk/{ACCOUNT}"):
        answer = await browser.http.get(address, follow_redirects=False)
        assert answer.status_code == 503, address
        assert browser.http.cookies.get("zapys_refresh") == "refresh-1"


async def test_a_stranger_to_the_account_sees_no_page_of_it(browser: Browser, stage: Stage) -> None:
    open_for_staff(stage)
    stage.on("identity", "GET", "/me", profile(memberships=()))
    await sign_in(browser)
    for address in (f"/manage/{ACCOUNT}", f"/desk/{ACCOUNT}", f"/manage/{ACCOUNT}/services"):
        await browser.open(address)
        assert browser.page.status == 404, address


async def test_what_a_help_page_says(browser: Browser) -> None:
    for code in ("quiet_hours", "reason.quiet_hours", "notifications.quiet_hours"):
        await browser.open(f"/help/{code}")
        assert browser.page.heading == "Тихі години"
    await browser.open("/help/shift_closed")
    assert browser.page.heading == "Робочу зміну закрито"
    assert "Відкрийте зміну" in browser.page.text
    await browser.open("/help/no.such_code")
    assert browser.page.status == 404
    assert "no.such_code" in browser.page.text


def test_a_cookie_that_was_dropped_is_gone_at_once() -> None:
    cookies = Cookies({"zapys_access": "a"}, is_secure=False)
    cookies.drop("access")
    assert cookies.get("access") is None
    cookies.put("access", "b")
    assert cookies.get("access") == "b"


@pytest.mark.parametrize(
    ("button", "stands_on"),
    [
        ("/login/again", "/login"),
        ("/desk/x/bookings/y/settle", "/desk/x/bookings/y"),
        ("/ideas/x/vote", "/ideas"),
        ("/nobody/at-all", None),
    ],
)
async def test_the_address_of_a_button_that_is_opened_again_leads_to_its_page(
    browser: Browser, button: str, stands_on: str | None
) -> None:
    answer = await browser.http.get(button, follow_redirects=False)
    assert (answer.status_code, answer.headers.get("location")) == ((303, stands_on) if stands_on else (404, None))


@pytest.mark.row("N49")
async def test_with_cookies_off_the_page_says_that_the_sign_in_would_not_last(browser: Browser, stage: Stage) -> None:
    await browser.open("/login")
    browser.http.cookies.clear()
    await browser.send("/login", phone=PHONE)
    assert browser.page.status == 422
    assert "не приймає файли cookie" in browser.page.heading
    assert "вхід не збережеться" in browser.page.text
    assert stage.calls("POST", "/auth/codes") == [], "no SMS is spent on it"
