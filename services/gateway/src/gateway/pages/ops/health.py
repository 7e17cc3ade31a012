"""How the processes are: parts, outbox, queues, providers, limits; stop and start a handler."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Any, Literal

from starlette.responses import Response

from gateway.clients import Refused
from gateway.clients.admin import SERVICES, Admin, part
from gateway.pages.errors import PageUnknown
from gateway.pages.route import page_router
from gateway.pages.visit import VisitDep

from .frame import operator, ops_page, written

router = page_router()

_LIMITS = ("rate_", "timeout", "limit", "max_", "prefetch", "concurrency")


@dataclass(frozen=True)
class Process:
    """One process as its admin port tells of it; `away` says why it does not."""

    name: str
    status: dict[str, Any] = field(default_factory=dict)
    away: str = ""

    @property
    def is_well(self) -> bool:
        return not self.away and all(state == "ok" for state in self.status.get("parts", {}).values())

    @property
    def queues(self) -> list[dict[str, Any]]:
        """Those with something in them, or without anybody who listens, first."""
        found: list[dict[str, Any]] = self.status.get("queues") or []
        return sorted(found, key=lambda one: (bool(one.get("consumers")), -int(one.get("depth") or 0)))

    @property
    def limits(self) -> dict[str, Any]:
        """The settings that bound what the process does."""
        settings: dict[str, Any] = self.status.get("settings") or {}
        return {key: value for key, value in settings.items() if any(word in key for word in _LIMITS)}


async def process(admin: Admin, name: str) -> Process:
    """Ask one of them."""
    try:
        return Process(name, await admin.ask(name, "GET", "/admin/status"))
    except Refused as refused:
        return Process(name, away=str(refused.problem.get("title") or refused.code))


@router.get("/ops")
async def shown(visit: VisitDep) -> Response:
    """All processes at once."""
    admin = await operator(visit)
    processes = await asyncio.gather(*(process(admin, name) for name in SERVICES))
    return ops_page(visit, "ops", "health", processes=processes)


@router.post("/ops/{service}/queues/{act}")
async def turn(visit: VisitDep, service: str, act: Literal["pause", "resume"]) -> Response:
    """Stop a handler in every worker, or let it go on."""
    admin = await operator(visit)
    if service not in SERVICES:
        raise PageUnknown
    form = await visit.form()
    queue = form.value("queue")
    await admin.ask(service, "POST", f"/admin/consumers/{part(queue)}/{act}")
    await written(visit, f"{act} handler", form.value("reason"), service=service, queue=queue)
    return visit.go("/ops", f"ops.did_{act}")
