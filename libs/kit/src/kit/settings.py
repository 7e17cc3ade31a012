"""Settings that every service has; each service adds its own. Read from the environment with a prefix per service."""

from pathlib import Path
from typing import Any, Literal

from pydantic import SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class ProcessSettings(BaseSettings):
    """What every process is told. A subclass sets `model_config = SettingsConfigDict(env_prefix="BOOKING_")`.

    Secrets come from files (`…_FILE`), so that they appear in no process list.
    """

    model_config = SettingsConfigDict(frozen=True, extra="ignore")

    rabbitmq_url: SecretStr = SecretStr("amqp://guest:guest@127.0.0.1:5672/")
    http_host: str = "127.0.0.1"
    http_port: int = 0
    admin_host: str = "127.0.0.1"
    admin_port: int = 0
    operator_token_file: Path | None = None
    otlp_endpoint: str | None = None
    """Base address of an OTLP/HTTP collector; none: spans are made for their ids, but sent nowhere."""
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    log_format: Literal["json", "console"] = "json"
    trusted_proxies: str = ""
    """Peers whose X-Forwarded-For tells the caller's address: addresses or networks, comma separated."""
    public_url: str = "http://127.0.0.1:8000"
    publish_timeout_s: float = 5.0
    shutdown_grace_s: float = 10.0

    def masked(self) -> dict[str, Any]:
        """Effective settings for an operator's eyes: secrets are only said to be set or not."""
        shown: dict[str, Any] = {}
        for name, value in self.model_dump().items():
            if isinstance(value, SecretStr):
                shown[name] = "set" if value.get_secret_value() else "not set"
            else:
                shown[name] = str(value) if isinstance(value, Path) else value
        return shown


class ServiceSettings(ProcessSettings):
    """What a service with a database of its own is told besides."""

    database_url: SecretStr = SecretStr("")
    migration_database_url: SecretStr = SecretStr("")
    database_pool_size: int = 7
    """Connections per process; two cores serve 8 at once best, so more processes beat larger pools."""
    consumer_prefetch: int = 20
    trusted_proxies: str = "127.0.0.0/8,::1,10.0.0.0/8,172.16.0.0/12,192.168.0.0/16,fc00::/7"
    """A service stands behind the gateway, in a network of its own, and is never called from outside of it."""


def read_secret(path: Path | None, what: str) -> bytes:
    """The content of a secret file without the last line end.

    Raises `SystemExit` with the cure when the file is not named or cannot be read: a service without its secret
    must not start half.
    """
    if path is None:
        raise SystemExit(f"The file with the {what} is not set. Name it in the environment and start again.")
    try:
        content = path.read_bytes().strip()
    except OSError as error:
        raise SystemExit(f"The file with the {what} cannot be read: {error}.") from error
    if not content:
        raise SystemExit(f"The file with the {what}, {path}, is empty.")
    return content
