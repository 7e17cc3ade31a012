"""A salon as the services would tell of it, for the tests of the pages."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from pydantic import RootModel

from contracts.base import Money
from contracts.http.booking import (
    AvailabilityAnswer,
    DayExplanationAnswer,
    DaySlots,
    HoldAnswer,
    MyBookingAnswer,
    MyBookingList,
    OneBookingAnswer,
    Reason,
    Slot,
)
from contracts.http.catalogue import (
    Catalogue,
    CatalogueItem,
    City,
    CityList,
    HoursAnswer,
    LocationAnswer,
    LocationHours,
    PublicAccount,
    PublicPage,
    PublicRules,
    PublicService,
    PublicStaffMember,
    Rating,
    WorkSpan,
)
from contracts.http.identity import (
    LoginCodeAnswer,
    MembershipAnswer,
    ProfileAnswer,
    SecondFactorAnswer,
    SignedInAnswer,
)
from contracts.http.reviews import PublicReview, PublicReviewList
from contracts.identity import StaffChannels

from .stage import Asked, No, Stage

ZONE = ZoneInfo("Europe/Kyiv")
PHONE = "+380671234567"
ATTEMPT = "attempt-1"
CODE = "123456"


def uid(number: int) -> UUID:
    return UUID(int=0x01900000_0000_7000_8000_000000000000 + number)


ACCOUNT, LOCATION, BOOKING, HOLD, USER = uid(1), uid(10), uid(50), uid(60), uid(70)
CUT, COLOUR, NAILS = uid(20), uid(21), uid(22)
OLENA, ANDRII, SOFIIA = uid(30), uid(31), uid(32)


def today() -> date:
    return datetime.now(ZONE).date()


def moment(days: int, hour: int, minute: int = 0) -> datetime:
    day = today() + timedelta(days=days)
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=ZONE)


def uah(hryvnias: int) -> Money:
    return Money(amount=hryvnias * 100)


def location(number: int = 10, name: str = "На Подолі", address: str | None = None) -> LocationAnswer:
    return LocationAnswer(
        id=uid(number),
        version=1,
        name=name,
        address=address or "вул. Сагайдачного, 10",
        phone="+380441234567",
        time_zone="Europe/Kyiv",
    )


def page(**changes: Any) -> PublicPage:
    """A salon with three services and three people."""
    account = PublicAccount(
        id=ACCOUNT,
        name="Салон «Левада»",
        vanity_address="levada",
        city="Київ",
        country="UA",
        currency="UAH",
        language="uk",
        time_zone="Europe/Kyiv",
    )
    services = [
        PublicService(
            id=CUT,
            name="Чоловіча стрижка",
            description="Миття, стрижка, укладка",
            duration_min=45,
            price=uah(450),
            staff_member_ids=[OLENA, ANDRII],
            location_ids=None,
        ),
        PublicService(
            id=COLOUR,
            name="Фарбування волосся",
            description=None,
            duration_min=120,
            price=uah(1500),
            staff_member_ids=[OLENA, SOFIIA],
            location_ids=None,
        ),
        PublicService(
            id=NAILS,
            name="Манікюр",
            description="Класичний або апаратний, з покриттям",
            duration_min=60,
            price=Money(amount=50050),
            staff_member_ids=[SOFIIA],
            location_ids=None,
        ),
    ]
    staff = [
        PublicStaffMember(id=OLENA, name="Олена Шевчук", location_ids=None, service_ids=[CUT, COLOUR]),
        PublicStaffMember(id=ANDRII, name="Андрій Мельник", location_ids=None, service_ids=[CUT]),
        PublicStaffMember(id=SOFIIA, name="Софія Ткаченко", location_ids=None, service_ids=[COLOUR, NAILS]),
    ]
    rules = PublicRules(
        grid_min=15,
        lead_time_min=60,
        booking_window_days=90,
        cancel_cutoff_min=120,
        hold_min=10,
        phone_confirmation=True,
    )
    made = PublicPage(account=account, rules=rules, locations=[location()], services=services, staff=staff)
    return made.model_copy(update=changes)


def free_times(asked: Asked) -> AvailabilityAnswer:
    """Free on weekdays from ten; little on Saturdays, nothing on Sundays and on the first day."""
    since, until = date.fromisoformat(asked.query["from"]), date.fromisoformat(asked.query["to"])
    wanted = asked.query.get("staff_member_id")
    people = [UUID(wanted)] if wanted else [OLENA, ANDRII]
    days = []
    for offset in range((until - since).days + 1):
        day = since + timedelta(days=offset)
        hours = {5: (11, 12), 6: ()}.get(day.weekday(), (9, 10, 11, 12, 14, 15, 17, 18))
        if day <= today():
            hours = ()
        starts = [
            datetime(day.year, day.month, day.day, hour, minute, tzinfo=ZONE) for hour in hours for minute in (0, 30)
        ]
        starts = starts[:2] if day.weekday() == 5 else starts
        days.append(
            DaySlots(date=day, slots=[Slot(starts_at=s, location_id=LOCATION, staff_member_ids=people) for s in starts])
        )
    return AvailabilityAnswer(time_zone="Europe/Kyiv", days=days)


def one_booking(**changes: Any) -> OneBookingAnswer:
    made = OneBookingAnswer(
        code="k7m2xq",
        state="confirmed",
        account_name="Салон «Левада»",
        vanity_address="levada",
        location=location(),
        time_zone="Europe/Kyiv",
        starts_at=moment(2, 10),
        ends_at=moment(2, 10, 45),
        services=["Чоловіча стрижка"],
        staff=["Олена Шевчук"],
        price=uah(450),
        may_change_until=moment(2, 8),
    )
    return made.model_copy(update=changes)


def my_booking(**changes: Any) -> MyBookingAnswer:
    made: dict[str, Any] = {
        "id": BOOKING,
        "version": 1,
        "code": "k7m2xq",
        "state": "confirmed",
        "payment_state": "unpaid",
        "account_id": ACCOUNT,
        "account_name": "Салон «Левада»",
        "vanity_address": "levada",
        "location_id": LOCATION,
        "location_name": "На Подолі",
        "location_address": "вул. Сагайдачного, 10",
        "location_phone": "+380441234567",
        "time_zone": "Europe/Kyiv",
        "starts_at": moment(2, 10),
        "ends_at": moment(2, 10, 45),
        "items": [
            {
                "id": uid(51),
                "service_id": CUT,
                "service_name": "Чоловіча стрижка",
                "staff_member_id": OLENA,
                "staff_member_name": "Олена Шевчук",
                "starts_at": moment(2, 10),
                "ends_at": moment(2, 10, 45),
                "price": uah(450),
            }
        ],
        "client": {"id": uid(80), "name": "Тарас", "surname": "Савченко", "phone": PHONE},
        "price": uah(450),
        "paid": uah(0),
        "comment": None,
        "source": "site",
        "created_by": USER,
        "created_at": moment(0, 9),
        "may_change_until": moment(2, 8),
        "may_cancel": True,
        "may_reschedule": True,
    }
    return MyBookingAnswer.model_validate({**made, **changes})


def profile(**changes: Any) -> ProfileAnswer:
    made = ProfileAnswer(
        id=USER, phone=PHONE, name="Тарас Савченко", language="uk", memberships=(), channels=StaffChannels()
    )
    return made.model_copy(update=changes)


def membership(*permissions: str, role: str = "owner") -> MembershipAnswer:
    return MembershipAnswer.model_validate(
        {
            "id": uid(90),
            "account_id": ACCOUNT,
            "account_name": "Салон «Левада»",
            "vanity_address": "levada",
            "role": role,
            "name": "Тарас Савченко",
            "permissions": permissions,
            "location_ids": None,
            "accepts_bookings": False,
            "staff_member_id": None,
        }
    )


def tokens(**changes: Any) -> dict[str, Any]:
    return {
        "access_token": "access-1",
        "expires_in": 600,
        "refresh_token": "refresh-1",
        "refresh_expires_at": datetime.now(UTC) + timedelta(days=60),
        "session_id": uid(71),
        **changes,
    }


def open_for_clients(stage: Stage) -> None:
    """Everything a client meets on the way to a booking works."""
    item = CatalogueItem(**page().account.model_dump(), addresses=["вул. Сагайдачного, 10"])
    stage.on("booking", "GET", "/catalogue", Catalogue(items=[item]))
    stage.on(
        "booking", "GET", "/catalogue/cities", CityList(items=[City(name="Київ", firms=2), City(name="Львів", firms=1)])
    )
    stage.on("booking", "GET", "/public/[^/]+", unknown_salon)
    stage.on("booking", "GET", "/public/levada", page())
    stage.on("booking", "GET", "/public/levada/availability", free_times)
    stage.on("booking", "GET", "/public/levada/availability/explain-day", why_not)
    stage.on("booking", "GET", "/public/levada/hours", hours)
    stage.on("booking", "GET", "/public/levada/reviews", reviews())
    stage.on("booking", "POST", "/public/levada/holds", hold)
    stage.on("booking", "POST", "/public/levada/bookings", my_booking())
    stage.on("booking", "GET", "/public/b/k7m2xq", one_booking())
    stage.on("booking", "GET", "/me/bookings", my_bookings)
    stage.on("booking", "GET", f"/me/bookings/{BOOKING}", my_booking())
    stage.on("identity", "POST", "/auth/codes", code_sent)
    stage.on("identity", "POST", "/auth/sessions", sign_in)
    stage.on("identity", "GET", "/me/second-factor", SecondFactorAnswer(state="none", advised=False))
    stage.on("identity", "POST", "/auth/sessions/refresh", tokens(access_token="access-2", refresh_token="refresh-2"))
    stage.on("identity", "GET", "/me", profile())
    stage.on("identity", "PATCH", "/me", profile())


_BREAK_ON = 3


def hours(_: Asked) -> HoursAnswer:
    """From ten to eight on every day of the week to come, on one with a break."""
    spans = [WorkSpan(starts_at=moment(day, 10), ends_at=moment(day, 20)) for day in range(7) if day != _BREAK_ON]
    spans += [WorkSpan(starts_at=moment(_BREAK_ON, start), ends_at=moment(_BREAK_ON, start + 4)) for start in (9, 14)]
    return HoursAnswer(
        first_day=today(), items=[LocationHours(location_id=LOCATION, time_zone="Europe/Kyiv", spans=spans)]
    )


def reviews() -> PublicReviewList:
    one = PublicReview(
        id=uid(95),
        rating=5,
        text="Стрижка тримається вже місяць.",
        client_name="Ірина",
        services=["Чоловіча стрижка"],
        staff=["Олена Шевчук"],
        visited_on=today() - timedelta(days=3),
        answer="Дякуємо, чекаємо знову!",
        created_at=moment(-2, 12),
    )
    return PublicReviewList(rating=Rating(average=4.75, count=8), items=[one])


def my_bookings(asked: Asked) -> MyBookingList:
    was = my_booking(
        id=uid(59),
        state="completed",
        payment_state="settled",
        code="aaaaaa",
        may_cancel=False,
        may_reschedule=False,
        starts_at=moment(-30, 10),
        ends_at=moment(-30, 10, 45),
    )
    return MyBookingList(items=[my_booking()] if asked.query["when"] == "coming" else [was])


def unknown_salon(_: Asked) -> None:
    raise No(404, "request.not_found", title="Такого немає або у вас немає доступу")


class DayWithout(RootModel[list[DayExplanationAnswer]]):
    """A day that has no start, person by person."""


def why_not(asked: Asked, code: str = "closed_day") -> DayWithout:
    reason = Reason(code=code, text="У неділю салон не працює.").model_dump()
    olena = {"staff_member_id": OLENA, "staff_member_name": "Олена", "offered_starts": 0, "reasons": [reason]}
    day = {"date": asked.query["date"], "location_id": LOCATION, "offered_starts": 0, "staff": [olena]}
    return DayWithout.model_validate([day])


def hold(asked: Asked) -> HoldAnswer:
    starts_at = datetime.fromisoformat(asked.body["starts_at"])
    return HoldAnswer(
        hold_id=HOLD,
        expires_at=datetime.now(UTC) + timedelta(minutes=10),
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=45),
        location_id=LOCATION,
        staff_member_ids=[OLENA],
        price=uah(450),
    )


def code_sent(asked: Asked) -> LoginCodeAnswer:
    now = datetime.now(UTC)
    attempt = ATTEMPT if asked.body["bound"] else None
    return LoginCodeAnswer(expires_at=now + timedelta(minutes=5), resend_at=now + timedelta(minutes=1), attempt=attempt)


def sign_in(asked: Asked) -> SignedInAnswer:
    if asked.body["code"] != CODE or asked.body["attempt"] != ATTEMPT:
        raise No(401, "identity.code_wrong", title="Код неправильний", fix={"text": "Лишилося 4 спроби.", "url": None})
    return SignedInAnswer.model_validate({**tokens(), "user": profile().model_dump(), "device_token": "device-1"})
