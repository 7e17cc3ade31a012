"""What routes need besides the database: settings and secrets, put on the application's state once."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from .key_store import KeyStore
from .keyring import Keyring
from .settings import Settings
from .usecases.admit_send import Guarding


@dataclass(frozen=True)
class Wiring:
    """Settings and secrets of this process."""

    settings: Settings
    keys: KeyStore
    pepper: bytes

    @property
    def keyring(self) -> Keyring:
        """The keys as this process last knew them."""
        return self.keys.ring

    @property
    def guarding(self) -> Guarding:
        """How login codes are held back."""
        return Guarding(self.pepper, self.settings.rate_limits == "on", self.settings.codes_per_day)


def _wiring(request: Request) -> Wiring:
    wiring: Wiring = request.app.state.wiring
    return wiring


WiringDep = Annotated[Wiring, Depends(_wiring)]
