"""The one place where identity is wired together."""

from functools import partial
from pathlib import Path

import kit.edge
from kit.access import Access
from kit.db import Database
from kit.loops import every
from kit.messaging import now_utc
from kit.service import Service, new_service
from kit.settings import read_secret

from .api import accounts, audit, auth, me, members
from .consumers import consumers
from .keyring import Keyring
from .settings import Settings
from .usecases.forget_old import forget_old
from .usecases.publish_keys import publish_keys
from .wiring import Wiring

MIGRATIONS = Path(__file__).parents[2] / "migrations"
KEYS_EVERY_S = 3600
FORGET_EVERY_S = 600


def build(settings: Settings) -> Service:
    """The service with everything it needs; raises `SystemExit` when a secret is missing."""
    wiring = Wiring(
        settings,
        Keyring.from_pem(read_secret(settings.signing_key_file, "signing key")),
        read_secret(settings.code_pepper_file, "code pepper"),
    )
    service = new_service(
        "identity",
        settings,
        texts=kit.edge.texts_of(__file__),
        migrations_folder=MIGRATIONS,
        routers=[auth.router, me.router, accounts.router, members.router, audit.router],
        consumers=consumers,
    )
    service.access = Access(service.db, patience_s=0)  # memberships are made here: no copy can be late
    service.state["wiring"] = wiring
    service.loops["signing keys"] = partial(every, KEYS_EVERY_S, partial(say_keys, service.db, wiring.keyring))
    service.loops["forget old"] = partial(every, FORGET_EVERY_S, partial(_forget, service.db))
    return service


async def say_keys(db: Database, keyring: Keyring) -> None:
    """Publish the keys that verify access tokens."""
    async with db.system_tx() as tx:
        await publish_keys(keyring, tx, now_utc())


async def _forget(db: Database) -> None:
    async with db.system_tx() as tx:
        await forget_old(tx, now_utc())
