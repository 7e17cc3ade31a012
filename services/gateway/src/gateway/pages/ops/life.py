"""The life of one booking across the services: its timeline, messages, attempts and receipts, with trace ids."""

from __future__ import annotations

from collections.abc import Awaitable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from starlette.responses import Response

from contracts.http.fiscal import Settlement
from contracts.http.notifications import Notification
from gateway.clients import Refused
from gateway.pages import formats
from gateway.pages.forms import Form, uuids
from gateway.pages.route import page_router
from gateway.pages.visit import Visit, VisitDep
from gateway.pages.words import find, t

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
    next: str = ""
    """What cures it, or what a provider said."""


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
        moments += [moment for one in messages.items for moment in _of_message(one)]
    if settlement := await of(api.fiscal.settlement(account_id, booking_id)):
        moments += [_of_money(act) for act in settlement.items]
    return sorted(moments, key=lambda moment: moment.at), refusals


def _of_message(one: Notification) -> list[Moment]:
    """What was planned of it and how it ended, and each time that it was handed to a provider."""
    kind, to, channel = _word("kind", one.kind), t(f"to.{one.recipient.type}"), _word("channel", one.channel)
    found = []
    if one.planned_at:
        said = t("ops.life_message", kind=kind, to=to, channel=channel, state=_word("sent", one.state))
        told = f"{said}. {one.reason_text}" if one.reason_text else said
        trouble = one.state in ("failed", "unknown", "held")
        found.append(
            Moment(
                one.planned_at,
                "notifications",
                told,
                is_trouble=trouble,
                next=one.fix.text if one.fix and trouble else "",
            )
        )
    for hop in one.attempts:
        provider, outcome = _word("provider", hop.provider), _word("hop", hop.outcome)
        said = t("ops.life_attempt", kind=kind, to=to, number=hop.number, provider=provider, outcome=outcome)
        answer = " ".join(part for part in (hop.provider_code, hop.provider_text) if part)
        found.append(
            Moment(
                hop.started_at,
                "notifications",
                said,
                trace_id=hop.trace_id or "",
                is_trouble=hop.outcome != "accepted",
                next=t("ops.life_said", words=answer) if answer else "",
            )
        )
    return found


def _of_money(act: Settlement) -> Moment:
    """A payment or a refund, with what became of its receipt."""
    said = t("ops.life_money", what=_word("payment.kind", act.kind), amount=formats.money(act.amount))
    if act.receipt.state != "none":
        said += f". {_word('receipt', act.receipt.state)}"
    if act.receipt.reason_text:
        said += f". {act.receipt.reason_text}"
    trouble = act.receipt.state in ("held", "failed")
    return Moment(
        act.created_at,
        "fiscal",
        said,
        act.created_by_name,
        is_trouble=trouble,
        next=act.receipt.fix.text if act.receipt.fix and trouble else "",
    )


def _word(kind: str, value: str) -> str:
    """A word of the pages, or the value itself where they have none."""
    return find(f"{kind}.{value}") or value
