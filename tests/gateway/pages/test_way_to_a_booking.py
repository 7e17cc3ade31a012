"""The way of one booking for a client, without JavaScript."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from .browser import Browser
from .salon import ANDRII, CODE, COLOUR, CUT, HOLD, LOCATION, OLENA, PHONE, location, moment, page, uid, why_not
from .stage import Asked, No, Stage


async def at_the_contact_step(browser: Browser) -> None:
    await browser.open(f"/levada?services={CUT}&staff={OLENA}")
    await browser.send("/levada/hold", at=moment(2, 10).isoformat())


async def test_four_presses_lead_to_the_contact_step(browser: Browser, stage: Stage) -> None:
    await browser.open("/levada")
    await browser.follow("Чоловіча стрижка")
    await browser.follow("Будь-хто вільний")
    day = browser.page.all("a.day:not(.none)")[1].attributes["href"] or ""
    await browser.open(day)
    at = browser.page.all("button[name=at]")[0].attributes["value"] or ""
    await browser.send("/levada/hold", at=at)

    assert browser.page.heading == "Ваші контакти"
    assert len(browser.page.all("form.form input:not([type=hidden])")) == 2  # name and phone; the code is the third
    [held] = stage.calls("POST", "/public/levada/holds")
    assert held.body == {"service_ids": [str(CUT)], "location_id": str(LOCATION), "starts_at": at}


async def test_a_stranger_books_with_name_phone_and_code(browser: Browser, stage: Stage) -> None:
    await at_the_contact_step(browser)
    await browser.send("/contact", name="Тарас", phone="067 123 45 67", comment="Без фена")
    assert browser.page.heading == "Введіть код"
    await browser.send("/book", code=CODE)

    assert browser.page.address == "/b/k7m2xq?new=1"
    assert browser.page.heading == "Вас записано!"
    [booked] = stage.calls("POST", "/public/levada/bookings")
    assert booked.body == {
        "hold_id": str(HOLD),
        "client": {"name": "Тарас", "phone": PHONE, "language": "uk"},
        "comment": "Без фена",
    }
    assert booked.headers["Authorization"] == "Bearer access-1"
    assert booked.headers["Idempotency-Key"]


async def test_phone_and_name_never_stand_in_an_address(browser: Browser) -> None:
    await at_the_contact_step(browser)
    await browser.send("/contact", name="Тарас", phone="0671234567")
    assert "067" not in browser.page.address.replace("+", "")
    assert "%D0" not in browser.page.address


async def test_one_service_and_one_person_leave_only_the_time_to_choose(browser: Browser, stage: Stage) -> None:
    alone = page()
    stage.on(
        "booking",
        "GET",
        "/public/levada",
        alone.model_copy(update={"services": alone.services[2:], "staff": alone.staff[2:]}),
    )
    await browser.open("/levada")
    assert browser.page.one(".step-h").text() == "Коли вам зручно?"
    assert "Манікюр" in browser.page.text
    assert browser.page.has("button[name=at]")


async def test_two_locations_are_asked_for_first(browser: Browser, stage: Stage) -> None:
    stage.on("booking", "GET", "/public/levada", page(locations=[location(), location(11, "На Печерську")]))
    await browser.open("/levada")
    assert browser.page.one(".step-h").text() == "Оберіть філію"
    await browser.follow("На Печерську")
    assert browser.page.heading == "Оберіть послугу"
    assert f"location={uid(11)}" in browser.page.address


async def test_a_second_service_can_be_added_and_the_person_must_do_both(browser: Browser, stage: Stage) -> None:
    await browser.open(f"/levada?services={CUT}&staff={ANDRII}")
    await browser.follow("Додати ще одну послугу")
    assert "Чоловіча стрижка" not in [node.text() for node in browser.page.all(".choice .title")]
    await browser.follow("Фарбування волосся")
    # Only Olena does both, so nobody asks who.
    assert browser.page.heading == "Коли вам зручно?"
    last = stage.calls("GET", "/public/levada/availability")[-1]
    assert last.query["service_ids"] == f"{CUT},{COLOUR}"
    assert last.query["staff_member_id"] == str(OLENA)


async def test_days_say_free_few_and_none_in_words(browser: Browser) -> None:
    await browser.open(f"/levada?services={CUT}&staff=any")
    days = browser.page.all("a.day")
    assert len(days) == 14
    assert {node.text() for node in browser.page.all("a.day .how")} == {"вільно", "мало", "–"}
    assert "немає вільного часу" in days[0].text()
    chosen = browser.page.one("a.day[aria-current]")
    assert "none" not in (chosen.attributes["class"] or "").split(), "the first day with a free time is shown"


async def test_an_empty_day_says_why_and_offers_the_nearest(browser: Browser, stage: Stage) -> None:
    await browser.open(f"/levada?services={CUT}&staff=any&day={moment(0, 9).date()}")
    assert "У неділю салон не працює." in browser.page.one("#times .empty").text()
    assert "Найближчий вільний час" in browser.page.text
    await browser.follow("Показати цей день")
    assert browser.page.has("button[name=at]")
    [asked] = stage.calls("GET", "/public/levada/availability/explain-day")
    assert asked.query["service_ids"] == str(CUT)
    stage.on("booking", "GET", "/public/levada/availability/explain-day", lambda asked: why_not(asked, "taken"))
    await browser.open(f"/levada?services={CUT}&staff=any&day={moment(0, 9).date()}")
    assert "Цього дня все вже зайнято." in browser.page.one("#times .empty").text()


async def test_a_time_that_was_lost_is_replaced_by_near_ones_and_the_typed_text_stays(
    browser: Browser, stage: Stage
) -> None:
    def taken(_: Asked) -> None:
        raise No(409, "booking.slot_taken", alternatives=[{"starts_at": moment(2, 11).isoformat()}])

    stage.on("booking", "POST", "/public/levada/bookings", taken)
    await at_the_contact_step(browser)
    await browser.send("/contact", name="Тарас", phone="0671234567", comment="Без фена")
    await browser.send("/book", code=CODE)

    assert browser.page.status == 409
    assert "щойно зайняли" in browser.page.one("[role=alert]").text()
    near = browser.page.all(".wide-slots button[name=at]")
    assert [node.attributes["value"] for node in near] == [moment(2, 11).isoformat()]

    await browser.send("/hold", at=moment(2, 11).isoformat())
    assert browser.page.one("#f-name").attributes["value"] == "Тарас"
    assert browser.page.one("#f-comment").text() == "Без фена"
    assert not browser.page.has("#f-phone"), "signed in by now: nothing is asked twice"


async def test_a_taken_time_is_told_already_when_it_is_pressed(browser: Browser, stage: Stage) -> None:
    def taken(_: Asked) -> None:
        raise No(409, "booking.slot_taken", alternatives=[{"starts_at": moment(3, 12).isoformat()}])

    stage.on("booking", "POST", "/public/levada/holds", taken)
    await browser.open(f"/levada?services={CUT}&staff=any")
    await browser.send("/hold", at=moment(2, 10).isoformat())
    assert browser.page.status == 409
    assert browser.page.has(".wide-slots button")


async def test_an_ended_hold_leads_back_to_the_times(browser: Browser) -> None:
    over = (datetime.now(UTC) - timedelta(minutes=1)).isoformat().replace("+", "%2B")
    at = moment(2, 10).isoformat().replace("+", "%2B")
    await browser.open(f"/levada?services={CUT}&staff=any&at={at}&hold={HOLD}&until={over}")
    assert browser.page.heading == "Коли вам зручно?"
    assert "вони минули" in browser.page.text


async def test_a_hold_shows_when_it_ends(browser: Browser) -> None:
    await at_the_contact_step(browser)
    assert "Час збережено за вами до" in browser.page.one(".hold").text()


async def test_a_wrong_code_stands_beside_its_field_and_may_be_tried_again(browser: Browser) -> None:
    await at_the_contact_step(browser)
    await browser.send("/contact", name="Тарас", phone="0671234567")
    await browser.send("/book", code="000000")
    assert browser.page.status == 401
    assert "Лишилося 4 спроби" in browser.page.one("#e-code").text()
    await browser.send("/book", code=CODE)
    assert browser.page.heading == "Вас записано!"


async def test_a_refused_phone_stands_beside_its_field_and_the_text_stays(browser: Browser, stage: Stage) -> None:
    def refuse(_: Asked) -> None:
        raise No(
            422,
            "request.invalid",
            title="Дані заповнено з помилкою",
            errors=[{"pointer": "/phone", "code": "phone", "text": "Це не схоже на номер телефону."}],
        )

    stage.on("identity", "POST", "/auth/codes", refuse)
    await at_the_contact_step(browser)
    await browser.send("/contact", name="Тарас", phone="12")
    assert browser.page.status == 422
    assert browser.page.one("#e-phone").text(strip=True) == "Це не схоже на номер телефону."
    assert browser.page.one("#f-name").attributes["value"] == "Тарас"
    assert browser.page.one("#f-phone").attributes["value"] == "12"
    assert browser.page.has('#errors a[href="#f-phone"]')


async def test_who_is_signed_in_books_without_a_code(browser: Browser, stage: Stage) -> None:
    await browser.open("/login")
    await browser.send("/login", phone=PHONE)
    await browser.send("/login/code", code=CODE)
    await at_the_contact_step(browser)
    assert browser.page.one("#f-name").attributes["value"] == "Тарас Савченко"
    await browser.send("/contact")
    assert browser.page.heading == "Вас записано!"
    assert len(stage.calls("POST", "/auth/codes")) == 1


async def test_a_firm_without_services_says_so_with_its_phone(browser: Browser, stage: Stage) -> None:
    stage.on("booking", "GET", "/public/levada", page(services=[], staff=[]))
    await browser.open("/levada")
    assert "онлайн-запис ще не відкрито" in browser.page.text
    assert browser.page.has('a[href="tel:+380441234567"]')


@pytest.mark.parametrize("address", ["/nobody", "/b/nothing", "/me/not-an-id/cancel", "/x/y/z"])
async def test_an_unknown_address_is_a_page_not_json(browser: Browser, stage: Stage, address: str) -> None:
    stage.on("booking", "GET", "/public/b/nothing", lambda _: _raise(No(404, "request.not_found")))
    await browser.open(address)
    assert browser.page.status == 404
    assert browser.page.has("h1")


def _raise(error: Exception) -> None:
    raise error
