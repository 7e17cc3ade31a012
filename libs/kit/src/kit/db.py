"""Transactions on a service's own PostgreSQL database.

`Database.tx(account_id)` serves one account: row level security hides every other. `Database.system_tx()` takes on the
role `<service>_system` for work that spans accounts. Both settings are local to the transaction, so nothing of them
is left on a pooled connection.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from time import monotonic
from typing import Any
from uuid import UUID

import asyncpg
from opentelemetry import propagate
from sqlalchemy import Engine, text
from sqlalchemy.engine.interfaces import DBAPIConnection, ExceptionContext
from sqlalchemy.event import listens_for
from sqlalchemy.exc import DBAPIError, DisconnectionError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import ORMExecuteState, Session
from sqlalchemy.pool import ConnectionPoolEntry

from contracts import Event

from . import context
from .dial import Servers
from .errors import InvalidInput, Problem, TemporarilyUnavailable
from .ids import new_id
from .tables import OutboxRow

EVENTS_EXCHANGE = "zapys.events"

ASKED_AFTER_S = 5.0
_USED_AT = "zapys.used_at"

_OF_ACCOUNT = text("SELECT set_config('app.account_id', :id, true)")
_AS_SYSTEM = text("SELECT set_config('role', :role, true)")  # as SET LOCAL ROLE
_AS_SYSTEM_AT_ONCE = text("SELECT set_config('role', :role, true), set_config('synchronous_commit', 'off', true)")

_BACK_TO_ACCOUNT = text("SELECT set_config('role', 'none', true), set_config('app.account_id', :id, true)")

_BAD_VALUE_CLASS = "22"  # data exceptions: the caller's value, not our fault
# A statement or a transaction ended for its time, a lock not had, a deadlock, a clash of serialisable transactions:
# nothing was done, and asking again is right.
_READ_ONLY = "25006"
_TRY_AGAIN = ("57014", "25P03", "55P03", "40P01", "40001", _READ_ONLY)
_OUTAGE_CLASSES = ("08", "57P", "53")  # connection, operator intervention, insufficient resources


class _Session(Session):
    """A session in which a lock gives the row as it is now, also where it was looked at before the lock was had."""


@listens_for(_Session, "do_orm_execute")
def _read_anew_what_is_locked(asked: ORMExecuteState) -> None:
    if asked.is_select and getattr(asked.statement, "_for_update_arg", None) is not None:
        asked.update_execution_options(populate_existing=True)


class Tx(AsyncSession):
    """One transaction. Rows are added and read as in any session; events are said with `emit`."""

    sync_session_class = _Session

    def emit(self, event: Event) -> UUID:
        """Say `event` if and when this transaction commits; answers the id it will be known by."""
        carrier: dict[str, str] = {}
        propagate.inject(carrier)
        now = context.current()
        event_id = new_id()
        self.add(
            OutboxRow(
                event_id=event_id,
                name=event.name,
                exchange=EVENTS_EXCHANGE,
                routing_key=event.name,
                account_id=event.account_id,
                headers={
                    "subject": event.subject_id,
                    "correlation_id": now.correlation_id,
                    "actor_id": str(now.actor_id) if now.actor_id else "",
                    "trace": carrier,
                },
                body=event.model_dump_json(),
                mandatory=event.must_be_heard,
                secret=event.secret,
            )
        )
        return event_id


class Database:
    """The pool of one process. Size and time-outs: docs/adr on the database."""

    def __init__(self, url: str, *, service: str, pool_size: int = 7, statement_timeout_ms: int = 5000) -> None:
        self.service = service
        servers = Servers(url)
        self._engine = create_async_engine(
            servers.url,
            pool_size=pool_size,
            max_overflow=0,  # what goes beyond the pool would be opened and closed for every transaction
            pool_timeout=10,
            pool_use_lifo=True,  # at rest a few connections do all, and only they keep prepared statements
            hide_parameters=True,  # failures are logged and kept with dead letters
            connect_args={
                **servers.connect_args,
                "timeout": 5,
                "command_timeout": 10,
                "server_settings": {
                    "application_name": service,
                    "statement_timeout": str(statement_timeout_ms),
                    "idle_in_transaction_session_timeout": "10000",
                    "timezone": "UTC",
                },
            },
        )
        _check_before_use(self._engine.sync_engine)
        self._sessions = async_sessionmaker(self._engine, class_=Tx, expire_on_commit=False)

    @asynccontextmanager
    async def tx(self, account_id: UUID | None = None) -> AsyncIterator[Tx]:
        """A transaction of one account; without an account no protected row is visible."""
        async with self._sessions() as session, session.begin():
            if account_id is not None:
                await name_account(session, account_id)
            yield session

    @asynccontextmanager
    async def system_tx(self, *, is_worth_a_wait: bool = True) -> AsyncIterator[Tx]:
        """A transaction that spans accounts, under the role `<service>_system`.

        Where it is not `is_worth_a_wait`, the commit does not wait for the disk: a crash of the server within a second
        may undo it, which is right only for what is then simply done again.
        """
        async with self._sessions() as session, session.begin():
            role = {"role": f"{self.service}_system"}
            await session.execute(_AS_SYSTEM if is_worth_a_wait else _AS_SYSTEM_AT_ONCE, role)
            yield session

    async def ping(self) -> None:
        """Raise when the database does not answer within a second."""
        async with asyncio.timeout(1), self._engine.connect() as connection:
            await connection.execute(text("SELECT 1"))

    async def close(self) -> None:
        """Close the pool."""
        await self._engine.dispose()


def _check_before_use(engine: Engine) -> None:
    """Give out only connections that are alive.

    A socket that the server closed is known without asking. The pool's own ping costs three round trips each time, so
    only a connection that has lain for a while, which a firewall may have dropped in silence, is asked.
    """

    @listens_for(engine, "checkin")
    def note(_: DBAPIConnection | None, record: ConnectionPoolEntry) -> None:
        record.info[_USED_AT] = monotonic()

    @listens_for(engine, "checkout")
    def check(connection: DBAPIConnection, record: ConnectionPoolEntry, _: object) -> None:
        if connection.driver_connection.is_closed():
            raise DisconnectionError("the server closed this connection")
        if monotonic() - record.info.get(_USED_AT, monotonic()) < ASKED_AFTER_S:
            return
        try:
            engine.dialect.do_ping(connection)
        except Exception as error:
            raise DisconnectionError("this connection no longer answers") from error

    @listens_for(engine, "handle_error")
    def tell_ending(happened: ExceptionContext) -> None:
        # What SQLAlchemy does not know to be an end. asyncpg says InternalClientError of a connection whose end was
        # announced and has not come yet. A statement that outlasts the driver's patience was not ended by the server
        # in its own, shorter one, so nobody is there any more. And who refuses to write is no longer the primary.
        error = happened.original_exception
        cause = getattr(error, "__cause__", None)
        is_away = isinstance(cause, asyncpg.InternalClientError) or isinstance(error, TimeoutError)
        if is_away or sqlstate(error) == _READ_ONLY:
            happened.is_disconnect = True


async def name_account(tx: AsyncSession, account_id: UUID) -> None:
    """Let the rest of this transaction work for `account_id`."""
    await tx.execute(_OF_ACCOUNT, {"id": str(account_id)})


async def narrow_to_account(tx: AsyncSession, account_id: UUID) -> None:
    """Give back the role that spans accounts: the rest of a `system_tx` sees `account_id` alone, as any `tx` of it."""
    await tx.execute(_BACK_TO_ACCOUNT, {"id": str(account_id)})


def sqlstate(error: BaseException) -> str | None:
    """The five-character state of a database error, where there is one."""
    original: Any = getattr(error, "orig", error)
    state = getattr(original, "sqlstate", None)
    return str(state) if state else None


def violated_constraint(error: DBAPIError) -> str | None:
    """Name of the constraint that refused a statement."""
    cause = getattr(error.orig, "__cause__", None)
    name = getattr(cause, "constraint_name", None)
    return str(name) if name else None


def is_outage(error: BaseException) -> bool:
    """Whether the error says that the database is away or overloaded, rather than that the caller was wrong."""
    if isinstance(error, PoolTimeoutError | ConnectionError | TimeoutError | OSError):
        return True
    if isinstance(error, DBAPIError):
        state = sqlstate(error) or ""
        return (
            error.connection_invalidated
            or isinstance(error, InterfaceError | OperationalError)
            or state.startswith(_OUTAGE_CLASSES)
            or is_outage_cause(error.orig)
        )
    return is_outage_cause(error)


def understand(error: Exception) -> Problem | None:
    """What an exception of the database means to a caller; none when it is a bug."""
    if is_outage(error) or sqlstate(error) in _TRY_AGAIN:
        return TemporarilyUnavailable()
    if isinstance(error, DBAPIError) and (sqlstate(error) or "").startswith(_BAD_VALUE_CLASS):
        return InvalidInput.of("", "characters")
    return None


def is_outage_cause(error: BaseException | None) -> bool:
    """As `is_outage`, for what the driver raises by itself."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ConnectionError | TimeoutError):
            return True
        state = getattr(cause, "sqlstate", None) or ""
        if str(state).startswith(_OUTAGE_CLASSES):
            return True
        cause = cause.__cause__
    return False
