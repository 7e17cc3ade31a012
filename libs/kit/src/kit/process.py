"""One process: its HTTP servers and its background part, from the first signal of readiness to an orderly end."""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import gc
import signal
from collections.abc import Awaitable, Callable, Iterator, Sequence
from typing import Protocol

import structlog
from fastapi import FastAPI
from uvicorn.config import Config
from uvicorn.server import Server as UvicornServer

from .settings import ProcessSettings

log = structlog.get_logger("process")

Act = Callable[[], Awaitable[None]]


GIVEN_BACK_EVERY_S = 30.0


def _give_back_memory() -> None:
    """Return to the system what was freed: glibc keeps it otherwise for as long as the process lives."""
    gc.collect()
    with contextlib.suppress(OSError, AttributeError):  # glibc only
        ctypes.CDLL("libc.so.6").malloc_trim(0)


async def _keep_small() -> None:
    """Give memory back now and then: what a burst of work has needed is not needed at rest."""
    gc.freeze()  # what importing and wiring have made stays, and is not looked through again
    while True:
        _give_back_memory()
        await asyncio.sleep(GIVEN_BACK_EVERY_S)


class Background(Protocol):
    """What a process does besides answering HTTP."""

    async def run(self) -> None:
        """Work until `stop`; an exception that leaves it ends the process."""

    async def stop(self) -> None:
        """Let what is under way finish, then make `run` return."""


class Server(UvicornServer):
    """uvicorn without its own signal handling: two servers share one process.

    Whom `X-Forwarded-For` is believed from is said, never guessed: `trusted_proxies` are addresses or networks,
    comma separated.
    """

    def __init__(self, app: FastAPI, host: str, port: int, grace_s: float, trusted_proxies: str = "") -> None:
        super().__init__(
            Config(
                app,
                host=host,
                port=port,
                log_config=None,
                access_log=False,
                ws="none",
                server_header=False,
                proxy_headers=bool(trusted_proxies),
                forwarded_allow_ips=trusted_proxies,
                timeout_graceful_shutdown=int(grace_s),
                timeout_keep_alive=30,
            )
        )

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """The process has one handler for all its servers."""
        yield


def server_of(app: FastAPI, settings: ProcessSettings) -> Server:
    """The public server of a process, as its settings say."""
    return Server(
        app, settings.http_host, settings.http_port, settings.shutdown_grace_s, trusted_proxies=settings.trusted_proxies
    )


async def serve(
    servers: Sequence[Server],
    background: Background | None,
    *,
    on_start: Sequence[Act] = (),
    on_stop: Sequence[Act] = (),
    role: str,
) -> None:
    """Run everything until SIGTERM or SIGINT, or until a part ends by itself; its failure is raised after the rest
    has stopped in order."""
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stopping.set)
    for start in on_start:
        await start()
    tasks = [asyncio.create_task(server.serve()) for server in servers]
    if background is not None:
        tasks.append(asyncio.create_task(background.run()))
    gc.collect()
    keeping_small = asyncio.create_task(_keep_small())
    log.info("started", role=role, ports=[server.config.port for server in servers])
    waiting = asyncio.create_task(stopping.wait())
    done, _ = await asyncio.wait([waiting, *tasks], return_when=asyncio.FIRST_COMPLETED)
    failed = [task for task in done if task is not waiting]
    for server in servers:
        server.should_exit = True
    if background is not None:
        await background.stop()
    waiting.cancel()
    keeping_small.cancel()
    await asyncio.gather(waiting, keeping_small, *tasks, return_exceptions=True)
    for stop in on_stop:
        await stop()
    log.info("stopped")
    for task in failed:
        task.result()
