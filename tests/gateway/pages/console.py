"""What the operators' doors of the processes say."""

from __future__ import annotations

from typing import Any

from contracts.http.access import SupportVisitsAnswer

from .salon import ACCOUNT, moment, uid
from .stage import Asked, No, Stage

TOKEN = "operator-token-of-tests"
LETTER = uid(990)
QUEUE = "notifications.plan"
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
        "outbox": {"depth": 0, "oldest_s": None},
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
    stage.on("identity", "DELETE", "/platform/visits/[^/]+", lambda _: visits().items[0])
