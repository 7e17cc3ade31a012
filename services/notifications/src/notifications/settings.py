"""What the service is told by its environment (`NOTIFICATIONS_…`)."""

from pathlib import Path
from typing import Literal

from pydantic_settings import SettingsConfigDict

from kit.settings import ServiceSettings


class Settings(ServiceSettings):
    """Addresses of the providers, the platform's own SMS account, prices and paces."""

    model_config = SettingsConfigDict(env_prefix="NOTIFICATIONS_", frozen=True, extra="ignore")

    secrets_key_file: Path | None = None
    """Seals the accounts' provider secrets; 32 bytes in base64."""
    turbosms_url: str = "https://api.turbosms.ua"
    turbosms_soap_url: str = "http://turbosms.in.ua/api/soap.html"
    alphasms_url: str = "https://alphasms.ua"
    platform_turbosms_token_file: Path | None = None
    """The token of the platform's own TurboSMS account: login codes, and messages on an account's own balance."""
    platform_sender_name: str = "Zapys"
    part_price_minor: int = 90
    """What the own balance pays for one part of an SMS, in minor units."""
    trial_credit_minor: int = 5000
    sms_timeout_s: float = 10.0
    soap_timeout_s: float = 60.0
    """The SOAP gateway finishes a request whatever the caller does, so giving up early only loses the answer."""
    sms_lease_s: float = 150.0
    """A message under way for longer than this belongs to a sender that died; longer than any provider call."""
    sender_concurrency: int = 32
    sends_per_second: float = 100.0
    """To one account at a provider, from this process."""
    smtp_host: str = "127.0.0.1"
    smtp_port: int = 25
    smtp_tls: Literal["none", "starttls", "implicit"] = "none"
    smtp_login: str | None = None
    smtp_password_file: Path | None = None
    smtp_timeout_s: float = 20.0
    """For each step of a conversation with the relay."""
    mail_from: str = "no-reply@zapys.invalid"
    mail_from_name: str = "Zapys"
    telegram_url: str = "https://api.telegram.org"
    telegram_token_file: Path | None = None
    """The token of the platform's Telegram bot; without it the channel is not offered."""
    webhook_timeout_s: float = 10.0
    loopback_allowed: bool = False
    """Whether web hooks and web push may go to this machine: for tests and development, never in production."""
    undo_window_s: float = 8.0
    moves_settle_s: float = 60.0
    """Whoever moves a visit often moves it again: people hear of where it came to rest for so long."""
    clock_offset_s: float = 0.0
    """Moves this service's time against the database's; for tests of days and nights."""
