"""The only place where the service is put together."""

from __future__ import annotations

from pathlib import Path

from kit.edge import texts_of
from kit.providers import HttpClient
from kit.secrets import SecretBox
from kit.service import Service, new_service
from kit.settings import read_secret

from .clock import Clock
from .consumers import listen
from .providers.turbosms_http import TurboSmsHttp
from .pump import Pump
from .settings import Settings
from .usecases.queue_login_code import WAKE_CHANNEL as LOGIN_CODES
from .usecases.send_login_codes import LoginCodeSender

MIGRATIONS = Path(__file__).parents[2] / "migrations"
# A kept connection that the provider closes at the wrong moment would make an outcome unknown for nothing.
FRESH_CONNECTIONS = {"Connection": "close"}


def build(settings: Settings) -> Service:
    """The service; nothing is started yet."""
    texts = texts_of(__file__)
    clock = Clock(settings.clock_offset_s)
    box = SecretBox(read_secret(settings.secrets_key_file, "key that seals provider secrets"))
    platform_token = read_secret(settings.platform_turbosms_token_file, "token of the platform's SMS account")
    service = new_service(
        "notifications",
        settings,
        texts=texts,
        migrations_folder=MIGRATIONS,
        routers=[],
        consumers=listen(clock, texts, box),
    )
    turbosms = HttpClient(settings.turbosms_url, total_timeout_s=settings.sms_timeout_s, headers=FRESH_CONNECTIONS)
    service.on_stop.append(turbosms.close)
    platform = TurboSmsHttp(turbosms, platform_token.decode())
    codes = LoginCodeSender(
        service.db, clock, platform, settings.platform_sender_name, box, lease_s=3 * settings.sms_timeout_s
    )
    code_pump = Pump(codes.claim, codes.work, service.wakeups.of(LOGIN_CODES), concurrency=settings.sender_concurrency)
    service.loops["login codes"] = code_pump.run
    service.state |= {"clock": clock, "box": box, "login_codes": code_pump}
    return service
