"""The same salon from the side of those who work in it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from contracts.base import Money
from contracts.http.booking import (
    Action,
    ActionList,
    BookingAnswer,
    CalendarAnswer,
    CalendarColumn,
    Fix,
    Reason,
    Span,
    Timeline,
    TimelineEntry,
)
from contracts.http.catalogue import (
    LocationList,
    ServiceAnswer,
    ServiceList,
    StaffMemberAnswer,
    StaffMemberList,
)
from contracts.http.clients import ClientCard, ClientHistory
from contracts.http.fiscal import BookingSettlement, CashRegister, CashRegisterCheck, CashRegisters
from contracts.http.identity import AccountAnswer
from contracts.http.notifications import Notifications, ProviderList, SmsBalance

from .salon import (
    ACCOUNT,
    ANDRII,
    BOOKING,
    COLOUR,
    CUT,
    LOCATION,
    NAILS,
    OLENA,
    PHONE,
    SOFIIA,
    free_times,
    location,
    membership,
    moment,
    my_booking,
    page,
    profile,
    uah,
    uid,
)
from .stage import Asked, Stage

REGISTER = uid(200)
CLIENT = uid(80)
BASE = f"/accounts/{ACCOUNT}"


def booking(**changes: Any) -> BookingAnswer:
    return BookingAnswer.model_validate({**my_booking().model_dump(), **changes})


def staff_members() -> StaffMemberList:
    people = page().staff
    return StaffMemberList(
        items=[
            StaffMemberAnswer(
                id=one.id,
                version=1,
                name=one.name,
                location_ids=None,
                service_ids=one.service_ids,
                accepts_bookings=True,
                has_login=one.id == OLENA,
                has_schedule=one.id != SOFIIA,
            )
            for one in people
        ]
    )


def services() -> ServiceList:
    return ServiceList(
        items=[
            ServiceAnswer(
                **one.model_dump(), version=1, bookable_online=one.id != NAILS, buffer_before_min=0, buffer_after_min=15
            )
            for one in page().services
        ]
    )


def visit_at(number: int, staff: UUID, hour: int, minute: int, length: int, name: str, **more: Any) -> BookingAnswer:
    since = moment(1, hour, minute)
    until = since + timedelta(minutes=length)
    service, title, price = more.pop("service", (CUT, "Чоловіча стрижка", uah(450)))
    item = {
        "id": uid(400 + number),
        "service_id": service,
        "service_name": title,
        "staff_member_id": staff,
        "staff_member_name": "",
        "starts_at": since,
        "ends_at": until,
        "price": price,
    }
    first, _, last = name.partition(" ")
    client = {"id": uid(500 + number), "name": first, "surname": last, "phone": PHONE} if name else None
    return booking(
        id=uid(300 + number), starts_at=since, ends_at=until, items=[item], client=client, price=price, **more
    )


def calendar(_: Asked) -> CalendarAnswer:
    def column(staff: UUID, name: str, since: int, until: int, *booked: BookingAnswer) -> CalendarColumn:
        free, at = [], moment(1, since)
        for one in booked:
            if one.starts_at > at:
                free.append(Span(starts_at=at, ends_at=one.starts_at))
            at = one.ends_at
        free.append(Span(starts_at=at, ends_at=moment(1, until)))
        return CalendarColumn(
            staff_member_id=staff,
            staff_member_name=name,
            working=[Span(starts_at=moment(1, since), ends_at=moment(1, until))],
            free=[span for span in free if span.ends_at > span.starts_at],
            time_off=[],
            bookings=list(booked),
        )

    colour = (COLOUR, "Фарбування волосся", uah(1500))
    nails = (NAILS, "Манікюр", Money(amount=50050))
    return CalendarAnswer(
        location_id=None,
        time_zone="Europe/Kyiv",
        columns=[
            column(
                OLENA,
                "Олена Шевчук",
                9,
                18,
                visit_at(1, OLENA, 9, 0, 45, "Тарас Савченко", state="arrived"),
                visit_at(2, OLENA, 10, 0, 120, "Наталія Поліщук", service=colour),
                visit_at(3, OLENA, 14, 0, 30, "Богдан Лисенко", payment_state="settled", state="completed"),
            ),
            column(
                ANDRII,
                "Андрій Мельник",
                10,
                20,
                visit_at(4, ANDRII, 10, 30, 45, "Дмитро Мороз", state="no_show"),
                visit_at(5, ANDRII, 12, 0, 45, "", state="confirmed"),
                visit_at(6, ANDRII, 17, 15, 45, "Максим Ковальчук", state="pending"),
            ),
            column(SOFIIA, "Софія Ткаченко", 11, 17, visit_at(7, SOFIIA, 13, 0, 60, "Юлія Кравець", service=nails)),
            CalendarColumn(
                staff_member_id=uid(33), staff_member_name="Марія Бондар", working=[], free=[], time_off=[], bookings=[]
            ),
        ],
    )


def actions() -> ActionList:
    def no(action: str, permission: str, name: str) -> Action:
        reason = Reason(
            code="access.missing_permission",
            text=f"Для цієї дії потрібне право «{name}»",
            fix=Fix(text="Право може надати: Олена Шевчук.", url="/help/access.missing_permission"),
        )
        return Action(action=action, allowed=False, reason=reason, permission=permission, holders=["Олена Шевчук"])

    wrong = Reason(code="booking.wrong_state", text="Уже підтверджено")
    return ActionList(
        items=[
            Action(action="confirm", allowed=False, reason=wrong),
            Action(action="arrive", allowed=True),
            Action(action="complete", allowed=True),
            Action(action="no_show", allowed=True),
            Action(action="cancel", allowed=True),
            Action(action="reschedule", allowed=True),
            no("edit_price", "booking.edit_price", "Змінювати ціну"),
        ]
    )


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


def timeline() -> Timeline:
    def entry(number: int, text: str, who: str, at: datetime, name: str | None, source: str | None) -> TimelineEntry:
        return TimelineEntry.model_validate(
            {
                "id": uid(800 + number),
                "at": at,
                "kind": "booking.created",
                "text": text,
                "actor_type": who,
                "actor_id": None,
                "actor_name": name,
                "source": source,
                "details": {},
                "trace_id": "",
            }
        )

    return Timeline(
        items=[
            entry(1, "Запис створено на понеділок, 23 листопада, 12:00", "client", moment(0, 8), "Тарас", "site"),
            entry(2, "Перенесено на вівторок, 24 листопада, 10:00", "staff", moment(0, 9), "Олена Шевчук", "staff"),
            entry(3, "Надіслано SMS «Запис перенесено»", "system", moment(0, 9, 1), None, None),
        ]
    )


def card() -> ClientCard:
    return ClientCard.model_validate(
        {
            "id": CLIENT,
            "version": 1,
            "name": "Тарас",
            "surname": "Савченко",
            "phone": PHONE,
            "phone_confirmed": True,
            "email": None,
            "socials": {},
            "language": "uk",
            "note": "Любить коротко",
            "notifications_on": True,
            "created_at": moment(0, 8),
        }
    )


def account() -> AccountAnswer:
    return AccountAnswer.model_validate(
        {
            "id": ACCOUNT,
            "version": 1,
            "name": "Салон «Левада»",
            "vanity_address": "levada",
            "time_zone": "Europe/Kyiv",
            "country": "UA",
            "currency": "UAH",
            "language": "uk",
            "city": "Київ",
            "unlisted": False,
            "is_active": True,
            "is_demo": False,
            "booking_rules": {},
            "created_at": moment(0, 8),
        }
    )


def open_for_staff(stage: Stage) -> None:
    """Everything the owner and the desk need works."""
    stage.on("identity", "GET", "/me", profile(memberships=(membership(),)))
    stage.on("identity", "POST", "/accounts", account())
    stage.on("booking", "GET", f"{BASE}/locations", LocationList(items=[location()]))
    stage.on("booking", "POST", f"{BASE}/locations", location())
    stage.on("booking", "GET", f"{BASE}/services", services())
    stage.on("booking", "POST", f"{BASE}/services", services().items[0])
    stage.on("booking", "GET", f"{BASE}/staff-members", staff_members())
    stage.on("booking", "POST", f"{BASE}/staff-members", staff_members().items[0])
    stage.on("booking", "GET", f"{BASE}/staff-members/[^/]+/schedule", {"schedule": None})
    stage.on("booking", "PUT", f"{BASE}/staff-members/[^/]+/schedule", {"saved": True})
    stage.on("booking", "GET", f"{BASE}/calendar", calendar)
    stage.on("booking", "GET", f"{BASE}/availability", free_times)
    stage.on("booking", "POST", f"{BASE}/bookings", booking())
    one = f"{BASE}/bookings/{BOOKING}"
    stage.on("booking", "GET", one, booking())
    stage.on("booking", "PATCH", one, booking())
    stage.on("booking", "GET", f"{one}/actions", actions())
    stage.on("booking", "GET", f"{one}/timeline", timeline())
    stage.on("booking", "POST", f"{one}/(confirm|arrive|complete|no-show|cancel|reschedule)", booking())
    stage.on("booking", "GET", f"{BASE}/clients/{CLIENT}", card())
    history = ClientHistory(visits=3, no_shows=1, spent=uah(1350), items=[booking(), booking(state="completed")])
    stage.on("booking", "GET", f"{BASE}/clients/{CLIENT}/history", history)
    stage.on("notifications", "GET", f"{one}/notifications", notifications())
    stage.on("notifications", "POST", f"{BASE}/notifications/[^/]+/send-again", None)
    stage.on("notifications", "GET", f"{BASE}/sms-providers", providers())
    stage.on("notifications", "PUT", f"{BASE}/sms-providers/[a-z]+", lambda _: providers().items[0])
    stage.on("notifications", "GET", f"{BASE}/sms-balance", balance())
    stage.on("fiscal", "GET", f"{BASE}/cash-registers", CashRegisters(items=[register()]))
    stage.on("fiscal", "POST", f"{BASE}/cash-registers", register())
    stage.on("fiscal", "POST", f"{BASE}/cash-registers/{REGISTER}/check", checked(ok=True))
    stage.on("fiscal", "POST", f"{BASE}/cash-registers/{REGISTER}/fiscal-shift/(open|close)", register().fiscal_shift)
    stage.on("fiscal", "GET", f"{one}/settlement", settlement())
    stage.on("fiscal", "POST", f"{one}/settlement", lambda _: settlement(paid=450).items[0])


__all__ = ["LOCATION", "open_for_staff"]
