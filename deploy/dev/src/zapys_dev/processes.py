"""Processes of the product: started with a log of their own, remembered in a record file, ended in good order."""

import json
import os
import signal
import subprocess
import time
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

import psutil

from zapys_dev import http
from zapys_dev.ending import runs, wait_gone
from zapys_dev.errors import Trouble
from zapys_dev.keys import write_private
from zapys_dev.places import Home

_POLL_S = 0.1


@dataclass(frozen=True)
class Command:
    """One process to run: `env` is laid over the caller's; `ready_url` answers 2xx once it serves."""

    name: str
    argv: tuple[str, ...]
    env: Mapping[str, str] = field(default_factory=dict)
    ready_url: str | None = None
    cwd: str | None = None


@dataclass(frozen=True)
class Record:
    """A command and the process it became. The start time tells our process from a later one with the same id."""

    command: Command
    pid: int
    created: float
    restarts: int = 0
    is_ending: bool = False
    """Somebody is stopping it: it must not be started again."""

    @property
    def process(self) -> psutil.Process | None:
        """The process while it lives."""
        try:
            found = psutil.Process(self.pid)
            if abs(found.create_time() - self.created) > 1 or not runs(found):
                return None
        except psutil.Error:
            return None
        return found

    @property
    def is_alive(self) -> bool:
        return self.process is not None

    @property
    def is_ready(self) -> bool:
        """Alive, and its ready address (if it has one) answers 2xx."""
        if not self.is_alive:
            return False
        return self.command.ready_url is None or http.call("GET", self.command.ready_url, timeout_s=2).is_ok


class Supervisor:
    """The processes of one instance. Any process of the same user may look at them or end them later."""

    def __init__(self, home: Home) -> None:
        self.home = home.make()
        self._children: dict[str, subprocess.Popen[bytes]] = {}

    def log_file(self, name: str) -> Path:
        return self.home.logs / f"{name}.log"

    def records(self) -> dict[str, Record]:
        """Everything that was started and not stopped, dead or alive, by name."""
        self._reap()
        found = (self.record(path.stem) for path in sorted(self.home.pids.glob("*.json")))
        return {record.command.name: record for record in found if record is not None}

    def record(self, name: str) -> Record | None:
        """What is remembered of one process."""
        try:
            kept = json.loads(self._record_file(name).read_text())
            command = Command(**{**kept.pop("command"), "argv": tuple(kept.pop("argv"))})
            return Record(command=command, **kept)
        except (OSError, ValueError, TypeError, KeyError):
            return None

    def is_running(self, name: str) -> bool:
        self._reap()
        record = self.record(name)
        return record is not None and record.is_alive

    def start(self, command: Command, *, restarts: int = 0) -> Record:
        """Start it in a session of its own, its output appended to .zapys/log/<name>.log; a running one is kept."""
        self._reap()
        known = self.record(command.name)
        if known is not None and known.is_alive:
            return known
        with self.log_file(command.name).open("ab") as log:
            try:
                child = subprocess.Popen(
                    command.argv,
                    env={**os.environ, **command.env},
                    cwd=command.cwd,
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                    start_new_session=True,
                )
            except OSError as error:
                raise Trouble(f"{command.name} cannot be started: {error}.", "Run ./zapys up again.") from None
        self._children[command.name] = child
        record = Record(command, child.pid, psutil.Process(child.pid).create_time(), restarts)
        self._write(record)
        return record

    def stop(self, names: Iterable[str] | None = None, *, grace_s: float = 20.0) -> list[str]:
        """End the processes (all without names): SIGTERM to all at once, SIGKILL to what is left after `grace_s`.

        Gives the names of those that were running. Only processes that this instance started are touched.
        """
        chosen = list(self.records()) if names is None else list(names)
        alive: dict[str, psutil.Process] = {}
        for name in chosen:
            record = self.record(name)
            process = record.process if record else None
            if record is not None and process is not None:
                self._write(replace(record, is_ending=True))
                alive[name] = process
        for process in alive.values():
            _signal(process, signal.SIGCONT)  # a frozen process would never see the next one
            _signal(process, signal.SIGTERM)
        for process in wait_gone(alive.values(), grace_s):
            family = [*_children_of(process), process]
            for member in family:
                _signal(member, signal.SIGKILL)
            wait_gone(family, 5)
        for name in chosen:
            self._record_file(name).unlink(missing_ok=True)
        self._reap()
        return list(alive)

    def kill(self, name: str) -> None:
        """End it as a crash would. It stays on record: `restart` starts it again."""
        record = self.record(name)
        process = record.process if record else None
        if process is not None:
            family = [*_children_of(process), process]
            for member in family:
                _signal(member, signal.SIGKILL)
            wait_gone(family, 10)
        self._reap()

    def freeze(self, name: str) -> None:
        """Stop it from running; its connections stay open."""
        self._signal_one(name, signal.SIGSTOP)

    def thaw(self, name: str) -> None:
        """Let a frozen process go on."""
        self._signal_one(name, signal.SIGCONT)

    def restart(self, name: str, *, grace_s: float = 20.0) -> Record:
        """Stop it if it runs, and start the same command again."""
        record = self.record(name)
        if record is None:
            raise Trouble(f"{name} was never started.", f"Known: {', '.join(self.records()) or 'nothing'}.")
        self.stop([name], grace_s=grace_s)
        return self.start(record.command, restarts=record.restarts + 1)

    def wait_ready(self, names: Iterable[str] | None = None, *, timeout_s: float = 60.0) -> None:
        """Wait until each is ready; refuses at once when one has ended, with the end of its log."""
        waiting = list(self.records()) if names is None else list(names)
        until = time.monotonic() + timeout_s
        while waiting:
            self._reap()
            for name in list(waiting):
                record = self.record(name)
                if record is None or not record.is_alive:
                    raise Trouble(f"{name} has ended.", f"The end of {self.log_file(name)}:\n{self.tail(name)}")
                if record.is_ready:
                    waiting.remove(name)
            if waiting and time.monotonic() > until:
                raise Trouble(
                    f"{', '.join(waiting)} not ready after {timeout_s:.0f} s.",
                    self._why_not_ready(waiting[0]),
                )
            if waiting:
                time.sleep(_POLL_S)

    def tail(self, name: str, lines: int = 15) -> str:
        """The last lines of the process's log."""
        try:
            with self.log_file(name).open("rb") as log:
                log.seek(max(0, log.seek(0, os.SEEK_END) - 64 * 1024))
                return "\n".join(log.read().decode(errors="replace").splitlines()[-lines:])
        except OSError:
            return ""

    def _why_not_ready(self, name: str) -> str:
        """What the process itself answers to the question, and the end of its log."""
        log = f"The end of {self.log_file(name)}:\n{self.tail(name)}"
        record = self.record(name)
        url = record.command.ready_url if record else None
        if url is None:
            return log
        answer = http.call("GET", url, timeout_s=2)
        said = answer.body.decode(errors="replace")[:500] if answer.status else "nothing"
        return f"{url} answers {answer.status or ''} {said}\n       {log}"

    def _signal_one(self, name: str, which: signal.Signals) -> None:
        record = self.record(name)
        process = record.process if record else None
        if process is not None:
            _signal(process, which)

    def _write(self, record: Record) -> None:
        kept = {key: value for key, value in asdict(record).items() if key != "command"}
        described = {key: value for key, value in asdict(record.command).items() if key != "argv"}
        content = json.dumps({**kept, "argv": record.command.argv, "command": described})
        # The environment holds passwords, so the record is for its owner's eyes.
        write_private(self._record_file(record.command.name), content)

    def _reap(self) -> None:
        """Collect our own dead children, or the system shows them as zombies."""
        for name, child in list(self._children.items()):
            if child.poll() is not None:
                del self._children[name]

    def _record_file(self, name: str) -> Path:
        return self.home.pids / f"{name}.json"


def _signal(process: psutil.Process, which: signal.Signals) -> None:
    try:
        process.send_signal(which)
    except psutil.NoSuchProcess:
        return


def _children_of(process: psutil.Process) -> list[psutil.Process]:
    try:
        return process.children(recursive=True)
    except psutil.NoSuchProcess:
        return []
