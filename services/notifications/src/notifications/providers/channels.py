"""The ways to a person beside SMS; all of them are the platform's own."""

from __future__ import annotations

import base64
import hashlib
import hmac
from dataclasses import dataclass

from kit.providers import HttpClient
from kit.settings import read_secret
from notifications.domain.carriers import Channel
from notifications.settings import Settings

from .mail import Mailer, Smtp
from .public_addresses import PublicHttp, Rule
from .telegram import TelegramBot
from .web_push import Vapid, WebPush

_P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


@dataclass(frozen=True)
class Channels:
    """Clients that every account shares; `telegram` is none where no bot was set up."""

    mail: Mailer
    telegram: TelegramBot | None
    push: WebPush
    outside: PublicHttp
    """For addresses that people gave us."""

    @property
    def sendable(self) -> frozenset[str]:
        """The channels that this installation has a way for."""
        missing = set() if self.telegram else {Channel.TELEGRAM}
        return frozenset(channel.value for channel in Channel if channel not in missing)

    async def close(self) -> None:
        """Close what is open."""
        await self.outside.close()
        if self.telegram is not None:
            await self.telegram.http.close()


def open_channels(settings: Settings, sealing_key: bytes) -> Channels:
    """The channels as the operator set them up; nothing is connected yet."""
    password = read_secret(settings.smtp_password_file, "password of the mail relay") if settings.smtp_login else None
    mail = Smtp(
        host=settings.smtp_host,
        port=settings.smtp_port,
        sender_address=settings.mail_from,
        sender_name=settings.mail_from_name,
        login=settings.smtp_login,
        password=password.decode() if password else None,
        tls=settings.smtp_tls,
        timeout_s=settings.smtp_timeout_s,
    )
    telegram = None
    if settings.telegram_token_file is not None:
        token = read_secret(settings.telegram_token_file, "token of the Telegram bot").decode()
        telegram = TelegramBot(HttpClient(settings.telegram_url, total_timeout_s=settings.sms_timeout_s), token)
    outside = PublicHttp.of(Rule(settings.loopback_allowed), timeout_s=settings.webhook_timeout_s)
    vapid = Vapid(vapid_key(sealing_key), f"mailto:{settings.mail_from}")
    return Channels(mail, telegram, WebPush(outside, vapid), outside)


def vapid_key(sealing_key: bytes) -> str:
    """The private key of web push, made from the sealing key: the same for ever, and nothing more to keep."""
    digest = hmac.new(sealing_key, b"web push", hashlib.sha512).digest()
    number = int.from_bytes(digest, "big") % (_P256_ORDER - 1) + 1
    return base64.urlsafe_b64encode(number.to_bytes(32, "big")).rstrip(b"=").decode()
