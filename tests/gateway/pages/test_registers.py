"""The owner's pages about cash registers, the day, the ledger and receipts."""

from __future__ import annotations

import pytest

from contracts.http.fiscal import CashOperations, CashRegisters, Receipts

from .books import (
    CARD_REGISTER,
    ONE_BOX,
    OPERATION,
    RECEIPT,
    WAITING,
    compared,
    offline_work,
    open_the_books,
    prepayments,
    receipts,
    refund_in_doubt,
    request,
)
from .browser import Browser
from .money import REGISTER, register
from .salon import ACCOUNT, today, uid
from .stage import Asked, No, Stage
from .test_doors import sign_in
from .test_owner import invalid
from .work import BASE, open_for_staff

HOME = f"/manage/{ACCOUNT}"
SCRIPT = "<script>alert(1)</script>"


@pytest.fixture
async def owner(browser: Browser, stage: Stage) -> Browser:
    """Signed in."""
    open_for_staff(stage)
    open_the_books(stage)
    await sign_in(browser)
    return browser


PAGES = (
    "cash-registers",
    f"cash-registers/{REGISTER}/edit",
    f"cash-registers/{REGISTER}/shift",
    f"cash-registers/{REGISTER}/offline",
    "day",
    "cash-operations",
    f"cash-operations/{OPERATION}",
    "receipts",
    "receipts?show=all",
    f"receipts/{RECEIPT}",
    f"receipts/{WAITING}",
    f"receipts/{RECEIPT}/print?paper=80",
    "payments",
    "differences",
)


@pytest.mark.parametrize("language", ["uk", "ru", "en"])
async def test_every_page_about_money_can_be_read(owner: Browser, language: str) -> None:
    await owner.open(f"{HOME}?lang={language}")
    for page in PAGES:
        await owner.open(f"{HOME}/{page}")
        assert owner.page.status == 200, f"{page}: {owner.page.text[:300]}"
        assert owner.page.one("html").attributes["lang"] == language
        assert owner.page.heading


async def test_a_part_of_a_prepayment_goes_back_and_too_much_is_said_beside_the_field(
    owner: Browser, stage: Stage
) -> None:
    await owner.open(f"{HOME}/payments")
    await owner.send("/refund", amount="120,50")
    [sent] = stage.calls("POST", f"{BASE}/payments/[^/]+/refund")
    assert sent.body["amount"]["amount"] == 12_050
    assert sent.headers["Idempotency-Key"]

    def too_much(_: Asked) -> None:
        raise No(422, "fiscal.refund_above_paid", title="Стільки вже не повернути")

    stage.on("fiscal", "POST", f"{BASE}/payments/[^/]+/refund", too_much)
    await owner.send("/refund", amount="999")
    assert owner.page.status == 422
    assert "Стільки вже не повернути" in owner.page.text
    assert owner.page.one("#f-amount").attributes["value"] == "999"


@pytest.mark.parametrize(("press", "went_back"), [("yes", True), ("no", False)])
async def test_what_became_of_a_refund_that_the_bank_does_not_tell_of_is_said_by_a_button(
    owner: Browser, stage: Stage, press: str, went_back: bool
) -> None:
    found = prepayments()
    unsure = found.items[1].payments[0].model_copy(update={"state": "review", "reason_code": "refund_unknown"})
    paid = found.items[1].model_copy(update={"payments": [unsure]})
    stage.on("fiscal", "GET", f"{BASE}/payments", found.model_copy(update={"items": [paid]}))
    await owner.open(f"{HOME}/payments")
    await owner.send("/outcome", went_back=press)
    [sent] = stage.calls("POST", f"{BASE}/payments/[^/]+/refund/outcome")
    assert sent.body == {"went_back": went_back}
    assert "Записано" in owner.page.text


async def test_a_link_about_a_missing_payment_type_opens_the_form_with_it_ticked(owner: Browser) -> None:
    await owner.open(f"{HOME}/cash-registers?payment_type=online")
    assert "Жодна каса не приймає: Переказ, Онлайн" in owner.page.text
    ticked = [node.attributes["value"] for node in owner.page.all("#new input[name=payment_types][checked]")]
    assert ticked == ["online"]


@pytest.mark.row("S57")
async def test_a_second_register_serves_the_payment_type_it_was_made_for(owner: Browser, stage: Stage) -> None:
    made = register(id=CARD_REGISTER, name="Термінал", payment_types=["card"], checkbox=None, fiscal_shift=None)
    stage.on("fiscal", "POST", f"{BASE}/cash-registers", made)
    await owner.open(f"{HOME}/cash-registers")
    await owner.send("/cash-registers", name="Термінал", payment_types=["card"])
    assert stage.calls("POST", f"{BASE}/cash-registers")[0].body == {"name": "Термінал", "payment_types": ["card"]}
    assert "Касу «Термінал» додано" in owner.page.text


@pytest.mark.row("S29")
async def test_the_error_of_a_shift_leads_to_the_very_field_and_a_pin_may_cure_it(owner: Browser, stage: Stage) -> None:
    closed = register(fiscal_shift=None)
    stage.on("fiscal", "GET", f"{BASE}/cash-registers", CashRegisters(items=[closed]))
    field = f"{HOME}/cash-registers/{REGISTER}/edit#f-licence_key"

    def wrong(_: Asked) -> None:
        raise No(
            422,
            "fiscal.register_licence_invalid",
            title="Checkbox не знає цього ключа ліцензії",
            fix={"text": "Перевірте ключ.", "url": field},
        )

    stage.on("fiscal", "POST", f"{ONE_BOX}/fiscal-shift/open", wrong)
    await owner.open(f"{HOME}/cash-registers")
    await owner.send("/shift-open")
    assert owner.page.status == 422
    assert owner.page.one("[role=alert] a").attributes["href"] == field
    await owner.open(field)
    assert owner.page.has("#f-licence_key")
    assert "test…ence" in owner.page.text
    assert not owner.page.one("#f-licence_key").attributes["value"]
    await owner.send("/edit", cashier_login="", licence_key="good", cashier_pin="1234")
    [sent] = stage.calls("PATCH", ONE_BOX)
    assert sent.body["checkbox"] == {"licence_key": "good", "cashier_pin": "1234"}
    assert sent.headers["If-Match"] == '"1"'


async def test_closing_a_shift_counts_first_and_a_refused_count_closes_nothing(owner: Browser, stage: Stage) -> None:
    def unexplained(_: Asked) -> None:
        raise invalid("/explanation", "Поясніть різницю")

    stage.on("fiscal", "POST", f"{ONE_BOX}/day-closes", unexplained)
    await owner.open(f"{HOME}/cash-registers/{REGISTER}/shift")
    await owner.send("/shift-close", counted="1 200,50")
    assert owner.page.status == 422
    assert "Поясніть різницю" in owner.page.one("#e-explanation").text()
    assert owner.page.one("#f-counted").attributes["value"] == "1 200,50"
    assert stage.calls("POST", f"{ONE_BOX}/fiscal-shift/close") == []
    open_the_books(stage)
    await owner.send("/shift-close", counted="1 200,50", explanation="дали без решти", book_difference="on")
    count = stage.calls("POST", f"{ONE_BOX}/day-closes")[-1]
    assert count.body == {"counted": {"amount": 120050}, "explanation": "дали без решти", "book_difference": True}
    [closed] = stage.calls("POST", f"{ONE_BOX}/fiscal-shift/close")
    assert count.headers["Idempotency-Key"] == f"{closed.headers['Idempotency-Key']}-count"
    assert "Зміну закрито" in owner.page.text


async def test_an_x_report_is_shown_without_closing_anything(owner: Browser, stage: Stage) -> None:
    await owner.open(f"{HOME}/cash-registers/{REGISTER}/shift")
    assert "№ 11" in owner.page.text, "a closed shift with its Z-report"
    await owner.send("/shift-report")
    assert "5 450" in owner.page.one("section.card").text().replace("\u00a0", " ")
    assert stage.calls("POST", f"{ONE_BOX}/fiscal-shift/close") == []


async def test_money_goes_into_a_register_once_and_the_form_keeps_what_was_typed(owner: Browser, stage: Stage) -> None:
    await owner.open(f"{HOME}/cash-operations")
    await owner.send("/cash-operations", kind="deposit", amount="багато", comment=SCRIPT)
    assert owner.page.status == 422
    assert owner.page.one("#f-amount").attributes["value"] == "багато"
    assert owner.page.one("#f-comment").attributes["value"] == SCRIPT
    assert SCRIPT not in owner.page.answer.text
    await owner.send("/cash-operations", amount="500", comment="розмін")
    [sent] = stage.calls("POST", f"{BASE}/cash-operations")
    assert sent.body == {
        "kind": "deposit",
        "cash_register_id": str(REGISTER),
        "amount": {"amount": 50000},
        "comment": "розмін",
    }
    assert sent.headers["Idempotency-Key"]


async def test_a_line_is_taken_back_with_a_reason_or_waits_for_a_second_person(owner: Browser, stage: Stage) -> None:
    await owner.open(f"{HOME}/cash-operations/{OPERATION}")
    await owner.send("/reverse", reason="помилка")
    [sent] = stage.calls("DELETE", f"{BASE}/cash-operations/{OPERATION}")
    assert sent.query == {"reason": "помилка"}
    assert "Операцію скасовано" in owner.page.text
    stage.on("fiscal", "DELETE", f"{BASE}/cash-operations/[^/]+", request())
    await owner.open(f"{HOME}/cash-operations/{OPERATION}")
    await owner.send("/reverse", reason="помилка")
    assert "Потрібна згода другої людини" in owner.page.text


async def test_the_day_shows_the_count_its_difference_and_who_dated_back(owner: Browser, stage: Stage) -> None:
    await owner.open(f"{HOME}/day")
    text = owner.page.text.replace("\u00a0", " ")
    assert "−20 ₴" in text
    assert "дали без решти" in text
    assert "на день" in text, "the back-dated list"
    [asked] = [one for one in stage.calls("GET", f"{BASE}/cash-operations") if one.query.get("back_dated")]
    assert asked.query["back_dated"] == "true"
    await owner.send("/approve")
    assert len(stage.calls("POST", f"{BASE}/finance/requests/.+/approve")) == 1
    await owner.open(f"{HOME}/day")
    await owner.send("/day/count", counted="430", explanation="дали без решти")
    [count] = stage.calls("POST", f"{ONE_BOX}/day-closes")
    assert count.body["operating_day"] == str(today())
    assert "різницю та її пояснення записано" in owner.page.text


async def test_a_count_of_a_day_that_is_over_may_wait_for_the_second_person(owner: Browser, stage: Stage) -> None:
    stage.on("fiscal", "POST", f"{ONE_BOX}/day-closes", lambda _: request())
    await owner.open(f"{HOME}/day")
    await owner.send("/day/count", counted="430", explanation="дали без решти")
    assert "Потрібна згода другої людини" in owner.page.text
    assert owner.page.address.startswith(f"{HOME}/day?day=")


async def test_rules_of_back_dating_are_changed_with_the_version_that_was_read(owner: Browser, stage: Stage) -> None:
    await owner.open(f"{HOME}/day")
    await owner.send("/day/rules", back_days_limit="7")
    [sent] = stage.calls("PATCH", f"{BASE}/finance/rules")
    assert sent.body["back_days_limit"] == 7
    assert sent.body["back_dating_needs_two"] is True
    assert sent.headers["If-Match"] == '"3"'


@pytest.mark.row("S32")
async def test_waiting_receipts_say_cause_age_and_cure_and_are_tried_again(owner: Browser, stage: Stage) -> None:
    await owner.open(f"{HOME}/receipts")
    assert stage.calls("GET", f"{BASE}/receipts")[-1].query["state"] == "due,held,registering,failed"
    row = owner.page.one("ul.list li:first-child")
    said = " ".join(row.text().split()).replace("\u00a0", " ")
    assert "робочу зміну закрито" in said
    assert "чекає 2 год 5 хв" in said
    assert "2 спроби" in said
    assert row.css(f"a[href$='#r-{REGISTER}']"), "the cure is a link to the register"
    await owner.send("/retry")
    assert len(stage.calls("POST", f"{BASE}/receipts/{WAITING}/retry")) == 1
    stage.on("fiscal", "GET", f"{BASE}/receipts", Receipts(items=[]))
    await owner.open(f"{HOME}/receipts")
    assert "Жоден чек не чекає" in owner.page.one(".empty").text()
    assert owner.page.has(".empty a.btn")


async def test_a_receipt_has_its_code_is_printed_on_either_paper_and_sent_to_the_client(
    owner: Browser, stage: Stage
) -> None:
    await owner.open(f"{HOME}/receipts/{RECEIPT}")
    assert (owner.page.one("img.qr").attributes["src"] or "").startswith("data:image/svg+xml;base64,")
    await owner.send("/send", way="email", address="taras@example.com")
    assert stage.calls("POST", f"{BASE}/receipts/.+/deliveries")[0].body == {"email": "taras@example.com"}
    await owner.open(f"{HOME}/receipts/{RECEIPT}/print?paper=80")
    assert owner.page.has(".paper.mm80 img.qr")
    assert "450,00" in owner.page.one(".paper pre").text()


async def test_books_that_agree_say_so_and_others_name_what_cures_them(owner: Browser, stage: Stage) -> None:
    await owner.open(f"{HOME}/differences")
    assert "усе збігається" in owner.page.text
    stage.on("fiscal", "GET", f"{BASE}/finance/reconciliation", compared(count=2))
    await owner.open(f"{HOME}/differences")
    assert "2 розбіжності" in owner.page.text
    assert "Спробуйте видати чек ще раз." in owner.page.text


async def test_an_empty_ledger_says_since_when_and_offers_a_longer_time(owner: Browser, stage: Stage) -> None:
    stage.on("fiscal", "GET", f"{BASE}/cash-operations", CashOperations(items=[]))
    await owner.open(f"{HOME}/cash-operations?from={today()}&to={today()}")
    assert "операцій не було" in owner.page.one(".empty").text()
    assert f"from={today().year}-01-01" in (owner.page.one(".empty a").attributes["href"] or "")


async def test_hostile_names_are_only_text(owner: Browser, stage: Stage) -> None:
    hostile = register(name=f"{SCRIPT}<img src=x onerror=alert(1)>")
    stage.on("fiscal", "GET", f"{BASE}/cash-registers", CashRegisters(items=[hostile]))
    stage.on("fiscal", "GET", ONE_BOX, hostile)
    held = receipts().items[0].model_copy(update={"reason_text": SCRIPT, "cash_register_name": SCRIPT})
    stage.on("fiscal", "GET", f"{BASE}/receipts", Receipts(items=[held]))
    for page in ("cash-registers", f"cash-registers/{REGISTER}/edit", "receipts", "day", "cash-operations"):
        await owner.open(f"{HOME}/{page}")
        assert SCRIPT not in owner.page.answer.text
        assert "<img src=x" not in owner.page.answer.text
        assert not owner.page.has("script:not([src])")


async def test_what_is_not_there_is_a_page_that_says_so(owner: Browser) -> None:
    await owner.open(f"{HOME}/cash-operations/{uid(1)}")
    assert owner.page.status == 404


async def test_a_register_is_sent_offline_by_hand_and_brought_back(owner: Browser, stage: Stage) -> None:
    page = f"{HOME}/cash-registers/{REGISTER}"

    def no_numbers(_: Asked) -> None:
        fix = {"text": "Зачекайте кілька хвилин.", "url": "/help/fiscal.no_offline_numbers"}
        raise No(409, "fiscal.no_offline_numbers", title="Немає фіскальних номерів для роботи офлайн", fix=fix)

    stage.on("fiscal", "POST", f"{ONE_BOX}/offline", no_numbers)
    await owner.open(f"{page}/shift")
    await owner.follow("Робота без звʼязку з податковою")
    assert "36 годин" in owner.page.text, "what it means is said before it is done"
    await owner.send("/offline-begin")
    assert owner.page.status == 409
    assert "Зачекайте кілька хвилин" in owner.page.text, "the refusal names its cure"

    away = offline_work(
        is_offline=True, stays_offline=True, in_a_row_s=3 * 3600, numbers_left=3, is_short_of_numbers=True
    )
    for method in ("GET", "POST"):
        stage.on("fiscal", method, f"{ONE_BOX}/offline", away)
    await owner.send("/offline-begin")
    assert "сама каса не повернеться" in owner.page.text
    assert "33 год" in owner.page.text, "how long it may still work so"
    assert "Номерів мало" in owner.page.text
    stage.on("fiscal", "GET", f"{ONE_BOX}/offline", offline_work())
    await owner.send("/offline-end")
    assert len(stage.calls("DELETE", f"{ONE_BOX}/offline")) == 1
    assert "На звʼязку з податковою" in owner.page.text

    stage.on("fiscal", "GET", f"{ONE_BOX}/offline", no_numbers)
    await owner.open(f"{page}/offline")
    assert owner.page.all("main a.btn"), "where Checkbox does not answer it can be asked again"


async def test_a_refund_in_doubt_is_ended_by_a_person_from_what_needs_attention(owner: Browser, stage: Stage) -> None:
    [doubt] = refund_in_doubt().items
    await owner.open(f"/desk/{ACCOUNT}/attention")
    assert "Банк не каже, чи пішло повернення" in owner.page.text
    await owner.send("/outcome", went_back="yes")
    [sent] = stage.calls("POST", f"{BASE}/payments/{doubt.id}/refund/outcome")
    assert sent.body == {"went_back": True}
    assert sent.headers["Idempotency-Key"]


async def test_a_receipt_of_unknown_fate_is_among_what_needs_attention(owner: Browser, stage: Stage) -> None:
    [waiting, *_] = receipts().items
    told = {"reason_code": "unknown_outcome", "reason_text": "Невідомо, чи Checkbox зареєстрував чек", "fix": None}
    unclear = waiting.model_copy(update={"state": "registering", **told})
    on_its_way = waiting.model_copy(update={"state": "registering", "reason_code": None, "reason_text": "ще йде"})
    stage.on("fiscal", "GET", f"{BASE}/receipts", Receipts(items=[unclear, on_its_way]))
    await owner.open(f"/desk/{ACCOUNT}/attention")
    assert stage.calls("GET", f"{BASE}/receipts")[-1].query["state"] == "held,failed,registering"
    assert "Невідомо, чи Checkbox зареєстрував чек" in owner.page.text
    assert "ще йде" not in owner.page.text
    assert "Запитати Checkbox" in owner.page.text
