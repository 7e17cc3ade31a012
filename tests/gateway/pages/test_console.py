"""The operator's console: who gets in, what stands there, what an act leaves behind."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from gateway.pages.words import texts

from .books import open_the_books
from .browser import Browser
from .console import IDEA, LETTER, MESSAGE, QUEUE, TOKEN, letter, open_the_doors, status
from .news import open_the_post
from .salon import ACCOUNT, BOOKING
from .stage import Asked, No, Stage
from .test_doors import sign_in
from .work import open_for_staff

LIFE = f"/ops/life?account_id={ACCOUNT}&booking_id={BOOKING}"
FEEDBACK = ("/ops/contact", "/ops/ideas")
PAGES = (
    "/ops",
    "/ops/dead-letters",
    f"/ops/dead-letters/notifications/{LETTER}",
    "/ops/texts",
    "/ops/support",
    *FEEDBACK,
    LIFE,
)


@pytest.fixture
async def operator(browser: Browser, stage: Stage) -> Browser:
    """Signed in, with the token shown."""
    open_for_staff(stage)
    open_the_books(stage)
    open_the_post(stage)
    open_the_doors(stage)
    await sign_in(browser)
    await browser.open("/ops")
    await browser.send("/ops/door", token=TOKEN)
    return browser


@pytest.mark.parametrize("language", ["uk", "ru", "en"])
async def test_every_page_of_the_console_can_be_read(operator: Browser, language: str) -> None:
    await operator.open(f"/ops?lang={language}")
    for page in PAGES:
        await operator.open(page)
        assert operator.page.status == 200, f"{page}: {operator.page.text[:300]}"
        assert "<script>" not in operator.page.answer.text
        assert operator.page.heading


async def test_the_console_opens_only_to_who_shows_the_token_and_the_token_stays_out_of_the_browser(
    browser: Browser, stage: Stage
) -> None:
    open_for_staff(stage)
    open_the_doors(stage)
    for page in PAGES:
        await browser.open(page)
        assert browser.page.address.startswith("/login"), page
    await sign_in(browser)
    for page in PAGES:
        await browser.open(page)
        assert browser.page.address == "/ops/door", page
    await browser.send("/ops/door", token="a guess")
    assert browser.page.status == 403
    assert not [one for one in stage.asked if one.path.startswith("/admin")]
    await browser.send("/ops/door", token=TOKEN)
    assert browser.page.address == "/ops"
    assert all(TOKEN not in value for value in browser.http.cookies.values())
    assert stage.calls("GET", "/admin/status")[0].headers["Authorization"] == f"Bearer {TOKEN}"


async def test_a_service_that_is_away_is_said_to_be_so_and_hides_nothing_of_the_others(operator: Browser) -> None:
    await operator.open("/ops")
    said = operator.page.text
    assert "Не відповідає: fiscal не відповідає" in said
    assert "2 мертві листи" in said
    assert QUEUE in said
    assert "rate_general" in said
    assert "За подіями записів плануються SMS і нагадування" in said, "a queue says what it does"
    assert "події для нього чекають у чергах" in said, "what is away has a next step"
    assert "Усі події передано іншим сервісам" in said
    await operator.send("/ops/notifications/queues/pause")
    assert "повідомлення чекають" in operator.page.text


async def test_letters_are_filtered_counted_and_replayed_with_a_reason_that_is_kept(
    operator: Browser, stage: Stage
) -> None:
    await operator.open(f"/ops/dead-letters?service=notifications&queue={QUEUE}")
    assert "Знайдено 1 лист" in operator.page.text
    await operator.send("/ops/dead-letters/replay", reason="ой")
    assert operator.page.status == 422
    assert operator.page.one("#f-reason").attributes["value"] == "ой"
    assert stage.calls("POST", "/admin/dead-letters/replay") == []
    with capture_logs() as logs:
        await operator.send("/ops/dead-letters/replay", reason="виправлено шаблон")
    [sent] = stage.calls("POST", "/admin/dead-letters/replay")
    assert sent.body == {"queue": QUEUE, "limit": 1}
    [act] = [line for line in logs if line["event"] == "operator act"]
    assert (act["act"], act["reason"], act["replayed"]) == ("replay", "виправлено шаблон", 1)
    assert act["operator_name"] == "Тарас Савченко"
    await operator.open(f"/ops/dead-letters/notifications/{LETTER}")
    await operator.send("/replay", reason="іще раз")
    assert len(stage.calls("POST", f"/admin/dead-letters/{LETTER}/replay")) == 1


async def test_a_text_is_approved_or_refused_with_a_comment(operator: Browser, stage: Stage) -> None:
    await operator.open("/ops/texts")
    await operator.send("/ops/texts/approve")
    path = f"/admin/templates/{ACCOUNT}/client/reminder_eve/uk"
    assert len(stage.calls("POST", f"{path}/approve")) == 1


async def test_the_life_of_a_booking_is_one_line_of_time_with_trace_ids(operator: Browser, stage: Stage) -> None:
    await operator.open(LIFE)
    services = [node.text() for node in operator.page.all("ol.life .badge")]
    assert {"Записи й календар", "Повідомлення"} <= set(services)
    said = operator.page.text
    assert "(Клієнт, SMS):" in said
    assert "на балансі" in said, "the cause is a sentence"
    assert not {"insufficient_balance", "accepted", "reminder_eve", " → "} & set(said.split())
    assert operator.page.has("ol.life li.trouble")

    def stranger(_: Asked) -> None:
        raise No(403, "access.not_a_member", title="Ви тут не працюєте")

    stage.on("booking", "GET", f"/accounts/{ACCOUNT}/bookings/{BOOKING}/timeline", stranger)
    await operator.open(LIFE)
    assert "Ви тут не працюєте" in operator.page.text
    assert operator.page.link("Спершу увійти в акаунт") == f"/ops/support?account={ACCOUNT}"


async def test_support_enters_with_a_reason_and_leaves_before_the_time(operator: Browser, stage: Stage) -> None:
    await operator.open("/ops/support")
    await operator.send("/ops/support", account="levada", reason="коротко")
    assert operator.page.status == 422
    assert operator.page.one("#f-reason").attributes["value"] == "коротко"
    assert stage.calls("POST", "/platform/visits") == []
    await operator.send("/end")
    assert len(stage.calls("DELETE", "/platform/visits/.+")) == 1


async def test_support_takes_a_lost_second_factor_off_for_a_reason(operator: Browser, stage: Stage) -> None:
    path = "/platform/second-factor-resets"
    played = stage.parts[("identity", "POST", path)]

    def nobody(_: Asked) -> None:
        raise No(404, "request.not_found", title="Тут цього немає")

    stage.on("identity", "POST", path, nobody)
    await operator.open("/ops/support")
    await operator.send("/ops/support/second-factor", phone="067 123 45 67", why="паспорт показано")
    assert operator.page.status == 404
    assert operator.page.has("details[open] input[name=phone][value='067 123 45 67']")
    stage.on("identity", "POST", path, played)
    await operator.send("/ops/support/second-factor", phone="067 123 45 67", why="паспорт показано")
    assert stage.calls("POST", path)[-1].body == {"phone": "067 123 45 67", "reason": "паспорт показано"}
    assert "буде вимкнено" in operator.page.text


@pytest.mark.row("N3")
@pytest.mark.row("N77")
async def test_letters_are_marked_as_answered_and_wishes_get_their_state(operator: Browser, stage: Stage) -> None:
    await operator.open("/ops/contact")
    assert "Ірина Бондар чекає відповіді" in operator.page.text
    assert "4bf92f3577b34da6a3ce929d0e0e4736" in operator.page.text
    with capture_logs() as logs:
        await operator.send(f"/ops/contact/{MESSAGE}", answered="yes")
    assert stage.calls("PATCH", f"/platform/messages/{MESSAGE}")[0].body == {"answered": True}
    assert "Звернення k7m2xq9a позначено" in operator.page.text
    assert [line["act"] for line in logs if line["event"] == "operator act"] == ["answered letter"]

    await operator.open("/ops/ideas")
    assert "Купіть рекламу" in operator.page.text
    await operator.send(f"/ops/ideas/{IDEA}", state="planned")
    await operator.send(f"/ops/ideas/{IDEA}", state="planned", hidden="yes")
    sent = [one.body for one in stage.calls("PATCH", f"/platform/ideas/{IDEA}")]
    assert sent == [{"state": "planned"}, {"hidden": True}]

    def not_ours(_: Asked) -> None:
        raise No(403, "identity.platform_only", title="Це для людей платформи")

    stage.on("identity", "GET", "/platform/(messages|ideas)", not_ours)
    for page in FEEDBACK:
        await operator.open(page)
        assert operator.page.status == 200
        assert "Це для людей платформи" in operator.page.text


async def test_what_waits_and_what_is_broken_is_told_with_the_next_step(operator: Browser, stage: Stage) -> None:
    away = {"database": "ok", "broker": "not connected"}
    waits = {"pending": 3, "oldest_age_s": 3900.0, "last_error": "ConnectionError"}
    idle = [{"queue": QUEUE, "depth": 12, "consumers": 0}]
    stage.on("booking", "GET", "/admin/status", status("booking", parts=away, outbox=waits, queues=idle))
    await operator.open("/ops")
    said = " ".join(operator.page.text.split())
    assert "3 події ще не передано іншим сервісам, найстаріша чекає 1 год 5 хв" in said.replace("\u00a0", " ")
    assert "перевірте RabbitMQ" in said
    assert "ніхто не слухає: перезапустіть процес" in said
    stage.on("notifications", "GET", f"/admin/dead-letters/{LETTER}", letter(state="waiting", headers={}, body=""))
    await operator.open(f"/ops/dead-letters/notifications/{LETTER}")
    assert "Передайте номер трасування розробникам" in operator.page.text
    gone = letter(state="waiting", headers={}, body="", cause="asyncpg.ConnectionDoesNotExistError: closed")
    stage.on("notifications", "GET", f"/admin/dead-letters/{LETTER}", gone)
    await operator.open(f"/ops/dead-letters/notifications/{LETTER}")
    assert "Схоже на тимчасову перешкоду" in operator.page.text


def test_every_queue_of_the_product_has_a_sentence_in_every_language() -> None:
    told = (Path(__file__).parents[3] / "docs" / "events.md").read_text()
    named = set(re.findall(r"`(?:identity|booking|notifications|fiscal)\.([a-z_]+)`", told))
    assert len(named) > 40
    for language in ("uk", "ru", "en"):
        missing = [name for name in sorted(named) if texts().find(language, f"ops.work.{name}") is None]
        assert not missing, f"{language}: {missing}"
