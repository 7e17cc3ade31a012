"""What is written for containers agrees with the code and with itself."""

import json
import os
import re
import runpy
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.dev.conftest import ROOT
from zapys_dev import services
from zapys_dev.databases import SERVICES, Urls
from zapys_dev.keys import Keys
from zapys_dev.services import Ports, Surroundings

COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
MANIFESTS = sorted((ROOT / "deploy" / "kubernetes").glob("*/*.yml"))
METRIC = re.compile(r"\b(zapys_[a-z_]+)\b")


@pytest.fixture
def around(tmp_path: Path) -> Surroundings:
    """What `./zapys up` tells the services."""
    return Surroundings(
        ports=Ports(),
        keys=Keys(tmp_path),
        operator_token=tmp_path / "operator-token",
        rabbitmq_url="amqp://guest:guest@127.0.0.1/",
        databases={name: Urls("app", "migration") for name in SERVICES},
        cwd=tmp_path,
    )


def environment_in_compose(container: str) -> dict[str, str]:
    """The variables of a container."""
    found: dict[str, str] = COMPOSE["services"][container]["environment"]
    return found


def test_compose_runs_the_five_services_each_in_its_own_containers() -> None:
    containers = {name for name, each in COMPOSE["services"].items() if "profiles" not in each}
    expected = {f"{service}-{role}" for service in SERVICES for role in ("migrate", "api", "worker")}
    assert containers == expected | {"gateway", "postgres", "rabbitmq", "keys"}


def test_profiles_add_the_simulators_and_the_observability() -> None:
    by_profile: dict[str, set[str]] = {}
    for name, container in COMPOSE["services"].items():
        for profile in container.get("profiles", []):
            by_profile.setdefault(profile, set()).add(name)
    assert by_profile == {
        "simulators": {"simulators"},
        "backup": {"backup"},
        "replica": {"postgres-replica"},
        "observability": {"prometheus", "alertmanager", "grafana", "otel-collector", "jaeger"},
    }


@pytest.mark.parametrize("name", services.NAMES)
def test_a_container_is_told_the_same_variables_as_a_process_of_up(name: str, around: Surroundings) -> None:
    expected = set(services.environment(name, "all", around)) - {"PYTHONUNBUFFERED", f"{name.upper()}_LOG_LEVEL"}
    container = "gateway" if name == "gateway" else f"{name}-migrate"
    assert expected <= set(environment_in_compose(container))


def test_our_containers_write_nowhere_and_have_no_rights() -> None:
    ours = [each for name, each in COMPOSE["services"].items() if name.split("-")[0] in services.NAMES]
    assert len(ours) == 3 * len(SERVICES) + 1
    for container in ours:
        assert container["read_only"] is True
        assert container["cap_drop"] == ["ALL"]


def test_every_image_is_pinned_and_every_port_is_published_on_this_machine_only() -> None:
    for name, container in COMPOSE["services"].items():
        if not container["image"].startswith("zapys-"):
            assert re.search(r":v?\d+\.\d+", container["image"]), name
        for port in container.get("ports", []):
            assert port.startswith("127.0.0.1:"), name


def test_no_log_fills_the_disk_and_no_process_of_ours_the_memory() -> None:
    for name, container in COMPOSE["services"].items():
        assert container["logging"]["options"]["max-size"], name
        if name.split("-")[0] in services.NAMES:
            assert container["mem_limit"], name


def test_everything_that_serves_has_a_health_check() -> None:
    for name, container in COMPOSE["services"].items():
        if name.endswith(("-api", "-worker")) or name in ("gateway", "postgres", "rabbitmq", "simulators"):
            assert container["healthcheck"]["test"], name


def test_every_key_that_a_container_reads_is_made(tmp_path: Path) -> None:
    script = ROOT / "deploy" / "keys" / "make_keys.py"
    runpy.run_path(str(script))["main"](tmp_path, None)
    first = {path.name: path.read_text() for path in tmp_path.iterdir()}
    assert all(path.stat().st_mode & 0o777 == 0o600 for path in tmp_path.iterdir())
    read = {
        value.removeprefix("/keys/")
        for container in COMPOSE["services"].values()
        for value in container.get("environment", {}).values()
        if str(value).startswith("/keys/")
    }
    assert read <= set(first)
    runpy.run_path(str(script))["main"](tmp_path, None)
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == first


def manifests() -> Iterator[dict[str, Any]]:
    """Every object of the manifests."""
    for path in MANIFESTS:
        yield from yaml.safe_load_all(path.read_text())


def test_kubernetes_runs_api_and_worker_of_every_service_with_probes_and_limits() -> None:
    deployments = {each["metadata"]["name"]: each for each in manifests() if each["kind"] == "Deployment"}
    assert set(deployments) == {f"{s}-{role}" for s in SERVICES for role in ("api", "worker")} | {"gateway-all"}
    for name, deployment in deployments.items():
        [container] = deployment["spec"]["template"]["spec"]["containers"]
        assert {"startupProbe", "livenessProbe", "readinessProbe", "resources"} <= set(container), name
        assert container["securityContext"]["readOnlyRootFilesystem"] is True, name
        has_callers = not name.endswith("-worker")
        assert ("lifecycle" in container) == has_callers, name
    budgets = {each["metadata"]["name"] for each in manifests() if each["kind"] == "PodDisruptionBudget"}
    assert budgets == set(deployments)
    jobs = {each["metadata"]["name"] for each in manifests() if each["kind"] == "Job"}
    assert jobs == {f"{service}-migrate" for service in SERVICES}


@pytest.mark.parametrize("name", services.NAMES)
def test_a_pod_is_told_what_a_process_of_up_is_told(name: str, around: Surroundings) -> None:
    secrets = {"DATABASE_URL", "MIGRATION_DATABASE_URL", "RABBITMQ_URL"}
    expected = set(services.environment(name, "all", around)) - {"PYTHONUNBUFFERED"}
    config = next(
        each for each in manifests() if each["kind"] == "ConfigMap" and each["metadata"]["name"] == f"zapys-{name}"
    )
    assert expected - {f"{name.upper()}_{secret}" for secret in secrets} <= set(config["data"])


def test_mail_may_want_a_login_and_a_protected_line() -> None:
    wanted = {f"NOTIFICATIONS_SMTP_{name}" for name in ("TLS", "LOGIN", "PASSWORD_FILE")} | {"NOTIFICATIONS_MAIL_FROM"}
    config = next(
        each for each in manifests() if each.get("data") and each["metadata"]["name"] == "zapys-notifications"
    )
    assert wanted <= set(config["data"])
    assert wanted <= set(environment_in_compose("notifications-worker"))


def test_services_may_be_told_of_two_database_servers() -> None:
    for service in SERVICES:
        url = environment_in_compose(f"{service}-migrate")[f"{service.upper()}_MIGRATION_DATABASE_URL"]
        for address in (url, environment_in_compose(f"{service}-api")[f"{service.upper()}_DATABASE_URL"]):
            assert "@${ZAPYS_POSTGRES_HOSTS:-postgres:5432}/" in address


def test_a_front_server_can_be_named_so_that_limits_count_its_callers_and_not_it() -> None:
    name = "GATEWAY_TRUSTED_PROXIES"
    [config] = [
        each for each in manifests() if each["kind"] == "ConfigMap" and each["metadata"]["name"] == "zapys-gateway"
    ]
    assert name in config["data"]
    assert name in (ROOT / "deploy" / "kubernetes" / "README.md").read_text()
    asked = environment_in_compose("gateway")[name].strip("${}").removesuffix(":-")
    assert f"{asked}=" in (ROOT / "docs" / "guides" / "running.md").read_text()


def test_alerts_and_dashboard_speak_of_metrics_that_exist() -> None:
    sources = (path for part in ("libs", "services") for path in (ROOT / part).glob("*/src/**/*.py"))
    code = "\n".join(path.read_text() for path in sources)
    rules = (ROOT / "deploy" / "prometheus" / "alerts.yml").read_text()
    dashboard = json.loads((ROOT / "deploy" / "grafana" / "dashboards" / "zapys.json").read_text())
    asked = rules + json.dumps([panel.get("targets", []) for panel in dashboard["panels"]])
    names = {re.sub(r"_(bucket|sum|count|total)$", "", name) for name in METRIC.findall(asked)}
    assert len(names) >= 4
    assert {name for name in names if f'"{name}"' not in code} == set()


def alerts() -> dict[str, dict[str, Any]]:
    """The rules of all alarms by name."""
    groups = yaml.safe_load((ROOT / "deploy" / "prometheus" / "alerts.yml").read_text())["groups"]
    return {rule["alert"]: rule for group in groups for rule in group["rules"]}


def test_every_alarm_says_what_to_do_and_has_its_page_for_the_night() -> None:
    pages = re.findall(r"^## (\w+)$", (ROOT / "docs" / "operations" / "alarms.md").read_text(), re.MULTILINE)
    assert sorted(pages) == sorted(alerts())
    for name, rule in alerts().items():
        assert rule["annotations"]["summary"], name
        assert rule["annotations"]["cure"], name
        assert rule["annotations"]["runbook"] == f"docs/operations/alarms.md#{name.lower()}"


def seconds(text: str) -> int:
    """A duration as Prometheus writes it."""
    return int(text[:-1]) * {"s": 1, "m": 60, "h": 3600}[text[-1]]


@pytest.mark.row("N28")
def test_a_stopped_service_rings_within_a_minute() -> None:
    """Everything that waits between the end of a process and the call, added up at its worst."""
    told = yaml.safe_load((ROOT / "deploy" / "prometheus" / "prometheus.yml").read_text())
    routes = (ROOT / "deploy" / "alertmanager" / "start.sh").read_text()
    main_route = routes[routes.index("route:") : routes.index("  routes:")]
    calls = {name: seconds(found) for name, found in re.findall(r"(group_wait|group_interval): (\w+)", main_route)}
    known = told["global"]
    asked, silent, judged = (
        seconds(known[f"{name}"]) for name in ("scrape_interval", "scrape_timeout", "evaluation_interval")
    )
    for name in ("ServiceDown", "PartNotReady", "BrokerDown"):
        worst = asked + silent + judged + seconds(alerts()[name]["for"]) + judged + max(calls.values())
        assert worst <= 60, name
    jobs = {job["job_name"]: job for job in told["scrape_configs"]}
    watched = {(one["labels"]["service"], one["labels"]["role"]) for one in jobs["zapys"]["static_configs"]}
    assert watched == {(name, role) for name in SERVICES for role in ("api", "worker")} | {("gateway", "all")}
    assert {job.get("scrape_interval", known["scrape_interval"]) for job in (jobs["zapys"], jobs["rabbitmq"])} == {"5s"}


def alertmanager(told: dict[str, str], folder: Path) -> dict[str, Any]:
    """The configuration that a container with this environment starts with."""
    written = folder / "alertmanager.yml"
    for name, secret in (("telegram-token", "100001:it's"), ("smtp-password", "p'w")):
        (folder / name).write_text(secret)
    env = {"PATH": os.environ["PATH"], "ZAPYS_KEYS": str(folder), "ZAPYS_ALERTMANAGER_CONFIG": str(written)}
    script = ROOT / "deploy" / "alertmanager" / "start.sh"
    done = subprocess.run([script], env={**env, "ALERTMANAGER": "true", **told}, capture_output=True, check=False)
    if done.returncode != 0:
        raise ValueError(done.stderr.decode())
    assert written.stat().st_mode & 0o077 == 0  # it holds passwords
    if amtool := shutil.which("amtool"):
        subprocess.run([amtool, "check-config", written], check=True, capture_output=True)
    read: dict[str, Any] = yaml.safe_load(written.read_text())
    return read


def test_alarms_go_where_the_operator_said(tmp_path: Path) -> None:
    said = {
        "ZAPYS_ALARM_EMAIL": "night@booking.example",
        "ZAPYS_SMTP_HOST": "mail.example",
        "ZAPYS_SMTP_PORT": "587",
        "ZAPYS_SMTP_TLS": "starttls",
        "ZAPYS_SMTP_LOGIN": "zapys",
        "ZAPYS_ALARM_TELEGRAM": "-1001",
        "ZAPYS_ALARM_WEBHOOK": "https://wake.example/1",
        "ZAPYS_ALARM_HEARTBEAT": "https://wake.example/2",
    }
    told = alertmanager(said, tmp_path)
    people, heartbeat = told["receivers"]
    assert people["email_configs"][0]["to"] == "night@booking.example"
    assert told["global"]["smtp_smarthost"] == "mail.example:587"
    assert (told["global"]["smtp_require_tls"], told["global"]["smtp_auth_password"]) == (True, "p'w")
    assert people["telegram_configs"][0]["bot_token"] == "100001:it's"
    assert people["telegram_configs"][0]["chat_id"] == -1001
    assert people["webhook_configs"][0]["url"] == "https://wake.example/1"
    assert heartbeat["webhook_configs"][0]["url"] == "https://wake.example/2"
    assert told["route"]["receiver"] == people["name"]
    assert set(alertmanager({}, tmp_path)["receivers"][0]) == {"name"}  # nobody, and the container's log says so
    for wrong in ({"ZAPYS_ALARM_TELEGRAM": "@night"}, {"ZAPYS_ALARM_EMAIL": "a@b", "ZAPYS_SMTP_TLS": "ssl"}):
        with pytest.raises(ValueError, match="must be"):
            alertmanager(wrong, tmp_path)


@pytest.mark.skipif(shutil.which("promtool") is None, reason="Prometheus is not installed")
def test_prometheus_takes_its_configuration(tmp_path: Path) -> None:
    folder, here = ROOT / "deploy" / "prometheus", tmp_path / "prometheus.yml"
    here.write_text((folder / here.name).read_text().replace("[alerts.yml]", f"[{folder / 'alerts.yml'}]"))
    done = subprocess.run(["promtool", "check", "config", here], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.skipif(shutil.which("promtool") is None, reason="Prometheus is not installed")
def test_alerts_ring_when_they_should() -> None:
    rules = ROOT / "deploy" / "prometheus" / "alerts.test.yml"
    done = subprocess.run(["promtool", "test", "rules", str(rules)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
