"""Which service owns which address: the table, what it was written from, and the services' own documents."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, get_type_hints

import pytest

from gateway.api.routing import PREFIX, RULES, owner_of
from zapys_dev.databases import Urls
from zapys_dev.keys import Keys
from zapys_dev.services import Ports, Surroundings, environment

A = "accounts/0190f8a4"

OWNERS = {
    "identity": [
        "auth/codes", "auth/sessions", "auth/sessions/refresh", "auth/sessions/x", "auth/jwks.json", "me", "accounts",
        A, f"{A}/members", f"{A}/members/x", f"{A}/members/x/restore", f"{A}/permissions", f"{A}/audit",
    ],
    "booking": [
        f"{A}/locations", f"{A}/services", f"{A}/services/x", f"{A}/staff-members/x/schedule", f"{A}/closed-days",
        f"{A}/staff-members/x/time-off", "catalogue", "public/ranok", "public/ranok/availability",
        "public/ranok/availability/explain", "public/ranok/holds", "public/ranok/bookings", f"{A}/availability",
        f"{A}/availability/explain", "me/bookings", "me/bookings/x/cancel", "me/bookings/x/reschedule", f"{A}/bookings",
        f"{A}/bookings/x", f"{A}/bookings/x/cancel", f"{A}/bookings/x/no-show", f"{A}/bookings/x/actions",
        f"{A}/bookings/x/timeline", f"{A}/calendar", f"{A}/clients", f"{A}/clients/x/history", f"{A}/reports/summary",
    ],
    "notifications": [
        f"{A}/bookings/x/notifications", f"{A}/notifications", f"{A}/notifications/x/send-again",
        f"{A}/notification-settings", f"{A}/sms-providers", f"{A}/sms-providers/turbosms/check", f"{A}/sms-balance",
        f"{A}/templates", f"{A}/templates/reminder_eve/uk", f"{A}/clients/x/notification-preferences",
        "me/notification-preferences", f"{A}/webhooks", f"{A}/webhooks/x/deliveries/y/resend", f"{A}/events",
    ],
    "fiscal": [
        f"{A}/cash-registers", f"{A}/cash-registers/x/fiscal-shift/open", f"{A}/bookings/x/settlement",
        f"{A}/bookings/x/settlement/reverse", f"{A}/cash-operations", f"{A}/cash-operations/x", f"{A}/receipts",
        f"{A}/receipts/x/retry", f"{A}/sms-balance/top-ups",
    ],
}  # fmt: skip


def owner(path: str) -> str | None:
    rule = owner_of(path, path)
    return rule.service if rule else None


@pytest.mark.parametrize(("service", "path"), [(name, path) for name, paths in OWNERS.items() for path in paths])
def test_every_route_of_the_public_api_has_its_owner(service: str, path: str) -> None:
    assert owner(f"{PREFIX}/{path}") == service


@pytest.mark.parametrize(
    "path",
    [
        "/", "/api", "/api/v1", "/api/v1/", "/api/v2/me", "/api/v1/ME", "/api/v1/admin/status", "/api/v1/openapi.yaml",
        "/api/v1/accounts/", "/api/v1/accounts//members", "/api/v1/auth/../me", "/api/v1/./me", "/api/v1/me/",
        "/api/v1/me/sessions", "/metrics", "/api/v1/public/a\\b", "/API/V1/me", "//api/v1/me",
    ],
)  # fmt: skip
def test_everything_else_has_none(path: str) -> None:
    assert owner(path) is None


def test_no_rule_is_hidden_by_one_above_it() -> None:
    for number, rule in enumerate(RULES):
        sample = tuple("x" if segment in ("*", "**") else segment for segment in rule.segments)
        first = next(each for each in RULES if each.covers(sample))
        assert RULES.index(first) == number, f"{rule.path} is never reached: {first.path} comes first"


SERVICES = ("identity", "booking", "notifications", "fiscal")


@pytest.mark.parametrize("service", SERVICES)
def test_every_route_that_a_service_has_is_passed_on_to_it(
    service: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Reads the service's own document; a route that the table forgets would answer 404 at the door."""
    paths = document_of(service, tmp_path, monkeypatch)["paths"]
    public = [path for path in paths if path.startswith(PREFIX)]
    assert len(public) > 5
    strays = {path: owner(_filled(path)) for path in public if owner(_filled(path)) != service}
    assert strays == {}


def _filled(path: str) -> str:
    return "/".join("x" if part.startswith("{") else part for part in path.split("/"))


_documents: dict[str, dict[str, Any]] = {}


def document_of(service: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """The OpenAPI document of a service, wired but not running; read once for all tests."""
    if service not in _documents:
        _documents[service] = _read_document(service, folder, monkeypatch)
    return _documents[service]


def _read_document(service: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    app = pytest.importorskip(f"{service}.app", reason="the services are tested one by one, too")
    settings = get_type_hints(app.build)["settings"]
    token = folder / "operator-token"
    token.write_text("x")
    nowhere = Urls("postgresql+asyncpg://nobody@127.0.0.1:9/none", "postgresql+asyncpg://nobody@127.0.0.1:9/none")
    around = Surroundings(
        ports=Ports(),
        keys=Keys(folder / "keys"),
        operator_token=token,
        rabbitmq_url="amqp://127.0.0.1:9/",
        databases=dict.fromkeys(SERVICES, nowhere),
        cwd=folder,
    )
    for name, value in environment(service, "all", around).items():
        monkeypatch.setitem(os.environ, name, value)
    document: dict[str, Any] = app.build(settings()).build_app().openapi()
    return document


@pytest.mark.parametrize("hidden", ["%2F", "%2f", "%5C", "%5c"])
def test_a_slash_that_is_hidden_is_nobodys_even_where_nothing_climbs_up(hidden: str) -> None:
    """Read decoded it names one service, passed on as it came another address there."""
    plain = "/api/v1/public/x/y"
    assert owner_of(plain, plain) is not None
    assert owner_of(plain if hidden.lower() == "%2f" else "/api/v1/public/xy", f"/api/v1/public/x{hidden}y") is None
