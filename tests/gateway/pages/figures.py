"""What booking reports of the salon."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, get_args

from contracts.http import reports as shapes
from contracts.http.base import Answer

from .salon import BOOKING, CUT, LOCATION, OLENA, PHONE, moment, today, uah, uid
from .stage import Asked, Stage
from .work import BASE

PERIOD = {"from": today().replace(day=1), "to": today(), "location_ids": None, "currency": "UAH"}
SCRIPT = "<script>alert(1)</script>"


def figures(**more: Any) -> dict[str, Any]:
    made = {"visits": 10, "coming": 0, "completed": 7, "cancelled_by_client": 1, "cancelled_by_staff": 1}
    return {**made, "no_show": 1, "expired": 0, "revenue": uah(3150), "paid": uah(2700), **more}


def summary() -> shapes.SummaryReport:
    place = figures(location_id=LOCATION, location_name=f"На Подолі {SCRIPT}")
    common = {"goods_revenue": uah(100), "new_clients": 3, "returning_clients": 4, "reversals": []}
    return shapes.SummaryReport.model_validate({"period": PERIOD, "total": figures(), "locations": [place], **common})


def journal() -> shapes.JournalReport:
    line = {
        "booking_id": BOOKING,
        "code": "k7m2xq",
        "day": today(),
        "starts_at": moment(0, 10),
        "ends_at": moment(0, 11),
        "location_id": LOCATION,
        "location_name": "На Подолі",
        "state": "completed",
        "payment_state": "settled",
        "services": ["Чоловіча стрижка"],
        "staff": ["Олена Шевчук"],
        "client_id": uid(80),
        "client_name": "Тарас",
        "client_surname": None,
        "client_phone": PHONE,
        "price": uah(450),
        "paid": uah(450),
        "source": "site",
        "comment": None,
        "created_at": moment(0, 8),
    }
    more = {"total": figures(), "items": [line], "next_cursor": "c-2"}
    return shapes.JournalReport.model_validate({"period": PERIOD, **more})


def services() -> shapes.ServicesReport:
    one = {"service_id": CUT, "name": "Чоловіча стрижка", "booked": 8, "completed": 7, "minutes": 315}
    item = {**one, "revenue": uah(3150), "share_percent": 100.0}
    return shapes.ServicesReport.model_validate({"period": PERIOD, "items": [item], "revenue": uah(3150)})


def weekly() -> shapes.WeeklyReport:
    monday = today() - timedelta(days=today().weekday())
    later = figures(week="2026-W48", new_clients=1, visits=6, completed=4) | {"from": monday, "to": today()}
    before = {"from": monday - timedelta(days=7), "to": monday - timedelta(days=1), "visits": 4, "completed": 3}
    one = {"cancelled_by_client": 0, "cancelled_by_staff": 0, "no_show": 1}
    earlier = figures(week="2026-W47", new_clients=2) | before | one
    return shapes.WeeklyReport.model_validate({"period": PERIOD, "items": [earlier, later], "total": figures()})


def staff() -> shapes.StaffReport:
    one = {"staff_member_id": OLENA, "name": "Олена Шевчук", "is_deleted": False, "booked": 8, "completed": 7}
    item = {**one, "cancelled": 1, "no_show": 0, "revenue": uah(3150), "booked_min": 360, "working_min": 480}
    items = [{**item, "occupancy_percent": 75.0}, {**item, "name": "Без графіка", "occupancy_percent": None}]
    common = {"goods_revenue": uah(0), "revenue": uah(3150)}
    return shapes.StaffReport.model_validate({"period": PERIOD, "items": items, **common})


def clients() -> shapes.ClientsReport:
    one = {"client_id": uid(80), "name": "Тарас", "surname": None, "phone": "+380…67", "is_new": True}
    days = {"first_visit": today(), "last_visit": today()}
    item = {**one, **days, "visits": 3, "completed": 3, "cancelled": 0, "no_show": 0, "revenue": uah(1350)}
    return shapes.ClientsReport.model_validate(
        {"period": PERIOD, "new": 1, "returning": 2, "revenue": uah(1350), "items": [item]}
    )


def mailing(report: shapes.MailedReport) -> shapes.ReportMailingAnswer:
    """One report of all locations, on Mondays."""
    return shapes.ReportMailingAnswer(
        report=report,
        version=3,
        is_on=True,
        time="09:00",
        weekdays=["mon"],
        span="last_7_days",
        recipient_user_ids=None,
        last_day=None,
    )


def timetable(**changes: Any) -> shapes.ReportScheduleAnswer:
    made = {"location_id": LOCATION, "location_name": "На Подолі", "version": 2, "is_on": True, "time": "20:00"}
    rest = {"weekdays": ["mon", "tue", "wed", "thu", "fri"], "covers": "today", "recipient_user_ids": None}
    return shapes.ReportScheduleAnswer.model_validate({**made, **rest, "last_day": today(), **changes})


def open_the_figures(stage: Stage) -> None:
    """Every report works."""
    made = {
        "summary": summary(),
        "journal": journal(),
        "services": services(),
        "weekly": weekly(),
        "staff": staff(),
        "clients": clients(),
    }

    def report(asked: Asked) -> Answer | dict[str, str]:
        return {"file": asked.query["format"]} if "format" in asked.query else made[asked.path.rsplit("/", 1)[-1]]

    stage.on("booking", "GET", f"{BASE}/reports/[a-z]+", report)
    listed = shapes.ReportScheduleList(items=[timetable()])
    stage.on("booking", "GET", f"{BASE}/report-schedules", listed)
    stage.on("booking", "PUT", f"{BASE}/report-schedules/{LOCATION}", timetable())
    mailings = [mailing(name) for name in get_args(shapes.MailedReport)]
    stage.on("booking", "GET", f"{BASE}/report-mailings", shapes.ReportMailingList(items=mailings))
    stage.on("booking", "PUT", f"{BASE}/report-mailings/[a-z]+", mailing("staff"))
    member = {
        "id": uid(95),
        "version": 1,
        "account_id": BASE.rsplit("/", 1)[-1],
        "user_id": uid(96),
        "staff_member_id": OLENA,
        "name": "Олена Шевчук",
        "phone": "+380671112233",
        "role": "owner",
        "permissions": [],
        "permission_changes": {},
        "location_ids": None,
        "accepts_bookings": True,
        "is_active": True,
        "added_at": moment(0, 9),
        "removed_at": None,
    }
    stage.on("identity", "GET", f"{BASE}/members", {"items": [member], "next_cursor": None})
