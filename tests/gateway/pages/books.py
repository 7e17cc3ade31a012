"""The salon's registers, ledger, receipts and card payments, as fiscal would tell of them."""

from __future__ import annotations

from typing import Any

from contracts.http import books as shapes
from contracts.http import fiscal, payments

from .money import REGISTER, register
from .salon import BOOKING, moment, today, uah, uid
from .stage import Asked, Stage
from .work import BASE

CARD_REGISTER, OPERATION, RECEIPT, WAITING, TOP_UP = uid(210), uid(901), uid(910), uid(911), uid(930)
ONE_BOX = f"{BASE}/cash-registers/{REGISTER}"


def line(number: int, kind: str, amount: int, **more: Any) -> dict[str, Any]:
    made = {
        "id": uid(900 + number),
        "kind": kind,
        "cash_register_id": REGISTER,
        "cash_register_name": "Готівка на рецепції",
        "payment_type": "cash",
        "amount": {"amount": amount, "currency": "UAH"},
        "operating_day": today(),
        "is_back_dated": False,
        "created_at": moment(0, 10),
        "created_by_name": "Тарас Савченко",
    }
    return {**made, **more}


def operations(*more: dict[str, Any]) -> fiscal.CashOperations:
    lines = [
        line(1, "deposit", 50000, comment="розмінна монета"),
        line(2, "sale", 45000, booking_id=BOOKING, settlement_id=uid(701)),
        line(3, "collection", -80000, is_back_dated=True),
    ]
    return fiscal.CashOperations.model_validate({"items": [*lines, *more]})


def receipts(*, is_waiting: bool = True) -> fiscal.Receipts:
    common = {
        "kind": "sale",
        "settlement_id": uid(701),
        "booking_id": BOOKING,
        "cash_register_id": REGISTER,
        "cash_register_name": "Готівка на рецепції",
        "created_at": moment(0, 10),
    }
    held = {
        **common,
        "id": WAITING,
        "state": "held",
        "total": uah(450),
        "age_s": 7500,
        "attempts": 2,
        "reason_code": "shift_closed",
        "reason_text": "Чек чекає: робочу зміну закрито.",
        "fix": {"text": "Відкрийте зміну.", "url": f"/manage/{BASE.rsplit('/', 1)[-1]}/cash-registers#r-{REGISTER}"},
    }
    given = {
        **common,
        "id": RECEIPT,
        "state": "registered",
        "total": uah(1500),
        "age_s": 0,
        "attempts": 1,
        "fiscal_code": "1234567890",
        "url": "https://cabinet.tax.gov.ua/cashregs/check?id=1234567890",
        "registered_at": moment(0, 10, 1),
        "deliveries": [
            {
                "id": uid(915),
                "way": "email",
                "recipient": "t…@example.com",
                "state": "sent",
                "created_at": moment(0, 11),
                "created_by_name": "Тарас Савченко",
            }
        ],
    }
    return fiscal.Receipts.model_validate({"items": [held, given] if is_waiting else [given]})


def fiscal_report(*, is_z_report: bool = False) -> dict[str, Any]:
    return {
        "id": "r-1",
        "is_z_report": is_z_report,
        "receipts": 12,
        "returns": 1,
        "payments": [
            {
                "label": "Готівка",
                "sold": uah(5400),
                "returned": uah(450),
                "service_in": uah(500),
                "service_out": uah(0),
            }
        ],
        "taxes": [{"label": "ПДВ 20 %", "turnover": uah(5400), "value": uah(900)}],
        "cash": uah(5450),
    }


def shifts() -> fiscal.FiscalShifts:
    past = {
        "id": uid(202),
        "cash_register_id": REGISTER,
        "state": "closed",
        "serial": 11,
        "opened_at": moment(-1, 9),
        "closed_at": moment(-1, 21),
        "z_report": fiscal_report(is_z_report=True),
    }
    return fiscal.FiscalShifts.model_validate({"items": [past]})


def day() -> shapes.DayReport:
    zero = uah(0)
    figures = {
        "cash_register_id": REGISTER,
        "cash_register_name": "Готівка на рецепції",
        "payment_type": "cash",
        "opening": uah(300),
        "sold": uah(450),
        "given_back": zero,
        "tips": zero,
        "paid_in": uah(500),
        "paid_out": zero,
        "transferred": zero,
        "collected": uah(-800),
        "counted": zero,
        "closing": uah(450),
        "entries": 3,
        "close": {
            "id": uid(920),
            "cash_register_id": REGISTER,
            "cash_register_name": "Готівка на рецепції",
            "payment_type": "cash",
            "operating_day": today(),
            "number": 1,
            "expected": uah(450),
            "counted": uah(430),
            "difference": uah(-20),
            "explanation": "дали без решти",
            "operation_id": None,
            "created_at": moment(0, 20),
            "created_by_name": "Тарас Савченко",
        },
    }
    return shapes.DayReport.model_validate({"operating_day": today(), "items": [figures]})


def rules(**changes: Any) -> shapes.CashRules:
    made = {"version": 3, "back_days_limit": 3, "back_dating_needs_two": True, "reversal_needs_two": False}
    return shapes.CashRules.model_validate({**made, "discount_rounding": 1, **changes})


def request() -> shapes.CashRequest:
    return shapes.CashRequest.model_validate(
        {
            "id": uid(940),
            "state": "pending",
            "act": "reverse_operation",
            "cause": "reversal",
            "amount": uah(500),
            "reason": "помилка в сумі",
            "command": {},
            "requested_at": moment(0, 12),
            "requested_by": uid(70),
            "requested_by_name": "Андрій Мельник",
        }
    )


def prepayments() -> payments.Prepayments:
    made = {
        "id": uid(950),
        "version": 1,
        "booking_id": BOOKING,
        "state": "pending",
        "amount": uah(450),
        "url": "http://zapys.test/pay/abc",
        "expires_at": moment(0, 23),
        "created_at": moment(0, 10),
        "created_by_name": "Тарас Савченко",
        "payments": [
            {
                "id": uid(951),
                "provider": "liqpay",
                "state": "failed",
                "amount": uah(450),
                "reason_text": "Банк відмовив.",
                "created_at": moment(0, 10),
            }
        ],
    }
    return payments.Prepayments.model_validate({"items": [made, {**made, "id": uid(952), "state": "paid"}]})


def refund_in_doubt() -> payments.Prepayments:
    """One whose refund the bank tells nothing of."""
    [paid] = prepayments().model_dump()["items"][1:]
    doubt = {
        "state": "review",
        "reason_code": "refund_unknown",
        "reason_text": "Банк не каже, чи пішло повернення 100,00 грн",
    }
    return payments.Prepayments.model_validate({"items": [{**paid, "payments": [{**paid["payments"][0], **doubt}]}]})


def _prepayments(asked: Asked) -> payments.Prepayments:
    return refund_in_doubt() if asked.query.get("in_review") == "true" else prepayments()


def offline_work(**more: Any) -> fiscal.OfflineWork:
    """A register in touch with the tax office."""
    usual = {"is_offline": False, "stays_offline": False, "in_a_row_s": 0, "longest_in_a_row_s": 129600}
    return fiscal.OfflineWork.model_validate({**usual, "numbers_left": 42, "is_short_of_numbers": False, **more})


def top_up(state: str = "pending", **more: Any) -> payments.TopUp:
    made = {
        "id": TOP_UP,
        "state": state,
        "provider": "monobank",
        "amount": uah(200),
        "created_at": moment(0, 10),
        "created_by_name": "Тарас Савченко",
        "checkout": {"method": "GET", "url": "https://pay.example/1"},
    }
    return payments.TopUp.model_validate({**made, **more})


def top_ups() -> payments.TopUps:
    names = ["liqpay", "monobank", "wayforpay"]
    return payments.TopUps.model_validate({"items": [top_up("paid").model_dump()], "providers": names})


def subscription_payment(state: str = "pending") -> payments.SubscriptionPayment:
    return payments.SubscriptionPayment(**dict(top_up(state, amount=uah(100))), extras=["own_domain"])


GIVES = {
    "base": "Календар, онлайн-запис, нагадування, каси й чеки. Скільки завгодно людей.",
    "own_domain": "Сторінка запису на вашій адресі, з безпечним зʼєднанням.",
    "stock": "Залишки, прихід і списання; продаж разом із візитом.",
}


def extra(key: str, name: str, price: int) -> dict[str, Any]:
    return {"key": key, "name": name, "description": GIVES.get(key, ""), "price": uah(price), "per": "month"}


def price_list() -> shapes.PriceList:
    extras = [extra("own_domain", "Власний домен", 100), extra("stock", "Склад", 150)]
    base = extra("base", "Базовий тариф", 0)
    return shapes.PriceList.model_validate({"currency": "UAH", "base": base, "extras": extras, "note": "SMS окремо."})


def subscription() -> shapes.Subscription:
    prices = price_list()
    return shapes.Subscription(
        version=1,
        state="active",
        plan="base",
        base=prices.base,
        extras=prices.extras[:1],
        monthly_total=uah(100),
        due=uah(100),
        changed_at=None,
        changed_by_name=None,
    )


def finance_report(by: str = "day") -> shapes.Report:
    def row(key: str, name: str, sold: int) -> dict[str, Any]:
        figures = {"sold": sold, "given_back": -45000, "net": sold - 45000, "tips": 5000}
        return {"key": key, "name": name, "currency": "UAH", **figures, "entries": 9, "reversals": 1}

    names = [str(moment(-back, 9).date()) for back in (2, 1, 0)] if by == "day" else ["Готівка", "Картка", "Онлайн"]
    reversal = {
        "id": uid(960),
        "of_id": uid(961),
        "kind": "refund",
        "figure": "sold",
        "operating_day": today(),
        "original_day": today(),
        "created_at": moment(0, 12),
        "created_by_name": "Андрій Мельник",
        "approved_by_name": None,
        "cash_register_name": "Готівка на рецепції",
        "payment_type": "cash",
        "booking_id": BOOKING,
        "amount": uah(-450),
        "reason": "клієнт передумав",
    }
    return shapes.Report.model_validate(
        {
            "by": by,
            "since": moment(-2, 9).date(),
            "until": today(),
            "items": [row(name, name, 100000 * (number + 1)) for number, name in enumerate(names)],
            "totals": [row("UAH", "Разом", 600000)],
            "reversals": [reversal],
        }
    )


def compared(*, count: int = 0) -> shapes.ReconciliationReport:
    one = {
        "code": "receipt_missing",
        "text": "Для розрахунку на 450 ₴ немає чека.",
        "fix": {"text": "Спробуйте видати чек ще раз.", "url": "/manage"},
        "operating_day": today(),
    }
    made: dict[str, Any] = {
        "id": None,
        "since": today(),
        "until": today(),
        "ran_at": moment(0, 12),
        "took_ms": 40,
        "checked": {},
    }
    return shapes.ReconciliationReport.model_validate({**made, "count": count, "items": [one] * count})


PAPER = """      ФОП Шевчук О. І.
      Салон «Левада»
 м. Київ, вул. Сагайдачного, 10
--------------------------------
Чоловіча стрижка
1 x 450,00               450,00
--------------------------------
СУМА                     450,00
ГОТІВКА                  450,00
--------------------------------
ЧЕК ФН           1234567890
22.11.2026 10:00:00
      ФІСКАЛЬНИЙ ЧЕК
"""


def open_the_books(stage: Stage) -> None:
    """Everything the pages about money need works."""
    card = register(id=CARD_REGISTER, name="Термінал", payment_types=["card"], checkbox=None, fiscal_shift=None)
    both = fiscal.CashRegisters(items=[register(waiting_receipts=2, waiting_reason_code="shift_closed"), card])
    stage.on("fiscal", "GET", f"{BASE}/cash-registers", both)
    stage.on("fiscal", "GET", ONE_BOX, register())
    stage.on("fiscal", "PATCH", ONE_BOX, register())
    stage.on("fiscal", "GET", f"{ONE_BOX}/fiscal-shifts", shifts())
    stage.on("fiscal", "POST", f"{ONE_BOX}/fiscal-shift/x-report", fiscal.FiscalReport.model_validate(fiscal_report()))
    stage.on("fiscal", "POST", f"{ONE_BOX}/day-closes", lambda _: day().items[0].close)
    stage.on("fiscal", "GET", f"{BASE}/finance/days/[0-9-]+", day())
    stage.on("fiscal", "GET", f"{BASE}/finance/rules", rules())
    stage.on("fiscal", "PATCH", f"{BASE}/finance/rules", rules())
    stage.on("fiscal", "GET", f"{BASE}/finance/requests", shapes.CashRequests(items=[request()]))
    stage.on("fiscal", "POST", f"{BASE}/finance/requests/[^/]+/(approve|decline)", request())
    stage.on("fiscal", "GET", f"{BASE}/finance/reconciliation", compared())
    stage.on(
        "fiscal", "GET", f"{BASE}/finance/reports/[a-z_]+", lambda asked: finance_report(asked.path.rsplit("/")[-1])
    )
    stage.on("fiscal", "GET", f"{BASE}/cash-operations", operations())
    stage.on("fiscal", "POST", f"{BASE}/cash-operations", lambda _: operations().items[0])
    stage.on("fiscal", "PATCH", f"{BASE}/cash-operations/[^/]+", lambda _: operations().items[0])
    stage.on("fiscal", "DELETE", f"{BASE}/cash-operations/[^/]+", lambda _: operations().items[0])
    stage.on("fiscal", "GET", f"{BASE}/receipts", receipts())
    stage.on("fiscal", "GET", f"{BASE}/receipts/{RECEIPT}", receipts().items[1])
    stage.on("fiscal", "GET", f"{BASE}/receipts/{WAITING}", receipts().items[0])
    stage.on("fiscal", "POST", f"{BASE}/receipts/[^/]+/retry", receipts().items[0])
    stage.on("fiscal", "GET", f"{BASE}/receipts/[^/]+/document", PAPER)
    stage.on("fiscal", "POST", f"{BASE}/receipts/[^/]+/deliveries", lambda _: receipts().items[1].deliveries[0])
    stage.on("fiscal", "GET", f"{BASE}/payments", _prepayments)
    for method in ("GET", "POST", "DELETE"):
        stage.on("fiscal", method, f"{ONE_BOX}/offline", offline_work())
    stage.on("fiscal", "DELETE", f"{BASE}/payments/[^/]+", lambda _: prepayments().items[0])
    stage.on("fiscal", "POST", f"{BASE}/payments/[^/]+/refund", lambda _: prepayments().items[0])
    stage.on("fiscal", "POST", f"{BASE}/payments/[^/]+/refund/outcome", lambda _: prepayments().items[0])
    off = {"is_on": False, "share_percent": 100, "pay_within_min": 30, "sources": ["site", "widget"]}
    stage.on("fiscal", "GET", f"{BASE}/acquirers/prepayment-rules", off)
    stage.on("fiscal", "PUT", f"{BASE}/acquirers/prepayment-rules", off)
    stage.on("fiscal", "POST", f"{BASE}/subscription/payments", subscription_payment())
    stage.on("fiscal", "GET", f"{BASE}/subscription/payments/{TOP_UP}", subscription_payment())
    stage.on("fiscal", "GET", f"{BASE}/sms-balance/top-ups", top_ups())
    stage.on("fiscal", "POST", f"{BASE}/sms-balance/top-ups", top_up())
    stage.on("fiscal", "GET", f"{BASE}/sms-balance/top-ups/{TOP_UP}", top_up("paid"))
    stage.on("fiscal", "GET", f"{BASE}/subscription", subscription())
    stage.on("fiscal", "PUT", f"{BASE}/subscription", subscription())
    stage.on("fiscal", "GET", "/price-list", price_list())
