"""Dead letters: filter, count, reason, replay."""

from __future__ import annotations

import asyncio
import re
from datetime import UTC, datetime
from typing import Any, Literal

from starlette.responses import Response

from gateway.clients import Refused
from gateway.clients.admin import Admin, part
from gateway.pages.errors import PageUnknown
from gateway.pages.forms import Form
from gateway.pages.route import page_router
from gateway.pages.visit import Visit, VisitDep
from gateway.pages.words import t

from .frame import operator, ops_page, written

router = page_router()

_WITH_LETTERS = ("identity", "booking", "notifications", "fiscal")
_MOST = 500
_SHORTEST_REASON = 5
_PASSING = re.compile(r"timeout|connection|deadlock|serialization|unavailable|too many clients", re.IGNORECASE)


@router.get("/ops/dead-letters")
async def listed(visit: VisitDep) -> Response:
    """Those that wait, by service and queue, with how many there are."""
    return await _page(visit, await operator(visit), Form())


@router.post("/ops/dead-letters/replay")
async def replay(visit: VisitDep) -> Response:
    """Send those of the filter to their queue again; only with a reason, and only as many as were counted."""
    admin = await operator(visit)
    form = await visit.form()
    service, queue, count = form.value("service"), form.value("queue"), form.whole("count")
    reason = form.value("reason").strip()
    if service not in _WITH_LETTERS or not isinstance(count, int):
        raise PageUnknown
    if len(reason) < _SHORTEST_REASON:
        return await _page(visit, admin, form.refuse("reason", t("ops.reason_needed"), t("ops.reason")), 422)
    which = {"queue": queue or None, "limit": min(max(count, 0), _MOST)}
    try:
        done = await admin.ask(service, "POST", "/admin/dead-letters/replay", body=which)
    except Refused as refused:
        return await _page(visit, admin, form.note(refused.problem), refused.status)
    await written(visit, "replay", reason, service=service, queue=queue, replayed=done["replayed"])
    return visit.go(f"/ops/dead-letters?service={service}", "ops.replayed", count=done["replayed"])


@router.get("/ops/dead-letters/{service}/{letter_id}")
async def one(visit: VisitDep, service: str, letter_id: str) -> Response:
    """One of them with its headers and body; looking at it is written down, since bodies hold personal data."""
    admin = await operator(visit)
    if service not in _WITH_LETTERS:
        raise PageUnknown
    letter = await admin.ask(service, "GET", f"/admin/dead-letters/{part(letter_id)}")
    await written(visit, "read dead letter", "", service=service, letter_id=letter_id)
    return _letter_page(visit, letter, service, Form())


@router.post("/ops/dead-letters/{service}/{letter_id}/{act}")
async def decide(visit: VisitDep, service: str, letter_id: str, act: Literal["replay", "discard"]) -> Response:
    """Send one again, or give it up."""
    admin = await operator(visit)
    form = await visit.form()
    reason = form.value("reason").strip()
    if service not in _WITH_LETTERS:
        raise PageUnknown
    path = f"/admin/dead-letters/{part(letter_id)}"
    status = 0
    if len(reason) < _SHORTEST_REASON:
        form.refuse("reason", t("ops.reason_needed"), t("ops.reason"))
        status = 422
    else:
        try:
            await admin.ask(service, *(("POST", f"{path}/replay") if act == "replay" else ("DELETE", path)))
        except Refused as refused:
            form.note(refused.problem)
            status = refused.status
    if status:
        letter = await admin.ask(service, "GET", path)
        return _letter_page(visit, letter, service, form, status)
    await written(visit, act, reason, service=service, letter_id=letter_id)
    return visit.go(f"/ops/dead-letters?service={service}", f"ops.did_{act}")


def _letter_page(visit: Visit, letter: dict[str, Any], service: str, form: Form, status: int = 200) -> Response:
    return ops_page(
        visit,
        "ops/dead-letters",
        "letter",
        status,
        letter=letter,
        service=service,
        form=form,
        is_passing=is_passing,
        since=since,
    )


def is_passing(cause: str) -> bool:
    """Whether the cause sounds like a trouble that goes by itself, such as a lost connection."""
    return bool(_PASSING.search(cause.partition("\n")[0]))


def since(died_at: str) -> int:
    """Seconds since then."""
    return int((datetime.now(UTC) - datetime.fromisoformat(died_at)).total_seconds())


async def _page(visit: Visit, admin: Admin, form: Form, status: int = 200) -> Response:
    if visit.request.method == "POST":
        visit.address = "/ops/dead-letters"
    chosen = form.value("service") or visit.query.get("service") or ""
    queue = form.value("queue") or visit.query.get("queue") or ""
    names = [chosen] if chosen in _WITH_LETTERS else list(_WITH_LETTERS)
    found = await asyncio.gather(*(_waiting(admin, name, queue) for name in names))
    letters = [(name, letter) for name, those in zip(names, found, strict=True) for letter in those or []]
    queues = sorted({letter["queue"] for _, letter in letters})
    return ops_page(
        visit,
        "ops/dead-letters",
        "letters",
        status,
        letters=letters,
        away=[name for name, those in zip(names, found, strict=True) if those is None],
        services=_WITH_LETTERS,
        chosen=chosen,
        queue=queue,
        queues=queues,
        form=form,
        is_passing=is_passing,
        since=since,
    )


async def _waiting(admin: Admin, service: str, queue: str) -> list[dict[str, Any]] | None:
    """None where the service does not answer."""
    query: dict[str, str | int] = {"limit": _MOST, **({"queue": queue} if queue else {})}
    try:
        said = await admin.ask(service, "GET", "/admin/dead-letters", query=query)
    except Refused:
        return None
    items: list[dict[str, Any]] = said["items"]
    return items
