"""A day at the desk: its calendar, one visit with all about it, the client, who waits."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from contracts.base import Money
from contracts.http.booking import (
    Action,
    ActionList,
    BookingAnswer,
    CalendarAnswer,
    CalendarColumn,
    ExplanationAnswer,
    Fix,
    Reason,
    Span,
    Timeline,
    TimelineEntry,
)
from contracts.http.clients import ClientCard
from contracts.http.waitlist import WaitlistAnswer

from .money import CLIENT
from .salon import (
    ACCOUNT,
    ANDRII,
    COLOUR,
    CUT,
    NAILS,
    OLENA,
    PHONE,
    SOFIIA,
    moment,
    my_booking,
    uah,
    uid,
)
from .stage import Asked


def booking(**changes: Any) -> BookingAnswer:
    return BookingAnswer.model_validate({**my_booking().model_dump(), **changes})


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
            Action(action="delete", allowed=True),
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
