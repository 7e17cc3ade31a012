"""The owner's pages about the balance, SMS providers, acquirers and web hooks."""

from __future__ import annotations

import pytest

from .books import TOP_UP, open_the_books, top_up
from .browser import Browser
from .news import open_the_post
from .outside import DELIVERY, HOOK, ONE_HOOK, check, hook, open_to_the_outside
from .salon import ACCOUNT
from .stage import Asked, No, Stage
from .test_doors import sign_in
from .test_owner import invalid
from .work import BASE, open_for_staff

HOME = f"/manage/{ACCOUNT}"
PAGES = (
    "balance",
    f"balance/top-ups/{TOP_UP}",
    "plan",
    "integrations",
    "integrations/turbosms",
    "integrations/alphasms",
    "integrations/integrica",
    "acquirers",
    "webhooks",
    f"webhooks/{HOOK}",
)


@pytest.fixture
async def owner(browser: Browser, stage: Stage) -> Browser:
    """Signed in."""
    open_for_staff(stage)
    open_the_books(stage)
    open_the_post(stage)
    open_to_the_outside(stage)
    await sign_in(browser)
    return browser


@pytest.mark.parametrize("language", ["uk", "ru", "en"])
async def test_every_page_about_what_lies_outside_can_be_read(owner: Browser, language: str) -> None:
    await owner.open(f"{HOME}?lang={language}")
    for page in PAGES:
        await owner.open(f"{HOME}/{page}")
        assert owner.page.status == 200, f"{page}: {owner.page.text[:300]}"
        assert owner.page.heading
        assert "<script>alert" not in owner.page.answer.text


@pytest.mark.row("S7")
async def test_the_two_purses_stand_apart_and_only_sms_is_marked(owner: Browser) -> None:
    await owner.open(f"{HOME}/balance")
    sms, plan = owner.page.all(".cols.two > section")
    said = sms.text().replace("\u00a0", " ")
    assert "47,60 ₴" in said
    assert "Кредит скінчиться:" in said
    assert ", 11:00" in said
    assert "100 ₴" in plan.text().replace("\u00a0", " ")
    assert sms.css(".notice.bad")
    assert not plan.css(".notice.bad")


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_a_top_up_leads_to_the_acquirer_and_comes_back_with_what_became_of_it(
    owner: Browser, stage: Stage, method: str
) -> None:
    fields = {"data": "abc", "signature": "xyz"} if method == "POST" else {}
    checkout = {"method": method, "url": "https://bank.example/pay", "fields": fields}
    stage.on("fiscal", "GET", f"{BASE}/sms-balance/top-ups/{TOP_UP}", top_up(checkout=checkout))
    await owner.open(f"{HOME}/balance")
    await owner.send("/balance", amount="250,50", provider="monobank")
    [sent] = stage.calls("POST", f"{BASE}/sms-balance/top-ups")
    assert sent.body == {"amount": {"amount": 25050}, "provider": "monobank"}
    assert sent.headers["Idempotency-Key"]
    assert owner.page.address == f"{HOME}/balance/top-ups/{TOP_UP}"
    assert "form-action 'self' https://bank.example;" in owner.page.answer.headers["Content-Security-Policy"]
    if method == "POST":
        assert owner.page.one("form[action='https://bank.example/pay'] input[name=signature]")
    else:
        assert owner.page.one("a[href='https://bank.example/pay']")
    await owner.open(f"{HOME}/sms?top_up={TOP_UP}")
    assert owner.page.address.partition("?")[0] == f"{HOME}/balance/top-ups/{TOP_UP}", "the acquirer sends payers here"
    assert owner.page.has("meta[http-equiv=refresh]"), "while it waits, the page asks again by itself"
    stage.on("fiscal", "GET", f"{BASE}/sms-balance/top-ups/{TOP_UP}", top_up("paid"))
    await owner.open(owner.page.address)
    assert not owner.page.has("meta[http-equiv=refresh]")
    assert "зараховано" in owner.page.text


async def test_a_wrong_amount_stays_typed_and_is_named(owner: Browser, stage: Stage) -> None:
    await owner.open(f"{HOME}/balance")
    await owner.send("/balance", amount="<b>багато</b>")
    assert owner.page.status == 422
    assert owner.page.one("#f-amount").attributes["value"] == "<b>багато</b>"
    assert owner.page.one("#e-amount").text(strip=True)
    assert stage.calls("POST", f"{BASE}/sms-balance/top-ups") == []


async def test_who_may_not_top_up_still_sees_the_balance_and_who_may(owner: Browser, stage: Stage) -> None:
    def forbidden(_: Asked) -> None:
        raise No(403, "access.missing_permission", title="Потрібне право", fix={"text": "Має: Олена.", "url": None})

    stage.on("fiscal", "GET", f"{BASE}/sms-balance/top-ups", forbidden)
    stage.on("fiscal", "GET", f"{BASE}/subscription", forbidden)
    await owner.open(f"{HOME}/balance")
    assert owner.page.status == 200
    assert owner.page.text.count("Має: Олена.") == 2


@pytest.mark.row("S9")
async def test_turbosms_takes_a_token_or_a_login_and_shows_neither_back(owner: Browser, stage: Stage) -> None:
    await owner.open(f"{HOME}/integrations/turbosms")
    assert not owner.page.one("#f-token").attributes.get("value")
    assert owner.page.has("code.address"), "the address for delivery reports"
    assert len(owner.page.all("ol.how li")) == 4
    await owner.send("/integrations/turbosms", sender_name="Salon2")
    put = stage.calls("PUT", f"{BASE}/sms-providers/turbosms")
    assert put[-1].body == {"kind": "http-token", "sender_name": "Salon2", "order": 1, "enabled": True}

    def wrong(_: Asked) -> None:
        raise invalid("/password", "Пароль не підходить")

    stage.on("notifications", "PUT", f"{BASE}/sms-providers/turbosms", wrong)
    await owner.send("/integrations/turbosms", kind="soap-login", login="salon", password="s3cret", sender_name="S")
    assert owner.page.status == 422
    assert "s3cret" not in owner.page.answer.text
    assert owner.page.one("#f-login").attributes["value"] == "salon"
    assert "Пароль не підходить" in owner.page.one("#e-password").text()
    sent = stage.calls("PUT", f"{BASE}/sms-providers/turbosms")[-1].body
    assert (sent["kind"], sent["login"], sent["password"]) == ("soap-login", "salon", "s3cret")


@pytest.mark.row("S10")
@pytest.mark.parametrize(
    ("answer", "fine", "wrong"),
    [
        (check(), 3, 0),
        (check(ok=False, balance=None, reason_code="provider_unauthorized", reason_text="Ключ не підходить"), 0, 1),
        (check(ok=False, balance="0.00", reason_code="insufficient_balance", reason_text="Немає коштів"), 1, 1),
    ],
)
async def test_the_check_of_a_provider_answers_point_by_point(
    owner: Browser, stage: Stage, answer: object, fine: int, wrong: int
) -> None:
    stage.on("notifications", "POST", f"{BASE}/sms-providers/turbosms/check", lambda _: answer)  # type: ignore[arg-type, return-value]
    await owner.open(f"{HOME}/integrations/turbosms")
    await owner.send("/check")
    assert len(owner.page.all("ul.parts li.fine")) == fine
    assert len(owner.page.all("ul.parts li.wrong")) == wrong


async def test_the_order_of_failover_is_changed_and_secrets_stay(owner: Browser, stage: Stage) -> None:
    await owner.open(f"{HOME}/integrations")
    assert "бракує коштів" in owner.page.text
    assert "3 повідомлення чекають" in owner.page.text
    await owner.send("/integrations/order", provider="integrica")
    sent = {one.path.rsplit("/", 1)[-1]: one.body for one in stage.calls("PUT", f"{BASE}/sms-providers/.+")}
    assert sent["integrica"] == {"kind": "own-balance", "order": 1, "enabled": True}
    assert sent["turbosms"] == {"kind": "http-token", "sender_name": "Salon", "order": 2, "enabled": True}


async def test_a_secret_of_a_web_hook_is_shown_once(owner: Browser, stage: Stage) -> None:
    await owner.open(f"{HOME}/webhooks")
    await owner.send("/webhooks", url="https://crm.example/hook", event_types=["booking.*"])
    [sent] = stage.calls("POST", f"{BASE}/webhooks")
    assert sent.body["event_types"] == ["booking.*"]
    assert "whsec_once" in owner.page.text
    await owner.open(f"{HOME}/webhooks")
    assert "whsec_" not in owner.page.answer.text


async def test_deliveries_are_seen_and_sent_again_and_a_stopped_hook_says_how_to_catch_up(
    owner: Browser, stage: Stage
) -> None:
    stopped = hook(state="paused_after_failures", pause_cause="HTTP 500 пʼять днів", catch_up_after="c-17")
    stage.on("notifications", "GET", ONE_HOOK, stopped)
    await owner.open(f"{HOME}/webhooks/{HOOK}")
    assert "?after=c-17" in owner.page.text
    assert "HTTP 500" in owner.page.one("ul.list").text()
    await owner.send(f"/deliveries/{DELIVERY}")
    assert len(stage.calls("POST", f"{ONE_HOOK}/deliveries/{DELIVERY}/resend")) == 1
    await owner.send("/resume")
    assert stage.calls("PATCH", ONE_HOOK)[-1].body == {"enabled": True}
    await owner.send("/rotate")
    assert "whsec_fresh" in owner.page.text


async def test_keys_of_an_acquirer_are_kept_and_never_shown_back(owner: Browser, stage: Stage) -> None:
    def wrong(_: Asked) -> None:
        raise invalid("/secret", "Ключ не підходить")

    stage.on("fiscal", "PUT", f"{BASE}/acquirers/liqpay", wrong)
    await owner.open(f"{HOME}/acquirers")
    assert "callbacks/payments/liqpay" in owner.page.text
    await owner.send("/acquirers/liqpay", merchant="i999", secret="t0p")
    assert owner.page.status == 422
    assert "t0p" not in owner.page.answer.text
    assert owner.page.one("#liqpay-merchant").attributes["value"] == "i999"
    await owner.send("/acquirers/rules", is_on="on", share_percent="50", pay_within_min="30")
    [sent] = stage.calls("PUT", f"{BASE}/acquirers/prepayment-rules")
    assert sent.body == {"is_on": True, "share_percent": 50, "pay_within_min": 30, "sources": ["site", "widget"]}


async def test_extras_are_taken_with_the_version_that_was_read(owner: Browser, stage: Stage) -> None:
    await owner.open(f"{HOME}/plan")
    await owner.send("/plan", extras=["own_domain", "stock"])
    [sent] = stage.calls("PUT", f"{BASE}/subscription")
    assert sent.body == {"extras": ["own_domain", "stock"]}
    assert sent.headers["If-Match"] == '"1"'


async def test_what_is_taken_is_paid_for_by_the_month_at_the_acquirer(owner: Browser, stage: Stage) -> None:
    await owner.open(f"{HOME}/plan")
    assert "До сплати зараз: 100" in owner.page.text
    await owner.send("/plan/pay")
    [sent] = stage.calls("POST", f"{BASE}/subscription/payments")
    assert sent.headers["Idempotency-Key"]
    assert owner.page.one("a.btn.primary.big").attributes["href"] == "https://pay.example/1"
    assert "https://pay.example" in owner.page.answer.headers["Content-Security-Policy"]
    assert not owner.page.has("form[action$='/plan/pay']"), "an order waits: no second one is begun"


async def test_every_section_beside_the_page_leads_somewhere(owner: Browser) -> None:
    await owner.open(f"{HOME}/balance")
    ours = ("cash-registers", "messages", "balance", "integrations", "reports")
    for name in ours:
        assert owner.page.has(f".side-nav a[href='{HOME}/{name}']"), name
    assert owner.page.one(".side-nav a[aria-current=page]").attributes["href"] == f"{HOME}/balance"
