"""Seconds until a stopped service rings: `python -m tests.load.alarm_within_a_minute`.

A real Prometheus with our configuration watches the whole product. Every process is killed with -9, one after another,
and one is frozen: it lives and answers nobody. Then PostgreSQL ends, and after it RabbitMQ, under processes that live.
Bars: each rings within 60 s of its end, and no alarm is left once everything is back. Needs `prometheus`; where an
Alertmanager is installed too (or ALERTMANAGER names one), it counts until somebody outside is called.
"""

import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from tests.load.figures import kept
from tests.support.alarms import Watch, watched
from tests.support.breakable import Breakable, breakable_product
from zapys_dev import services
from zapys_dev.databases import SERVICES

BAR_S = 60.0
APART_S = 1.7
"""Between two kills: no divisor of the pace at which Prometheus asks, so that every phase of it is met."""

Alert = tuple[str, str, str, str]


def down(name: str) -> Alert:
    """What must ring when this process is gone."""
    service, _, role = name.partition("-")
    return ("ServiceDown", service, role or "all", "")


def measure(watch: Watch, ended: dict[Alert, float]) -> dict[Alert, float | None]:
    """Seconds from each end to its alarm; with an Alertmanager, until it has called."""
    found: dict[Alert, float | None] = dict.fromkeys(ended)
    until = max(ended.values()) + 2 * BAR_S
    while time.monotonic() < until and not all(found.values()):
        fires = watch.firing()
        for alert, since in ended.items():
            name, service, role, part = alert
            labels = {key: value for key, value in (("service", service), ("role", role), ("part", part)) if value}
            rang = watch.pager.rang_at(name, **labels) if watch.has_pager else time.monotonic()
            if found[alert] is None and alert in fires and rang is not None:
                found[alert] = rang - since
        time.sleep(0.2)
    return found


def act(watch: Watch, title: str, end: Callable[[], dict[Alert, float]], cure: Callable[[], None]) -> bool:
    """End something, measure, bring it back, and see every alarm end."""
    watch.pager.calls.clear()
    took = measure(watch, end())
    missing = [alert for alert, seconds in took.items() if seconds is None]
    worst = max((seconds for seconds in took.values() if seconds is not None), default=0.0)
    cure()
    silent = watch.wait(lambda fires: not fires, 4 * BAR_S)
    is_kept = not missing and worst <= BAR_S and silent is not None
    silence = f"{silent:.0f} s after the return" if silent is not None else f"NEVER: {watch.firing()}"
    print(f"{title}: {len(took)} alarms, at worst after {worst:.0f} s, all over {silence}: {kept(is_kept)}", flush=True)
    for alert in missing:
        print("   did not ring:", *alert)
    return is_kept


def drill(breakable: Breakable, watch: Watch) -> bool:
    """Everything once."""
    supervisor = breakable.stack.supervisor
    names = [name for name in breakable.stack.commands() if name != services.SIMULATORS]

    def kill_all() -> dict[Alert, float]:
        ended = {}
        for name in names:
            supervisor.kill(name)
            ended[down(name)] = time.monotonic()
            time.sleep(APART_S)
        return ended

    def start_all() -> None:
        for name in names:
            supervisor.restart(name)
        supervisor.wait_ready(names, timeout_s=120)

    def freeze() -> dict[Alert, float]:
        supervisor.freeze("booking-worker")
        return {down("booking-worker"): time.monotonic()}

    def without_database() -> dict[Alert, float]:
        postgres.kill()
        now = time.monotonic()
        return {("PartNotReady", service, role, "database"): now for service in SERVICES for role in ("api", "worker")}

    def without_broker() -> dict[Alert, float]:
        rabbit.kill()
        return {("BrokerDown", "", "", ""): time.monotonic()}

    postgres, rabbit = breakable.postgres, breakable.rabbit
    outcomes = [
        act(watch, "killed, one after another", kill_all, start_all),
        act(watch, "frozen", freeze, lambda: supervisor.thaw("booking-worker")),
        act(watch, "no PostgreSQL", without_database, postgres.start),
        # Its loss is told once: the workers without it are not worth a call each.
        act(watch, "no RabbitMQ", without_broker, rabbit.start),
    ]
    return all(outcomes)


def main() -> None:
    """Measure and print."""
    if shutil.which("prometheus") is None:
        sys.exit("Prometheus is not installed: sudo apt-get install prometheus")
    with tempfile.TemporaryDirectory() as folder, breakable_product(Path(folder)) as breakable:
        base = Path(folder) / "watch"
        base.mkdir()
        with watched(breakable, base) as watch:
            until = time.monotonic() + 60
            while unseen := watch.unseen():
                if time.monotonic() > until:
                    sys.exit("\n".join(unseen))
                time.sleep(0.5)
            print(
                "until somebody outside is called" if watch.has_pager else "until Prometheus says so; no Alertmanager"
            )
            is_kept = drill(breakable, watch)
    print(f"alarm within {BAR_S:.0f} s: {kept(is_kept)}")


if __name__ == "__main__":
    main()
