"""Where a person hears about the work: every channel is turned on and off on a page."""

from __future__ import annotations

from typing import Any

import pytest

from contracts.identity import StaffChannels

from .browser import Browser
from .mine import PHONE_DEVICE, channels, open_for_me
from .salon import membership, moment, profile
from .stage import Asked, No, Stage
from .test_doors import sign_in

CHANNELS = "/me/notification-channels"


@pytest.fixture(autouse=True)
def _own_things(stage: Stage) -> None:
    open_for_me(stage)
    stage.on("identity", "PATCH", "/me", profile())


async def test_whoever_works_somewhere_finds_the_channels_and_a_client_is_not_offered_them(
    browser: Browser, stage: Stage
) -> None:
    await sign_in(browser)
    stage.on("identity", "GET", "/me", profile())
    await browser.open("/me/settings")
    assert not browser.page.has("a[href='/me/channels']")
    stage.on("identity", "GET", "/me", profile(memberships=(membership("booking.view"),)))
    await browser.open("/me/settings")
    assert browser.page.has("a[href='/me/channels']")


async def test_sms_and_letters_are_turned_on_and_off(browser: Browser, stage: Stage) -> None:
    await sign_in(browser)
    stage.on("identity", "GET", "/me", profile(channels=StaffChannels(sms=True, email="olena@levada.ua")))
    await browser.open("/me/channels")
    assert browser.page.has("input[name=sms][checked]")
    assert browser.page.one("#f-email").attributes["value"] == "olena@levada.ua"
    await browser.send("/me/channels", sms=[], email="")
    assert stage.calls("PATCH", "/me")[-1].body == {"channels": {"sms": False, "email": None}}
    assert "Збережено" in browser.page.one("#flash").text()

    def wrong(_: Asked) -> None:
        error = {"pointer": "/channels/email", "code": "email", "text": "Це не адреса"}
        raise No(422, "request.invalid", title="Дані заповнено з помилкою", errors=[error])

    stage.on("identity", "PATCH", "/me", wrong)
    await browser.open("/me/channels")
    await browser.send("/me/channels", sms="on", email="olena@")
    assert browser.page.status == 422
    assert browser.page.one("#f-email").attributes["value"] == "olena@", "what was typed is kept"
    assert "Це не адреса" in browser.page.one("#e-email").text()


async def test_the_bot_is_bound_by_a_link_and_parted_from(browser: Browser, stage: Stage) -> None:
    await sign_in(browser)
    await browser.open("/me/channels")
    await browser.send("/me/channels/telegram")
    assert browser.page.has("a[href='https://t.me/zapys_bot?start=once']")
    assert stage.calls("POST", f"{CHANNELS}/telegram")[0].headers["idempotency-key"]
    bound = {"is_offered": True, "bound_at": moment(0, 9)}
    stage.on("notifications", "GET", CHANNELS, channels(telegram=bound))
    await browser.open("/me/channels")
    await browser.send("/me/channels/telegram/part")
    assert len(stage.calls("DELETE", f"{CHANNELS}/telegram")) == 1
    stage.on("notifications", "GET", CHANNELS, channels(telegram={"is_offered": False}))
    await browser.open("/me/channels")
    assert "Бота на цій платформі поки немає" in browser.page.text
    assert not browser.page.has("form[action='/me/channels/telegram']")


async def test_a_browser_is_taken_with_its_keys_and_turned_off(browser: Browser, stage: Stage) -> None:
    await sign_in(browser)
    await browser.open("/me/channels")
    assert "Chrome, Android" in browser.page.text
    keys = {"p256dh": "a" * 87, "auth": "b" * 22}
    await browser.send("/me/channels/browsers", endpoint="https://push.example/a", **keys)
    [sent] = stage.calls("POST", f"{CHANNELS}/browsers")
    body: Any = sent.body
    assert (body["endpoint"], body["keys"]) == ("https://push.example/a", keys)
    assert stage.calls("PATCH", "/me")[-1].body == {"channels": {"web_push": True}}
    await browser.send(f"/me/channels/browsers/{PHONE_DEVICE}/remove")
    assert len(stage.calls("DELETE", f"{CHANNELS}/browsers/{PHONE_DEVICE}")) == 1
    await browser.open("/me/channels")
    await browser.send("/me/channels/browsers", endpoint="", p256dh="", auth="")
    assert browser.page.status == 422, "nothing is sent without keys"
