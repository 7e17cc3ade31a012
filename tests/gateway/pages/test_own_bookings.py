"""A client's own bookings, and the link from the SMS."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest

from gateway.pages import calendar_file

from .browser import Browser
from .salon import BOOKING, CUT, moment, my_booking, one_booking
from .stage import Asked, No, Stage
from .test_doors import sign_in


async def test_mine_shows_what_is_ahead_and_what_was(browser: Browser) -> None:
    await sign_in(browser)
    assert "Попереду 1 запис" in browser.page.text
    assert "Минулі та скасовані" in browser.page.text
    assert browser.page.has(f'a[href="/me/{BOOKING}/move"]')


async def test_cancelling_asks_once_and_names_the_booking(browser: Browser, stage: Stage) -> None:
    stage.on("booking", "POST", f"/me/bookings/{BOOKING}/cancel", my_booking(state="cancelled_by_client"))
    await sign_in(browser)
    await browser.follow("Скасувати запис")
    assert "Чоловіча стрижка" in browser.page.text
    assert stage.calls("POST", f"/me/bookings/{BOOKING}/cancel") == []
    await browser.send("/cancel", reason="Захворів")
    [sent] = stage.calls("POST", f"/me/bookings/{BOOKING}/cancel")
    assert sent.body == {"reason": "Захворів"}
    assert "Запис скасовано" in browser.page.one("#flash").text()
    await browser.open("/me")
    assert not browser.page.one("#flash").text(strip=True), "said once"


async def test_too_late_to_cancel_says_so_with_the_typed_reason_kept(browser: Browser, stage: Stage) -> None:
    def late(_: Asked) -> None:
        raise No(409, "booking.cutoff_passed", title="Змінити або скасувати запис онлайн уже запізно")

    stage.on("booking", "POST", f"/me/bookings/{BOOKING}/cancel", late)
    await sign_in(browser)
    await browser.open(f"/me/{BOOKING}/cancel")
    await browser.send("/cancel", reason="Захворів")
    assert browser.page.status == 409
    assert "уже запізно" in browser.page.one("#errors").text()
    assert browser.page.one("textarea").text() == "Захворів"


async def test_moving_offers_times_of_the_same_person(browser: Browser, stage: Stage) -> None:
    stage.on("booking", "POST", f"/me/bookings/{BOOKING}/reschedule", my_booking(starts_at=moment(2, 11)))
    await sign_in(browser)
    await browser.open(f"/me/{BOOKING}/move")
    asked = stage.calls("GET", "/public/levada/availability")[-1].query
    assert asked["service_ids"] == str(CUT)
    assert asked["staff_member_id"]
    await browser.send("/move", at=moment(2, 11).isoformat())
    [sent] = stage.calls("POST", f"/me/bookings/{BOOKING}/reschedule")
    assert sent.body == {"starts_at": moment(2, 11).isoformat()}
    assert browser.page.address == "/b/k7m2xq"


async def test_the_link_from_the_sms_shows_the_visit_and_nothing_about_the_person(browser: Browser) -> None:
    await browser.open("/b/k7m2xq")
    assert "Чоловіча стрижка" in browser.page.text
    assert "Тарас" not in browser.page.text
    assert browser.page.one("meta[name=robots]").attributes["content"] == "noindex"
    assert browser.page.has('a[href="/b/k7m2xq.ics"]')
    assert browser.page.has('a[href^="https://calendar.google.com/"]')


async def test_changing_through_the_link_needs_the_person(browser: Browser) -> None:
    await browser.open("/b/k7m2xq/cancel")
    assert browser.page.address.startswith("/login?next=/b/k7m2xq/cancel")
    await browser.send("/login", phone="0671234567")
    await browser.send("/login/code", code="123456")
    assert browser.page.address == f"/me/{BOOKING}/cancel"


@pytest.mark.parametrize(
    ("changes", "says", "may_change"),
    [
        ({}, "Перенести або скасувати можна до", True),
        ({"may_change_until": moment(-1, 8)}, "Зателефонуйте", False),
        ({"state": "cancelled_by_staff"}, "Скасував салон", False),
    ],
)
async def test_what_can_still_be_done_is_said_as_a_moment(
    browser: Browser, stage: Stage, changes: dict[str, object], says: str, may_change: bool
) -> None:
    stage.on("booking", "GET", "/public/b/k7m2xq", one_booking(**changes))
    await browser.open("/b/k7m2xq")
    assert says in browser.page.text
    assert browser.page.has('a[href="/b/k7m2xq/move"]') is may_change


async def test_the_calendar_file_is_a_valid_event_in_utc(browser: Browser) -> None:
    answer = await browser.http.get("/b/k7m2xq.ics")
    assert answer.headers["content-type"].startswith("text/calendar")
    lines = answer.text.split("\r\n")
    assert lines[0] == "BEGIN:VCALENDAR"
    assert lines[-2] == "END:VCALENDAR"
    starts = moment(2, 10).astimezone(UTC)
    assert f"DTSTART:{starts:%Y%m%dT%H%M%SZ}" in lines
    assert all(len(line.encode()) <= 75 for line in lines)
    unfolded = re.sub("\r\n ", "", answer.text)
    assert "SUMMARY:Чоловіча стрижка – Салон «Левада»" in unfolded
    assert r"LOCATION:На Подолі\, вул. Сагайдачного\, 10" in unfolded


def test_a_cancelled_visit_takes_itself_out_of_the_calendar() -> None:
    text = calendar_file.ics(
        one_booking(state="cancelled_by_staff"), link="http://zapys.test/b/k7m2xq", now=datetime.now(UTC)
    )
    assert "METHOD:CANCEL" in text
    assert "STATUS:CANCELLED" in text


def test_signs_of_the_format_inside_a_text_are_escaped() -> None:
    tricky = one_booking(services=["Стрижка; борода, вуса\nта інше \\ ще"])
    text = re.sub("\r\n ", "", calendar_file.ics(tricky, link="http://zapys.test", now=datetime.now(UTC)))
    assert r"SUMMARY:Стрижка\; борода\, вуса\nта інше \\ ще" in text
