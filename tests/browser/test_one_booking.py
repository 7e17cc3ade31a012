"""The way of one booking, as two people with phones and a desk walk it on the running product."""

from __future__ import annotations

import re
from uuid import uuid4

import httpx
import pytest
from playwright.async_api import expect

from tests.support.waiting import eventually
from zapys_dev.stack import Stack

from .conftest import DESK, NewPerson, Person

pytestmark = pytest.mark.browser


async def open_account(owner: Person, vanity: str) -> str:
    """From nothing to a page that takes bookings; gives the account's id."""
    page = owner.page
    await page.goto("/register")
    await page.click("text=Почати")
    await owner.sign_in()
    await page.fill("#f-name", "Салон «Ранок»")
    await page.fill("#f-vanity_address", vanity)
    await page.fill("#f-city", "Київ")
    await page.click("main form button.primary")
    await page.fill("#f-name", "На Подолі")
    await page.fill("#f-address", "вул. Сагайдачного, 10")
    await page.fill("#f-phone", "044 123 45 67")
    await page.click("main form button.primary")
    for number, (name, minutes, price) in enumerate((("Стрижка", "60", "450"), ("Фарбування", "120", "1500,50")), 1):
        await page.fill(f"#f-service_name_{number}", name)
        await page.fill(f"#f-service_minutes_{number}", minutes)
        await page.fill(f"#f-service_price_{number}", price)
    await page.click("main form button.primary")
    for number, name in enumerate(("Олена Шевчук", "Андрій Мельник"), 1):
        await page.fill(f"#f-staff_name_{number}", name)
    await page.click("main form button.primary")
    await page.check("input[value=daily]")
    await page.fill("#f-from", "10:00")
    await page.fill("#f-to", "20:00")
    await page.click("main form button.primary")
    await expect(page.locator("h1")).to_have_text("Можна записуватися")
    account = page.url.rsplit("/", 1)[-1]
    await page.goto(f"/manage/{account}/services")
    assert "1 500,50 ₴" in (await page.inner_text(".list")).replace("\u00a0", " ")
    return account


async def add_cash_register(owner: Person, account: str) -> None:
    """A register with Checkbox, checked, its shift opened."""
    page = owner.page
    await page.goto(f"/manage/{account}/cash-registers")
    await page.fill("#f-name", "Готівка")
    await page.fill("#f-licence_key", "test-licence")
    await page.fill("#f-cashier_login", "cashier")
    await page.fill("#f-cashier_password", "secret")
    await page.click("main button.primary:has-text('Зберегти')")
    await page.click("button:has-text('Перевірити')")
    await expect(page.locator(".notice.good")).to_contain_text("Checkbox відповідає")
    await page.click("button:has-text('Відкрити зміну')")
    await expect(page.locator(".badge.good")).to_contain_text("Зміну відкрито")


async def say_nothing_about_the_night(owner: Person, stack: Stack, account: str) -> None:
    """A test may run at any hour; at night an SMS about a move would rightly not go out."""
    headers = {"Authorization": f"Bearer {await owner.token()}"}
    address = f"{stack.gateway_url}/api/v1/accounts/{account}/notification-settings"
    async with httpx.AsyncClient() as http:
        settings = (await http.get(address, headers=headers)).json()
        settings["quiet_hours"]["enabled"] = False
        answer = await http.put(address, json=settings, headers=headers)
    assert answer.is_success, answer.text


async def book(client: Person, vanity: str) -> None:
    """Three taps to the contact step, three fields, done."""
    page = client.page
    await page.goto(f"/{vanity}")
    await client.tap("a.choice", has_text="Стрижка")
    await client.tap("a.choice", has_text="Будь-хто")
    await client.tap("button[name=at]")
    await expect(page.locator("h1")).to_have_text("Ваші контакти")
    assert client.taps <= 4
    fields = page.locator("main input:visible, main textarea:visible")
    assert await fields.count() == 2
    await expect(page.locator(".hold")).to_contain_text(re.compile(r"9:\d\d|10:00"))

    await page.fill("#f-name", "Тарас Савченко")
    await page.fill("#f-phone", client.phone.removeprefix("+38"))
    await page.click("main button.primary")
    await page.wait_for_selector("#f-code")
    assert await fields.count() == 1
    await client.enter_code(0)
    await expect(page.locator("h1")).to_have_text("Вас записано!")
    assert await client.sideways() <= 0


async def move(staff: Person, account: str, day: str, visit: str) -> str:
    """Move the booking from its drawer to a late hour of tomorrow; gives the new time as the drawer says it.

    Of today little may be left, so tomorrow; and another hour than the `visit` had, so that it can be told apart.
    """
    page = staff.page
    drawer = page.locator("#drawer")
    await page.goto(f"/desk/{account}?day={day}")
    await page.click("a.tile:has-text('Тарас Савченко')")
    await drawer.locator("a", has_text="Перенести").click()
    tomorrow = drawer.locator("#times a.day").nth(1)
    await tomorrow.click()
    await expect(tomorrow).to_have_attribute("aria-current", "date")
    times = await drawer.locator("#move button[name=at]").all_inner_texts()
    time = next(time for time in reversed(times) if time not in visit)
    await drawer.locator("#move button[name=at]", has_text=time).click()
    await expect(drawer.locator(".flash")).to_contain_text("Запис перенесено")
    await expect(drawer.locator(".head")).to_contain_text(time)
    return time


async def settle_in_cash(staff: Person) -> None:
    """Take what is due; the receipt comes by itself."""
    drawer = staff.page.locator("#drawer")
    payment = drawer.locator(".tabs a", has_text="Розрахунок")
    await payment.click()
    await drawer.locator("button.primary", has_text="Розрахувати").click()
    await expect(drawer.locator(".flash")).to_contain_text("Розраховано")
    receipt = drawer.locator(".notice.good", has_text="Чек видано")

    async def is_registered() -> bool:
        async with staff.page.expect_response(re.compile(r"tab=payment")):
            await payment.click()
        await expect(drawer).not_to_have_attribute("aria-busy", "true")
        return await receipt.count() > 0

    await eventually(is_registered)
    await expect(receipt).to_contain_text("№")
    await expect(drawer.locator(".head .badge.good", has_text="Розраховано")).to_be_visible()


@pytest.mark.row("N22")
@pytest.mark.row("N17")
async def test_an_account_is_opened_booked_moved_and_paid_on_a_phone(stack: Stack, new_person: NewPerson) -> None:
    vanity = f"ranok-{uuid4().hex[:8]}"
    owner = await new_person(stack.gateway_url, stack.simulators_url)
    account = await open_account(owner, vanity)
    await add_cash_register(owner, account)
    await say_nothing_about_the_night(owner, stack, account)

    client = await new_person(stack.gateway_url, stack.simulators_url)
    await book(client, vanity)
    visit = await client.page.inner_text(".when")
    told_before = await client.sms()

    staff = owner
    found = re.search(r"/b/(\w+)", client.page.url)
    assert found
    day = await booked_day(stack, found[1])
    new_time = await move(staff, account, day, visit)
    assert new_time not in visit

    told = await client.next_sms(len(told_before))
    assert new_time in told
    await settle_in_cash(staff)

    await staff.page.click(".tabs a:has-text('Оповіщення')")
    moved = staff.page.locator("article", has_text="Запис перенесено").filter(has_text="Клієнт")
    await expect(moved).to_have_count(1)
    assert [text for text in await client.sms() if text not in told_before] == [told], "one SMS, and only one"

    await client.page.reload()
    await expect(client.page.locator(".when")).to_contain_text(new_time)


async def booked_day(stack: Stack, code: str) -> str:
    """The day of a visit, as its public link says it."""
    async with httpx.AsyncClient() as http:
        answer = await http.get(f"{stack.gateway_url}/api/v1/public/b/{code}")
    return str(answer.json()["starts_at"])[:10]


async def test_the_desk_shows_columns_on_a_wide_screen(stack: Stack, new_person: NewPerson) -> None:
    owner = await new_person(stack.gateway_url, stack.simulators_url, look=DESK)
    account = await open_account(owner, f"ranok-{uuid4().hex[:8]}")
    await owner.page.goto(f"/desk/{account}")
    columns = owner.page.locator(".calendar .column-head")
    await expect(columns).to_have_count(2)
    await expect(owner.page.locator("html[data-calendar=ready]")).to_have_count(1)
    first, second = await columns.nth(0).bounding_box(), await columns.nth(1).bounding_box()
    assert first
    assert second
    assert first["y"] == second["y"]
    assert first["x"] + first["width"] <= second["x"] + 1
