"""What the product consists of: its processes, their ports, and the environment each one reads."""

import json
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

from zapys_dev.databases import SERVICES as WITH_DATABASE
from zapys_dev.databases import Urls
from zapys_dev.errors import Trouble
from zapys_dev.keys import Keys, new_sealing_key, new_signing_key
from zapys_dev.ports import HOST
from zapys_dev.processes import Command

Role = Literal["all", "api", "worker", "migrate"]

NAMES = ("identity", "booking", "notifications", "fiscal", "gateway")
SIMULATORS = "simulators"


@dataclass(frozen=True)
class Ports:
    """TCP ports on loopback. Admin is HTTP + 100; a worker run apart has its admin port at HTTP + 200."""

    gateway: int = 8000
    booking: int = 8001
    identity: int = 8002
    notifications: int = 8003
    fiscal: int = 8004
    simulators: int = 8090
    smtp: int = 8091

    @classmethod
    def from_environment(cls) -> "Ports":
        """The usual ports; `ZAPYS_FIRST_PORT` moves all of them, `ZAPYS_GATEWAY_PORT` the gateway alone."""
        moved = cls.starting_at(_number("ZAPYS_FIRST_PORT", cls.gateway))
        return replace(moved, gateway=_number("ZAPYS_GATEWAY_PORT", moved.gateway))

    @classmethod
    def starting_at(cls, first: int) -> "Ports":
        """The same order of ports from another number on: for a second instance on this machine."""
        shift = first - cls.gateway
        return cls(
            gateway=first,
            booking=cls.booking + shift,
            identity=cls.identity + shift,
            notifications=cls.notifications + shift,
            fiscal=cls.fiscal + shift,
            simulators=cls.simulators + shift,
            smtp=cls.smtp + shift,
        )

    def of(self, name: str) -> int:
        """The HTTP port of a service or of the simulators."""
        port: int = getattr(self, name)
        return port

    def admin_of(self, name: str, role: Role = "all") -> int:
        """The port for operators."""
        return self.of(name) + (200 if role == "worker" else 100)

    def all(self, *, with_simulators: bool = True, apart: bool = False) -> dict[int, str]:
        """Every port that is taken, with what it is for."""
        taken: dict[int, str] = {}
        for name in NAMES:
            taken[self.of(name)] = name
            taken[self.admin_of(name)] = f"{name}, admin"
            if apart and name in WITH_DATABASE:
                taken[self.admin_of(name, "worker")] = f"{name} worker, admin"
        if with_simulators:
            taken[self.simulators] = "simulators"
            taken[self.smtp] = "simulators, mail"
        return taken


@dataclass(frozen=True)
class Surroundings:
    """Everything the processes are told about the world around them."""

    ports: Ports
    keys: Keys
    operator_token: Path
    rabbitmq_url: str
    databases: Mapping[str, Urls]
    cwd: Path
    rate_limits: bool = False
    extra: Mapping[str, str] = field(default_factory=dict)
    """Laid over the rest: for tests and for measurements."""

    @property
    def public_url(self) -> str:
        return f"http://{HOST}:{self.ports.gateway}"

    def url(self, name: str) -> str:
        return f"http://{HOST}:{self.ports.of(name)}"

    def admin_url(self, name: str, role: Role = "all") -> str:
        return f"http://{HOST}:{self.ports.admin_of(name, role)}"


def command(name: str, role: Role, around: Surroundings) -> Command:
    """How one process of a service is started: `python -m <name> <role>`."""
    return Command(
        name=name if role in ("all", "migrate") else f"{name}-{role}",
        argv=(sys.executable, "-m", name, role),
        env=environment(name, role, around),
        ready_url=None if role == "migrate" else f"{around.admin_url(name, role)}/ready",
        cwd=str(around.cwd),
    )


def simulators_command(around: Surroundings) -> Command:
    """How the providers' stand-ins are started."""
    ports = around.ports
    settings = {"HOST": HOST, "PORT": str(ports.simulators), "SMTP_PORT": str(ports.smtp)}
    return Command(
        name=SIMULATORS,
        argv=(sys.executable, "-m", SIMULATORS),
        env={"PYTHONUNBUFFERED": "1", **_prefixed("SIMULATORS", settings), **around.extra},
        ready_url=f"http://{HOST}:{ports.simulators}/phone",
        cwd=str(around.cwd),
    )


def environment(name: str, role: Role, around: Surroundings) -> dict[str, str]:
    """The variables of one service, each with the service's prefix."""
    settings = {
        "RABBITMQ_URL": around.rabbitmq_url,
        "HTTP_HOST": HOST,
        "HTTP_PORT": str(around.ports.of(name)),
        "ADMIN_HOST": HOST,
        "ADMIN_PORT": str(around.ports.admin_of(name, role)),
        "OPERATOR_TOKEN_FILE": str(around.operator_token),
        "PUBLIC_URL": around.public_url,
        "LOG_LEVEL": os.environ.get(f"{name.upper()}_LOG_LEVEL", "info"),
    }
    if name in around.databases:
        settings["DATABASE_URL"] = around.databases[name].app_url
        settings["MIGRATION_DATABASE_URL"] = around.databases[name].migration_url
    if otlp := os.environ.get("ZAPYS_OTLP_ENDPOINT"):
        settings["OTLP_ENDPOINT"] = otlp
    settings |= _OWN[name](around)
    return {"PYTHONUNBUFFERED": "1", **_prefixed(name.upper(), settings), **around.extra}


def _number(variable: str, usual: int) -> int:
    told = os.environ.get(variable, str(usual))
    if not told.isdigit() or not 1024 <= int(told) <= 65000:
        raise Trouble(f"{variable}={told} is not a port.", "Choose one between 1024 and 65000.")
    return int(told)


def _prefixed(prefix: str, settings: Mapping[str, str]) -> dict[str, str]:
    return {f"{prefix}_{key}": value for key, value in settings.items()}


def _identity(around: Surroundings) -> dict[str, str]:
    return {
        "SIGNING_KEY_FILE": str(around.keys.file("identity-signing-key", new_signing_key)),
        "CODE_PEPPER_FILE": str(around.keys.file("identity-code-pepper")),
        "DEMO": "true",
        "RATE_LIMITS": "on" if around.rate_limits else "off",
    }


def _booking(_around: Surroundings) -> dict[str, str]:
    return {}


def _notifications(around: Surroundings) -> dict[str, str]:
    providers = around.url(SIMULATORS)
    return {
        "SECRETS_KEY_FILE": str(around.keys.file("notifications-secrets-key", new_sealing_key)),
        "TURBOSMS_URL": f"{providers}/turbosms",
        "TURBOSMS_SOAP_URL": f"{providers}/turbosms/api/soap.html",
        "ALPHASMS_URL": f"{providers}/alphasms",
        "PLATFORM_TURBOSMS_TOKEN_FILE": str(around.keys.file("platform-turbosms-token", lambda: "platform-token")),
        "PLATFORM_SENDER_NAME": "Zapys",
        "SMTP_HOST": HOST,
        "SMTP_PORT": str(around.ports.smtp),
        "TELEGRAM_URL": f"{providers}/telegram",
        "TELEGRAM_TOKEN_FILE": str(around.keys.file("telegram-token", lambda: "100001:good-token")),
        "LOOPBACK_ALLOWED": "true",
    }


SIMULATED_SHOPS = json.dumps(
    {
        "liqpay": {"id": "test_public", "secret": "test_private"},
        "monobank": {"secret": "good-token"},
        "wayforpay": {"id": "demo_merchant", "secret": "test_secret", "domain": "zapys.example"},
    }
)
"""The shops that the simulated acquirers know."""


def _fiscal(around: Surroundings) -> dict[str, str]:
    return {
        "SECRETS_KEY_FILE": str(around.keys.file("fiscal-secrets-key", new_sealing_key)),
        "CHECKBOX_URL": f"{around.url(SIMULATORS)}/checkbox",
        "LIQPAY_URL": f"{around.url(SIMULATORS)}/liqpay",
        "MONOBANK_URL": f"{around.url(SIMULATORS)}/monobank",
        "WAYFORPAY_URL": f"{around.url(SIMULATORS)}/wayforpay",
        "WAYFORPAY_API_URL": f"{around.url(SIMULATORS)}/wayforpay",
        "PLATFORM_ACQUIRERS_FILE": str(around.keys.file("platform-acquirers", lambda: SIMULATED_SHOPS)),
    }


def _gateway(around: Surroundings) -> dict[str, str]:
    peers = {f"{name.upper()}_URL": around.url(name) for name in WITH_DATABASE}
    doors = {f"{name.upper()}_ADMIN_URL": around.admin_url(name) for name in WITH_DATABASE}
    return {
        **peers,
        **doors,
        "RATE_LIMITS": "on" if around.rate_limits else "off",
        "SECRET_KEY_FILE": str(around.keys.file("gateway-secret-key")),
    }


_OWN = {
    "identity": _identity,
    "booking": _booking,
    "notifications": _notifications,
    "fiscal": _fiscal,
    "gateway": _gateway,
}
