"""Settings of the booking service."""

from pydantic_settings import SettingsConfigDict

from kit.settings import ServiceSettings


class Settings(ServiceSettings):
    """Read from `BOOKING_…` in the environment."""

    model_config = SettingsConfigDict(env_prefix="BOOKING_", frozen=True, extra="ignore")

    expired_holds_every_s: float = 30.0
    """How often holds that nobody asked for are cleared away; wanted time is freed at once anyway."""
