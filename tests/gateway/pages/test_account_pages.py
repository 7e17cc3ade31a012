"""Settings, own domain, the journal of actions, reviews, goods."""

from __future__ import annotations

import base64
import hashlib
from typing import Any

import pytest

from .browser import Browser
from .office import BASE, look_after
from .people import known
from .salon import ACCOUNT, moment, uid
from .stage import Asked, No, Stage
from .test_doors import sign_in
from .trade import account
from .work import open_for_staff

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
    await owner.follow("Усі налаштування")
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
    for said in ("Змінено права: Андрій <i>Мельник</i>", "Олена Шевчук", "Майстер", "Адміністратор", "203.0.113.7"):
        assert said in owner.page.text
    await owner.open(f"{HOME}/audit?what=api_key")
    assert "Видано ключ API" in owner.page.text
    assert "Змінено права" not in owner.page.text
    await owner.open(f"{HOME}/audit?who={uid(71)}&day=2026-11-20")
    assert "нічого не знайдено" in owner.page.text
    asked = stage.calls("GET", f"{BASE}/audit")[-1].query
    assert (asked["actor_id"], asked["until"][:10]) == (str(uid(71)), "2026-11-21")
    assert owner.page.one("input[name=day]").attributes["value"] == "2026-11-20"


async def test_the_journal_names_the_right_that_somebody_lacked(owner: Browser, stage: Stage) -> None:
    asked = {"permission": "cash.delete", "cash_operation_id": str(uid(77))}
    refused = {
        "id": uid(952),
        "at": moment(-1, 9),
        "actor": {"id": uid(70), "name": "Олена Шевчук"},
        "action": "act.refused",
        "text": "Відмовлено: Олена Шевчук",
        "subject": {"type": "member", "id": uid(97), "name": "Олена Шевчук"},
        "changes": [{"field": field, "before": None, "after": value} for field, value in asked.items()],
        "origin": "",
        "reason": None,
    }
    stage.on("identity", "GET", f"{BASE}/audit", {"items": [refused]})
    stage.on("identity", "GET", f"{BASE}/permissions", known())
    name = next(one.name for one in known().items if one.key == "cash.delete")
    await owner.open(f"{HOME}/audit")
    shown = owner.page.one("ul.changes").text()
    assert f"Право: {name}" in " ".join(shown.split())
    assert "Касова операція" in shown
    assert "cash.delete" not in shown


async def test_words_and_looks_of_ones_own_are_tried_out_then_kept_without_what_acts(
    owner: Browser, stage: Stage
) -> None:
    await owner.open(f"{HOME}/site/page")
    assert "Стрижемо з 2010 року" in owner.page.one("#f-about_html").text()
    typed = "<p class=own-a>Кава й тиша</p><script>alert(1)</script>"
    css = ".own-a { color: teal } body { background: url(//evil.example) }"
    editor = owner.page
    assert owner.page.one("button[formtarget=preview]").attributes["formaction"] == f"{HOME}/site/page/preview"
    await owner.send("/site/page", through=f"{HOME}/site/page/preview", about_html=typed, css=css)
    assert "Кава й тиша" in owner.page.one(".own-text").text()
    assert not owner.page.has("script:not([src]):not([type])")
    [style] = owner.page.all("style")
    assert "color: teal" in style.text()
    assert "url(" not in style.text()
    policy = owner.page.answer.headers["content-security-policy"]
    mark = base64.b64encode(hashlib.sha256(style.text().encode()).digest()).decode()
    assert f"style-src 'self' 'sha256-{mark}'" in policy
    assert "frame-ancestors 'self'" in policy
    assert not stage.calls("PUT", f"{BASE}/site")

    owner.page = editor
    await owner.send("/site/page", about_html=typed, css=css)
    [sent] = stage.calls("PUT", f"{BASE}/site")
    assert sent.body == {"about_html": typed, "css": css}
    assert sent.headers["If-Match"] == '"3"'
    assert "Дещо прибрано" in owner.page.text
    await owner.send("/site/page", about_html="а" * 20_001)
    assert owner.page.status == 422
    assert owner.page.one("#f-about_html").attributes["aria-invalid"] == "true"
    assert owner.page.one("#f-about_html").text() == "а" * 20_001

    def stale(_: Asked) -> None:
        raise No(412, "request.stale_version", title="Сторінку змінено")

    stage.on("booking", "PUT", f"{BASE}/site", stale)
    await owner.open(f"{HOME}/site/page")
    await owner.send("/site/page", about_html="Моє", css="")
    assert owner.page.status == 412
    assert "змінив хтось інший" in owner.page.text
    assert owner.page.one("#f-about_html").text() == "Моє"
    assert "Стрижемо з 2010 року" in owner.page.one("pre.snippet").text()


async def test_sites_that_may_show_the_page_are_a_list_by_line(owner: Browser, stage: Stage) -> None:
    await owner.open(f"{HOME}/site")
    assert owner.page.one("#f-embed_origins").text() == "https://olga.ua"
    await owner.send("/site/frames", embed_origins="https://olga.ua\nhttps://www.olga.ua")
    [sent] = stage.calls("PUT", f"{BASE}/site")
    assert sent.body == {"embed_origins": ["https://olga.ua", "https://www.olga.ua"]}
    await owner.send("/site/frames", embed_origins="olga.ua/сторінка")
    assert owner.page.status == 422
    assert owner.page.one("#f-embed_origins").text() == "olga.ua/сторінка"
    assert owner.page.one("#f-embed_origins").attributes["aria-invalid"] == "true"
    assert len(stage.calls("PUT", f"{BASE}/site")) == 1


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


async def test_less_time_for_cards_is_shown_with_what_it_erases_before_it_is_confirmed(
    owner: Browser, stage: Stage
) -> None:
    def put(asked: Asked) -> dict[str, Any]:
        if asked.body.get("months") == 12 and asked.body.get("confirm") is None:
            wrong = [{"pointer": "/confirm", "code": "one_of", "text": "Підтвердьте стирання"}]
            raise No(422, "request.invalid", errors=wrong)
        return {"version": 4, "months": asked.body["months"], "due": 0}

    def get(asked: Asked) -> dict[str, Any]:
        return {"version": 3, "months": 36, "due": 7 if asked.query.get("months") == "12" else 0}

    stage.on("booking", "PUT", f"{BASE}/client-retention", put)
    stage.on("booking", "GET", f"{BASE}/client-retention", get)
    await owner.open(f"{HOME}/settings?expert=1")
    await owner.follow("Скільки зберігати картки")
    assert owner.page.one('option[value="36"][selected]')
    await owner.send("/retention", months="12")
    assert "Зараз це зітре 7 карток" in owner.page.text
    assert stage.calls("PUT", f"{BASE}/client-retention")[-1].headers["If-Match"] == '"3"'
    await owner.send("/retention")
    assert stage.calls("PUT", f"{BASE}/client-retention")[-1].body == {"months": 12, "confirm": "erase"}
    assert owner.page.status == 200
    await owner.send("/retention", months="")
    assert stage.calls("PUT", f"{BASE}/client-retention")[-1].body == {"months": None}


async def test_a_newer_time_for_cards_stands_beside_the_chosen_one(owner: Browser, stage: Stage) -> None:
    def stale(_: Asked) -> None:
        raise No(412, "request.stale_version", title="Хтось змінив раніше")

    stage.on("booking", "PUT", f"{BASE}/client-retention", stale)
    await owner.open(f"{HOME}/settings/retention")
    stage.on("booking", "GET", f"{BASE}/client-retention", {"version": 9, "months": 24, "due": 0})
    await owner.send("/retention", months="60")
    assert owner.page.status == 412
    assert owner.page.has('option[value="60"][selected]'), "what was chosen is kept"
    assert "Тим часом збережено: 24 місяці" in owner.page.text
    assert owner.page.one("input[name=version]").attributes["value"] == "9"
