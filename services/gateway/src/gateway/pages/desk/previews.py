"""Which messages a change would send, before it is saved: the planner's own answer."""

from __future__ import annotations

import contextlib
from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import UUID

from pydantic import ValidationError

from contracts.http.booking import BookingAnswer
from contracts.http.catalogue import ServiceAnswer
from contracts.http.notifications import PlanPreview, PlanPreviewRequest
from gateway.clients import Refused
from gateway.pages.visit import Visit


async def preview_of_change(
    visit: Visit,
    booking: BookingAnswer,
    act: Literal["reschedule", "cancel"],
    *,
    starts_at: datetime | None = None,
    staff_member_id: UUID | None = None,
) -> PlanPreview | None:
    """Of moving or cancelling one booking; none where the reader may not see messages."""
    values = {"act": act, "booking_id": booking.id, "starts_at": starts_at, "staff_member_id": staff_member_id}
    return await _asked(visit, booking.account_id, values)


async def preview_of_new(
    visit: Visit,
    account_id: UUID,
    services: list[ServiceAnswer],
    *,
    location_id: UUID,
    staff_member_id: UUID,
    starts_at: datetime,
    client: dict[str, Any],
) -> PlanPreview | None:
    """Of a booking that is about to be made; `client` has `client_id`, or `client` with name and phone, or nothing."""
    items, at = [], starts_at
    for service in services:
        until = at + timedelta(minutes=service.duration_min)
        items.append(
            {"service_name": service.name, "staff_member_id": staff_member_id, "starts_at": at, "ends_at": until}
        )
        at = until
    price = sum(service.price.amount for service in services)
    draft = {"location_id": location_id, "items": items, "price": price, **client}
    return await _asked(visit, account_id, {"act": "create", "draft": draft})


async def _asked(visit: Visit, account_id: UUID, values: dict[str, Any]) -> PlanPreview | None:
    with contextlib.suppress(Refused, ValidationError):
        body = visit.body(PlanPreviewRequest, values)
        return await visit.api.notifications.plan_preview(account_id, body)
    return None
