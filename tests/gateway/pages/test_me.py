"""A client's own pages: every firm, reviews, receipts, waiting, messages, devices, phone, data."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime

import pytest

from contracts.http.booking import MyBookingList
from contracts.http.identity.profile import ErasedLogin
from contracts.http.notifications import ClientPreferences
from gateway.pages import formats

from .browser import Browser
from .mine import ENTRY, HERE, OFFERED, PAYMENT, PHONE_DEVICE, open_for_me, sessions
from .salon import (
    ACCOUNT,
    ATTEMPT,
    BOOKING,
    CODE,
    CUT,
    OLENA,
    membership,
    moment,
    my_booking,
    profile,
    uah,
    uid,
)
from .stage import Asked, No, Stage
from .test_doors import sign_in
from .work import open_for_staff

HOSTILE = '"><script>alert(1)</script><img src=x onerror=alert(2)>{{7*7}}\u2028javascript:alert(3)'


@pytest.fixture(autouse=True)
def _own_things(stage: Stage) -> None:
    open_for_me(stage)


@pytest.mark.row("N87")
async def test_who_is_a_client_here_and_staff_there_has_both_menus(browser: Browser, stage: Stage) -> None:
    open_for_staff(stage)
    stage.on("identity", "GET", "/me", profile(memberships=(membership(role="administrator"),)))
    elsewhere = my_booking(account_name="Барбершоп «Дніпро»", vanity_address="dnipro")
    stage.on("booking", "GET", "/me/bookings", MyBookingList(items=[elsewhere]))
    await sign_in(browser)
    await browser.open("/me")
    assert "Барбершоп «Дніпро»" in browser.page.text
    links = {node.attributes["href"] for node in browser.page.all(".menu-body a")}
    assert {"/me", "/manage"} <= links
    await browser.open("/manage")
    assert "Салон «Левада»" in browser.page.text


@pytest.mark.row("N13")
async def test_visits_of_two_firms_are_listed_with_firm_time_and_state(browser: Browser, stage: Stage) -> None:
    was = {
        "state": "completed",
        "payment_state": "settled",
        "code": "aaaaaa",
        "account_name": "Барбершоп «Дніпро»",
        "vanity_address": "dnipro",
        "may_cancel": False,
        "may_reschedule": False,
        "may_review": True,
        "receipts": [{"id": uid(5), "fiscal_code": "F-77", "url": "https://check.example/F-77", "at": moment(-1, 9)}],
    }
    due = {"id": PAYMENT, "amount": uah(200), "expires_at": moment(1, 9)}

    def visits(asked: Asked) -> MyBookingList:
        return MyBookingList(
            items=[my_booking(prepayment=due)] if asked.query["when"] == "coming" else [my_booking(**was)]
        )

    stage.on("booking", "GET", "/me/bookings", visits)
    await sign_in(browser)
    shown = browser.page.text
    for words in ("Салон «Левада»", "Барбершоп «Дніпро»", "10:00", "Підтверджено", "Завершено", "Чек F-77"):
        assert words in shown, words
    first = browser.page.all("article")[0]
    assert "next-visit" in (first.attributes["class"] or "")
    assert first.css(f'a[href="/pay/{PAYMENT}"]'), "what is asked in advance is one press away"
    assert browser.page.link("Записатися знову") == f"/dnipro?services={CUT}&staff={OLENA}"
    assert browser.page.has('a[href="https://check.example/F-77"]')
    assert browser.page.has(f'a[href="/me/{BOOKING}/review"]')


async def test_a_review_is_written_once_and_its_answer_is_seen(browser: Browser, stage: Stage) -> None:
    stage.on("booking", "GET", f"/me/bookings/{BOOKING}", my_booking(state="completed", may_review=True))
    await sign_in(browser)
    await browser.open(f"/me/{BOOKING}/review")
    await browser.send("/review", text=HOSTILE)
    assert browser.page.status == 422
    assert browser.page.has("#f-rating.bad"), "without a rating the field is marked"
    assert browser.page.one("textarea").text() == HOSTILE
    assert not browser.page.has("main script")
    assert not browser.page.has("main img")
    await browser.send("/review", rating="4", text="x" * 2001)
    assert browser.page.status == 422
    assert browser.page.has("textarea[aria-invalid]")
    assert stage.calls("POST", f"/me/bookings/{BOOKING}/review") == []
    await browser.send("/review", rating="4", text=HOSTILE)
    [sent] = stage.calls("POST", f"/me/bookings/{BOOKING}/review")
    assert sent.body == {"rating": 4, "text": HOSTILE}
    assert sent.headers["Idempotency-Key"]
    review = {
        "rating": 4, "text": HOSTILE, "answer": "Чекаємо знову", "is_public": True, "created_at": moment(0, 9)
    }  # fmt: skip
    was = my_booking(state="completed", may_cancel=False, may_reschedule=False, review=review)
    stage.on(
        "booking", "GET", "/me/bookings", lambda asked: MyBookingList(items=[was][: "past" in asked.query["when"]])
    )
    await browser.open("/me")
    assert "Чекаємо знову" in browser.page.text
    assert browser.page.one(".quote").text().strip() == HOSTILE
    assert not browser.page.has("main script")


async def test_offers_come_first_and_are_taken_with_one_press(browser: Browser, stage: Stage) -> None:
    await sign_in(browser)
    await browser.open("/me/waiting")
    forms = [form.attributes["action"] for form in browser.page.all("article form")]
    assert forms == [f"/me/waiting/{OFFERED}/accept", f"/me/waiting/{OFFERED}/decline", f"/me/waiting/{ENTRY}/stop"]
    assert "Перед вами 2 людини" in browser.page.text
    await browser.send(f"/me/waiting/{ENTRY}/stop")
    assert len(stage.calls("DELETE", f"/me/waitlist/{ENTRY}")) == 1

    def gone(_: Asked) -> None:
        raise No(409, "booking.hold_expired", title="Час уже віддано")

    stage.on("booking", "POST", f"/me/waitlist/{OFFERED}/accept", gone)
    await browser.send(f"/me/waiting/{OFFERED}/accept")
    assert browser.page.status == 409
    assert "Час уже віддано" in browser.page.one("#errors").text()
    stage.on("booking", "POST", f"/me/waitlist/{OFFERED}/accept", my_booking())
    await browser.send(f"/me/waiting/{OFFERED}/accept")
    assert browser.page.address == "/b/k7m2xq?new=1"


@pytest.mark.row("N10")
async def test_reminders_are_refused_everywhere_and_channels_at_one_firm(browser: Browser, stage: Stage) -> None:
    await sign_in(browser)
    await browser.open("/me/messages")
    assert "обмежено" in browser.page.text, "a firm with refusals is marked"
    await browser.send("/me/messages", reminders="")
    [sent] = stage.calls("PUT", "/me/notification-preferences")
    assert sent.body == {"messages": True, "reminders": False, "changes": True}
    await browser.send(f"/me/messages/{ACCOUNT}", channels=["sms", "email"])
    [sent] = stage.calls("PUT", f"/me/notification-preferences/accounts/{ACCOUNT}")
    assert sorted(sent.body["refused_channels"]) == ["viber", "voice"]
    stage.on("notifications", "GET", "/me/notification-preferences", ClientPreferences(reminders=False))
    await browser.open("/me/messages")
    first = browser.page.all("form")
    boxes = [box for form in first for box in form.css("input[name=reminders]")]
    assert "checked" not in boxes[0].attributes


@pytest.mark.row("N48")
async def test_devices_tell_their_time_by_the_clock_of_the_account_or_of_the_place_one_goes_to(
    browser: Browser, stage: Stage
) -> None:
    there = membership().model_copy(update={"time_zone": "Asia/Tokyo"})
    stage.on("identity", "GET", "/me", profile(memberships=(there,)))
    await sign_in(browser)
    told = sessions()
    stage.on("identity", "GET", "/auth/sessions", told)
    await browser.open("/me/devices")
    assert formats.stamp(told.items[0].last_used_at, "Asia/Tokyo") in browser.page.text
    stage.on("identity", "GET", "/me", profile())
    stage.on("booking", "GET", "/me/bookings", MyBookingList(items=[my_booking(time_zone="America/New_York")]))
    await browser.open("/me/devices")
    assert formats.stamp(told.items[0].last_used_at, "America/New_York") in browser.page.text


async def test_devices_are_listed_and_signed_out_one_by_one_or_all(browser: Browser, stage: Stage) -> None:
    await sign_in(browser)
    await browser.open("/me/devices")
    names = [" ".join(one.text().split()) for one in browser.page.all(".list .strong")]
    assert names == ["Chrome, Windows цей пристрій", "Chrome, Android"]
    await browser.send(f"/me/devices/{PHONE_DEVICE}/end")
    assert len(stage.calls("DELETE", f"/auth/sessions/{PHONE_DEVICE}")) == 1
    assert not stage.calls("DELETE", f"/auth/sessions/{HERE}")
    await browser.send("/me/devices/end-all")
    assert len(stage.calls("DELETE", "/auth/sessions")) == 1
    assert browser.page.address == "/login"
    await browser.open("/me")
    assert browser.page.address.startswith("/login")


async def test_name_and_language_are_kept_and_the_page_follows(browser: Browser, stage: Stage) -> None:
    from .salon import profile

    stage.on("identity", "PATCH", "/me", profile(language="en"))
    await sign_in(browser)
    await browser.open("/me/settings")
    await browser.send("/me/settings", name="x" * 500)
    assert browser.page.status == 422
    assert browser.page.one("#f-name").attributes["value"] == "x" * 500
    await browser.send("/me/settings", name="Тарас", language="en")
    assert stage.calls("PATCH", "/me")[-1].body == {"name": "Тарас", "language": "en"}
    assert browser.page.one("html").attributes["lang"] == "en"


async def test_another_phone_is_confirmed_by_its_code_and_can_be_taken_back(browser: Browser, stage: Stage) -> None:
    await sign_in(browser)
    await browser.open("/me/phone")
    await browser.send("/me/phone", phone="050 000 00 01")
    assert browser.page.address == "/me/phone/code"

    def wrong(_: Asked) -> None:
        raise No(401, "identity.code_wrong", title="Код неправильний")

    stage.on("identity", "POST", "/me/phone", wrong)
    await browser.send("/me/phone/code", code="000000")
    assert (browser.page.status, browser.page.has("#e-code")) == (422, True)

    def stale(_: Asked) -> None:
        raise No(403, "access.step_up_required", title="Потрібне підтвердження")

    stage.on("identity", "POST", "/me/phone", stale)
    await browser.send("/me/phone/code", code=CODE)
    assert browser.page.address.startswith("/login/confirm")
    await browser.open("/me/phone/code")
    waits = {"phone": "+38050•••••01", "effective_at": moment(1, 9)}
    stage.on("identity", "POST", "/me/phone", waits)
    stage.on("identity", "GET", "/me/phone", {"change": waits})
    await browser.send("/me/phone/code", code=CODE)
    assert stage.calls("POST", "/me/phone")[-1].body == {"phone": "050 000 00 01", "code": CODE, "attempt": ATTEMPT}
    assert "+38050•••••01" in browser.page.text
    await browser.send("/me/phone/keep")
    assert len(stage.calls("DELETE", "/me/phone")) == 1


async def test_own_data_are_taken_along_as_one_file(browser: Browser) -> None:
    await sign_in(browser)
    await browser.open("/me/data")
    assert "Барбершоп «Дніпро»" in browser.page.text
    answer = await browser.http.get("/me/data.json")
    assert answer.headers["content-disposition"].startswith("attachment")
    told = json.loads(answer.text)
    assert [one["account_name"] for one in told["companies"]] == ["Салон «Левада»", "Барбершоп «Дніпро»"]
    assert set(told) == {"profile", "devices", "messages", "messages_by_company", "waiting", "companies"}
    assert "refresh" not in answer.text, "no secret of the session is in it"


async def test_being_erased_asks_once_names_what_goes_and_wants_a_fresh_code(browser: Browser, stage: Stage) -> None:
    await sign_in(browser)
    await browser.open(f"/me/data/erase?account={ACCOUNT}")
    assert "Барбершоп" not in browser.page.text
    await browser.send("/me/data/erase")
    assert browser.page.status == 422
    assert stage.calls("POST", "/me/client-data/erase") == []

    def ahead(_: Asked) -> None:
        raise No(409, "booking.client_has_visits_ahead", title="Попереду є записи", booking_ids=[str(BOOKING)])

    answer = stage.parts[("booking", "POST", "/me/client-data/erase")]
    stage.on("booking", "POST", "/me/client-data/erase", ahead)
    await browser.send("/me/data/erase", sure="on")
    assert browser.page.status == 409
    assert "Попереду є записи" in browser.page.one("#errors").text()

    def stale(_: Asked) -> None:
        raise No(403, "access.step_up_required", title="Потрібне підтвердження")

    stage.on("booking", "POST", "/me/client-data/erase", stale)
    await browser.send("/me/data/erase", sure="on")
    assert browser.page.address.startswith("/login/confirm?next=/me/data/erase")
    await browser.open(f"/me/data/erase?account={ACCOUNT}")
    stage.on("booking", "POST", "/me/client-data/erase", answer)
    await browser.send("/me/data/erase", sure="on")
    assert stage.calls("POST", "/me/client-data/erase")[-1].body == {"confirm": "erase", "account_id": str(ACCOUNT)}
    assert "Ваші дані видалено: Салон «Левада»" in browser.page.one("#flash").text()


async def test_who_is_erased_everywhere_may_have_the_login_erased_too(browser: Browser, stage: Stage) -> None:
    await sign_in(browser)
    await browser.open(f"/me/data/erase?account={ACCOUNT}")
    assert not browser.page.has("input[name=login]"), "one company is not the person"

    nobody = stage.parts[("identity", "GET", "/me")]
    stage.on("identity", "GET", "/me", profile(memberships=(membership(),)))
    await browser.open("/me/data/erase")
    assert not browser.page.has("input[name=login]"), "who works somewhere keeps the login"
    await browser.send("/me/data/erase", sure="on", login="on")
    assert browser.page.status == 422
    assert browser.page.has("#f-login.bad input[name=login]")
    assert "Ви працюєте тут: Салон «Левада»" in browser.page.text
    assert stage.calls("POST", "/me/client-data/erase") == [], "nothing goes before all of it can"
    stage.on("identity", "GET", "/me", nobody)

    def works(_: Asked) -> None:  # somebody added the person at this very moment
        raise No(409, "identity.login_in_use", title="Ви працюєте тут: Салон")

    stage.on("identity", "POST", "/me/erase", works)
    await browser.open("/me/data/erase")
    await browser.send("/me/data/erase", sure="on", login="on")
    assert browser.page.status == 409
    assert "Ви працюєте тут" in browser.page.one("#errors").text()
    stage.on("identity", "POST", "/me/erase", ErasedLogin(erased_at=datetime.now(UTC)))
    await browser.send("/me/data/erase", sure="on", login="on")
    assert stage.calls("POST", "/me/erase")[-1].body == {"confirm": "erase"}
    await browser.open("/me")
    assert browser.page.address.startswith("/login")


@pytest.mark.parametrize(
    "address", ["/me", "/me/waiting", "/me/settings", "/me/devices", "/me/phone", "/me/second-factor"]
)
async def test_own_pages_are_for_who_has_signed_in(browser: Browser, address: str) -> None:
    await browser.open(address)
    assert browser.page.address.startswith("/login?next=/me")


async def test_every_own_page_reads_in_three_languages(browser: Browser) -> None:
    await sign_in(browser)
    pages = (
        "/me",
        "/me/waiting",
        "/me/settings",
        "/me/messages",
        "/me/devices",
        "/me/phone",
        "/me/second-factor",
        "/me/data",
    )
    for address in (*pages, "/me/data/erase", f"/me/{BOOKING}/cancel", f"/me/{BOOKING}/review"):
        headings = []
        for language in ("uk", "ru", "en"):
            page = await browser.open(f"{address}?lang={language}")
            assert page.status == 200, (address, language)
            assert not re.search(r"\b(me|wait|data|settings|messages|devices|phone|review|label)\.[a-z_]+\b", page.text)
            headings.append(page.heading)
        assert len(set(headings)) == 3, (address, headings)
