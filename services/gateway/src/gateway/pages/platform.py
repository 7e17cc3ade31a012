"""Pages of the platform itself: prices, wishes, a letter to us, the demo, how things are, how to connect."""

from __future__ import annotations

import asyncio
import re
import time
from dataclasses import dataclass
from uuid import UUID, uuid4

from pydantic import ValidationError
from starlette.responses import Response

from contracts.http.catalogue import PublicAccount
from contracts.http.feedback import IdeaBody, MessageBody
from gateway.clients import Refused

from .assets import Assets
from .errors import PageUnknown
from .forms import Form
from .route import page_router
from .visit import Visit, VisitDep

router = page_router()

ASSETS = Assets()
_COLOUR = re.compile(r"[0-9a-f]{6}")
_TRACE = re.compile(r"[0-9a-f]{32}")
_DEMO_PHONE = "+380000000000"
_KEPT_S = 10.0
_PATIENCE_S = 3.0


@router.get("/prices")
async def prices(visit: VisitDep) -> Response:
    """The base costs nothing; what costs is listed."""
    return visit.page("platform/prices.html.jinja", found=await visit.api.books.price_list())


@router.get("/integration")
async def integration(visit: VisitDep) -> Response:
    """The ways to connect the booking with a site or a program."""
    return visit.page("platform/integration.html.jinja", base=visit.settings.public_url.rstrip("/"))


@router.get("/embed")
async def widget(visit: VisitDep) -> Response:
    """The widget as a site of one's own would show it."""
    colour, asked = visit.query.get("colour", ""), visit.query.get("firm")
    shown: PublicAccount | None
    if asked:
        shown = (await visit.api.catalogue.public_page(asked)).account
    else:
        shown = next(iter((await visit.api.catalogue.listed()).items), None)
    colour = colour if _COLOUR.fullmatch(colour) else ""
    return visit.page("platform/embed.html.jinja", shown=shown, colour=colour, asked=asked)


@router.get("/embed.js")
async def embed_script() -> Response:
    """The script of the widget, at an address that stays."""
    built = ASSETS.file("embed.js")
    if built is None:
        raise PageUnknown
    headers = {"Cache-Control": "public, max-age=3600", "Cross-Origin-Resource-Policy": "cross-origin"}
    return Response(built, media_type="text/javascript; charset=utf-8", headers=headers)


# Wishes


@router.get("/ideas")
async def ideas(visit: VisitDep) -> Response:
    """What people wish, the most wanted first."""
    return await _ideas(visit, Form())


@router.post("/ideas")
async def write_idea(visit: VisitDep) -> Response:
    """A new one."""
    await visit.profile()
    form = await visit.form()
    try:
        body = visit.body(IdeaBody, {"title": form.value("title"), "text": form.value("message")})
        await visit.api.platform.write_idea(body, key=form.key or str(uuid4()))
    except Refused as refused:
        if refused.status == 401:
            raise
        return await _ideas(visit, form.note(refused.problem, {"/text": "message"}), refused.status)
    return visit.go("/ideas", "idea.written")


@router.post("/ideas/{idea_id}/vote")
async def vote(visit: VisitDep, idea_id: UUID) -> Response:
    """For it, or, pressed by who has voted, no longer."""
    await visit.profile()
    form = await visit.form()
    if form.has("vote", "no"):
        await visit.api.platform.take_vote_back(idea_id)
    else:
        await visit.api.platform.vote(idea_id)
    return visit.go(f"/ideas#i-{idea_id}")


async def _ideas(visit: Visit, form: Form, status: int = 200) -> Response:
    visit.address = "/ideas"
    return visit.page("platform/ideas.html.jinja", status, ideas=(await visit.api.platform.ideas()).items, form=form)


# A letter to us


@router.get("/contact")
async def ask_contact(visit: VisitDep) -> Response:
    """With the number of the error it is about, where one was shown."""
    user = await visit.profile() if visit.is_signed_in else None
    trace = visit.query.get("trace", "")
    form = Form.of(
        name=user.name if user else None,
        contact=user.phone if user else None,
        page=visit.query.get("page", "")[:300] or None,
        trace=trace if _TRACE.fullmatch(trace) else None,
    )
    return visit.page("platform/contact.html.jinja", form=form, number=None)


@router.post("/contact")
async def contact(visit: VisitDep) -> Response:
    """Sent: the number to name when one asks again."""
    form = await visit.form()
    page = form.text("page")
    wanted = {
        "name": form.value("name"),
        "contact": form.value("contact"),
        "text": form.value("message"),
        "page": page,
        "trace_id": form.text("trace"),
        "account": _firm_of(page or ""),
    }
    try:
        sent = await visit.api.platform.write(visit.body(MessageBody, wanted), key=form.key or str(uuid4()))
    except Refused as refused:
        form.note(refused.problem, {"/trace_id": "trace", "/text": "message"})
        return visit.page("platform/contact.html.jinja", refused.status, form=form, number=None)
    return visit.page("platform/contact.html.jinja", form=Form(), number=sent.number)


def _firm_of(page: str) -> str | None:
    """The firm whose page it was, by id or address."""
    parts = page.split("?")[0].strip("/").split("/")
    if parts[0] in ("manage", "desk", "day") and len(parts) > 1:
        return parts[1][:60]
    return parts[0][:60] or None if len(parts) == 1 else None


# The demo


@router.get("/try")
async def ask_demo(visit: VisitDep) -> Response:
    """What it is, and one button."""
    return visit.page("platform/demo.html.jinja", form=Form(), user=await _own_name(visit))


@router.post("/try")
async def open_demo(visit: VisitDep) -> Response:
    """In as the owner of the demo account."""
    try:
        session = await visit.api.platform.open_demo()
    except Refused as refused:
        form = Form().note(refused.problem)
        return visit.page("platform/demo.html.jinja", refused.status, form=form, user=await _own_name(visit))
    visit.signed_in(session)
    firm = session.user.memberships[0].account_id if session.user.memberships else None
    return visit.go(f"/desk/{firm}" if firm else "/manage", "demo.opened")


async def _own_name(visit: Visit) -> str | None:
    """Who would be signed out by the demo; none for a stranger and for the demo's own person."""
    if not visit.is_signed_in:
        return None
    user = await visit.profile()
    return None if user.phone == _DEMO_PHONE else user.name or user.phone


# How things are


@dataclass(frozen=True)
class Part:
    """One part of the product: booking, signing in, messages, money, changes."""

    name: str
    is_well: bool


@router.get("/status")
async def status(visit: VisitDep) -> Response:
    """Whether each part answers; asked at most once in some seconds."""
    state = visit.request.app.state
    known: tuple[float, list[Part]] | None = getattr(state, "parts", None)
    if known is None or time.monotonic() - known[0] > _KEPT_S:
        known = state.parts = time.monotonic(), await _parts(visit)
    parts = known[1]
    return visit.page("platform/status.html.jinja", parts=parts, is_well=all(part.is_well for part in parts))


async def _parts(visit: Visit) -> list[Part]:
    asked = {
        "booking": visit.api.catalogue.listed(),
        "signing_in": visit.api.platform.ideas(),
        "messages": visit.api.notifications.listed(UUID(int=0)),
        "money": visit.api.books.price_list(),
    }

    async def is_well(name: str) -> Part:
        try:
            async with asyncio.timeout(_PATIENCE_S):
                await asked[name]
        except Refused as refused:
            return Part(name, refused.status < 500)
        except (TimeoutError, ValidationError):
            return Part(name, is_well=False)  # no answer in time, or one that is not to be understood
        return Part(name, is_well=True)

    found = await asyncio.gather(*(is_well(name) for name in asked))
    broker = getattr(visit.request.app.state, "broker", None)
    return [*found, Part("changes", broker.is_connected)] if broker is not None else list(found)
