"""What is written for containers agrees with the code and with itself."""

import json
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
        "observability": {"prometheus", "grafana", "otel-collector", "jaeger"},
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


def test_every_alert_says_what_to_do() -> None:
    for group in yaml.safe_load((ROOT / "deploy" / "prometheus" / "alerts.yml").read_text())["groups"]:
        for rule in group["rules"]:
            assert rule["annotations"]["summary"]
            assert rule["annotations"]["cure"]


@pytest.mark.skipif(shutil.which("promtool") is None, reason="Prometheus is not installed")
def test_alerts_ring_when_they_should() -> None:
    rules = ROOT / "deploy" / "prometheus" / "alerts.test.yml"
    done = subprocess.run(["promtool", "test", "rules", str(rules)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
