"""What waits for somebody at the desk: a number that does not work, a receipt, money dated back, a wish."""

from __future__ import annotations

from contracts.http.access import AccessRequestAnswer
from contracts.http.fiscal import CashOperation, Receipt
from contracts.http.notifications import Fix as Cure
from contracts.http.notifications import PlanPreview
from contracts.http.staff_tasks import StaffTask

from .money import CLIENT, REGISTER
from .salon import (
    BOOKING,
    moment,
    uah,
    uid,
)


def unreachable() -> StaffTask:
    return StaffTask(
        id=uid(760),
        kind="phone_bad",
        text="Номер клієнта Наталія не працює.",
        fix=Cure(text="Зателефонуйте й виправте номер у картці."),
        client_id=uid(540),
        client_name="Наталія",
        created_at=moment(0, 9),
    )


def plan_preview() -> PlanPreview:
    planned = {
        "id": uid(610),
        "kind": "rescheduled",
        "recipient": {"type": "client", "id": CLIENT, "name": "Тарас Савченко"},
        "channel": "sms",
        "planned_at": moment(0, 9),
        "state": "planned",
        "parts": 1,
        "change": "added",
    }
    return PlanPreview.model_validate({"items": [planned], "to_go": 1, "parts": 1})


def waiting_receipt() -> Receipt:
    return Receipt.model_validate(
        {
            "id": uid(620),
            "state": "held",
            "reason_code": "shift_closed",
            "reason_text": "Робочу зміну закрито.",
            "kind": "sale",
            "settlement_id": uid(621),
            "booking_id": BOOKING,
            "cash_register_id": REGISTER,
            "cash_register_name": "Готівка",
            "total": uah(450),
            "attempts": 1,
            "created_at": moment(0, 9),
            "age_s": 60,
        }
    )


def dated_back() -> CashOperation:
    return CashOperation.model_validate(
        {
            "id": uid(630),
            "kind": "sale",
            "cash_register_id": REGISTER,
            "cash_register_name": "Готівка",
            "payment_type": "cash",
            "amount": uah(700),
            "operating_day": moment(-3, 9).date(),
            "is_back_dated": True,
            "created_at": moment(0, 9),
            "created_by_name": "Ірина Коваль",
            "booking_id": BOOKING,
        }
    )


def asked_for() -> AccessRequestAnswer:
    return AccessRequestAnswer.model_validate(
        {
            "id": uid(640),
            "version": 1,
            "state": "open",
            "rule": "access.missing_permission",
            "permissions": ["booking.edit_price"],
            "permission_names": ["Змінювати ціну"],
            "location_ids": [],
            "all_locations": False,
            "act": None,
            "note": None,
            "member_id": uid(90),
            "member_name": "Тарас Савченко",
            "to": None,
            "created_at": moment(0, 9),
            "expires_at": moment(7, 9),
            "decided_at": None,
            "decided_by_name": None,
        }
    )
