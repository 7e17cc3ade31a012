"""The one place where identity is wired together."""

import asyncio
from datetime import datetime
from functools import partial
from pathlib import Path

import structlog
from sqlalchemy.exc import SQLAlchemyError

import kit.edge
from kit.access import Access
from kit.db import Database
from kit.loops import every
from kit.messaging import now_utc
from kit.service import Service, new_service
from kit.settings import read_secret

from .api import (
    accounts,
    api_keys,
    appointments,
    audit,
    auth,
    codes,
    demo,
    drafts,
    factor_demand,
    feedback,
    me,
    members,
    phone,
    platform,
    requests,
    second_factor,
)
from .api import settings as account_settings
from .consumers import consumers
from .key_store import KeyStore
from .keyring import Keyring
from .settings import Settings
from .usecases.end_expired import end_expired
from .usecases.forget_old import forget_old
from .usecases.keep_demo import keep_demo
from .usecases.phone_changes.apply_phone_changes import apply_phone_changes
from .usecases.publish_keys import publish_keys
from .usecases.repeat_erasures import REPEAT_EVERY_S, repeat_erasures
from .usecases.second_factor.reset_factor import apply_resets
from .wiring import Wiring

MIGRATIONS = Path(__file__).parents[2] / "migrations"
KEYS_FIRST_PAUSE_S = 5.0
KEYS_EVERY_S = 300.0
FORGET_EVERY_S = 600
PHONES_EVERY_S = 60.0
FACTORS_EVERY_S = 300.0
EXPIRED_EVERY_S = 2.0
DEMO_EVERY_S = 60.0

log = structlog.get_logger("identity")


def build(settings: Settings) -> Service:
    """The service with everything it needs; raises `SystemExit` when a secret is missing."""
    pepper = read_secret(settings.code_pepper_file, "code pepper")
    from_file = Keyring.from_pem(read_secret(settings.signing_key_file, "signing key"))
    wiring = Wiring(settings, KeyStore(from_file, pepper), pepper)
    service = new_service(
        "identity",
        settings,
        texts=kit.edge.texts_of(__file__),
        migrations_folder=MIGRATIONS,
        routers=[
            codes.router,
            auth.router,
            api_keys.router,
            api_keys.exchange,
            me.router,
            phone.router,
            second_factor.router,
            accounts.router,
            members.router,
            requests.router,
            audit.router,
            account_settings.router,
            factor_demand.router,
            drafts.router,
            demo.router,
            platform.router,
            feedback.router,
        ],
        consumers=consumers,
    )
    service.access = Access(service.db, patience_s=0)  # memberships are made here: no copy can be late
    service.state["wiring"] = wiring
    service.checks["signing_keys"] = partial(_keys_check, service.access)
    service.loops["signing keys"] = partial(_keep_saying_keys, service.db, wiring.keys)
    service.loops["phone changes"] = partial(every, PHONES_EVERY_S, partial(_change_phones, service.db))
    resets = partial(_reset_factors, service.db, settings.public_host)
    service.loops["lost second factors"] = partial(every, FACTORS_EVERY_S, resets)
    service.loops["forget old"] = partial(every, FORGET_EVERY_S, partial(_forget, service.db))
    service.loops["erasures"] = partial(every, REPEAT_EVERY_S, partial(_repeat_erasures, service.db))
    service.operator_routers = [appointments.router]
    if settings.demo:
        service.loops["demo"] = partial(every, DEMO_EVERY_S, partial(_keep_demo, service.db))
    service.loops["end expired"] = partial(every, EXPIRED_EVERY_S, partial(_end_expired, service.db))
    return service


async def say_keys(db: Database, keyring: Keyring) -> None:
    """Publish the keys that verify access tokens."""
    async with db.system_tx() as tx:
        await publish_keys(keyring, tx, now_utc())


async def rotate_and_say_keys(db: Database, keys: KeyStore, now: datetime) -> None:
    """Make the next key when it is time, and publish those in force."""
    async with db.system_tx() as tx:
        if await keys.rotate(tx, now):
            log.info("a new signing key was made")
        await publish_keys(await keys.read(tx, now), tx, now)


async def _keep_saying_keys(db: Database, keys: KeyStore) -> None:
    """Now, soon again, and then steadily: a service that starts later has no queue yet in which the word could wait."""
    pause_s = KEYS_FIRST_PAUSE_S
    while True:
        await rotate_and_say_keys(db, keys, now_utc())
        await asyncio.sleep(pause_s)
        pause_s = min(2 * pause_s, KEYS_EVERY_S)


async def _keys_check(access: Access) -> str | None:
    try:
        return None if await access.knows_keys() else "the worker has not published the keys yet"
    except (SQLAlchemyError, OSError) as error:
        return f"not readable: {type(error).__name__}"


async def _forget(db: Database) -> None:
    async with db.system_tx() as tx:
        await forget_old(tx, now_utc())


async def _repeat_erasures(db: Database) -> None:
    await repeat_erasures(db, now_utc())


async def _end_expired(db: Database) -> None:
    async with db.system_tx() as tx:
        await end_expired(tx, now_utc())


async def _keep_demo(db: Database) -> None:
    await keep_demo(db, now_utc())


async def _change_phones(db: Database) -> None:
    async with db.system_tx() as tx:
        await apply_phone_changes(tx, now_utc())


async def _reset_factors(db: Database, domain: str) -> None:
    async with db.system_tx() as tx:
        await apply_resets(tx, now_utc(), domain=domain)
