"""The owner's pages about messages: what waits, what goes when, texts, refusals."""

from __future__ import annotations

import pytest

from contracts.http.notifications import Causes, MailSubscription, MorningCheck, Notifications
from gateway.pages.messages.list import LOOKS
from gateway.pages.messages.settings import STAFF_KINDS

from .books import open_the_books
from .browser import Browser
from .money import CLIENT
from .news import LONG, TEXT, WISHES, open_the_post, settings, text
from .salon import ACCOUNT, membership, profile, uid
from .stage import Asked, No, Stage
from .test_doors import sign_in
from .test_owner import invalid
from .work import BASE, open_for_staff

HOME = f"/manage/{ACCOUNT}"
ONE = f"{HOME}/messages/texts/client/reminder_eve/uk"
SCRIPT = "<script>alert(1)</script>"


@pytest.fixture
async def owner(browser: Browser, stage: Stage) -> Browser:
    """Signed in."""
    open_for_staff(stage)
    open_the_books(stage)
    open_the_post(stage)
    await sign_in(browser)
    return browser


@pytest.mark.parametrize("language", ["uk", "ru", "en"])
async def test_every_page_about_messages_can_be_read(owner: Browser, language: str) -> None:
    await owner.open(f"{HOME}?lang={language}")
    looks = [f"messages?show={look}" for look in LOOKS]
    for page in (*looks, "messages/settings", "messages/texts", f"messages/clients/{CLIENT}"):
        await owner.open(f"{HOME}/{page}")
        assert owner.page.status == 200, f"{page}: {owner.page.text[:300]}"
        assert owner.page.heading
    await owner.open(ONE)
    assert owner.page.status == 200
    assert not [kind for kind in STAFF_KINDS if f"staff_kind.{kind}" in owner.page.text]


async def test_what_waits_is_counted_by_cause_with_the_button_that_cures_it(owner: Browser, stage: Stage) -> None:
    await owner.open(f"{HOME}/messages")
    assert "На балансі TurboSMS бракує коштів" in owner.page.text
    assert "14 повідомлень" in owner.page.text
    cure = owner.page.one("ul.list a.primary")
    assert cure.attributes["href"] == "/manage/balance"
    assert "На сьогодні є 1 проблема" in owner.page.text
    await owner.send("/again")
    [sent] = stage.calls("POST", f"{BASE}/notifications/{uid(602)}/send-again")
    assert sent.headers["Idempotency-Key"]
    assert "надсилається ще раз" in owner.page.text
    await owner.follow("Які саме")
    assert stage.calls("GET", f"{BASE}/notifications")[-1].query["reason"] == "insufficient_balance"


async def test_where_nothing_waits_the_page_says_so_and_leads_on(owner: Browser, stage: Stage) -> None:
    stage.on("notifications", "GET", f"{BASE}/notifications", Notifications(items=[]))
    stage.on("notifications", "GET", f"{BASE}/notifications/causes", Causes(items=[], total=0))
    stage.on("notifications", "GET", f"{BASE}/notifications/morning-check", MorningCheck(items=[]))
    for look in LOOKS:
        await owner.open(f"{HOME}/messages?show={look}")
        assert owner.page.one(".empty").text(strip=True)
        assert owner.page.has(".empty a.btn")


async def test_long_settings_are_folded_and_a_part_with_a_mistake_is_open(owner: Browser, stage: Stage) -> None:
    await owner.open(f"{HOME}/messages/settings")
    parts = {part.css("h2")[0].id: part for part in owner.page.all("details.part")}
    assert list(parts) == ["to-clients", "when", "quiet", "to-staff"]
    assert not any("open" in part.attributes for part in parts.values())
    assert "21:00–07:00" in parts["quiet"].css("summary")[0].text()

    def wrong(_: Asked) -> None:
        errors = [{"pointer": "/quiet_hours/starts", "code": "wrong", "text": "Так не можна"}]
        raise No(422, "request.invalid", title="Перевірте дані", errors=errors)

    stage.on("notifications", "PUT", f"{BASE}/notification-settings", wrong)
    await owner.send("/messages/settings", act="check")
    opened = [part.css("h2")[0].id for part in owner.page.all("details.part[open]")]
    assert opened == ["quiet"]


@pytest.mark.row("S21")
async def test_a_change_of_settings_is_foretold_before_it_is_saved(owner: Browser, stage: Stage) -> None:
    await owner.open(f"{HOME}/messages/settings")
    assert owner.page.one("#f-reminder_3d_min").attributes["value"] == "72"
    changed = {"reminder_3h_min": "1,5", "quiet_policy": "shift_earlier", "balance_warning": "150,50"}
    await owner.send("/messages/settings", **changed, act="check")
    [asked] = stage.calls("PUT", f"{BASE}/notification-settings")
    assert asked.query == {"dry_run": "true"}
    assert asked.body["offsets"]["reminder_3h_min"] == 90
    assert asked.body["balance_warning_amount"] == 15_050
    assert asked.body["offsets"]["reminder_3d_min"] == 4320
    assert asked.body["quiet_hours"] == {
        "enabled": True,
        "starts": "21:00",
        "ends": "07:00",
        "policy": "shift_earlier",
    }
    told = " ".join(owner.page.one("#change").text().split())
    assert "переглянуто 10 майбутніх записів" in told
    assert "10 повідомлень підуть в інший час" in told
    assert "2 повідомлення не підуть" in told
    assert owner.page.has("#change a[href='/help/quiet_hours']"), "each reason has its page"
    await owner.send("/messages/settings", act="save")
    saved = stage.calls("PUT", f"{BASE}/notification-settings")[-1]
    assert "dry_run" not in saved.query
    assert saved.body["offsets"]["reminder_3h_min"] == 90, "what was foretold is what is saved"
    assert saved.headers["If-Match"] == '"4"'
    assert set(saved.body["staff_kinds"]["created"]["recipients"]) == {"owner", "administrator", "staff_member"}


async def test_settings_that_are_wrong_stay_typed_and_newer_ones_are_shown(owner: Browser, stage: Stage) -> None:
    await owner.open(f"{HOME}/messages/settings")
    await owner.send("/messages/settings", reminder_3h_min="скоро", act="save")
    assert owner.page.status == 422
    assert owner.page.one("#f-reminder_3h_min").attributes["value"] == "скоро"
    assert owner.page.one("#e-reminder_3h_min").text(strip=True)
    assert stage.calls("PUT", f"{BASE}/notification-settings") == []

    def newer(_: Asked) -> None:
        raise No(412, "request.version_conflict", title="Хтось уже змінив")

    stage.on("notifications", "PUT", f"{BASE}/notification-settings", newer)
    stage.on("notifications", "GET", f"{BASE}/notification-settings", settings(version=5, merge_same_day=True))
    await owner.send("/messages/settings", reminder_3h_min="2", act="save")
    assert owner.page.status == 412
    assert "Тим часом збережено: увімкнено" in owner.page.text, "what somebody else has switched on"
    assert owner.page.one("#f-reminder_3h_min").attributes["value"] == "2", "what was typed is kept"
    assert owner.page.one("input[name=version]").attributes["value"] == "5"


@pytest.mark.row("N56")
async def test_a_text_is_seen_with_its_longest_filling_parts_and_price_before_it_is_submitted(
    owner: Browser, stage: Stage
) -> None:
    await owner.open(ONE)
    seen = owner.page.one("#preview").text().replace("\u00a0", " ")
    assert LONG in seen
    assert "2,40 ₴" in seen
    assert "Латинкою найдовше" in seen
    await owner.send("/reminder_eve/uk", wording=f"Чекаємо! {SCRIPT}", transliterate="on", act="preview")
    assert stage.calls("POST", f"{BASE}/templates/preview")[-1].body["transliterate"] is True
    assert SCRIPT not in owner.page.answer.text
    assert owner.page.one("#f-wording").text() == f"Чекаємо! {SCRIPT}"
    await owner.send("/reminder_eve/uk", wording="Чекаємо!", act="submit")
    [sent] = stage.calls("PUT", TEXT)
    assert sent.body == {"text": "Чекаємо!", "transliterate": True, "submit": True}
    assert sent.query == {"recipient_type": "client"}
    assert sent.headers["If-Match"] == '"2"'
    assert "Передано на перевірку" in owner.page.text


async def test_a_draft_that_is_wrong_says_so_in_the_preview_and_keeps_its_words(owner: Browser, stage: Stage) -> None:
    def unknown(_: Asked) -> None:
        raise invalid("/text", "Такого слова немає: {nam}")

    stage.on("notifications", "POST", f"{BASE}/templates/preview", unknown)
    stage.on("notifications", "PUT", TEXT, unknown)
    await owner.open(ONE)
    await owner.send("/reminder_eve/uk", wording="Вітаю, {nam}", act="submit")
    assert owner.page.status == 422
    assert owner.page.one("#f-wording").text() == "Вітаю, {nam}"
    assert "Такого слова немає" in owner.page.one("#draft .field .error").text()


async def test_a_waiting_text_is_approved_or_refused_with_a_comment(owner: Browser, stage: Stage) -> None:
    stage.on("notifications", "GET", f"{BASE}/templates/[^/]+/[a-z]+", text(state="pending", text="Новий"))
    await owner.open(ONE)
    assert "Надсилається зараз" in owner.page.text, "the text in use stays"
    await owner.send("/reject", comment="")
    assert owner.page.status == 422
    await owner.send("/reject", comment="Додайте назву салону")
    assert stage.calls("POST", f"{TEXT}/reject")[-1].body == {"comment": "Додайте назву салону"}
    await owner.send("/approve")
    assert len(stage.calls("POST", f"{TEXT}/approve")) == 1


@pytest.mark.row("N11")
async def test_what_a_client_refuses_is_written_down_with_who_wrote_it(owner: Browser, stage: Stage) -> None:
    await owner.open(f"{HOME}/messages/clients/{CLIENT}")
    assert "Олена Шевчук" in owner.page.text
    assert "відмовився від цього в усіх компаніях" in owner.page.text
    await owner.send(f"/clients/{CLIENT}", reminders="", channels=["sms", "email"])
    [sent] = stage.calls("PUT", WISHES)
    assert sent.body["reminders"] is False
    assert sent.body["messages"] is True
    assert set(sent.body["refused_channels"]) == {"viber", "voice"}


async def test_addresses_without_an_account_lead_to_the_only_one_or_ask_which(owner: Browser, stage: Stage) -> None:
    await owner.open("/manage/notifications")
    assert owner.page.address == f"{HOME}/messages"
    other = membership().model_copy(update={"account_id": uid(2), "account_name": "Інша"})
    stage.on("identity", "GET", "/me", profile(memberships=(membership(), other)))
    await owner.open("/manage/notifications")
    assert owner.page.link("Інша") == f"/manage/{uid(2)}/messages"


async def test_who_opens_the_link_of_a_mail_is_asked_and_then_gets_no_mails_any_more(
    browser: Browser, stage: Stage
) -> None:
    mails = MailSubscription(company="Салон «Левада»", is_refused=False)
    stage.on("notifications", "GET", "/public/unsubscribe/token", lambda _: mails.model_dump())
    await browser.open("/unsubscribe/token")
    assert browser.page.heading == "Більше не надсилати листів?"
    assert "Салон «Левада»" in browser.page.text
    assert stage.calls("POST", "/public/unsubscribe/token") == [], "opening the page changes nothing"
    mails = mails.model_copy(update={"is_refused": True})
    stage.on("notifications", "POST", "/public/unsubscribe/token", lambda _: mails.model_dump())
    await browser.send("/unsubscribe/token")
    assert len(stage.calls("POST", "/public/unsubscribe/token")) == 1
    assert browser.page.heading == "Листів більше не буде"

    def unknown(_: Asked) -> None:
        raise No(404, "request.not_found", title="Такого немає")

    stage.on("notifications", "GET", "/public/unsubscribe/other", unknown)
    await browser.open("/unsubscribe/other")
    assert browser.page.status == 404
