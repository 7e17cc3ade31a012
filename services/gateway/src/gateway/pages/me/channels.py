"""`/me/channels`: where a person hears about the work: SMS, mail, the chat with the bot, browsers."""

from __future__ import annotations

from uuid import UUID, uuid4

from starlette.responses import Response

from contracts.http.channels import BrowserDraft, TelegramStart
from contracts.http.identity import ProfileBody
from gateway.clients import Refused
from gateway.pages.forms import Form
from gateway.pages.route import page_router
from gateway.pages.visit import Visit, VisitDep
from gateway.pages.zones import own_zone

router = page_router()

_HERE = "/me/channels"
_NAME_LENGTH = 200
"""Of what a browser says about itself."""


@router.get("/me/channels")
async def channels(visit: VisitDep) -> Response:
    """What is on, and what it takes to turn the rest on."""
    return await _page(visit)


@router.post("/me/channels")
async def choose(visit: VisitDep) -> Response:
    """By SMS or not; the address for letters, or none."""
    form = await visit.form()
    wanted = {"sms": form.has("sms"), "email": form.text("email") or None}
    try:
        await visit.api.identity.change_me(visit.body(ProfileBody, {"channels": wanted}))
    except Refused as refused:
        return await _refused(visit, form, refused)
    return visit.go(_HERE, "settings.saved")


@router.post("/me/channels/telegram")
async def start_telegram(visit: VisitDep) -> Response:
    """A link to the bot; pressing Start there binds the chat."""
    form = await visit.form()
    try:
        link = await visit.api.notifications.start_telegram(key=form.key or str(uuid4()))
    except Refused as refused:
        return await _refused(visit, form, refused)
    return await _page(visit, link=link)


@router.post("/me/channels/telegram/part")
async def part_from_telegram(visit: VisitDep) -> Response:
    """The bot writes no more."""
    await visit.api.notifications.part_from_telegram()
    return visit.go(_HERE, "channels.telegram_off")


@router.post("/me/channels/browsers")
async def subscribe(visit: VisitDep) -> Response:
    """This browser, with the keys that it gave once the person allowed it."""
    form = await visit.form()
    values = {
        "endpoint": form.text("endpoint"),
        "keys": {"p256dh": form.text("p256dh"), "auth": form.text("auth")},
        "browser": (visit.request.headers.get("user-agent") or "?")[:_NAME_LENGTH],
    }
    try:
        draft = visit.body(BrowserDraft, values)
        await visit.api.notifications.subscribe_browser(draft, key=form.key or str(uuid4()))
        await visit.api.identity.change_me(visit.body(ProfileBody, {"channels": {"web_push": True}}))
    except Refused as refused:
        return await _refused(visit, form, refused)
    return visit.go(_HERE, "channels.browser_on")


@router.post("/me/channels/browsers/{browser_id}/remove")
async def unsubscribe(visit: VisitDep, browser_id: UUID) -> Response:
    """That browser shows no messages any more; one that is gone already is as wanted."""
    try:
        await visit.api.notifications.unsubscribe_browser(browser_id)
    except Refused as refused:
        if refused.status != 404:
            raise
    return visit.go(_HERE, "channels.browser_off")


async def _refused(visit: Visit, form: Form, refused: Refused) -> Response:
    if refused.status == 401:
        raise refused
    visit.address = _HERE
    return await _page(visit, form.note(refused.problem), refused.status)


async def _page(
    visit: Visit, form: Form | None = None, status: int = 200, *, link: TelegramStart | None = None
) -> Response:
    profile = await visit.profile()
    found = await visit.api.notifications.own_channels()
    return visit.page(
        "me/channels.html.jinja",
        status,
        section="settings",
        profile=profile,
        found=found,
        zone=await own_zone(visit),
        link=link,
        form=form or Form.of(sms="on" if profile.channels.sms else "", email=profile.channels.email or ""),
    )
