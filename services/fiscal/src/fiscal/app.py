"""The only place where fiscal is wired together."""

from pathlib import Path

import fiscal
from fiscal.api import settlements
from fiscal.consumers import build_consumers
from fiscal.settings import Settings
from kit.edge import texts_of
from kit.service import Service, new_service

MIGRATIONS = Path(__file__).parents[2] / "migrations"


def build(settings: Settings) -> Service:
    """The service with all its parts."""
    return new_service(
        "fiscal",
        settings,
        texts=texts_of(fiscal.__file__),
        migrations_folder=MIGRATIONS,
        routers=[settlements.router],
        consumers=build_consumers(),
    )
