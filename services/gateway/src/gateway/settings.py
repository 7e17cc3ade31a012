"""What the gateway is told by its environment."""

from pathlib import Path
from typing import Literal

from pydantic_settings import SettingsConfigDict

from kit.settings import ProcessSettings


class Settings(ProcessSettings):
    """Read with the prefix GATEWAY_; it has no database, so no address of one."""

    model_config = SettingsConfigDict(env_prefix="GATEWAY_", frozen=True, extra="ignore")

    identity_url: str = "http://127.0.0.1:8002"
    booking_url: str = "http://127.0.0.1:8001"
    notifications_url: str = "http://127.0.0.1:8003"
    fiscal_url: str = "http://127.0.0.1:8004"
    identity_admin_url: str = "http://127.0.0.1:8102"
    booking_admin_url: str = "http://127.0.0.1:8101"
    notifications_admin_url: str = "http://127.0.0.1:8103"
    fiscal_admin_url: str = "http://127.0.0.1:8104"
    """Doors of operators, for the console at /ops; it also needs the operator token."""
    connect_timeout_s: float = 2.0
    """Until a connection to a service is open; after it the request was never sent."""
    answer_timeout_s: float = 15.0
    """Until the whole answer of a service is here."""
    max_body_bytes: int = 6_291_456
    """Of any request; services and callbacks have lower limits of their own."""
    secret_key_file: Path | None = None
    """Signs what the pages keep in a browser."""

    rate_limits: Literal["on", "off"] = "on"
    """Off lifts every limit per address: for load tests and development."""
    rate_general: int = 1200
    """Requests per address and minute; a salon's whole staff may share one address."""
    rate_sign_in: int = 60
    """POST /api/v1/auth/… per address and minute; the limits per phone are identity's."""
    rate_holds: int = 30
    """New holds and bookings from the public pages per address and minute."""
    rate_callbacks: int = 600
    """Callbacks of providers per address and minute; a provider that is refused calls again later."""

    def service_urls(self) -> dict[str, str]:
        """Base address of each service by its name."""
        return {
            "identity": self.identity_url.rstrip("/"),
            "booking": self.booking_url.rstrip("/"),
            "notifications": self.notifications_url.rstrip("/"),
            "fiscal": self.fiscal_url.rstrip("/"),
        }

    def admin_urls(self) -> dict[str, str]:
        """The operators' door of each process by its name, this one's own among them."""
        return {
            "gateway": f"http://127.0.0.1:{self.admin_port}",
            "booking": self.booking_admin_url.rstrip("/"),
            "identity": self.identity_admin_url.rstrip("/"),
            "notifications": self.notifications_admin_url.rstrip("/"),
            "fiscal": self.fiscal_admin_url.rstrip("/"),
        }
