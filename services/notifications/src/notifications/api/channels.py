"""The caller's own channels: the chat with the bot, and browsers."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter, Request, Response
from sqlalchemy import delete, select

from contracts.http.channels import Browser, BrowserDraft, OwnChannels, TelegramChannel, TelegramStart
from kit.edge import CallerDep, DbDep
from kit.errors import NotFound
from kit.idempotency import OnceDep
from notifications.errors import TelegramNotOffered
from notifications.providers.channels import Channels
from notifications.providers.web_push import Subscription
from notifications.tables import PushSubscription, TelegramChat
from notifications.usecases.bind_chat import make_link
from notifications.usecases.subscribe_browser import subscribe_browser

from .parts import ClockDep, ProvidersDep

router = APIRouter(tags=["channels"])

PATH = "/api/v1/me/notification-channels"


def _channels(request: Request) -> Channels:
    channels: Channels = request.app.state.channels
    return channels


@router.get(PATH, operation_id="get_my_channels", response_model=OwnChannels)
async def read(caller: CallerDep, db: DbDep, request: Request) -> OwnChannels:
    """What is bound to the caller, and what a browser needs to subscribe."""
    channels = _channels(request)
    async with db.system_tx() as tx:
        chat = await tx.get(TelegramChat, caller.user_id)
        row = PushSubscription
        browsers = (await tx.scalars(select(row).where(row.user_id == caller.user_id).order_by(row.created_at))).all()
    return OwnChannels(
        telegram=TelegramChannel(is_offered=channels.telegram is not None, bound_at=chat.bound_at if chat else None),
        web_push_public_key=channels.push.vapid.public_key,
        browsers=[_browser(browser) for browser in browsers],
    )


@router.post(f"{PATH}/telegram", operation_id="start_telegram", response_model=TelegramStart, status_code=201)
async def start_telegram(caller: CallerDep, db: DbDep, request: Request, clock: ClockDep, once: OnceDep) -> Response:
    """A link that opens the bot; it works once."""
    telegram = _channels(request).telegram
    username = await telegram.username() if telegram else None
    if username is None:
        raise TelegramNotOffered
    async with db.system_tx() as tx:
        now = await clock.now(tx)

        async def effect() -> TelegramStart:
            token, expires_at = await make_link(tx, caller.user_id, now)
            return TelegramStart(url=f"https://t.me/{username}?start={token}", expires_at=expires_at)

        return await once.run(tx, effect)


@router.delete(f"{PATH}/telegram", operation_id="part_from_telegram", status_code=204)
async def part_from_telegram(caller: CallerDep, db: DbDep) -> None:
    """The bot writes to the caller no more."""
    async with db.system_tx() as tx:
        await tx.execute(delete(TelegramChat).where(TelegramChat.user_id == caller.user_id))


@router.post(f"{PATH}/browsers", operation_id="subscribe_browser", response_model=Browser, status_code=201)
async def subscribe(
    body: BrowserDraft,
    caller: CallerDep,
    db: DbDep,
    request: Request,
    clock: ClockDep,
    providers: ProvidersDep,
    once: OnceDep,
) -> Response:
    """Take a browser's subscription; its keys are kept sealed."""
    wanted = Subscription(body.endpoint, body.keys.p256dh, body.keys.auth)
    async with db.system_tx() as tx:
        now = await clock.now(tx)

        async def effect() -> Browser:
            rule = _channels(request).outside.rule
            kept = await subscribe_browser(tx, caller.user_id, wanted, body.browser, providers.box, rule, now)
            return _browser(kept)

        return await once.run(tx, effect)


@router.delete(f"{PATH}/browsers/{{browser_id}}", operation_id="unsubscribe_browser", status_code=204)
async def unsubscribe(browser_id: UUID, caller: CallerDep, db: DbDep) -> None:
    """That browser gets no messages any more."""
    row = PushSubscription
    async with db.system_tx() as tx:
        gone = await tx.execute(
            delete(row).where(row.id == browser_id, row.user_id == caller.user_id).returning(row.id)
        )
        if gone.first() is None:
            raise NotFound("browser")


def _browser(row: PushSubscription) -> Browser:
    return Browser(id=row.id, browser=row.browser, created_at=row.created_at)
