"""Visits that have to be confirmed: the rule in the settings, the client's link, the list of what needs attention."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from contracts.http.notifications import Fix
from contracts.http.site import ConfirmDeadline
from contracts.http.staff_tasks import StaffTask, StaffTasks
from gateway.pages.formats import when

from .browser import Browser
from .mine import LINK, by_key, open_for_me
from .office import look_after
from .salon import ACCOUNT, BOOKING, moment, uid
from .stage import Asked, No, Stage
from .test_doors import sign_in
from .trade import account
from .work import BASE, open_for_staff

pytestmark = pytest.mark.row("X18")
KYIV = "Europe/Kyiv"


async def test_the_link_says_until_when_to_confirm_and_what_happens_otherwise(browser: Browser, stage: Stage) -> None:
    open_for_me(stage)
    until = moment(1, 9)
    for releases, said in ((True, "Інакше запис буде скасовано"), (False, "Інакше вам зателефонують")):
        deadline = ConfirmDeadline(until=until, releases=releases)
        stage.on("booking", "GET", "/public/b/k7m2xq/linked", by_key(confirm=deadline))
        page = await browser.open(LINK)
        assert said in page.text
        assert when(until, KYIV) in page.text
    stage.on("booking", "GET", "/public/b/k7m2xq/linked", by_key())
    assert "Інакше" not in (await browser.open(LINK)).text


async def test_who_confirms_after_the_release_reads_why_and_can_book_again(browser: Browser, stage: Stage) -> None:
    def released(_: Asked) -> None:
        raise No(409, "booking.released", title="Запис не підтвердили вчасно, тож час звільнено")

    open_for_me(stage)
    await browser.open(LINK)
    gone = {"state": "cancelled_by_staff", "may_confirm": False, "may_cancel": False, "may_reschedule": False}
    stage.on("booking", "POST", "/public/b/k7m2xq/confirm", released)
    stage.on("booking", "GET", "/public/b/k7m2xq/linked", by_key(**gone, cancel_cause="unconfirmed"))
    await browser.send("/confirm")
    assert browser.page.status == 409
    assert "тож час звільнено" in browser.page.text
    assert "тому його скасовано" not in browser.page.text, "said once"
    await browser.open(LINK)
    assert "тому його скасовано" in browser.page.text
    assert browser.page.one("main .primary").attributes["href"] == "/levada"
    assert not browser.page.has('form[action*="confirm"]')


async def test_the_owner_chooses_what_becomes_of_them_and_reads_what_the_saved_rule_does(
    browser: Browser, stage: Stage
) -> None:
    open_for_staff(stage)
    look_after(stage)
    await sign_in(browser)
    change = f"PATCH /api/v1/accounts/{ACCOUNT}"
    shape = {"section": "clients", "expert": False, "effect": "", "minimum": None, "maximum": None, "change": change}
    rule = {**shape, "key": "booking_rules.unconfirmed", "kind": "choice", "value": "nothing", "name": "Якщо мовчить"}
    before = {**shape, "key": "booking_rules.confirm_cutoff_min", "kind": "number", "value": 1440, "name": "Не пізніше"}
    stage.on("identity", "GET", f"{BASE}/settings", {"expert": False, "items": [rule, before], "hidden": 0})
    stage.on("identity", "PATCH", BASE, account())
    page = await browser.open(f"/manage/{ACCOUNT}/settings")
    assert "лишаються як є" in page.text
    options = page.all("[name=booking_rules__unconfirmed] option")
    assert [(one.attributes["value"], one.text(strip=True)) for one in options] == [
        ("nothing", "Лишати, як є"),
        ("task", "Передати працівникам"),
        ("release", "Скасувати й звільнити час"),
    ]
    await browser.send("/settings", booking_rules__unconfirmed="release", booking_rules__confirm_cutoff_min="720")
    [sent] = stage.calls("PATCH", BASE)
    assert sent.body == {"booking_rules": {"unconfirmed": "release", "confirm_cutoff_min": 720}}
    saved = account().model_dump()
    saved["booking_rules"] |= {"unconfirmed": "release", "confirm_cutoff_min": 720}
    stage.on("identity", "GET", BASE, saved)
    page = await browser.open(f"/manage/{ACCOUNT}/settings")
    assert "запис скасується сам" in page.text
    noon = datetime.combine(datetime.now(ZoneInfo(KYIV)).date() + timedelta(days=2), time(12), ZoneInfo(KYIV))
    assert f"Візит: {when(noon, KYIV)}." in page.text
    assert f"до: {when(noon.astimezone(UTC) - timedelta(hours=12), KYIV)}." in page.text


async def test_a_visit_to_ask_about_stands_once_in_the_list_with_what_to_do(browser: Browser, stage: Stage) -> None:
    open_for_staff(stage)
    task = StaffTask(
        id=uid(761),
        kind="visit_silent",
        text="Тарас, 24.11, 10:00: візит не підтверджено вчасно, клієнт не відповів.",
        fix=Fix(text="Зателефонуйте клієнтові.", url=f"/desk/{ACCOUNT}/bookings/{BOOKING}"),
        booking_id=BOOKING,
        starts_at=moment(1, 10),
        created_at=moment(0, 9) - timedelta(hours=1),
    )
    stage.on("notifications", "GET", f"{BASE}/staff-tasks", StaffTasks(items=[task], open=1))
    await sign_in(browser)
    page = await browser.open(f"/desk/{ACCOUNT}/attention")
    headings = [node.text(strip=True) for node in page.all("main h2")]
    assert "Клієнти, яким слід зателефонувати" in headings
    assert "Не підтверджені візити" not in headings, "the same visit is not listed twice"
    [row] = page.all('section[aria-labelledby="a-tasks"] li')
    assert "клієнт не відповів" in row.text()
    assert row.css_first(f'form[action="/desk/{ACCOUNT}/bookings/{BOOKING}/step-confirm"]') is not None
    assert row.css_first(f'a[href="/desk/{ACCOUNT}/bookings/{BOOKING}"]') is not None
    assert "+380" in row.text() or "067" in row.text() or "050" in row.text()
