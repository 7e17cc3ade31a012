"""Money and messages of the same salon, as fiscal and notifications would tell of them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from contracts.http.fiscal import BookingSettlement, CashRegister, CashRegisterCheck
from contracts.http.notifications import Notifications, ProviderList, SmsBalance

from .salon import BOOKING, moment, uah, uid

REGISTER = uid(200)
CLIENT = uid(80)


def notifications() -> Notifications:
    return Notifications.model_validate(
        {
            "items": [
                {
                    "id": uid(601),
                    "kind": "rescheduled",
                    "recipient": {"type": "client", "id": CLIENT, "name": "Тарас"},
                    "channel": "sms",
                    "provider": "turbosms",
                    "planned_at": moment(0, 9),
                    "state": "delivered",
                    "text": "Левада: ваш запис перенесено на вівторок, 24.11, 10:00. http://zapys.test/b/k7m2xq",
                    "parts": 2,
                    "sent_at": moment(0, 9),
                },
                {
                    "id": uid(602),
                    "kind": "reminder_eve",
                    "recipient": {"type": "client", "id": CLIENT, "name": "Тарас"},
                    "channel": "sms",
                    "provider": "turbosms",
                    "planned_at": moment(1, 19),
                    "state": "held",
                    "reason_code": "insufficient_balance",
                    "reason_text": "SMS чекає: на балансі TurboSMS бракує коштів.",
                    "fix": {"text": "Поповніть баланс TurboSMS: повідомлення піде само.", "url": "/manage"},
                    "provider_error": "NOT_ENOUGH_CREDITS (203)",
                    "text": "Завтра о 10:00 чекаємо на вас: Левада, вул. Сагайдачного, 10.",
                    "parts": 1,
                    "may_send_again": True,
                },
                {
                    "id": uid(603),
                    "kind": "reminder_3h",
                    "recipient": {"type": "client", "id": CLIENT, "name": "Тарас"},
                    "channel": "sms",
                    "state": "suppressed",
                    "reason_code": "quiet_hours",
                    "reason_text": "Нагадування не заплановано: 06:30 потрапляє в тихі години 21:00–07:00.",
                },
            ]
        }
    )


def register(**changes: Any) -> CashRegister:
    made: dict[str, Any] = {
        "id": REGISTER,
        "version": 1,
        "name": "Готівка на рецепції",
        "payment_types": ["cash", "card"],
        "location_id": None,
        "is_active": True,
        "checkbox": {
            "cashier_login": "cashier",
            "licence_key_masked": "test…ence",
            "fiscal_number": "4000012345",
        },
        "fiscal_shift": {
            "id": uid(201),
            "cash_register_id": REGISTER,
            "state": "open",
            "serial": 12,
            "opened_at": moment(0, 9),
        },
        "balances": [{"amount": 123450, "currency": "UAH"}],
    }
    return CashRegister.model_validate({**made, **changes})


def checked(*, ok: bool) -> CashRegisterCheck:
    parts: list[dict[str, Any]] = [{"part": "cashier", "ok": ok}]
    if not ok:
        parts[0] |= {"reason_code": "cashier_credentials_invalid", "reason_text": "Checkbox не впізнає касира."}
    parts += [{"part": "licence", "ok": ok or None}, {"part": "signature", "ok": ok or None}]
    return CashRegisterCheck.model_validate({"ok": ok, "checked_at": datetime.now(UTC), "items": parts})


def settlement(*, paid: int = 0, receipt: dict[str, Any] | None = None) -> BookingSettlement:
    acts = []
    if paid:
        acts.append(
            {
                "id": uid(701),
                "booking_id": BOOKING,
                "act": 1,
                "kind": "settlement",
                "payment_state": "settled",
                "amount": uah(450),
                "discount": uah(0),
                "paid": uah(paid),
                "due": uah(450 - paid),
                "change": uah(50),
                "operating_day": moment(0, 9).date(),
                "is_back_dated": False,
                "payments": [
                    {
                        "payment_type": "cash",
                        "cash_register_id": REGISTER,
                        "cash_register_name": "Готівка на рецепції",
                        "amount": uah(paid),
                        "tendered": uah(paid + 50),
                        "change": uah(50),
                    }
                ],
                "created_at": moment(0, 10),
                "created_by_name": "Тарас Савченко",
                "receipt": receipt or {"state": "none"},
            }
        )
    return BookingSettlement.model_validate(
        {
            "booking_id": BOOKING,
            "booking_version": 1,
            "id": uid(701) if paid else None,
            "payment_state": "settled" if paid else "unpaid",
            "price": uah(450),
            "discounted": uah(0),
            "paid": uah(paid),
            "due": uah(450 - paid),
            "receipt": receipt or {"state": "none"},
            "items": acts,
        }
    )


def providers() -> ProviderList:
    own = {"provider": "integrica", "kind": "own-balance", "is_set_up": True, "order": 2, "enabled": True}
    turbo = {
        "provider": "turbosms",
        "kind": "http-token",
        "is_set_up": True,
        "has_secret": True,
        "sender_name": "Salon",
        "order": 1,
        "enabled": True,
        "state": "insufficient_balance",
        "reason_text": "TurboSMS: бракує коштів.",
        "fix": {"text": "Поповніть баланс у кабінеті TurboSMS.", "url": None},
        "held_messages": 3,
        "callback_url": "http://zapys.test/callbacks/sms/turbosms/abc",
    }
    return ProviderList.model_validate({"items": [turbo, {**own, "state": "ok"}]})


def balance() -> SmsBalance:
    return SmsBalance.model_validate(
        {
            "balance": {"amount": 5000},
            "available": {"amount": 4500},
            "reserved": {"amount": 500},
            "price_per_part": {"amount": 120},
            "ledger": [],
            "forecast": {"planned_messages": 12, "planned_amount": {"amount": 1440}, "is_enough": True},
        }
    )
