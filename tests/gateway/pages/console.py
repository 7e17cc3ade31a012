"""What the operators' doors of the processes say."""

from __future__ import annotations

from typing import Any

from contracts.http.access import SupportVisitsAnswer

from .salon import ACCOUNT, moment, uid
from .stage import Asked, No, Stage

TOKEN = "operator-token-of-tests"
LETTER = uid(990)
MESSAGE, IDEA = uid(996), uid(997)
QUEUE = "notifications.plan_booking"
SERVICES = ("gateway", "identity", "booking", "notifications")


def status(name: str, **changes: Any) -> dict[str, Any]:
    made = {
        "service": name,
        "version": "0.1.0",
        "role": "all",
        "started_at": str(moment(0, 8)),
        "settings": {"rate_general": 1200, "secret_key_file": "***"},
        "parts": {"database": "ok", "broker": "ok"},
        "notes": {"providers": {"turbosms": "closed"}},
        "outbox": {"pending": 0, "oldest_age_s": 0.0, "last_error": None},
        "dead_letters": 2 if name == "notifications" else 0,
        "paused": [],
        "queues": [{"queue": QUEUE, "depth": 4, "consumers": 1}],
    }
    return {**made, **changes}


def letter(**more: Any) -> dict[str, Any]:
    made = {
        "id": LETTER,
        "queue": QUEUE,
        "event": "booking.created",
        "message_id": "m-1",
        "account_id": ACCOUNT,
        "cause": "ValueError: <script>alert(1)</script>",
        "attempts": 6,
        "trace_id": "4bf92f3577b34da6a3ce929d0e0e4736",
        "died_at": str(moment(0, 9)),
    }
    return {**made, **more}


def waiting_text() -> dict[str, Any]:
    return {
        "account_id": str(ACCOUNT),
        "recipient_type": "client",
        "kind": "reminder_eve",
        "language": "uk",
        "state": "pending",
        "text": "Чекаємо! <script>alert(1)</script>",
        "used_text": "Завтра чекаємо",
        "author_name": "Олена",
        "written_at": str(moment(0, 9)),
        "comment": None,
    }


def visits() -> SupportVisitsAnswer:
    one = {"id": uid(995), "account_id": ACCOUNT, "account_name": "Салон «Левада»", "name": "Ірина", "role": "support"}
    times = {"started_at": moment(0, 9), "ends_at": moment(0, 10), "ended_at": None}
    return SupportVisitsAnswer.model_validate({"items": [{**one, "reason": "SMS не пішли", **times}]})


def message(**changes: Any) -> dict[str, Any]:
    told = {
        "id": MESSAGE,
        "number": "k7m2xq9a",
        "name": "Ірина Бондар",
        "contact": "iryna@example.org",
        "text": "Не зберігається графік: після «Зберегти» сторінка каже «Щось пішло не так».",
        "page": "/manage/x/staff",
        "trace_id": "4bf92f3577b34da6a3ce929d0e0e4736",
        "account_id": ACCOUNT,
        "account_name": "Салон «Левада»",
        "user_id": uid(70),
        "created_at": moment(0, 9),
        "answered_at": None,
        "answered_by": None,
    }
    return told | changes


def idea(**changes: Any) -> dict[str, Any]:
    told = {"title": "Запис із Telegram", "text": "Щоб клієнт записувався в боті.", "state": "open", "hidden": False}
    return {"id": IDEA, "votes": 12, "voted": False, "created_at": moment(-9, 9), **told, **changes}


def ideas(asked: Asked) -> dict[str, Any]:
    """A hidden one is only for who asks as somebody of the platform."""
    hidden = idea(id=uid(998), title="Купіть рекламу", votes=1, hidden=True)
    return {"items": [idea(), *([hidden] if asked.query.get("with_hidden") == "true" else [])]}


def open_the_doors(stage: Stage) -> None:
    """All processes answer but fiscal, which is away."""
    for name in SERVICES:
        stage.on(name, "GET", "/admin/status", status(name))

    def away(_: Asked) -> None:
        raise No(503, "gateway.service_away", title="fiscal не відповідає")

    stage.on("fiscal", "GET", "/admin/status", away)
    for name in ("identity", "booking", "notifications"):
        found = [letter()] if name == "notifications" else []
        stage.on(name, "GET", "/admin/dead-letters", {"items": found})
        stage.on(name, "POST", "/admin/dead-letters/replay", {"replayed": len(found)})
    stage.on("fiscal", "GET", "/admin/dead-letters", away)
    one = f"/admin/dead-letters/{LETTER}"
    stage.on("notifications", "GET", one, letter(state="waiting", headers={"ce-type": "x"}, body="<script>1</script>"))
    stage.on("notifications", "POST", f"{one}/replay", letter())
    stage.on("notifications", "DELETE", one, None)
    stage.on("notifications", "POST", f"/admin/consumers/{QUEUE}/(pause|resume)", {"consumer": QUEUE})
    stage.on("notifications", "GET", "/admin/templates", {"items": [waiting_text()]})
    stage.on("notifications", "POST", "/admin/templates/.+/(approve|reject)", waiting_text())
    stage.on("identity", "GET", "/platform/visits", visits())
    stage.on("identity", "POST", "/platform/visits", lambda _: visits().items[0])
    stage.on("identity", "POST", "/platform/second-factor-resets", {"reset_at": moment(3, 9)})
    stage.on("identity", "DELETE", "/platform/visits/[^/]+", lambda _: visits().items[0])
    answered = message(id=uid(994), number="p3w8zz1c", answered_at=moment(0, 11), answered_by="Тарас Савченко")
    stage.on("identity", "GET", "/platform/messages", {"items": [message(), answered]})
    stage.on("identity", "PATCH", f"/platform/messages/{MESSAGE}", message(answered_at=moment(0, 12)))
    stage.on("identity", "GET", "/platform/ideas", ideas)
    stage.on("identity", "PATCH", f"/platform/ideas/{IDEA}", idea(state="planned"))
