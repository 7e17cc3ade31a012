"""`/unsubscribe/{token}`: a person opens the link that a mail gives for ending such mails."""

from __future__ import annotations

from starlette.responses import Response

from .route import page_router
from .visit import Visit, VisitDep

router = page_router()


@router.get("/unsubscribe/{token}")
async def asked(visit: VisitDep, token: str) -> Response:
    """Ask first: mail programs open links by themselves."""
    return await _page(visit, token)


@router.post("/unsubscribe/{token}")
async def refused(visit: VisitDep, token: str) -> Response:
    """No mails any more; again changes nothing."""
    await visit.api.notifications.unsubscribe(token)
    return await _page(visit, token)


async def _page(visit: Visit, token: str) -> Response:
    return visit.page(
        "unsubscribe.html.jinja", token=token, mails=await visit.api.notifications.mail_subscription(token)
    )
