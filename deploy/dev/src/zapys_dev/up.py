"""`./zapys up`: everything from nothing to a product that answers, or nothing at all."""

import os
import shutil
import signal
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import ExitStack, contextmanager
from types import FrameType

from zapys_dev import demo, places, ports, servers, web
from zapys_dev.errors import Trouble
from zapys_dev.keeper import NAME as KEEPER
from zapys_dev.places import Home
from zapys_dev.processes import Command, Supervisor
from zapys_dev.services import NAMES, Ports
from zapys_dev.stack import Stack
from zapys_dev.steps import Steps

_LEAST_FREE_BYTES = 1 << 30


def bring_up(home: Home, steps: Steps, *, with_demo: bool = True, with_web: bool = True, rate_limits: bool) -> Stack:
    """Start what does not run yet and wait until all of it is ready.

    What this call started is stopped again when something fails or the user interrupts.
    """
    home.make()
    supervisor = Supervisor(home)
    postgres, rabbit = servers.choose(home)
    wanted = Ports.from_environment()
    check_machine()
    check_same_ports(wanted, supervisor)
    check_ports(wanted, supervisor)
    with undone_on_failure() as undo:
        _start_servers_and_web(postgres, rabbit, steps, undo, with_web=with_web)
        # A suffix lets several clones share one told server.
        suffix = os.environ.get("ZAPYS_DATABASE_SUFFIX", "")
        stack = Stack(home, postgres.url, rabbit.url, wanted, suffix=suffix, rate_limits=rate_limits)
        _start_product(stack, steps, undo)
        if with_demo:
            _fill_demo(stack, steps)
        _start_keeper(stack.supervisor, undo)
    return stack


def check_machine() -> None:
    """Refuse where nothing good can come of it."""
    free = shutil.disk_usage(places.root()).free
    if free < _LEAST_FREE_BYTES:
        raise Trouble(f"Only {free >> 20} MiB of disk are free.", "Free 1 GiB at least, then repeat.")


def check_same_ports(wanted: Ports, supervisor: Supervisor) -> None:
    """Refuse when the product runs on other ports than this shell says: half of it would be looked for elsewhere."""
    for name in NAMES:
        record = supervisor.record(name)
        told = record.command.env.get(f"{name.upper()}_HTTP_PORT") if record and record.is_alive else None
        if told is not None and int(told) != wanted.of(name):
            raise Trouble(
                f"{name} runs on port {told}, and this shell says {wanted.of(name)}.",
                "Set ZAPYS_FIRST_PORT and ZAPYS_GATEWAY_PORT as they were then, or end it first: ./zapys down.",
            )


def check_ports(wanted: Ports, supervisor: Supervisor) -> None:
    """Refuse when somebody else has a port of a process that does not run yet; names all of them at once."""
    running = {name for name, record in supervisor.records().items() if record.is_alive}
    taken = [
        f"port {port} ({purpose}) by {ports.holder(port)}"
        for port, purpose in wanted.all().items()
        if purpose.split(",")[0] not in running and not ports.is_free(port)
    ]
    if taken:
        cure = "End that process, or choose other ports: ZAPYS_GATEWAY_PORT moves the gateway, ZAPYS_FIRST_PORT all."
        raise Trouble(f"Taken: {'; '.join(taken)}.", cure)


@contextmanager
def undone_on_failure() -> Iterator[ExitStack]:
    """Callbacks pushed to the stack run only when the block fails; SIGTERM counts as an interrupt."""
    with ExitStack() as undo:
        before = signal.signal(signal.SIGTERM, _interrupt)
        try:
            yield undo
            undo.pop_all()
        finally:
            signal.signal(signal.SIGTERM, before)


def _interrupt(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _start_servers_and_web(
    postgres: servers.Server, rabbit: servers.Server, steps: Steps, undo: ExitStack, *, with_web: bool
) -> None:
    """Side by side: each takes seconds and none needs another."""
    jobs: list[Callable[[], None]] = [
        lambda: _start_server("PostgreSQL", postgres, steps, undo),
        lambda: _start_server("RabbitMQ", rabbit, steps, undo),
    ]
    if with_web:
        jobs.append(lambda: _build_web(steps))
    with ThreadPoolExecutor(max_workers=len(jobs)) as pool:
        running = [pool.submit(job) for job in jobs]
        wait(running)
        for job in running:
            job.result()


def _start_server(name: str, server: servers.Server, steps: Steps, undo: ExitStack) -> None:
    if server.is_running:
        steps.done(name, f"{server.describe()}, runs already")
        return
    undo.callback(server.stop)
    with steps.step(name) as detail:
        server.start()
        detail.append(server.describe())


def _build_web(steps: Steps) -> None:
    began = time.monotonic()
    built = web.build()
    if built.note:
        steps.note(built.note)
    else:
        steps.done("browser client", "built" if built.is_new else "unchanged", time.monotonic() - began)


def _start_product(stack: Stack, steps: Steps, undo: ExitStack) -> None:
    names = list(stack.commands())
    missing = [name for name in names if not stack.supervisor.is_running(name)]
    if not missing:
        steps.done("services", f"{len(names)} processes run already")
        stack.supervisor.wait_ready(names)
        return
    with steps.step("databases") as detail:
        behind = stack.migrate()
        detail.append(f"migrated: {', '.join(behind)}" if behind else "schemas are current")
    undo.callback(stack.supervisor.stop, missing)
    with steps.step("services") as detail:
        stack.start()
        detail.append(
            f"{len(missing)} started" + (f", {len(names) - len(missing)} ran" if len(missing) < len(names) else "")
        )


def _fill_demo(stack: Stack, steps: Steps) -> None:
    with steps.step("demo account") as detail:
        detail.append(demo.ensure(stack.gateway_url, stack.simulators_url))


def _start_keeper(supervisor: Supervisor, undo: ExitStack) -> None:
    if supervisor.is_running(KEEPER):
        return
    undo.callback(supervisor.stop, [KEEPER])
    supervisor.start(
        Command(KEEPER, (sys.executable, "-m", "zapys_dev", "keep"), {"PYTHONUNBUFFERED": "1"}, cwd=str(places.root()))
    )
