"""All texts of messages, by kind and language."""

from __future__ import annotations

from itertools import groupby
from uuid import UUID

from starlette.responses import Response

from gateway.pages.route import page_router
from gateway.pages.visit import VisitDep

from .frame import message_page

router = page_router()


@router.get("/manage/{account_id}/messages/texts")
async def listed(visit: VisitDep, account_id: UUID) -> Response:
    """Kinds with their languages and what became of each text."""
    items = (await visit.api.message_texts.listed(account_id)).items
    groups = [
        (recipient_type, kind, list(texts))
        for (recipient_type, kind), texts in groupby(items, key=lambda one: (one.recipient_type, one.kind))
    ]
    return await message_page(visit, account_id, "messages/texts", "texts", groups=groups)
