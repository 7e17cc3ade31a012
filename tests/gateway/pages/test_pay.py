"""The page of a payment link, and signing in when a machine is suspected."""

from __future__ import annotations

import pytest

from .browser import Browser
from .mine import PAYMENT, open_for_me, payment
from .salon import PHONE, code_sent
from .stage import Asked, No, Stage

ADDRESS = f"/pay/{PAYMENT}"


def started(provider: str, method: str, url: str, **fields: object) -> dict[str, object]:
    way = {"method": method, "url": url, "fields": fields}
    return {"payment_id": str(PAYMENT), "provider": provider, "checkout": way}


@pytest.fixture(autouse=True)
def _own_things(stage: Stage) -> None:
    open_for_me(stage)


async def test_the_link_says_what_how_much_and_until_when_to_whoever_has_it(browser: Browser) -> None:
    page = await browser.open(ADDRESS)
    assert "200 ₴" in page.text.replace("\u00a0", " ")
    for words in ("Салон «Левада»", "Сплатити до", "LiqPay", "monobank", "WayForPay"):
        assert words in page.text
    assert "Тарас" not in page.text
    assert len(page.all("main .primary")) == 1


async def test_the_way_to_the_acquirer_is_its_own_form_and_the_only_foreign_target(
    browser: Browser, stage: Stage
) -> None:
    path = f"/public/payments/{PAYMENT}/checkout"
    way = started(
        "wayforpay", "POST", "https://secure.wayforpay.test/pay", **{"productName[]": ["Стрижка"], "amount": "200"}
    )
    stage.on("fiscal", "POST", path, way)
    await browser.open(ADDRESS)
    await browser.send("/start", provider="wayforpay")
    assert stage.calls("POST", path)[0].body == {"provider": "wayforpay"}
    form = browser.page.one("main form")
    assert form.attributes["action"] == "https://secure.wayforpay.test/pay"
    sent = {node.attributes["name"]: node.attributes["value"] for node in form.css("input")}
    assert sent == {"productName[]": "Стрижка", "amount": "200"}, "no token of ours leaves the house"
    policy = browser.page.answer.headers["content-security-policy"]
    assert "form-action 'self' https://secure.wayforpay.test;" in policy

    stage.on("fiscal", "POST", path, started("monobank", "GET", "https://pay.mbnk.test/p/1"))
    await browser.open(ADDRESS)
    await browser.send("/start", provider="monobank")
    assert browser.page.one("a[data-go-on]").attributes["href"] == "https://pay.mbnk.test/p/1"


async def test_an_acquirer_may_send_people_back_with_a_form(browser: Browser, stage: Stage) -> None:
    stage.on("fiscal", "GET", f"/public/payments/{PAYMENT}", payment(state="paid"))
    answer = await browser.http.post(
        ADDRESS, data={"transactionStatus": "Approved"}, headers={"Origin": "https://secure.wayforpay.com"}
    )
    assert answer.status_code == 200
    assert "Оплачено" in answer.text
    assert not stage.calls("POST", ".*"), "nothing in it is believed"


@pytest.mark.parametrize(
    ("changes", "says", "may_pay"),
    [
        ({"state": "expired"}, "Час на оплату минув", False),
        ({"state": "cancelled"}, "Платити вже не треба", False),
        ({"state": "refunded"}, "Гроші повернено", False),
        ({"last_attempt": "failed", "last_attempt_text": "Банк відмовив: недостатньо коштів"}, "недостатньо", True),
        ({"last_attempt": "pending"}, "Перевірити ще раз", True),
        ({"providers": []}, "Онлайн-оплата зараз недоступна", False),
    ],
)
async def test_every_state_has_its_words_and_next_step(
    browser: Browser, stage: Stage, changes: dict[str, object], says: str, may_pay: bool
) -> None:
    stage.on("fiscal", "GET", f"/public/payments/{PAYMENT}", payment(**changes))
    page = await browser.open(ADDRESS)
    assert says in page.text
    assert page.has("main form button") is may_pay


async def test_a_link_to_nothing_and_a_refusal_are_explained(browser: Browser, stage: Stage) -> None:
    def over(_: Asked) -> None:
        raise No(409, "fiscal.prepayment_over", title="Це посилання вже не діє")

    stage.on("fiscal", "POST", f"/public/payments/{PAYMENT}/checkout", over)
    await browser.open(ADDRESS)
    await browser.send("/start", provider="liqpay")
    assert browser.page.status == 409
    assert "вже не діє" in browser.page.one("#errors").text()

    def none(_: Asked) -> None:
        raise No(404, "request.not_found")

    stage.on("fiscal", "GET", f"/public/payments/{PAYMENT}", none)
    page = await browser.open(ADDRESS)
    assert (page.status, page.heading) == (404, "Такого платежу немає")


async def test_a_suspected_machine_solves_a_puzzle_before_a_code_is_sent(browser: Browser, stage: Stage) -> None:
    def guarded(asked: Asked) -> object:
        if asked.body.get("captcha") != "c29sdmVk":
            raise No(422, "identity.captcha_required", title="Спершу розвʼяжіть задачу")
        return code_sent(asked)

    stage.on("identity", "POST", "/auth/codes", guarded)  # type: ignore[arg-type]
    await browser.open("/login")
    assert not browser.page.has("form[data-puzzle]"), "nobody else is bothered"
    await browser.send("/login", phone=PHONE)
    form = browser.page.one("form[data-puzzle]")
    assert form.attributes["data-puzzle"] == "/api/v1/auth/captcha"
    assert browser.page.one("#f-phone").attributes["value"] == PHONE
    assert "увімкніть JavaScript" in browser.page.one("noscript").text()
    await browser.send("/login", captcha="c29sdmVk")
    assert browser.page.address.startswith("/login/code")
