"""Whether a TCP port of the loopback interface is free, and if not, who has it."""

import socket
from dataclasses import dataclass

import psutil

from zapys_dev.errors import Trouble

HOST = "127.0.0.1"


@dataclass(frozen=True)
class Holder:
    """A process that listens on a port; None for what the system does not tell us."""

    pid: int | None
    name: str | None

    def __str__(self) -> str:
        if self.pid is None:
            return "a process of another user"
        return f"{self.name or 'a process'} (pid {self.pid})"


def is_free(port: int) -> bool:
    """True when a server could listen there now."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def answers(port: int, *, host: str = HOST, timeout_s: float = 0.5) -> bool:
    """True when something accepts connections there."""
    try:
        with socket.create_connection((host, port), timeout_s):
            return True
    except OSError:
        return False


def holder(port: int) -> Holder:
    """Who listens on the port, as far as this user may see."""
    try:
        connections = psutil.net_connections("tcp")
    except psutil.AccessDenied:
        return Holder(None, None)
    for connection in connections:
        if connection.status != psutil.CONN_LISTEN or not connection.laddr or connection.laddr.port != port:
            continue
        if connection.pid is None:
            continue
        try:
            return Holder(connection.pid, psutil.Process(connection.pid).name())
        except psutil.Error:
            return Holder(connection.pid, None)
    return Holder(None, None)


def require_free(port: int, purpose: str, cure: str) -> None:
    """Refuse with the port, the process that has it and the cure."""
    if not is_free(port):
        raise Trouble(f"Port {port} ({purpose}) is taken by {holder(port)}.", cure)


def first_free(preferred: int, *, step: int = 1, tries: int = 50) -> int:
    """The preferred port, or the next free one in steps."""
    for port in range(preferred, preferred + step * tries, step):
        if is_free(port):
            return port
    raise Trouble(f"No free port between {preferred} and {preferred + step * tries}.", "End what listens there.")
