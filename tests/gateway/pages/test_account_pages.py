"""Settings, own domain, the journal of actions, reviews, goods."""

from __future__ import annotations

import pytest

from .browser import Browser
from .office import BASE, look_after
from .salon import ACCOUNT, uid
from .stage import Stage
from .test_doors import sign_in
from .work import account, open_for_staff

HOME = f"/manage/{ACCOUNT}"


@pytest.fixture
async def owner(browser: Browser, stage: Stage) -> Browser:
    """Signed in."""
    open_for_staff(stage)
    look_after(stage)
    await sign_in(browser)
    return browser


@pytest.mark.row("N78")
async def test_expert_settings_are_shown_on_request_and_only_what_differs_is_sent(owner: Browser, stage: Stage) -> None:
    stage.on("identity", "PATCH", BASE, account())
    await owner.open(f"{HOME}/settings")
    assert not owner.page.has("[name=unlisted]")
    assert "Ще 1 налаштування" in owner.page.text
    await owner.follow("Усі, з тонкими")
    await owner.send("/settings", unlisted="on", booking_rules__lead_time_min="90")
    [sent] = stage.calls("PATCH", BASE)
    assert sent.body == {"unlisted": True, "booking_rules": {"lead_time_min": 90}}
    assert sent.headers["If-Match"] == '"1"'
    await owner.send("/settings", booking_rules__lead_time_min="скоро")
    assert owner.page.status == 422
    assert owner.page.has('[name=booking_rules__lead_time_min][value="скоро"]')
    assert owner.page.one("#e-booking_rules__lead_time_min").text(strip=True)


@pytest.mark.row("N40")
async def test_an_own_domain_says_what_is_expected_and_what_was_found(owner: Browser, stage: Stage) -> None:
    await owner.open(f"{HOME}/site")
    for said in ("www.olga.ua", "очікуємо", "zapys-proof=abc", "v=spf1", "data-zapys="):
        assert said in owner.page.text
    await owner.send("/domain/check")
    assert "Домен працює" in owner.page.text
    await owner.send("/site/domain", host="не домен")
    assert owner.page.status == 422
    assert owner.page.one("#f-host").attributes["value"] == "не домен"


async def test_the_journal_says_who_changed_what_from_where(owner: Browser, stage: Stage) -> None:
    await owner.open(f"{HOME}/audit")
    for said in ("Змінено права: Андрій <i>Мельник</i>", "Олена Шевчук", "master", "administrator", "203.0.113.7"):
        assert said in owner.page.text
    await owner.open(f"{HOME}/audit?what=api_key")
    assert "нічого не знайдено" in owner.page.text


@pytest.mark.row("N44")
async def test_a_review_is_answered_and_hidden_with_a_reason(owner: Browser, stage: Stage) -> None:
    await owner.open(f"{HOME}/reviews")
    assert "<script>alert" not in owner.page.answer.text
    await owner.send("/answer", text="Дякуємо!")
    assert stage.calls("POST", f"{BASE}/reviews/{uid(960)}/answer")[0].body == {"text": "Дякуємо!"}
    await owner.send("/hide", reason="")
    assert owner.page.status == 422
    await owner.send("/hide", reason="Образа")
    assert stage.calls("POST", f"{BASE}/reviews/{uid(960)}/hide")[0].body == {"reason": "Образа"}


@pytest.mark.row("S66")
async def test_goods_come_and_are_written_off_with_a_reason(owner: Browser, stage: Stage) -> None:
    await owner.open(f"{HOME}/stock")
    await owner.send("/receive", quantity="5", unit_cost="120,50")
    sent = stage.calls("POST", f"{BASE}/stock/{uid(970)}/receipts")[0].body
    assert sent == {"quantity": 5, "unit_cost": {"amount": 12050}}
    await owner.send("/write-off", quantity="багато", reason="Розбили")
    assert owner.page.status == 422
    assert owner.page.has('input[name=quantity][value="багато"]')
    await owner.send("/write-off", quantity="1", reason="Розбили")
    assert stage.calls("POST", f"{BASE}/stock/{uid(970)}/write-offs")[0].body == {"quantity": 1, "reason": "Розбили"}
