"""A private PostgreSQL: own data, own port, loopback only, from the operating system's packages."""

import contextlib
import hashlib
import os
import pwd
import shutil
import signal
import stat
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from zapys_dev import packages, ports
from zapys_dev.ending import runs, wait_gone
from zapys_dev.errors import Trouble

_VERSIONS = Path("/usr/lib/postgresql")
_SYSTEM_USER = "postgres"
_OUTSIDE = Path("/var/lib/zapys")
_START_TIMEOUT_S = 60


@dataclass
class PrivatePostgres:
    """One server under `base` that listens on 127.0.0.1:`port` and trusts local connections.

    PostgreSQL refuses to run as root; root's server belongs to the packaged user `postgres`, and its data lie
    outside the clone when that user could not reach them there. `durable=False` skips fsync: for tests only.
    """

    base: Path
    port: int
    durable: bool = True
    max_connections: int = 300

    @property
    def url(self) -> str:
        """The superuser's address."""
        return f"postgresql://postgres@{ports.HOST}:{self.port}/postgres"

    @property
    def log(self) -> Path:
        return self.folder / "log"

    @property
    def folder(self) -> Path:
        """The server's own folder: `base`/postgres, or one below /var/lib/zapys (see the class)."""
        wanted = self.base.absolute() / "postgres"
        if os.geteuid() != 0 or _others_may_enter(wanted):
            return wanted
        return _OUTSIDE / hashlib.sha256(str(wanted).encode()).hexdigest()[:16] / "postgres"

    @property
    def pid(self) -> int | None:
        """Process id of the running postmaster."""
        try:
            pid = int((self.folder / "data" / "postmaster.pid").read_text().split("\n", 1)[0])
            process = psutil.Process(pid)
            is_ours = str(self.folder / "data") in process.cmdline() and runs(process)
        except (OSError, ValueError, psutil.Error):
            return None
        return pid if is_ours else None

    @property
    def is_running(self) -> bool:
        return self.pid is not None

    def start(self) -> None:
        """Start it and wait until it answers; a running one is left alone."""
        if self.is_running:
            return
        ports.require_free(self.port, "private PostgreSQL", "End that process or set ZAPYS_POSTGRES_PORT.")
        self.base.mkdir(parents=True, exist_ok=True)
        data = self.folder / "data"
        tools = binaries(_version_of(data))
        if not (data / "PG_VERSION").exists():
            self._initialise(tools)
        self._configure()
        started = self._run(tools / "pg_ctl", "-D", data, "-w", "-t", _START_TIMEOUT_S, "-l", self.log, "start")
        if started.returncode != 0:
            raise Trouble(f"PostgreSQL did not start: {_last_line(self.log)}", f"Its log is {self.log}.")

    def stop(self) -> None:
        """End it in good order: sessions are closed, nothing committed is lost."""
        if self.is_running:
            tools = binaries(_version_of(self.folder / "data"))
            self._run(tools / "pg_ctl", "-D", self.folder / "data", "-m", "fast", "-w", "stop")

    def kill(self) -> None:
        """End it as a crash would, and wait until its children are gone too (a start before that fails)."""
        pid = self.pid
        if pid is None:
            return
        postmaster = psutil.Process(pid)
        family = [postmaster, *postmaster.children(recursive=True)]
        postmaster.send_signal(signal.SIGKILL)
        for session in family[1:]:  # one that is frozen would never see that its server is gone
            with contextlib.suppress(psutil.Error):
                session.send_signal(signal.SIGCONT)
        wait_gone(family, 10)
        # The dead one's id may stay taken until it is collected; PostgreSQL would take it for running.
        (self.folder / "data" / "postmaster.pid").unlink(missing_ok=True)

    def freeze(self) -> None:
        """Stop the postmaster and its sessions from running, connections stay open."""
        self._signal_all(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let a frozen server go on."""
        self._signal_all(signal.SIGCONT)

    def destroy(self) -> None:
        """Stop it and delete its data."""
        self.stop()
        folder = self.folder
        shutil.rmtree(folder, ignore_errors=True)
        if _OUTSIDE in folder.parents and folder.parent.is_dir():
            folder.parent.rmdir()

    def _signal_all(self, which: signal.Signals) -> None:
        pid = self.pid
        if pid is None:
            return
        postmaster = psutil.Process(pid)
        for process in (postmaster, *postmaster.children(recursive=True)):
            process.send_signal(which)

    def _initialise(self, tools: Path) -> None:
        for folder in reversed((self.folder, *self.folder.parents)):
            if not folder.exists():
                folder.mkdir()
                folder.chmod(0o755)
        if os.geteuid() == 0:
            user = pwd.getpwnam(_SYSTEM_USER)
            os.chown(self.folder, user.pw_uid, user.pw_gid)
        shutil.rmtree(self.folder / "data", ignore_errors=True)
        options = ("-U", "postgres", "--auth=trust", "-E", "UTF8", "--locale=C.UTF-8")
        done = self._run(tools / "initdb", "-D", self.folder / "data", *options)
        if done.returncode != 0:
            raise Trouble(f"PostgreSQL could not create its data: {done.stderr.strip()}", "Check the free disk space.")
        with (self.folder / "data" / "postgresql.conf").open("a") as settings:
            settings.write("include 'zapys.conf'\n")

    def _configure(self) -> None:
        lines = [
            f"listen_addresses = '{ports.HOST}'",
            f"port = {self.port}",
            "unix_socket_directories = ''",
            f"max_connections = {self.max_connections}",
            "shared_buffers = 256MB",
            "timezone = 'UTC'",
            "log_timezone = 'UTC'",
            "log_lock_waits = on",
        ]
        if not self.durable:
            lines += ["fsync = off", "synchronous_commit = off", "full_page_writes = off"]
        (self.folder / "data" / "zapys.conf").write_text("\n".join(lines) + "\n")

    def _run(self, *command: object) -> "subprocess.CompletedProcess[str]":
        words = [str(word) for word in command]
        # pg_ctl leaves a server behind that inherits its output: a pipe would never end.
        errors = self.folder / "command-errors"
        with errors.open("w") as file:
            code = subprocess.run(
                words,
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=file,
                check=False,
                **_as_system_user(),
            ).returncode
        return subprocess.CompletedProcess(words, code, "", errors.read_text())


def _as_system_user() -> dict[str, Any]:
    """What makes a child process the server's own user where we are root: PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return {}
    user = pwd.getpwnam(_SYSTEM_USER)
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": os.getgrouplist(_SYSTEM_USER, user.pw_gid)}


def binaries(version: str | None = None) -> Path:
    """The folder with initdb and pg_ctl: of that major version, or the newest; installed when there is none."""
    found = _find(version)
    if found is None and version is None:
        packages.install(["postgresql", "postgresql-contrib"], what_for="PostgreSQL")
        found = _find(version)
    if found is None:
        wanted = f"postgresql-{version}" if version else "postgresql"
        raise Trouble(
            f"The data need PostgreSQL {version or ''}, which is not installed.", f"Run: sudo apt-get install {wanted}"
        )
    return found


def _find(version: str | None) -> Path | None:
    candidates = [
        folder
        for folder in _VERSIONS.glob("*/bin")
        if (folder / "initdb").exists() and (version is None or folder.parent.name == version)
    ]
    return max(candidates, key=lambda folder: int(folder.parent.name), default=None)


def _version_of(data: Path) -> str | None:
    try:
        return (data / "PG_VERSION").read_text().strip()
    except OSError:
        return None


def _others_may_enter(folder: Path) -> bool:
    """True when every existing parent lets other users pass."""
    return all(parent.stat().st_mode & stat.S_IXOTH for parent in folder.parents if parent.exists())


def _last_line(log: Path) -> str:
    try:
        lines = log.read_text(errors="replace").strip().splitlines()
    except OSError:
        return "it left no log."
    return lines[-1] if lines else "its log is empty."
