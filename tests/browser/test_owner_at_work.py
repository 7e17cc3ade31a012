"""An owner's hands in a browser: hours drawn with the mouse, rights ticked, the SMS balance filled by card."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from playwright.async_api import expect

from tests.gateway.pages.everywhere import open_everything
from tests.gateway.pages.office import BASE, hit, hits
from tests.gateway.pages.people import MASTER_ID, member
from tests.gateway.pages.salon import ACCOUNT, OLENA
from tests.gateway.pages.stage import Asked, No, Stage
from zapys_dev.stack import Stack

from .conftest import DESK, NewPerson, box_of
from .played import served
from .test_access import sign_in
from .test_one_booking import open_account

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def stage() -> Stage:
    made = Stage()
    open_everything(made)
    return made


@pytest.fixture(scope="module")
def address(stage: Stage, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with served(stage, tmp_path_factory.mktemp("pages")) as url:
        yield url


async def test_hours_are_drawn_with_the_mouse_and_saved_after_the_bookings_in_the_way_were_seen(
    stage: Stage, address: str, new_person: NewPerson
) -> None:
    person = await new_person(address, look=DESK)
    await sign_in(person)
    page = person.page
    found = hit(1)
    stage.on("booking", "POST", f"{BASE}/changes", hits(found))
    await page.goto(f"/manage/{ACCOUNT}/staff/{OLENA}/schedule?preset=weekdays")
    monday = page.locator("[data-day=mon]")
    bar = monday.locator(".bar")
    await expect(bar).to_have_text("09:00–18:00")
    box = await box_of(bar)
    middle = box["y"] + box["height"] / 2
    hour = box["width"] / 9
    await page.mouse.move(box["x"] + box["width"] - 3, middle)  # its right edge
    await page.mouse.down()
    await page.mouse.move(box["x"] + box["width"] - 3 - hour, middle, steps=4)
    await page.mouse.move(box["x"] + box["width"] - 3 - 2 * hour, middle, steps=4)
    await page.mouse.up()
    await expect(bar).to_have_text("09:00–16:00")
    await expect(monday.locator("input.time").nth(1)).to_have_value("16:00")

    await page.click("#hours .sticky-end button.primary")
    await expect(page.locator("h1")).to_contain_text("1 запис")
    looked = [one.body for one in stage.calls("POST", f"{BASE}/changes")]
    assert [bool(one.get("dry_run")) for one in looked] == [True], "nothing is saved before it was seen"
    assert looked[0]["change"]["schedule"]["days"]["mon"] == [{"from": "09:00", "to": "16:00"}]
    await page.check(f"input[name=choice_{found['booking_id']}][value=keep]")
    await page.click(".sticky-end button.primary")
    await page.wait_for_url("**/schedule*")
    saved: Any = stage.calls("POST", f"{BASE}/changes")[-1].body
    assert saved["choices"][0]["choice"] == "keep"
    assert saved["change"] == looked[0]["change"]


async def test_a_dangerous_right_is_ticked_read_about_and_given(
    stage: Stage, address: str, new_person: NewPerson
) -> None:
    person = await new_person(address)
    await sign_in(person)
    page = person.page

    def careful(asked: Asked) -> Any:
        if asked.body["confirmed"]:
            return member(version=5)
        danger = {"permission": "client.view_phone", "name": "Бачити телефон", "why": "Забере базу клієнтів."}
        raise No(409, "identity.danger_unconfirmed", title="Небезпечні права", dangers=[danger])

    stage.on("identity", "PATCH", f"{BASE}/members/{MASTER_ID}", careful)
    await page.goto(f"/manage/{ACCOUNT}/rights")
    await page.click(f".members a[href$='{MASTER_ID}']")
    right = "input[name=right][value='client.view_phone']"
    await page.click(f"details:has({right}) > summary")
    await page.check(right)
    await page.click("#rights .sticky-end button")
    dangers = page.locator("#dangers")
    await expect(dangers).to_contain_text("Забере базу клієнтів.")
    await expect(page.locator(right)).to_be_checked()
    person.trouble.clear()  # a refusal is an answer of 409, and the console says so
    await dangers.locator("button.danger").click()
    await expect(page.locator(".flash .notice.good")).to_be_visible()
    last: Any = stage.calls("PATCH", f"{BASE}/members/{MASTER_ID}")[-1].body
    assert (last["permissions"], last["confirmed"]) == ({"client.view_phone": True}, True)


async def test_the_sms_balance_is_filled_by_card_at_the_acquirer(stack: Stack, new_person: NewPerson) -> None:
    owner = await new_person(stack.gateway_url, stack.simulators_url)
    page = owner.page
    account = await open_account(owner, f"ranok-{uuid4().hex[:8]}")
    await page.goto(f"/manage/{account}/balance")
    await page.fill("#f-amount", "200")
    await page.check("input[name=provider][value=liqpay]")
    await page.click("#top-up button.primary")
    await page.click("button.primary.big")
    await page.wait_for_url(f"{stack.simulators_url}/**")
    await page.click("button[value=pay]")
    await page.wait_for_url(f"**/manage/{account}/balance/top-ups/**")
    paid = page.locator(".notice.good", has_text="200 ₴")
    await expect(paid).to_be_visible(timeout=30_000)  # the page asks again by itself until it is told
    await page.goto(f"/manage/{account}/balance")
    await expect(page.locator("section[aria-labelledby=ledger] tbody tr").first).to_contain_text("200")
