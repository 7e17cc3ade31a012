"""The service worker and what it keeps: only this build, only this day; and messages of the browser on this device."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from playwright.async_api import Error, Page, expect

from contracts.http.channels import OwnChannels
from tests.gateway.pages.mine import open_own_day
from tests.gateway.pages.salon import BOOKING, uid
from tests.gateway.pages.stage import Asked

from .conftest import NewPerson
from .test_own_pages import House, house, sign_in

__all__ = ["house"]

pytestmark = pytest.mark.browser

_KEPT = """
async (name) => (await (await caches.open(name)).keys()).map((one) => new URL(one.url).pathname)
"""
_KEPT_PAGES = """
async () => {
  const names = (await caches.keys()).filter((one) => one.startsWith("pages "));
  return (await Promise.all(names.map(async (one) => (await (await caches.open(one)).keys()).length))).length;
}
"""
# As if the copies had been made on another day, which is what their names say.
_YESTERDAY = """
async () => {
  const name = (await caches.keys()).find((one) => one.startsWith("pages "));
  const owner = name.split(" ")[1];
  const day = new Date(Date.now() - 24 * 3600 * 1000).toDateString();
  const old = await caches.open(`pages ${owner} ${day}`);
  const now = await caches.open(name);
  for (const one of await now.keys()) await old.put(one, await now.match(one, { ignoreVary: true }));
  await caches.delete(name);
}
"""
_KEY = "BNcRdreALRFXTkOOUHK1EtK2wtaz5Ry4YfYCA_0QTpQtUbVlUls0VJXg7A8u-Ts1XbjhazAkj7I99e8QcYP7DkM"
_WITHOUT_A_PUSH_SERVICE = """
window.asked = 0;
Notification.requestPermission = async () => { window.asked += 1; return window.leave ?? "granted"; };
PushManager.prototype.subscribe = async (options) => {
  if (!options.userVisibleOnly || options.applicationServerKey.length !== 65) throw new Error("no such key");
  const keys = { p256dh: "a".repeat(87), auth: "b".repeat(22) };
  return { toJSON: () => ({ endpoint: "https://push.example/a", keys }) };
};
"""


async def _wait_for_copies(page: Page, count: int) -> None:
    await page.wait_for_function(f"async () => (await ({_KEPT_PAGES})()) === {count}")


async def test_a_new_build_throws_away_the_files_of_the_one_before(house: House, new_person: NewPerson) -> None:
    person = await new_person(house.url)
    page = person.page
    await sign_in(person)
    await page.evaluate("navigator.serviceWorker.ready")
    await page.reload()
    await page.wait_for_function(f"async () => (await ({_KEPT})('files')).length > 0")
    wanted = {*await page.evaluate(_KEPT, "files")}
    stale = "/static/dist/app.0123456789.css"
    await page.evaluate(
        "async (old) => (await caches.open('files')).put(old, new Response('body { color: red }'))", stale
    )
    assert stale in await page.evaluate(_KEPT, "files")
    # Another build has another worker; the same one, registered anew, begins in the same way.
    await page.evaluate(
        """async () => {
          await (await navigator.serviceWorker.getRegistration()).unregister();
          await navigator.serviceWorker.register("/sw.js");
          await navigator.serviceWorker.ready;
        }"""
    )
    await page.wait_for_function(f"async () => !(await ({_KEPT})('files')).includes('{stale}')")
    assert wanted <= {*await page.evaluate(_KEPT, "files")}, "what this build names stays"


@pytest.mark.row("N42")
async def test_the_day_is_kept_until_it_is_over(house: House, new_person: NewPerson) -> None:
    person = await new_person(house.url)
    page = person.page
    await sign_in(person)
    await page.evaluate("navigator.serviceWorker.ready")
    await page.goto("/me")
    await _wait_for_copies(page, 1)
    await page.evaluate(_YESTERDAY)
    house.close()
    with pytest.raises(Error, match="ERR_"):
        await page.goto("/me")
    house.open()
    await page.goto("/help")
    await _wait_for_copies(page, 0)
    await page.goto("/me")
    await _wait_for_copies(page, 1)
    await page.evaluate(_YESTERDAY)
    await page.goto("/help")  # whatever is opened next, with a network or without
    await _wait_for_copies(page, 0)
    person.trouble.clear()  # the network was away, and the console said so


async def test_escape_lets_a_form_be_sent_again(house: House, new_person: NewPerson) -> None:
    """Escape stops a page on its way; the form under it was locked until the page was loaded anew."""
    person = await new_person(house.url)
    await sign_in(person)
    await person.page.goto(f"/me/{BOOKING}/cancel")
    sent = await person.page.evaluate(
        """() => {
          const sent = [];
          document.addEventListener("submit", (event) => {
            sent.push(!event.defaultPrevented);
            event.preventDefault();
          });
          const press = () => document.querySelector("button.danger").click();
          press();
          press();
          document.dispatchEvent(new KeyboardEvent("keydown", { key: "Escape", bubbles: true }));
          press();
          return sent;
        }"""
    )
    assert sent == [True, False, True]


async def test_leave_for_messages_is_asked_for_only_once_they_are_turned_on(
    house: House, new_person: NewPerson
) -> None:
    browsers: list[dict[str, Any]] = []

    def read(_: Asked) -> OwnChannels:
        told = {"telegram": {"is_offered": True}, "web_push_public_key": _KEY, "browsers": browsers}
        return OwnChannels.model_validate(told)

    def take(asked: Asked) -> dict[str, Any]:
        browsers.append({"id": uid(901), "browser": asked.body["browser"], "created_at": datetime.now(UTC)})
        return browsers[-1]

    open_own_day(house.stage)
    house.stage.on("notifications", "GET", "/me/notification-channels", read)
    house.stage.on("notifications", "POST", "/me/notification-channels/browsers", take)
    person = await new_person(house.url)
    page = person.page
    await page.add_init_script(_WITHOUT_A_PUSH_SERVICE)
    await sign_in(person)
    house.stage.on("identity", "PATCH", "/me", house.stage.parts[("identity", "GET", "/me")])
    await page.goto("/me/channels")
    start = page.locator("[data-start]")
    await expect(start).to_be_visible()
    assert await page.evaluate("window.asked") == 0

    await page.evaluate("window.leave = 'denied'")
    await start.click()
    await expect(page.locator("[data-denied]")).to_be_visible()
    assert await page.evaluate("window.asked") == 1
    assert not browsers
    await page.evaluate("window.leave = 'granted'")
    await start.click()
    await expect(page.locator("#flash")).to_contain_text("ввімкнено")
    await expect(page.locator("section:has(#push) .list li")).to_have_count(1)
    [sent] = house.stage.calls("POST", "/me/notification-channels/browsers")
    body: Any = sent.body
    assert body["endpoint"] == "https://push.example/a"
    assert body["keys"] == {"p256dh": "a" * 87, "auth": "b" * 22}
    [switched] = house.stage.calls("PATCH", "/me")
    assert switched.body == {"channels": {"web_push": True}}


async def test_a_message_that_comes_is_shown(house: House, new_person: NewPerson) -> None:
    person = await new_person(house.url)
    await sign_in(person)
    await person.page.evaluate("navigator.serviceWorker.ready")
    [worker] = person.page.context.service_workers
    message = {"title": "Салон «Левада»", "body": "Новий запис: Тарас, 10:00", "id": "n-1"}
    shown = await worker.evaluate(
        """async (data) => {
          const shown = [];
          self.registration.showNotification = async (title, { body, tag }) => void shown.push([title, body, tag]);
          self.dispatchEvent(new PushEvent("push", { data }));
          return shown;
        }""",
        json.dumps(message),
    )
    assert shown == [[message["title"], message["body"], message["id"]]]
