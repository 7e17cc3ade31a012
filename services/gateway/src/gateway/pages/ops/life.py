"""The life of one booking across the services: its timeline, messages, attempts and receipts, with trace ids."""

from __future__ import annotations

from collections.abc import Awaitable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from starlette.responses import Response

from gateway.clients import Refused
from gateway.pages.forms import Form, uuids
from gateway.pages.route import page_router
from gateway.pages.visit import Visit, VisitDep

from .frame import operator, ops_page, written

router = page_router()

A = TypeVar("A")


@dataclass(frozen=True)
class Moment:
    """Something that happened to the booking."""

    at: datetime
    service: str
    what: str
    who: str = ""
    trace_id: str = ""
    is_trouble: bool = False


@router.get("/ops/life")
async def shown(visit: VisitDep) -> Response:
    """Asked for by account and booking; needs a visit to that account, as every look into one does."""
    await operator(visit)
    form = Form.of(account_id=visit.query.get("account_id"), booking_id=visit.query.get("booking_id"))
    ids = uuids([form.value("account_id").strip(), form.value("booking_id").strip()])
    moments: list[Moment] = []
    refusals: list[dict[str, Any]] = []
    if len(ids) == 2:
        await written(visit, "read life of a booking", "", account_id=str(ids[0]), booking_id=str(ids[1]))
        moments, refusals = await _life(visit, *ids)
    return ops_page(visit, "ops/life", "life", moments=moments, refusals=refusals, form=form, is_asked=len(ids) == 2)


async def _life(visit: Visit, account_id: UUID, booking_id: UUID) -> tuple[list[Moment], list[dict[str, Any]]]:
    refusals: list[dict[str, Any]] = []

    async def of(asked: Awaitable[A]) -> A | None:
        try:
            return await asked
        except Refused as refused:
            if refused.status == 401:
                raise
            refusals.append(refused.problem)
            return None

    api, moments = visit.api, []
    if timeline := await of(api.booking.timeline(account_id, booking_id)):
        moments += [
            Moment(entry.at, "booking", entry.text, entry.actor_name or "", entry.trace_id or "")
            for entry in timeline.items
        ]
    if messages := await of(api.notifications.of_booking(account_id, booking_id)):
        for one in messages.items:
            about = f"{one.kind} → {one.recipient.type}, {one.channel}"
            if one.planned_at:
                reason = f" ({one.reason_code})" if one.reason_code else ""
                is_trouble = one.state in ("failed", "unknown", "held")
                said = f"{about}: {one.state}{reason}"
                moments.append(Moment(one.planned_at, "notifications", said, is_trouble=is_trouble))
            for hop in one.attempts:
                said = f"{about}: {hop.provider} № {hop.number} – {hop.outcome}"
                answer = f" {hop.provider_code or ''} {hop.provider_text or ''}".rstrip()
                trouble = hop.outcome != "accepted"
                moments.append(Moment(hop.started_at, "notifications", said + answer, "", hop.trace_id or "", trouble))
    if settlement := await of(api.fiscal.settlement(account_id, booking_id)):
        for act in settlement.items:
            receipt = f"; receipt {act.receipt.state} {act.receipt.reason_code or ''}".rstrip()
            is_trouble = act.receipt.state in ("held", "failed")
            said = f"{act.kind} {act.amount.amount / 100:.2f} {act.amount.currency}{receipt}"
            moments.append(Moment(act.created_at, "fiscal", said, act.created_by_name, "", is_trouble))
    return sorted(moments, key=lambda moment: moment.at), refusals
