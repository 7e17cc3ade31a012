"""The same salon from the side of those who work in it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from contracts.base import Money
from contracts.http.access import AccessRequestAnswer
from contracts.http.booking import (
    Action,
    ActionList,
    BookingAnswer,
    BookingList,
    CalendarAnswer,
    CalendarColumn,
    ExplanationAnswer,
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
from contracts.http.clients import ClientCard, ClientHistory, ClientList
from contracts.http.fiscal import CashOperation, CashOperations, CashRegisters, Receipt, Receipts
from contracts.http.identity import AccountAnswer
from contracts.http.notifications import Fix as Cure
from contracts.http.notifications import PlanPreview
from contracts.http.staff_tasks import StaffTask, StaffTasks
from contracts.http.waitlist import WaitlistAnswer, WaitlistList

from .money import CLIENT, REGISTER, balance, checked, notifications, providers, register, settlement
from .office import open_office
from .people import open_people
from .salon import (
    ACCOUNT,
    ANDRII,
    BOOKING,
    COLOUR,
    CUT,
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


def staff_why(asked: Asked) -> ExplanationAnswer:
    reason = Reason(
        code="outside_schedule",
        text="Олена у цей час не працює за графіком.",
        fix=Fix(text="Змініть графік.", url="/help/outside_schedule"),
    )
    return ExplanationAnswer(offered=False, at=datetime.fromisoformat(asked.query["at"]), reasons=[reason])


def waits() -> WaitlistAnswer:
    return WaitlistAnswer.model_validate(
        {
            "id": uid(600),
            "version": 1,
            "state": "waiting",
            "account_id": ACCOUNT,
            "account_name": "Салон «Левада»",
            "services": ["Чоловіча стрижка"],
            "items": [{"service_id": CUT}],
            "location_id": None,
            "first_day": moment(1, 9).date(),
            "last_day": moment(3, 9).date(),
            "since": "10:00",
            "until": "14:00",
            "ahead": 0,
            "offer": None,
            "booking_id": None,
            "client": {"id": CLIENT, "name": "Тарас", "surname": "Савченко", "phone": PHONE},
        }
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
    stage.on("booking", "GET", f"{BASE}/availability/explain", staff_why)
    stage.on("booking", "POST", f"{BASE}/bookings", booking())
    stage.on("booking", "GET", f"{BASE}/bookings", BookingList(items=[booking(state="pending")]))
    stage.on("booking", "GET", f"{BASE}/clients", ClientList(items=[card()]))
    stage.on("booking", "GET", f"{BASE}/waitlist", WaitlistList(items=[waits()]))
    stage.on("booking", "POST", f"{BASE}/waitlist", waits())
    stage.on("booking", "DELETE", f"{BASE}/waitlist/[^/]+", None)
    stage.on("notifications", "POST", f"{BASE}/notifications/preview", plan_preview())
    stage.on("notifications", "GET", f"{BASE}/notifications", notifications())
    stage.on("notifications", "GET", f"{BASE}/staff-tasks", StaffTasks(items=[unreachable()], open=1))
    stage.on("notifications", "POST", f"{BASE}/staff-tasks/[^/]+/settle", unreachable())
    stage.on("fiscal", "GET", f"{BASE}/receipts", Receipts(items=[waiting_receipt()]))
    stage.on("fiscal", "GET", f"{BASE}/cash-operations", CashOperations(items=[dated_back()]))
    stage.on("identity", "POST", f"{BASE}/access-requests", asked_for())
    one = f"{BASE}/bookings/{BOOKING}"
    stage.on("booking", "GET", one, booking())
    stage.on("booking", "PATCH", one, booking())
    stage.on("booking", "GET", f"{one}/actions", actions())
    stage.on("booking", "GET", f"{one}/timeline", timeline())
    stage.on("booking", "POST", f"{one}/reschedule/undo", booking(version=3))
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
    open_office(stage)
    open_people(stage)
    stage.on("identity", "GET", BASE, account())
