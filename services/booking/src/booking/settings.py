"""Settings of the booking service."""

from pydantic_settings import SettingsConfigDict

from kit.settings import ServiceSettings


class Settings(ServiceSettings):
    """Read from `BOOKING_…` in the environment."""

    model_config = SettingsConfigDict(env_prefix="BOOKING_", frozen=True, extra="ignore")

    expired_holds_every_s: float = 30.0
    """How often holds that nobody asked for are cleared away; wanted time is freed at once anyway."""

    journals_every_s: float = 30.0
    """How often it is looked whether the journal of a location is due."""
    domains_every_s: float = 60.0
    """How often domains that wait for their proof are looked for; each is asked about every ten minutes."""
    dns_servers: str = ""
    """Resolvers to ask, `host:port` and comma separated; empty: the system's own."""
    dns_timeout_s: float = 4.0
    """Until DNS has answered, all tries together."""
    retention_every_s: float = 3600.0
    """How often cards of clients are looked for that are kept no longer."""
    departures_every_s: float = 2.0
    """How often visits of people who were removed are looked for."""
    unconfirmed_every_s: float = 5.0
    """How often visits are looked for that nobody confirmed in time."""
    waitlist_every_s: float = 5.0
    """How often offers that ran out are looked for; freed time is offered at once."""
