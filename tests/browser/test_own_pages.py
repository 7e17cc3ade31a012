"""What only a browser can show of a person's own pages: the day without a network, and typed text that is not lost.

The pages are real, the services behind them are played; the network is lost by ending the server.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import uvicorn
from playwright.async_api import expect

from contracts.http.identity import StepUpAnswer
from tests.gateway.pages.conftest import build_pages
from tests.gateway.pages.mine import LINK, open_for_me
from tests.gateway.pages.salon import (
    ACCOUNT,
    BOOKING,
    CODE,
    OLENA,
    PHONE,
    membership,
    moment,
    my_booking,
    open_for_clients,
    profile,
)
from tests.gateway.pages.stage import Asked, No, Stage
from tests.gateway.pages.visits import actions
from tests.gateway.pages.work import open_for_staff
from tests.support.own_ports import own_port

from .conftest import NewPerson, Person

pytestmark = pytest.mark.browser


@dataclass
class House:
    """A gateway of pages that can go away and come back at the same address."""

    stage: Stage
    key: Path
    port: int

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def open(self) -> None:
        app = build_pages(self.stage, self.key, self.url)
        config = uvicorn.Config(app, port=self.port, log_config=None, access_log=False, ws="none")
        self.server = uvicorn.Server(config)
        self.thread = threading.Thread(target=self.server.run)
        self.thread.start()
        while not self.server.started and self.thread.is_alive():
            time.sleep(0.02)

    def close(self) -> None:
        self.server.should_exit = True
        self.server.force_exit = True
        self.thread.join()


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    stage = Stage()
    open_for_clients(stage)
    open_for_staff(stage)
    open_for_me(stage)
    mine = membership("booking.view", "client.view_phone", role="master")
    mine = mine.model_copy(update={"staff_member_id": OLENA, "accepts_bookings": True})
    stage.on("identity", "GET", "/me", profile(memberships=(mine,)))
    stage.on("booking", "GET", f"/accounts/{ACCOUNT}/bookings/[^/]+/actions", actions())
    key = tmp_path / "key"
    key.write_text("a key for tests only")
    made = House(stage, key, own_port())
    made.open()
    yield made
    made.close()


async def sign_in(person: Person) -> None:
    await person.page.goto("/login")
    await person.page.fill("#f-phone", PHONE)
    await person.page.click("main button.primary")
    # Pasted, as phones and people do; with a space in it, as some messages have.
    field = person.page.locator("#f-code")
    await field.evaluate("(one) => one.focus()")
    await person.page.evaluate(
        """(code) => {
          const field = document.querySelector('#f-code');
          field.value = code;
          field.dispatchEvent(new InputEvent('input', { bubbles: true, inputType: 'insertFromPaste' }));
        }""",
        f"{CODE[:3]} {CODE[3:]}",
    )
    await person.page.wait_for_selector("h1:has-text('Мої записи')")


@pytest.mark.row("N42")
async def test_the_day_is_readable_without_a_network_with_its_age_and_gone_after_signing_out(
    house: House, new_person: NewPerson
) -> None:
    person = await new_person(house.url)
    page = person.page
    await sign_in(person)
    await page.evaluate("navigator.serviceWorker.ready")
    day = f"/day?day={moment(1, 9).date()}"
    await page.goto(day)
    await expect(page.locator(".my-day .visit")).to_have_count(3)
    await page.goto("/me")
    await page.wait_for_function(
        "async () => (await Promise.all((await caches.keys()).map(async (n) => (await (await caches.open(n)).keys())"
        ".map((r) => new URL(r.url).pathname)))).flat().includes('/me')"
    )
    house.close()

    await page.goto(day)
    await expect(page.locator(".my-day .visit")).to_have_count(3)
    bar = page.locator("[data-offline]")
    await expect(bar).to_contain_text("Дані станом на")
    clock = await bar.locator("time").inner_text()
    assert len(clock) == 5, "the age is a time of the clock"
    assert await page.locator("form[method=post] button:not([disabled])").count() == 0, "writing is off"
    await page.goto("/me")
    await expect(page.locator("h1")).to_have_text("Мої записи")

    house.open()
    await page.goto(day)
    await expect(bar).to_be_hidden()
    assert await page.locator(".acts button:not([disabled])").count() > 0
    names = await page.evaluate(
        "async () => (await Promise.all((await caches.keys()).map(async (n) => (await (await caches.open(n)).keys())"
        ".map((r) => r.method + ' ' + new URL(r.url).pathname)))).flat()"
    )
    assert all(one.startswith("GET ") for one in names)
    assert {one for one in names if "/static/" not in one} == {"GET /day", "GET /me"}, "nothing else is kept"

    await page.locator("details.menu summary").last.click()
    await page.click("text=Вийти")
    await page.wait_for_function("async () => !(await caches.keys()).some((name) => name.startsWith('pages '))")
    person.trouble.clear()  # the network was away, and the console said so


async def test_a_visit_is_cancelled_and_another_moved_from_a_phone_and_a_double_press_does_it_once(
    house: House, new_person: NewPerson
) -> None:
    cancel = f"/me/bookings/{BOOKING}/cancel"
    house.stage.on("booking", "POST", cancel, my_booking(state="cancelled_by_client"))
    house.stage.on("booking", "POST", f"/me/bookings/{BOOKING}/reschedule", my_booking(starts_at=moment(2, 11)))
    person = await new_person(house.url)
    page = person.page
    await sign_in(person)
    await page.click("a:has-text('Перенести')")
    await page.locator("button[name=at]").first.click()
    await expect(page.locator("#flash")).to_contain_text("Запис перенесено")
    assert len(house.stage.calls("POST", f"/me/bookings/{BOOKING}/reschedule")) == 1
    await page.goto("/me")
    await page.click("a:has-text('Скасувати')")
    await page.fill("#f-reason", "Захворів")
    await page.locator("button.danger").dblclick()
    await expect(page.locator("#flash")).to_contain_text("Запис скасовано")
    assert len(house.stage.calls("POST", cancel)) == 1


async def test_a_lost_network_loses_no_typed_text(house: House, new_person: NewPerson) -> None:
    person = await new_person(house.url)
    page = person.page
    await sign_in(person)
    await page.goto(f"/me/{BOOKING}/cancel")
    await page.fill("#f-reason", "Захворів на грип")
    cancel = f"/me/bookings/{BOOKING}/cancel"
    house.stage.on("booking", "POST", cancel, my_booking(state="cancelled_by_client"))
    house.close()
    await page.click("button.danger", no_wait_after=True)
    await expect(page).to_have_url("chrome-error://chromewebdata/")
    house.open()
    await page.reload()
    await expect(page.locator("#flash")).to_contain_text("Запис скасовано")
    assert [sent.body for sent in house.stage.calls("POST", cancel)] == [{"reason": "Захворів на грип"}]
    person.trouble.clear()  # the network was away, and the console said so


@pytest.mark.parametrize("text", ["<script>window.ran=1</script>", '"><img src=x onerror=window.ran=1>'])
async def test_what_strangers_write_runs_nothing(house: House, new_person: NewPerson, text: str) -> None:
    review = {"rating": 1, "text": text, "answer": text, "is_public": True, "created_at": moment(0, 9)}
    was = my_booking(state="completed", may_cancel=False, may_reschedule=False, review=review, account_name=text)
    house.stage.on("booking", "GET", "/me/bookings", {"items": [was.model_dump(mode="json")], "next_cursor": None})
    person = await new_person(house.url)
    await sign_in(person)
    await expect(person.page.locator(".quote").first).to_have_text(text)
    assert await person.page.evaluate("window.ran") is None
    await person.page.goto(LINK)
    assert await person.page.evaluate("window.ran") is None


async def test_what_was_typed_outlives_a_code_that_has_to_be_entered_first(house: House, new_person: NewPerson) -> None:
    def stale(_: Asked) -> None:
        raise No(403, "access.step_up_required", title="Підтвердьте, що це ви")

    until = datetime.now(UTC) + timedelta(minutes=15)
    fresh = StepUpAnswer(access_token="access-fresh", expires_in=600, fresh_until=until)
    open_for_staff(house.stage)
    house.stage.on("notifications", "PUT", f"/accounts/{ACCOUNT}/sms-providers/turbosms", stale)
    house.stage.on("identity", "POST", "/auth/step-up", fresh)
    person = await new_person(house.url)
    page = person.page
    await sign_in(person)
    await page.goto(f"/manage/{ACCOUNT}/integrations/turbosms")
    await page.fill("#f-sender_name", "Levada")
    await page.fill("#f-token", "a secret of theirs")
    await page.locator("form:has(#f-sender_name) button.primary").click()
    await page.locator("main button.primary").click()
    await page.locator("#f-code").press_sequentially(CODE)
    await expect(page.locator("#f-sender_name")).to_have_value("Levada")
    await expect(page.locator("#f-token")).to_have_value("")  # a secret is kept nowhere
    await page.reload()
    await expect(page.locator("#f-sender_name")).to_have_value("Salon")
