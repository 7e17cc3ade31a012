"""Settings of identity, read from IDENTITY_…."""

from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from pydantic_settings import SettingsConfigDict

from kit.settings import ServiceSettings


class Settings(ServiceSettings):
    """What identity is told by its environment."""

    model_config = SettingsConfigDict(env_prefix="IDENTITY_")

    signing_key_file: Path | None = None
    """Ed25519 private keys in PEM, one or more: the first signs, all of them verify (docs/adr on tokens and keys)."""
    code_pepper_file: Path | None = None
    """Secret from which login codes, their proofs and successors of refresh tokens are derived."""
    demo: bool = False
    """Whether this installation shows a demo account, a fresh one every day."""
    allowed_calling_codes: str = "380"
    """Calling codes, comma separated, to which login codes may be sent."""

    rate_limits: Literal["on", "off"] = "on"
    """Off lifts what is counted per network address and page, and the captcha: for load tests and development."""
    codes_per_day: int = 20_000
    """SMS with login codes in 24 hours, over all phones: the platform pays for them."""

    @property
    def is_https(self) -> bool:
        """Whether browsers reach the product over TLS, so that cookies can demand it."""
        return urlsplit(self.public_url).scheme == "https"

    @property
    def public_host(self) -> str:
        """The host that the last line of a login SMS names."""
        return urlsplit(self.public_url).hostname or ""

    @property
    def calling_codes(self) -> tuple[str, ...]:
        """The allowed calling codes without plus signs."""
        return tuple(code.strip().lstrip("+") for code in self.allowed_calling_codes.split(",") if code.strip())
