"""A sender of its own: database, providers and a crowd of waiting messages, without the rest of the product."""

from __future__ import annotations

import base64
import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import UUID, uuid4

import aio_pika
import aiohttp
from pamqp.common import FieldTable
from sqlalchemy import text

from kit import migrations
from kit.broker import EVENTS
from kit.ids import new_id
from kit.secrets import SecretBox
from kit.testing import Bench
from notifications.app import build
from notifications.providers.factory import owner_of
from notifications.settings import Settings
from notifications.tables import ProviderAccount
from tests.conftest import ROOT, in_thread
from tests.simulators.running import Process, Simulators
from tests.support.own_ports import own_port
from zapys_dev import databases
from zapys_dev.testing import create_vhost, delete_vhost, ensure_servers

_FILL = text(
    """
    INSERT INTO notification (account_id, id, booking_id, location_id, kind, occasion, recipient_type, recipient_id,
        recipient_name, phone_e164, language, channel, state, planned_at, useful_until, due_at, text, parts, time_zone,
        booking_version, created_at, changed_at)
    SELECT :account_id, gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), 'reminder_3h', 'x' || n, 'client',
        gen_random_uuid(), 'Client', '+38067' || lpad((:first + n)::text, 7, '0'), 'uk', 'sms', 'planned', now(),
        now() + interval '2 days' + n * interval '1 second', now() + :due_in, 'Visit at 15:00, ' || n, 1,
        'Europe/Kyiv', 1, now(), now()
    FROM generate_series(1, :count) AS n
    """
)
# Numbers whose last four digits are a fate of their own at the simulators.
_FATES = text(
    "UPDATE notification SET phone_e164 = '+380501234567' WHERE right(phone_e164, 4) ~ '^(0305|0404|10[01].)$'"
)


@dataclass
class SendingBench:
    """The service on its own database, with the providers' stand-ins beside it."""

    bench: Bench
    settings: Settings
    simulators: Simulators
    vhost_url: str

    async def account(self, provider: str, token: str) -> UUID:
        """An account with one provider and no quiet hours, known to that provider."""
        await self.simulators.put(f"/accounts/{provider}/{token}", {"senders": ["Salon"], "balance": 10_000_000})
        account_id = new_id()
        kind, secret = ("http-token", "token") if provider == "turbosms" else ("api-key", "key")
        row = ProviderAccount(account_id=account_id, provider=provider, kind=kind, sender_name="Salon", position=1)
        row.enabled, row.state, row.callback_token, row.version = True, "ok", uuid4().hex, 1
        assert self.settings.secrets_key_file is not None
        box = SecretBox(self.settings.secrets_key_file.read_bytes())
        row.sealed = box.seal(f'{{"{secret}": "{token}"}}', owner_of(row))
        async with self.bench.service.db.system_tx() as tx:
            tx.add(row)
            await tx.execute(
                text("INSERT INTO notification_settings VALUES (:account_id, 1, CAST(:body AS jsonb))"),
                {"account_id": account_id, "body": '{"quiet_hours": {"enabled": false}}'},
            )
        return account_id

    async def fill(self, account_id: UUID, count: int, *, first: int = 1_000_000, due_in: str = "0 s") -> None:
        """So many messages that are due."""
        wanted = {"account_id": account_id, "count": count, "first": first}
        statement = text(str(_FILL).replace(":due_in", f"interval '{due_in}'"))
        async with self.bench.service.db.system_tx() as tx:
            await tx.execute(text("SET LOCAL statement_timeout = '120s'"))
            await tx.execute(statement, wanted)
            await tx.execute(_FATES)

    async def states(self, account_id: UUID) -> Counter[str]:
        """How many messages of the account are in which state."""
        async with self.bench.service.db.system_tx() as tx:
            query = "SELECT state, count(*) FROM notification WHERE account_id = :account_id GROUP BY state"
            found = await tx.execute(text(query), {"account_id": account_id})
            return Counter({row.state: row.count for row in found})

    def worker(self, **settings: object) -> Worker:
        """`python -m notifications worker` on this bench."""
        return Worker(self.settings, self.vhost_url, settings)


class Worker:
    """A sender as an operator runs it."""

    def __init__(self, settings: Settings, vhost_url: str, more: dict[str, object]) -> None:
        environment: dict[str, object] = {
            "DATABASE_URL": settings.database_url.get_secret_value(),
            "RABBITMQ_URL": vhost_url,
            "SECRETS_KEY_FILE": settings.secrets_key_file,
            "PLATFORM_TURBOSMS_TOKEN_FILE": settings.platform_turbosms_token_file,
            "TURBOSMS_URL": settings.turbosms_url,
            "TURBOSMS_SOAP_URL": settings.turbosms_soap_url,
            "ALPHASMS_URL": settings.alphasms_url,
            "ADMIN_PORT": own_port(),
            "LOG_LEVEL": "error",
            **more,
        }
        prefixed = {f"NOTIFICATIONS_{name}": str(value) for name, value in environment.items()}
        self.process = subprocess.Popen([sys.executable, "-m", "notifications", "worker"], env=os.environ | prefixed)

    def kill(self) -> None:
        """As the kernel does when memory is short."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self) -> None:
        """As an operator does."""
        if self.process.poll() is None:
            self.process.terminate()
            self.process.wait(timeout=30)


@asynccontextmanager
async def sending_bench() -> AsyncIterator[SendingBench]:
    """Everything that a sender needs, made and taken away again."""
    servers = ensure_servers()
    suffix = f"_{uuid4().hex[:8]}"
    urls = databases.prepare(servers.postgres_url, "notifications", suffix=suffix)
    in_thread(lambda: migrations.upgrade(ROOT / "services/notifications/migrations", urls.migration_url))
    vhost = f"load-{uuid4().hex[:8]}"
    create_vhost(servers.rabbitmq_management_url, vhost)
    vhost_url = f"{servers.rabbitmq_url.rstrip('/')}/{vhost}"
    await _somebody_listens(vhost_url)
    process = Process()
    try:
        await process.answers()
        with TemporaryDirectory() as folder:
            settings = _settings(Path(folder), urls, process)
            async with Bench(build(settings)) as bench, aiohttp.ClientSession() as session:
                simulators = Simulators(process.base_url, process.smtp_port, session)
                yield SendingBench(bench, settings, simulators, vhost_url)
    finally:
        process.stop()
        delete_vhost(servers.rabbitmq_management_url, vhost)
        databases.drop(servers.postgres_url, "notifications", suffix=suffix)


async def _somebody_listens(vhost_url: str) -> None:
    """The rest of the product hears what the sender says: without a queue the broker would hand every event back, and
    saying it again and again would be measured too."""
    async with await aio_pika.connect(vhost_url) as connection, connection.channel() as channel:
        events = await channel.declare_exchange(EVENTS.name, EVENTS.type.value, durable=True)
        kept: FieldTable = {"x-max-length": 1000, "x-overflow": "drop-head"}
        queue = await channel.declare_queue("the rest of the product", durable=True, arguments=kept)
        await queue.bind(events, "#")


def _settings(folder: Path, urls: databases.Urls, process: Process) -> Settings:
    (folder / "key").write_text(base64.b64encode(os.urandom(32)).decode())
    (folder / "token").write_text("platform-token")
    told: dict[str, Any] = {
        "database_url": urls.app_url,
        "migration_database_url": urls.migration_url,
        "secrets_key_file": folder / "key",
        "platform_turbosms_token_file": folder / "token",
        "turbosms_url": f"{process.base_url}/turbosms",
        "turbosms_soap_url": f"{process.base_url}/turbosms/api/soap.html",
        "alphasms_url": f"{process.base_url}/alphasms",
    }
    return Settings.model_validate(told)
