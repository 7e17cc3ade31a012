"""What the simulators are told by their environment."""

import os
from dataclasses import dataclass


@dataclass(frozen=True)
class Settings:
    """Addresses and pace of the simulators.

    `clock_scale` multiplies every delay between states: at 1 an SMS is delivered within two
    seconds and a receipt is fiscal within half a second; 0 makes everything happen at once.
    """

    host: str = "127.0.0.1"
    port: int = 8090
    smtp_port: int = 8091
    clock_scale: float = 1.0
    random_seed: int = 1

    @classmethod
    def from_environment(cls) -> "Settings":
        """Read `SIMULATORS_*`; a value that is not a number is a `ValueError`."""
        return cls(
            host=os.environ.get("SIMULATORS_HOST", cls.host),
            port=int(os.environ.get("SIMULATORS_PORT", cls.port)),
            smtp_port=int(os.environ.get("SIMULATORS_SMTP_PORT", cls.smtp_port)),
            clock_scale=float(os.environ.get("SIMULATORS_CLOCK_SCALE", cls.clock_scale)),
            random_seed=int(os.environ.get("SIMULATORS_RANDOM_SEED", cls.random_seed)),
        )
