"""A scratch clone with stand-ins for the services, so that the command line is tried as a person types it."""

import os
import random
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

import psutil
import pytest

from zapys_dev import databases, ports
from zapys_dev.testing import TestServers

ROOT = Path(__file__).parents[2]

# Answers /ready on the port it is told; refuses to live, or to migrate, when the test says so.
_STAND_IN = """
import os, sys, http.server
from pathlib import Path
name, role = sys.argv[0].split(os.sep)[-2], (sys.argv[1:] or ["all"])[0]
if (Path.cwd() / f"{name}-{role}-is-broken").exists():
    print(f"{name} has no {role} today", flush=True)
    sys.exit(3)
if role == "migrate":
    sys.exit(0)
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
    def log_message(self, *words):
        print(*words, flush=True)
port = os.environ.get(f"{name.upper()}_ADMIN_PORT") or os.environ["SIMULATORS_PORT"]
http.server.HTTPServer(("127.0.0.1", int(port)), Handler).serve_forever()
"""


@dataclass
class Clone:
    """A folder that the command line takes for a clone, with ports of its own."""

    root: Path
    env: dict[str, str]
    first_port: int
    started: list[int] = field(default_factory=list)

    def zapys(self, *words: str, **more: str) -> "subprocess.CompletedProcess[str]":
        """Type a command there."""
        command = [sys.executable, "-m", "zapys_dev", *words]
        env = {**os.environ, **self.env, **more}
        return subprocess.run(command, env=env, capture_output=True, text=True, timeout=200, check=False)

    def up(self, **more: str) -> "subprocess.CompletedProcess[str]":
        """`./zapys up` without what needs real services."""
        return self.zapys("up", "--no-demo", "--no-web", **more)

    def break_service(self, name: str, role: str = "all") -> None:
        """From now on the service's process ends at once."""
        (self.root / f"{name}-{role}-is-broken").touch()


@pytest.fixture
def clone(tmp_path: Path, servers: TestServers, fresh_vhost: str) -> Iterator[Clone]:
    """Uses the test servers as if they were told by the environment."""
    (tmp_path / "requirements.lock").touch()
    for name in ("services", "deploy"):
        (tmp_path / name).symlink_to(ROOT / name)
    stand_ins = tmp_path / "stand-ins"
    for name in (*databases.SERVICES, "gateway", "simulators"):
        (stand_ins / name).mkdir(parents=True)
        (stand_ins / name / "__init__.py").touch()
        (stand_ins / name / "__main__.py").write_text(_STAND_IN)
    first_port = free_block()
    made = Clone(
        tmp_path,
        {
            "ZAPYS_ROOT": str(tmp_path),
            "ZAPYS_FIRST_PORT": str(first_port),
            "PYTHONPATH": str(stand_ins),
            "DATABASE_URL": servers.postgres_url,
            "RABBITMQ_URL": fresh_vhost,
            "ZAPYS_DATABASE_SUFFIX": f"_{uuid4().hex[:8]}",
            "NO_COLOR": "1",
            "COLUMNS": "200",
        },
        first_port,
    )
    yield made
    if not (tmp_path / ".zapys").exists():
        return  # nothing was ever started there
    made.zapys("down")
    for service in databases.SERVICES:
        databases.drop(servers.postgres_url, service, suffix=made.env["ZAPYS_DATABASE_SUFFIX"])


def free_block(width: int = 210) -> int:
    """The first of a run of free ports; anywhere among many, because another clone's tests look at the same time.

    Below 13672, where other tests start servers of their own meanwhile.
    """
    blocks = list(range(11000, 13400, width))
    random.shuffle(blocks)
    for first in blocks:
        if all(ports.is_free(port) for port in range(first, first + width)):
            return first
    raise RuntimeError("no free ports")


def is_alive(pid: int) -> bool:
    """Neither gone nor waiting to be collected."""
    return psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE


def soon(fact: Callable[[], bool], within_s: float = 60) -> None:
    """Wait until the fact holds."""
    until = time.monotonic() + within_s
    while not fact():
        assert time.monotonic() < until, "did not come true"
        time.sleep(0.05)
