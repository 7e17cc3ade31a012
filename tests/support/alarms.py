"""A real Prometheus, and an Alertmanager where one is installed, with the very rules of an installation."""

import json
import os
import shutil
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import yaml

from tests.support.breakable import Breakable
from zapys_dev import http, places
from zapys_dev.ports import HOST, first_free

DEPLOY = places.root() / "deploy"
LOOK_S = 0.2


def told_for(breakable: Breakable, alertmanager: str | None) -> dict[str, Any]:
    """deploy/prometheus/prometheus.yml with the places of this machine in it, and nothing else changed."""
    told: dict[str, Any] = yaml.safe_load((DEPLOY / "prometheus" / "prometheus.yml").read_text())
    told["rule_files"] = [str(DEPLOY / "prometheus" / "alerts.yml")]
    ports, jobs = breakable.stack.ports, {job["job_name"]: job for job in told["scrape_configs"]}
    for target in jobs["zapys"]["static_configs"]:
        role = target["labels"]["role"]
        target["targets"] = [f"{HOST}:{ports.admin_of(target['labels']['service'], role)}"]
    jobs["rabbitmq"]["static_configs"] = [{"targets": [f"{HOST}:{breakable.rabbit.port + 10050}"]}]
    jobs["alertmanager"]["static_configs"] = [{"targets": [alertmanager] if alertmanager else []}]
    told["alerting"]["alertmanagers"][0]["static_configs"] = jobs["alertmanager"]["static_configs"]
    return told


@dataclass
class Pager:
    """Whom the Alertmanager calls: keeps what it was told and when."""

    calls: list[tuple[float, dict[str, Any]]] = field(default_factory=list)

    @contextmanager
    def listening(self) -> Iterator[str]:
        """Serve on loopback; gives the address."""
        calls = self.calls

        class Door(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                calls.append((time.monotonic(), json.loads(body)))
                self.send_response(200)
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                """Say nothing."""

        server = ThreadingHTTPServer((HOST, 0), Door)
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"http://{HOST}:{server.server_port}/alarm"
        finally:
            server.shutdown()
            server.server_close()

    def rang_at(self, alert: str, **labels: str) -> float | None:
        """When the first call about a firing alert with such labels came."""
        for at, body in list(self.calls):
            for one in body["alerts"]:
                said = one["labels"]
                if one["status"] == "firing" and said["alertname"] == alert and labels.items() <= said.items():
                    return at
        return None


@dataclass
class Watch:
    """Prometheus that watches one product."""

    url: str
    pager: Pager
    has_pager: bool

    def firing(self) -> set[tuple[str, str, str, str]]:
        """Name, service, role and part of the alerts that fire now."""
        answer = http.call("GET", f"{self.url}/api/v1/alerts")
        alerts = answer.json()["data"]["alerts"] if answer.is_ok else []
        return {
            (a["labels"]["alertname"], *(a["labels"].get(name, "") for name in ("service", "role", "part")))
            for a in alerts
            if a["state"] == "firing" and a["labels"]["severity"] == "page"
        }

    def unseen(self) -> list[str]:
        """Targets that were not asked yet or did not answer, with the cause."""
        answer = http.call("GET", f"{self.url}/api/v1/targets?state=active")
        targets = answer.json()["data"]["activeTargets"] if answer.is_ok else []
        if not targets:
            return ["Prometheus knows no target yet"]
        return [f"{one['scrapeUrl']}: {one['health']} {one['lastError']}" for one in targets if one["health"] != "up"]

    def wait(self, wanted: Any, within_s: float) -> float | None:
        """Seconds until `wanted` holds for what fires; none when it does not in time."""
        began = time.monotonic()
        while time.monotonic() - began < within_s:
            if wanted(self.firing()):
                return time.monotonic() - began
            time.sleep(LOOK_S)
        return None


@contextmanager
def watched(breakable: Breakable, base: Path) -> Iterator[Watch]:
    """Prometheus, and the Alertmanager where there is one, until the block ends."""
    manager = shutil.which("alertmanager") or shutil.which("prometheus-alertmanager") or os.environ.get("ALERTMANAGER")
    pager = Pager()
    with ExitStack() as stack:
        place = None
        if manager:
            place = f"{HOST}:{first_free(9093)}"
            env = {
                **os.environ,
                "ZAPYS_ALARM_WEBHOOK": stack.enter_context(pager.listening()),
                "ZAPYS_ALERTMANAGER_CONFIG": str(base / "alertmanager.yml"),
                "ALERTMANAGER": manager,
            }
            words = [f"--web.listen-address={place}", "--cluster.listen-address=", f"--storage.path={base / 'am'}"]
            stack.enter_context(_running([str(DEPLOY / "alertmanager" / "start.sh"), *words], base / "am.log", env))
        config = base / "prometheus.yml"
        config.write_text(yaml.safe_dump(told_for(breakable, place)))
        port = first_free(9190)
        words = [f"--config.file={config}", f"--web.listen-address={HOST}:{port}", f"--storage.tsdb.path={base / 'db'}"]
        stack.enter_context(_running(["prometheus", *words], base / "prometheus.log", dict(os.environ)))
        yield Watch(f"http://{HOST}:{port}", pager, bool(manager))


@contextmanager
def _running(words: list[str], log: Path, env: dict[str, str]) -> Iterator[None]:
    with log.open("w") as output:
        child = subprocess.Popen(words, env=env, stdin=subprocess.DEVNULL, stdout=output, stderr=output)
    try:
        yield
    finally:
        child.terminate()
        try:
            child.wait(20)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
