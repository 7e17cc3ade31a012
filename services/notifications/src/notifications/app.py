"""The only place where the service is put together."""

from __future__ import annotations

import hashlib
import hmac
from datetime import timedelta
from pathlib import Path

from kit.edge import texts_of
from kit.loops import every
from kit.providers import HttpClient
from kit.secrets import SecretBox
from kit.service import Service, new_service
from kit.settings import read_secret

from .api import (
    balance,
    events,
    messages,
    moderation,
    own_preferences,
    preferences,
    previews,
    tasks,
    templates,
    unsubscribe,
    webhooks,
    written,
)
from .api import (
    channels as channel_routes,
)
from .api import providers as provider_routes
from .api import settings as settings_routes
from .clock import Clock
from .consumers import Handlers
from .measures import TURN_S, Measures, Measuring
from .pace import Pace
from .providers.channels import Channels, open_channels
from .providers.factory import Providers
from .providers.turbosms_http import TurboSmsHttp
from .pump import Pump
from .rules import House
from .settings import Settings
from .unsubscribing import Unsubscribing
from .usecases.check_morning import Morning
from .usecases.check_provider import Checker
from .usecases.claim_messages import PER_ACCOUNT, Claims
from .usecases.deliver_web_hooks import PER_HOOK, WebHookSender
from .usecases.follow_delivery import Follower
from .usecases.forget_old import Housekeeping
from .usecases.hear_bot import BotHearing
from .usecases.plan_booking import Planner
from .usecases.publish_event import WEB_HOOKS_CHANNEL
from .usecases.queue_login_code import WAKE_CHANNEL as LOGIN_CODES
from .usecases.record_outcome import Recorder
from .usecases.release_held import Releases
from .usecases.replan import Replanner
from .usecases.send_login_codes import LoginCodeSender
from .usecases.send_messages import Sender
from .usecases.watch_balance import BalanceWatch
from .usecases.watch_providers import Watch
from .usecases.write_decisions import DUE_CHANNEL

MIGRATIONS = Path(__file__).parents[2] / "migrations"
# A kept connection that the provider closes at the wrong moment would make an outcome unknown for nothing.
FRESH_CONNECTIONS = {"Connection": "close"}


def build(settings: Settings) -> Service:
    """The service; nothing is started yet."""
    texts = texts_of(__file__)
    clock = Clock(settings.clock_offset_s)
    sealing_key = read_secret(settings.secrets_key_file, "key that seals provider secrets")
    platform_token = read_secret(settings.platform_turbosms_token_file, "token of the platform's SMS account")
    turbosms = HttpClient(settings.turbosms_url, total_timeout_s=settings.sms_timeout_s, headers=FRESH_CONNECTIONS)
    alphasms = HttpClient(settings.alphasms_url, total_timeout_s=settings.sms_timeout_s, headers=FRESH_CONNECTIONS)
    providers = Providers(
        turbosms=turbosms,
        alphasms=alphasms,
        soap_url=settings.turbosms_soap_url,
        soap_timeout_s=settings.soap_timeout_s,
        platform=TurboSmsHttp(turbosms, platform_token.decode()),
        platform_sender_name=settings.platform_sender_name,
        box=SecretBox(sealing_key),
        public_url=settings.public_url,
    )
    channels = open_channels(settings, sealing_key)
    house = House(
        timedelta(seconds=settings.undo_window_s),
        sendable=channels.sendable,
        moves_settle=timedelta(seconds=settings.moves_settle_s),
    )
    planner = Planner(texts, settings.public_url, house)
    callback_token = platform_callback_token(sealing_key)
    handlers = Handlers(settings, clock, texts, providers, planner, callback_token)
    service = new_service(
        "notifications",
        settings,
        texts=texts,
        migrations_folder=MIGRATIONS,
        routers=[
            messages.router,
            tasks.router,
            previews.router,
            settings_routes.router,
            provider_routes.router,
            balance.router,
            templates.router,
            own_preferences.router,
            preferences.router,
            unsubscribe.router,
            webhooks.router,
            events.router,
            channel_routes.router,
            written.router,
        ],
        consumers=handlers.listen(),
    )
    service.on_stop += [turbosms.close, alphasms.close, channels.close]
    service.notes = lambda: {"platform_callback_path": f"/callbacks/sms/turbosms/{callback_token}"}
    service.operator_routers.append(moderation.router)
    service.state |= {"clock": clock, "providers": providers, "planner": planner, "settings": settings}
    service.state |= {"channels": channels, "mailer": channels.mail}
    service.state["unsubscribing"] = Unsubscribing.of(sealing_key, settings.public_url)
    service.state["checker"] = Checker(service.db, clock, providers)
    _add_loops(service, settings, clock, providers, planner, channels)
    if channels.telegram is not None:
        hearing = BotHearing(
            channels.telegram, f"{settings.public_url.rstrip('/')}/callbacks/chats/telegram/{callback_token}"
        )
        service.loops["telegram"] = hearing.run
        service.state["telegram"] = hearing
    return service


def _add_loops(
    service: Service, settings: Settings, clock: Clock, providers: Providers, planner: Planner, channels: Channels
) -> None:
    db, wakeups = service.db, service.wakeups
    measures = Measures(service.registry)
    codes = LoginCodeSender(
        db,
        clock,
        providers.platform,
        settings.platform_sender_name,
        providers.box,
        lease_s=3 * settings.sms_timeout_s,
        measures=measures,
    )
    code_pump = Pump(codes.claim, codes.work, wakeups.of(LOGIN_CODES), concurrency=settings.sender_concurrency)
    pace = Pace(settings.sends_per_second)
    due = wakeups.of(DUE_CHANNEL)
    claims = Claims(db, clock, settings.sms_lease_s, settings.part_price_minor, pace, due)
    sender = Sender(
        db,
        clock,
        providers,
        channels,
        service.texts,
        Recorder(db, clock, pace),
        service.state["unsubscribing"],
        measures,
    )
    pump = Pump(
        claims.take,
        sender.work,
        due,
        concurrency=settings.sender_concurrency,
        per_lane=PER_ACCOUNT,
    )
    hooks = WebHookSender(db, clock, channels.outside, providers.box)
    hook_pump = Pump(
        hooks.claim,
        hooks.work,
        wakeups.of(WEB_HOOKS_CHANNEL),
        concurrency=settings.sender_concurrency,
        per_lane=PER_HOOK,
    )
    replanner = Replanner(db, clock, planner, wakeups)
    follower = Follower(db, clock, providers)
    watch = Watch(db, clock, providers)
    releases = Releases(db, clock)
    checker: Checker = service.state["checker"]
    morning = Morning(db, clock, checker, service.texts, planner.house, settings.public_url, settings.part_price_minor)
    balances = BalanceWatch(db, clock, settings.part_price_minor)
    housekeeping = Housekeeping(db, clock)
    measuring = Measuring(db, clock, measures)
    service.loops |= {
        "login codes": code_pump.run,
        "sender": pump.run,
        "web hooks": hook_pump.run,
        "replanner": replanner.run,
        "delivery": follower.run,
        "providers": watch.run,
        "releases": releases.run,
        "mornings": morning.run,
        "balances": balances.run,
        "housekeeping": housekeeping.run,
        "measuring": lambda: every(TURN_S, measuring.once),
    }
    service.state |= {
        "login_codes": code_pump,
        "sender": pump,
        "web_hooks": hook_pump,
        "replanner": replanner,
        "follower": follower,
        "watch": watch,
        "releases": releases,
        "morning": morning,
        "balances": balances,
        "housekeeping": housekeeping,
        "measuring": measuring,
    }


def platform_callback_token(sealing_key: bytes) -> str:
    """The unguessable part of the address to which the platform's own TurboSMS account reports; the same for ever."""
    return hmac.new(sealing_key, b"platform callback", hashlib.sha256).hexdigest()
