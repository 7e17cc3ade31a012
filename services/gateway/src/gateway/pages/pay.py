"""`/pay/{id}`: what is asked, until when, and the way to the acquirer. The page of a link: nobody signs in."""

from __future__ import annotations

from urllib.parse import urlsplit
from uuid import UUID

from fastapi import APIRouter
from starlette.responses import RedirectResponse, Response

from contracts.http.payments import Paying
from gateway.clients import Refused

from .forms import Form
from .public.firm_behind import Firm
from .route import page_router, policy
from .visit import Visit, VisitDep
from .zones import USUAL_ZONE

router = page_router()
returns = APIRouter()


@router.get("/pay/{payment_id}")
async def payment(visit: VisitDep, payment_id: UUID) -> Response:
    """How it stands now; acquirers send people back here."""
    return await _page(visit, payment_id, Form())


@returns.post("/pay/{payment_id}")
async def back(payment_id: UUID) -> Response:
    """Some acquirers send people back with a form of their own; nothing in it is believed."""
    return RedirectResponse(f"/pay/{payment_id}", 303)


@router.post("/pay/{payment_id}/start")
async def pay(visit: VisitDep, payment_id: UUID) -> Response:
    """On to the acquirer: by itself where a script may, else by one more press.

    A redirect out of a form is held back by the content policy, so the way leads over a page of ours that names the
    acquirer's origin in its own policy.
    """
    form = await visit.form()
    try:
        body = visit.body(Paying, {"provider": form.text("provider")})
        started = await visit.api.own.start_payment(payment_id, body)
    except Refused as refused:
        if refused.status == 404:
            return _unknown(visit)
        return await _page(visit, payment_id, form.note(refused.problem), refused.status)
    checkout = started.checkout
    fields = [
        (name, one) for name, value in checkout.fields.items() for one in ([value] if isinstance(value, str) else value)
    ]
    response = visit.page(
        "me/pay_on.html.jinja",
        provider=started.provider.value,
        checkout=checkout,
        fields=fields,
        back=f"/pay/{payment_id}",
    )
    where = urlsplit(checkout.url)
    response.headers["Content-Security-Policy"] = policy(f"'self' {where.scheme}://{where.netloc}")
    return response


async def _page(visit: Visit, payment_id: UUID, form: Form, status: int = 200) -> Response:
    try:
        asked = await visit.api.own.payment(payment_id)
    except Refused as refused:
        if refused.status == 404:
            return _unknown(visit)
        raise
    visit.address = f"/pay/{payment_id}"
    return visit.page(
        "me/pay.html.jinja",
        status,
        firm=Firm(asked.account_name),
        payment=asked,
        zone=asked.time_zone or USUAL_ZONE,
        form=form,
    )


def _unknown(visit: Visit) -> Response:
    return visit.page("me/pay_unknown.html.jinja", 404)
