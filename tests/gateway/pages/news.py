"""The salon's messages, their settings and texts, as notifications would tell of them."""

from __future__ import annotations

from typing import Any

from contracts.http import notifications as shapes

from .money import CLIENT, notifications
from .salon import moment, uid
from .stage import Asked, Stage
from .work import BASE

WISHES = f"{BASE}/clients/{CLIENT}/notification-preferences"
TEXT = f"{BASE}/templates/reminder_eve/uk"
LONG = "Левада: завтра о 10:00 чекаємо Олександру Костянтинівну, Ламінування, вул. Сагайдачного, 10"


def causes(asked: Asked) -> shapes.Causes:
    if "held" not in asked.query.get("state", ""):
        return shapes.Causes(items=[], total=0)
    one = {
        "state": "held",
        "reason_code": "insufficient_balance",
        "reason_text": "На балансі TurboSMS бракує коштів",
        "fix": {"text": "Поповніть баланс: повідомлення підуть самі.", "url": "/manage/balance"},
        "count": 14,
        "first_planned_at": moment(0, 19),
        "last_planned_at": moment(2, 19),
    }
    return shapes.Causes.model_validate({"items": [one], "total": 14})


def morning() -> shapes.MorningCheck:
    thing = {
        "area": "fiscal",
        "code": "signature_inactive",
        "text": "Підпис касира не активний: 3 чеки чекатимуть.",
        "help_url": "/help/fiscal.signature_inactive",
        "count": 3,
    }
    return shapes.MorningCheck.model_validate({"items": [thing], "text": "Одна річ на сьогодні"})


def settings(**changes: Any) -> shapes.NotificationSettings:
    return shapes.NotificationSettings.model_validate({"version": 4, **changes})


def change(asked: Asked) -> shapes.SettingsChange | shapes.NotificationSettings:
    body = shapes.NotificationSettings.model_validate(asked.body)
    if asked.query.get("dry_run") != "true":
        return body
    reasons = {"quiet_hours": 2}
    return shapes.SettingsChange(
        dry_run=True, settings=body, bookings=10, moved=10, added=1, dropped=2, dropped_by_reason=reasons, kept=17
    )


def measured(text: str, parts: int, alphabet: str = "ucs2") -> dict[str, Any]:
    price = {"amount": 120 * parts, "currency": "UAH"}
    return {"text": text, "alphabet": alphabet, "units": len(text), "parts": parts, "left_in_part": 9, "price": price}


def text(**changes: Any) -> shapes.Template:
    made = {
        "kind": "reminder_eve",
        "recipient_type": "client",
        "language": "uk",
        "state": "standard",
        "text": "Завтра о {time} чекаємо вас: {location}",
        "used_text": "Завтра о {time} чекаємо вас: {location}",
        "variables": ["time", "location", "client_name"],
        "example": "Завтра о 10:00 чекаємо вас: Левада",
        "example_parts": 1,
        "longest": measured(LONG, 2),
        "version": 2,
    }
    return shapes.Template.model_validate({**made, **changes})


def preview(asked: Asked) -> shapes.TemplatePreview:
    typed = asked.body.get("text") or "Завтра о 10:00 чекаємо вас"
    return shapes.TemplatePreview.model_validate(
        {
            **measured(typed, 1),
            "longest": measured(LONG, 2),
            "longest_transliterated": measured("Levada: zavtra o 10:00", 1, "gsm"),
        }
    )


def wishes() -> shapes.RecordedPreferences:
    made = {"refused_channels": ["viber"], "changed_at": moment(0, 9), "changed_by_name": "Олена Шевчук"}
    return shapes.RecordedPreferences.model_validate({**made, "refused_everywhere": ["reminders"]})


LETTERS = f"{BASE}/clients/[^/]+/messages"
WRITTEN = {
    "id": uid(901),
    "direction": "out",
    "text": "Салон «Левада»: візьміть змінне взуття",
    "at": moment(0, 9),
    "author_id": uid(70),
    "author_name": "Марко",
    "channel": "sms",
    "parts": 1,
    "state": "delivered",
    "planned_at": moment(0, 9),
}


def forecast(asked: Asked) -> shapes.MessageForecast:
    """What would become of the words that were sent."""
    return foretold(text=f"Салон «Левада»: {asked.body['text']}", channel=asked.body.get("channel", "sms"))


def foretold(**changes: Any) -> shapes.MessageForecast:
    usual: dict[str, Any] = {
        "text": "Салон «Левада»: візьміть змінне взуття",
        "channel": "sms",
        "channels": ["sms"],
        "state": "planned",
        "is_now": True,
        "planned_at": moment(0, 9),
        "parts": 2,
        "most_parts": 4,
        "price": {"amount": 240, "currency": "UAH"},
        "provider": "integrica",
        "left_for_client": 4,
        "left_today": 59,
    }
    return shapes.MessageForecast.model_validate(usual | changes)


def letters(*more: dict[str, Any]) -> shapes.WrittenMessages:
    answer = {"id": uid(902), "direction": "in", "text": "Добре, дякую", "at": moment(0, 10)}
    return shapes.WrittenMessages.model_validate({"items": [*more, answer, WRITTEN]})


def open_the_post(stage: Stage) -> None:
    """Everything the pages about messages need works."""
    stage.on("notifications", "GET", f"{BASE}/notifications", notifications())
    stage.on("notifications", "GET", f"{BASE}/notifications/causes", causes)
    stage.on("notifications", "GET", f"{BASE}/notifications/morning-check", morning())
    stage.on("notifications", "GET", f"{BASE}/notification-settings", settings())
    stage.on("notifications", "PUT", f"{BASE}/notification-settings", change)
    rejected = text(kind="created", state="rejected", comment="Без імені салону")
    both = shapes.Templates(items=[text(), text(language="en", state="pending"), rejected])
    stage.on("notifications", "GET", f"{BASE}/templates", both)
    stage.on("notifications", "GET", f"{BASE}/templates/[^/]+/[a-z]+", text())
    stage.on("notifications", "PUT", f"{BASE}/templates/[^/]+/[a-z]+", text(state="pending"))
    stage.on("notifications", "DELETE", f"{BASE}/templates/[^/]+/[a-z]+", None)
    stage.on("notifications", "POST", f"{BASE}/templates/[^/]+/[a-z]+/(approve|reject)", text(state="approved"))
    stage.on("notifications", "POST", f"{BASE}/templates/preview", preview)
    stage.on("notifications", "GET", LETTERS, letters())
    stage.on("notifications", "POST", f"{LETTERS}/preview", forecast)
    stage.on("notifications", "POST", LETTERS, shapes.WrittenMessage.model_validate(WRITTEN))
    stage.on("notifications", "GET", WISHES, wishes())
    stage.on("notifications", "PUT", WISHES, wishes())
