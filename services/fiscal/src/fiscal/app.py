"""The only place where fiscal is wired together."""

from pathlib import Path

import fiscal
from fiscal.api import cash, registers, settlements
from fiscal.consumers import build_consumers
from fiscal.settings import Settings
from kit.edge import texts_of
from kit.secrets import SecretBox
from kit.service import Service, new_service
from kit.settings import read_secret

MIGRATIONS = Path(__file__).parents[2] / "migrations"


def build(settings: Settings) -> Service:
    """The service with all its parts."""
    box = SecretBox(read_secret(settings.secrets_key_file, "key that seals Checkbox credentials"))
    service = new_service(
        "fiscal",
        settings,
        texts=texts_of(fiscal.__file__),
        migrations_folder=MIGRATIONS,
        routers=[registers.router, settlements.router, cash.router],
        consumers=build_consumers(),
    )
    service.state["box"] = box
    return service
