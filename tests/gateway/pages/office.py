"""The same salon from the side of its owner: rules, days off, rooms, rights, settings."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from contracts.http.changes import HolidayList

from .salon import ACCOUNT, ANDRII, CUT, LOCATION, OLENA, SOFIIA, moment, today, uid
from .stage import Asked, No, Stage

BASE = f"/accounts/{ACCOUNT}"
OFF, CLOSED, ROOM, GONE = uid(901), uid(902), uid(903), uid(904)


FIELD = {"name": "Алергії", "kind": "text", "choices": [], "is_contact": False}


def hit(number: int = 1, name: str = "Тарас", *, free: int = 2) -> dict[str, Any]:
    """A booking in the way of a change."""
    since = moment(2, 10 + number)
    return {
        "booking_id": str(uid(300 + number)),
        "starts_at": since.isoformat(),
        "ends_at": (since + timedelta(minutes=60)).isoformat(),
        "staff_member_id": str(SOFIIA),
        "services": ["Стрижка"],
        "client": {"id": str(uid(500 + number)), "name": name, "phone": "+380671234567"},
        "alternatives": [
            {"starts_at": (since + timedelta(days=1, hours=hour)).isoformat(), "staff_member_ids": [str(ANDRII)]}
            for hour in range(free)
        ],
    }


def hits(*found: dict[str, Any], seen: str = "mark-1") -> Any:
    """Plays booking: a dry run shows the bookings; without a choice for each, or with an old mark, 409."""

    def play(asked: Asked) -> dict[str, Any]:
        kind = asked.body["change"]["kind"]
        told = {"kind": kind, "conflicts": list(found), "seen": seen, "outcome": []}
        if asked.body.get("dry_run"):
            return {**told, "saved": False}
        chosen = {one["booking_id"]: one["choice"] for one in asked.body.get("choices", [])}
        everyone = asked.body.get("on_conflict")
        if asked.body.get("seen") != seen or any(one["booking_id"] not in chosen for one in found if not everyone):
            raise No(409, "booking.schedule_conflict", title="Зміна зачіпає записи клієнтів", **told)
        outcome = [
            {
                "booking_id": one["booking_id"],
                "choice": everyone or chosen[one["booking_id"]],
                "starts_at": one["starts_at"],
                "staff_member_ids": [],
            }
            for one in found
        ]
        return {**told, "saved": True, "outcome": outcome}

    return play


def days(asked: Asked) -> dict[str, Any]:
    """A month in which weekdays are worked, with one of everything."""
    first, last = date.fromisoformat(asked.body["from"]), date.fromisoformat(asked.body["to"])
    causes = {3: ("holiday", "Санітарний день"), 10: ("time_off", "Навчання"), 17: ("exception", None)}
    hours = [
        {"from": "09:00", "to": "14:00", "manual_only": False, "location_id": None},
        {"from": "14:00", "to": "16:00", "manual_only": True, "location_id": None},
    ]
    items = []
    for number in range((last - first).days + 1):
        day = first + timedelta(days=number)
        cause, note = causes.get(day.day, ("pattern" if day.weekday() < 5 else "day_off", None))
        works = hours if cause in ("pattern", "exception", "time_off") else []
        items.append({"date": day.isoformat(), "hours": works, "cause": cause, "note": note})
    return {"items": items}


def holidays(year: int, *, confirmed: bool = False) -> HolidayList:
    names = {f"{year}-12-25": "Різдво Христове", f"{year}-08-24": "День Незалежності"}
    items = [{"date": day, "name": name, "closed": True if confirmed else None} for day, name in names.items()]
    return HolidayList.model_validate({"year": year, "country": "UA", "confirmed": confirmed, "items": items})


def message(asked: Asked) -> dict[str, Any]:
    """What the client of a hit booking would hear."""
    act = asked.body["act"]
    planned: dict[str, Any] = {
        "id": uid(700),
        "booking_id": uid(301),
        "kind": "rescheduled" if act == "reschedule" else "cancelled",
        "recipient": {"type": "client", "id": uid(501), "name": "Тарас"},
        "channel": "sms",
        "provider": None,
        "planned_at": moment(0, 9),
        "state": "planned",
        "reason_code": None,
        "reason_text": None,
        "fix": None,
        "provider_error": None,
        "text": "Запис перенесено" if act == "reschedule" else "Запис скасовано",
        "parts": 2,
        "attempts": [],
        "change": "added",
        "created_at": moment(0, 9),
    }
    return {"items": [planned], "to_go": 1, "parts": 2}


def open_office(stage: Stage) -> None:
    """Everything an owner sets up works."""
    stage.on("booking", "POST", f"{BASE}/changes", hits())
    stage.on("booking", "POST", f"{BASE}/staff-members/[^/]+/schedule/days", days)
    away = {
        "id": OFF,
        "staff_member_id": OLENA,
        "starts_at": moment(5, 0),
        "ends_at": moment(9, 0),
        "reason": "Відпустка",
    }
    stage.on("booking", "GET", f"{BASE}/staff-members/[^/]+/time-off", {"items": [away]})
    stage.on("booking", "DELETE", f"{BASE}/staff-members/[^/]+/time-off/{OFF}", None)
    closed = {"id": CLOSED, "date": today() + timedelta(days=20), "name": "Ремонт", "kind": "closed"}
    stage.on("booking", "GET", f"{BASE}/closed-days", {"items": [{**closed, "location_id": LOCATION}]})
    stage.on("booking", "DELETE", f"{BASE}/closed-days/{CLOSED}", None)
    stage.on("booking", "GET", f"{BASE}/holidays/[0-9]+", lambda asked: holidays(int(asked.path[-4:])))
    stage.on("notifications", "POST", f"{BASE}/notifications/preview", message)
    chair = {"id": ROOM, "version": 1, "name": "Кабінет 1", "units": 2, "location_id": None, "service_ids": [CUT]}
    stage.on("booking", "GET", f"{BASE}/resources", {"items": [chair]})
    stage.on("booking", "POST", f"{BASE}/resources", chair)
    stage.on("booking", "PATCH", f"{BASE}/resources/{ROOM}", chair)
    stage.on("booking", "DELETE", f"{BASE}/resources/{ROOM}", None)
    gone = {
        "id": GONE,
        "version": 3,
        "name": "Ігор Бойко",
        "location_ids": None,
        "service_ids": [],
        "accepts_bookings": True,
        "has_login": False,
        "has_schedule": True,
    }
    stage.on("booking", "GET", f"{BASE}/deleted-staff-members", {"items": [gone]})
    stage.on("booking", "POST", f"{BASE}/staff-members/{GONE}/restore", gone)
    stage.on("booking", "GET", f"{BASE}/deleted-(services|locations)", {"items": []})
    stage.on("booking", "GET", f"{BASE}/stock", {"items": []})
    nothing = {"version": 0, "steps": {}, "next_step": "firm", "changed_at": None}
    stage.on("identity", "GET", "/me/registration-draft", nothing)


def look_after(stage: Stage) -> None:
    """Settings, the journal, reviews and goods are there."""
    for method in ("GET", "PUT"):
        stage.on("booking", method, f"{BASE}/client-retention", {"version": 3, "months": 36, "due": 0})
    rule = {"section": "booking", "minimum": 0, "maximum": 43200, "unit": "min", "default": 60, "value": 60}
    change = f"PATCH /api/v1/accounts/{ACCOUNT}"
    settings = [
        {
            "key": "name",
            "section": "firm",
            "expert": False,
            "kind": "text",
            "value": "Салон",
            "name": "Назва",
            "effect": "Так компанію бачать клієнти: на сторінці запису й у повідомленнях.",
        },
        {
            "key": "booking_rules.lead_time_min",
            "expert": False,
            "kind": "number",
            "name": "Найпізніше до початку",
            "effect": "Пізніше за цей час до початку клієнт сам не запишеться.",
            **rule,
        },
        {
            "key": "unlisted",
            "section": "firm",
            "expert": True,
            "kind": "yes_no",
            "value": False,
            "name": "Сховати з каталогу",
            "effect": "Сторінка відкривається лише за посиланням.",
        },
    ]

    def shown(asked: Asked) -> dict[str, Any]:
        expert = asked.query.get("expert") == "true"
        items = [{**one, "change": change} for one in settings if expert or not one["expert"]]
        return {"expert": expert, "items": items, "hidden": 3 - len(items)}

    stage.on("identity", "GET", f"{BASE}/settings", shown)
    act: dict[str, Any] = {
        "id": uid(950),
        "at": moment(-1, 9),
        "actor": {"id": uid(70), "name": "Олена Шевчук"},
        "action": "member.changed",
        "text": "Змінено права: Андрій <i>Мельник</i>",
        "subject": {"type": "member", "id": uid(97), "name": "Андрій"},
        "changes": [{"field": "role", "before": "master", "after": "administrator"}],
        "origin": "203.0.113.7, Firefox",
        "reason": None,
    }
    key = {"type": "api_key", "id": uid(98), "name": "Сайт"}
    made = {**act, "id": uid(951), "action": "api_key.made", "text": "Видано ключ API «Сайт»", "subject": key}

    def journal(asked: Asked) -> dict[str, Any]:
        acts = [act, {**made, "changes": []}]
        what, who = asked.query.get("subject"), asked.query.get("actor_id")
        return {
            "items": [one for one in acts if what in (None, one["subject"]["type"]) and who in (None, str(uid(70)))]
        }

    stage.on("identity", "GET", f"{BASE}/audit", journal)
    own = {
        "version": 3,
        "about_html": "<h2>Про нас</h2><p>Стрижемо з 2010 року.</p>",
        "css": ".own-title { color: teal }",
        "embed_origins": ["https://olga.ua"],
        "removed": False,
    }
    stage.on("booking", "GET", f"{BASE}/site", own)

    def cleaned(asked: Asked) -> dict[str, Any]:
        return {**own, "version": 4, "removed": "<script" in (asked.body.get("about_html") or "")}

    stage.on("booking", "PUT", f"{BASE}/site", cleaned)
    stage.on("identity", "GET", f"{BASE}/support-visits", {"items": []})
    review = {
        "id": uid(960),
        "rating": 4,
        "text": "Гарно <script>alert(1)</script>",
        "client_name": "Тарас",
        "services": ["Стрижка"],
        "staff": ["Олена"],
        "visited_on": today(),
        "answer": None,
        "created_at": moment(-1, 9),
        "version": 1,
        "booking_id": uid(50),
        "location_id": LOCATION,
        "client_id": None,
        "state": "published",
        "hidden_reason": None,
        "answered_at": None,
    }
    stage.on("booking", "GET", f"{BASE}/reviews", {"rating": {"average": 4.0, "count": 1}, "items": [review]})
    stage.on("booking", "POST", f"{BASE}/reviews/{uid(960)}/(answer|hide|publish)", review)
    item = {
        "id": uid(970),
        "version": 2,
        "name": "Шампунь",
        "code": None,
        "unit": "шт",
        "price": {"amount": 25000, "currency": "UAH"},
        "quantity": 5,
        "is_deleted": False,
    }
    stage.on("booking", "GET", f"{BASE}/stock", {"items": [item]})
    stage.on("booking", "POST", f"{BASE}/stock", item)
    moved = {
        "id": uid(971),
        "stock_item_id": uid(970),
        "name": "Шампунь",
        "kind": "receipt",
        "quantity": 5,
        "quantity_after": 5,
        "unit_cost": None,
        "booking_id": None,
        "reason": None,
        "by_name": "Олена",
        "at": moment(-1, 9),
    }
    stage.on("booking", "GET", f"{BASE}/stock-movements", {"items": [moved]})
    stage.on("booking", "POST", f"{BASE}/stock/{uid(970)}/(receipts|write-offs)", moved)
    domain = {
        "host": "www.olga.ua",
        "state": "pending",
        "records": [{"type": "TXT", "name": "_zapys.www.olga.ua", "value": "zapys-proof=abc"}],
        "expected": "zapys-proof=abc",
        "found": ["v=spf1"],
        "trouble": None,
        "checked_at": moment(0, 9),
        "verified_at": None,
    }
    stage.on("booking", "GET", f"{BASE}/domain", domain)
    stage.on("booking", "PUT", f"{BASE}/domain", domain)
    stage.on("booking", "POST", f"{BASE}/domain/check", {**domain, "state": "verified"})
    stage.on("booking", "GET", f"{BASE}/client-fields", {"items": []})
    stage.on("booking", "POST", f"{BASE}/client-fields", {**FIELD, "id": uid(980)})
    stage.on("booking", "GET", f"{BASE}/clients/[^/]+/merges", {"items": []})
    read = {
        "id": uid(981),
        "file_name": "клієнти.csv",
        "columns": {},
        "lines": 2,
        "create": 1,
        "fill": 0,
        "same": 0,
        "errors": 1,
        "rows": [
            {
                "line": 2,
                "action": "error",
                "values": {"name": "=HYPERLINK(<b>)", "phone": "12"},
                "errors": [{"column": "phone", "code": "phone", "text": "Не схоже на телефон"}],
            }
        ],
        "applied_at": None,
        "result": None,
    }
    stage.on("booking", "POST", f"{BASE}/client-imports", read)
    stage.on("booking", "GET", f"{BASE}/client-imports/{uid(981)}", read)
    stage.on("booking", "POST", f"{BASE}/client-imports/{uid(981)}/apply", {**read, "applied_at": moment(0, 9)})
