"""A private RabbitMQ: own node, own data, own ports, loopback only, from the operating system's packages."""

import os
import secrets
import shutil
import signal
import socket
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import psutil

from zapys_dev import http, packages, ports
from zapys_dev.ending import runs, wait_gone
from zapys_dev.errors import Trouble

# The commands in PATH are wrappers that switch user and change directory; these are the ones behind them.
_PLACES = ("/usr/lib/rabbitmq/bin", "/usr/lib/rabbitmq/lib/rabbitmq_server-*/sbin")
_HELLO = b"AMQP\x00\x00\x09\x01"
_START_TIMEOUT_S = 90
_STOP_TIMEOUT_S = 40


@dataclass
class PrivateRabbit:
    """One node under `base`.

    It takes `port` for AMQP, +10000 for management, +10050 for Prometheus and +10100…10219 for Erlang, all on
    loopback; `port` must stay below 20000 because higher sums collide with outgoing connections. `epmd_port`
    is its own name server, so that nodes of other instances may have the same name.
    """

    base: Path
    port: int
    epmd_port: int = 14369
    node: str = "zapys"

    @property
    def url(self) -> str:
        """The default vhost; add a quoted vhost name for another one."""
        return f"amqp://guest:guest@{ports.HOST}:{self.port}/"

    @property
    def management_port(self) -> int:
        return self.port + 10000

    @property
    def management_url(self) -> str:
        return f"http://guest:guest@{ports.HOST}:{self.management_port}"

    @property
    def folder(self) -> Path:
        return self.base.absolute() / "rabbitmq"

    @property
    def log(self) -> Path:
        return self.folder / "log" / f"{self.node}@localhost.log"

    @property
    def pid(self) -> int | None:
        """Process id of the Erlang machine."""
        try:
            process = psutil.Process(int((self.folder / "pid").read_text()))
            is_ours = process.environ().get("RABBITMQ_PID_FILE") == str(self.folder / "pid")
        except (OSError, ValueError, psutil.Error):
            return None
        return process.pid if is_ours and runs(process) else None

    @property
    def is_running(self) -> bool:
        return self.pid is not None

    @property
    def is_ready(self) -> bool:
        """It speaks AMQP and its management answers."""
        return speaks_amqp(self.port) and http.call("GET", f"{self.management_url}/api/overview", timeout_s=2).is_ok

    def start(self) -> None:
        """Start it and wait until it is ready; a running one is left alone."""
        if not self.is_running:
            self._check_ports()
            self._launch()
        self.wait_until_ready()

    def wait_until_ready(self, *, timeout_s: float = _START_TIMEOUT_S) -> None:
        """Wait for AMQP and management; refuses at once when the node has ended."""
        until = time.monotonic() + timeout_s
        grace = time.monotonic() + 20  # the pid file appears some seconds after the launch
        while not self.is_ready:
            if time.monotonic() > until or (time.monotonic() > grace and not self.is_running):
                raise Trouble("RabbitMQ did not start.", f"Its logs are {self.folder / 'stdout'} and {self.log}.")
            time.sleep(0.1)

    def stop(self) -> None:
        """End it in good order, and its name server with it."""
        pid = self.pid
        if pid is not None:
            node = psutil.Process(pid)
            node.send_signal(signal.SIGCONT)
            node.terminate()
            for stubborn in wait_gone([node], _STOP_TIMEOUT_S):
                stubborn.kill()
        self._end_epmd()

    def kill(self) -> None:
        """End it as a crash would."""
        pid = self.pid
        if pid is not None:
            node = psutil.Process(pid)
            node.kill()
            wait_gone([node], 10)

    def freeze(self) -> None:
        """Stop it from running; connections stay open and nothing answers."""
        pid = self.pid
        if pid is not None:
            os.kill(pid, signal.SIGSTOP)

    def thaw(self) -> None:
        """Let a frozen node go on."""
        pid = self.pid
        if pid is not None:
            os.kill(pid, signal.SIGCONT)

    def destroy(self) -> None:
        """Stop it and delete its data."""
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def vhost_url(self, vhost: str) -> str:
        """The AMQP address of one vhost."""
        return self.url + quote(vhost, safe="")

    def create_vhost(self, vhost: str) -> str:
        """Create the vhost (an existing one stays as it is) and give its AMQP address."""
        create_vhost(self.management_url, vhost)
        return self.vhost_url(vhost)

    def delete_vhost(self, vhost: str) -> None:
        """Delete the vhost with its queues."""
        delete_vhost(self.management_url, vhost)

    def _check_ports(self) -> None:
        if self.port >= 20000:
            raise Trouble(f"RabbitMQ cannot use port {self.port}.", "Choose one below 20000.")
        cure = "End that process or set ZAPYS_RABBITMQ_PORT."
        for offset, what in ((0, "AMQP"), (10000, "management"), (10050, "metrics"), (10100, "Erlang")):
            ports.require_free(self.port + offset, f"private RabbitMQ, {what}", cure)

    def _launch(self) -> None:
        server = binaries() / "rabbitmq-server"
        for part in ("mnesia", "log", "home"):
            (self.folder / part).mkdir(parents=True, exist_ok=True)
        (self.folder / "pid").unlink(missing_ok=True)
        cookie = self.folder / "home" / ".erlang.cookie"
        if not cookie.exists():
            cookie.touch(mode=0o600)
            cookie.write_text(secrets.token_hex(16))
            cookie.chmod(0o400)
        (self.folder / "plugins").write_text("[rabbitmq_management,rabbitmq_prometheus].\n")
        (self.folder / "rabbitmq.conf").write_text(self._configuration())
        with (self.folder / "stdout").open("w") as output:
            subprocess.Popen(
                [str(server)],
                env=self._environment(),
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def _configuration(self) -> str:
        lines = [
            f"listeners.tcp.1 = {ports.HOST}:{self.port}",
            f"management.tcp.ip = {ports.HOST}",
            f"management.tcp.port = {self.management_port}",
            f"prometheus.tcp.ip = {ports.HOST}",
            f"prometheus.tcp.port = {self.port + 10050}",
            # The default Raft log of 512 MiB is held in memory.
            "raft.wal_max_size_bytes = 67108864",
            "vm_memory_high_watermark.absolute = 1GB",
            "disk_free_limit.absolute = 200MB",
        ]
        return "\n".join(lines) + "\n"

    def _environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("RABBITMQ_", "ERL_"))}
        folder = self.folder
        return kept | {
            "HOME": str(folder / "home"),
            # Bytes for names of files: its management cannot say a path with Cyrillic letters in it otherwise.
            "LC_ALL": "C",
            "ERL_EPMD_ADDRESS": ports.HOST,
            "ERL_EPMD_PORT": str(self.epmd_port),
            "RABBITMQ_NODENAME": f"{self.node}@localhost",
            "RABBITMQ_NODE_IP_ADDRESS": ports.HOST,
            "RABBITMQ_NODE_PORT": str(self.port),
            "RABBITMQ_DIST_PORT": str(self.port + 10100),
            "RABBITMQ_CTL_DIST_PORT_MIN": str(self.port + 10200),
            "RABBITMQ_CTL_DIST_PORT_MAX": str(self.port + 10219),
            "RABBITMQ_MNESIA_BASE": str(folder / "mnesia"),
            "RABBITMQ_LOG_BASE": str(folder / "log"),
            "RABBITMQ_PID_FILE": str(folder / "pid"),
            "RABBITMQ_CONF_ENV_FILE": "/dev/null",
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(folder / "plugins"),
            "RABBITMQ_CONFIG_FILE": str(folder / "rabbitmq.conf"),
            "RABBITMQ_ADVANCED_CONFIG_FILE": str(folder / "advanced.config"),
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "-kernel inet_dist_use_interface {127,0,0,1}",
        }

    def _end_epmd(self) -> None:
        epmd = shutil.which("epmd")
        if epmd and ports.answers(self.epmd_port):
            subprocess.run(
                [epmd, "-port", str(self.epmd_port), "-kill"],
                env=self._environment(),
                capture_output=True,
                timeout=10,
                check=False,
            )


def binaries() -> Path:
    """The folder with rabbitmq-server and rabbitmqctl; installed when there is none."""
    found = _find()
    if found is None:
        packages.install(["rabbitmq-server"], what_for="RabbitMQ")
        found = _find()
    if found is None:
        raise Trouble("RabbitMQ is installed, but its commands are not where they are expected.", "See " + _PLACES[0])
    return found


def speaks_amqp(port: int, *, host: str = ports.HOST, timeout_s: float = 1.0) -> bool:
    """True when the broker answers the protocol's first eight bytes; a listening socket alone is too early."""
    try:
        with socket.create_connection((host, port), timeout_s) as connection:
            connection.settimeout(timeout_s)
            connection.sendall(_HELLO)
            return connection.recv(1) == b"\x01"
    except OSError:
        return False


def create_vhost(management_url: str, vhost: str, *, user: str = "guest") -> None:
    """Create the vhost with all rights for the user; an existing one stays as it is."""
    name = quote(vhost, safe="")
    rights = {"configure": ".*", "write": ".*", "read": ".*"}
    for path, body in ((f"vhosts/{name}", {}), (f"permissions/{name}/{quote(user)}", rights)):
        answer = http.call("PUT", f"{management_url}/api/{path}", body, timeout_s=20)
        if not answer.is_ok:
            raise Trouble(f"RabbitMQ did not create vhost {vhost} (status {answer.status}).", "Is it running?")


def delete_vhost(management_url: str, vhost: str) -> None:
    """Delete the vhost with its queues; a missing one is fine."""
    answer = http.call("DELETE", f"{management_url}/api/vhosts/{quote(vhost, safe='')}", timeout_s=30)
    if not answer.is_ok and answer.status != 404:
        raise Trouble(f"RabbitMQ did not delete vhost {vhost} (status {answer.status}).", "Is it running?")


def _find() -> Path | None:
    for place in _PLACES:
        for folder in sorted(Path("/").glob(place.lstrip("/")), reverse=True):
            if (folder / "rabbitmq-server").exists():
                return folder
    return None
