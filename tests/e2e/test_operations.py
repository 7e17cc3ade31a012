"""What operators and the security of the whole rest on, read from the running product."""

import asyncio
import re
from collections.abc import Callable

import asyncpg
import httpx

from tests.support.people import Visitor, open_salon
from tests.support.topology import broken_rules, queues_of
from zapys_dev import databases
from zapys_dev.services import NAMES
from zapys_dev.stack import Stack
from zapys_dev.testing import TestServers


async def test_every_queue_of_the_product_keeps_the_rules(servers: TestServers, stack: Stack) -> None:
    queues = await asyncio.to_thread(queues_of, servers, stack.rabbitmq_url)
    owners = {queue["name"].partition(".")[0] for queue in queues if not queue.get("exclusive")}
    assert {"booking", "notifications", "fiscal", "zapys"} <= owners
    assert broken_rules(queues) == []


async def test_every_table_with_an_accounts_rows_is_guarded_and_no_service_owns_its_tables(stack: Stack) -> None:
    for service in databases.SERVICES:
        name = databases.database_name(service, stack.suffix)
        connection = await asyncpg.connect(f"{stack.postgres_url.rsplit('/', 1)[0]}/{name}")
        try:
            unguarded = await connection.fetch(
                """
                SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
                WHERE c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::regnamespace AND a.attname = 'account_id'
                  AND NOT a.attisdropped AND NOT (c.relrowsecurity AND c.relforcerowsecurity)
                """
            )
            assert [row["relname"] for row in unguarded] == [], service
            owned = await connection.fetch(
                "SELECT relname FROM pg_class WHERE relowner = (SELECT oid FROM pg_roles WHERE rolname = $1)",
                f"{service}_app",
            )
            assert owned == [], service
            strong = await connection.fetchval(
                "SELECT rolsuper OR rolbypassrls OR rolinherit FROM pg_roles WHERE rolname = $1", f"{service}_app"
            )
            assert strong is False, service
        finally:
            await connection.close()


async def test_each_process_shows_itself_to_operators_only(stack: Stack) -> None:
    async with httpx.AsyncClient(timeout=10) as http:
        for name in NAMES:
            door = stack.admin_url(name)
            assert (await http.get(f"{door}/live")).status_code == 200
            assert (await http.get(f"{door}/ready")).json()["status"] == "ready"
            assert "zapys_http_request_seconds" in (await http.get(f"{door}/metrics")).text
            assert (await http.get(f"{door}/admin/status")).status_code == 401
            token = {"Authorization": f"Bearer {stack.operator_token}"}
            status = (await http.get(f"{door}/admin/status", headers=token)).json()
            assert status["service"] == name
            assert status["version"]
            assert not re.search(r"postgresql\+asyncpg://|amqp://", str(status["settings"]))
            document = (await http.get(f"{door}/admin/openapi.json", headers=token)).json()
            behind = [(method, path) for path, item in document["paths"].items() for method in item]
            behind = [one for one in behind if one[1].startswith("/admin")]
            assert len(behind) >= 2
            for method, path in behind:
                refused = await http.request(method, f"{door}{path}")
                assert refused.status_code == 401, f"{name}: {method} {path} → {refused.status_code}"


async def test_what_is_for_operators_is_nowhere_at_the_front_door(stack: Stack) -> None:
    """Two hundred addresses at which programs of this kind tell of themselves, with and without a token."""
    names = (
        "metrics", "ready", "live", "health", "healthz", "status", "admin", "admin/status", "admin/dead-letters",
        "admin/consumers", "admin/platform-staff", "admin/outbox", "admin/keys", "openapi.json", "docs", "redoc",
        "swagger", "swagger.json", "swagger-ui", "api-docs", "debug", "debug/pprof", "debug/vars", "actuator",
        "actuator/env", "actuator/health", "env", ".env", "config", "server-status", "internal", "internal/metrics",
        "graphql", "graphiql", "console", "phpinfo.php", "wp-admin", ".git/config", "trace", "dump",
    )  # fmt: skip
    known = {"/status", "/api/v1/openapi.json"}  # whether all works, as a page; and the document of the API
    fronts = ("/", "/api/", "/api/v1/", "/api/v1/admin/", "/internal/")
    paths = [f"{front}{name}" for front in fronts for name in names]
    assert len(paths) >= 200
    token = {"Authorization": f"Bearer {stack.operator_token}"}
    async with httpx.AsyncClient(base_url=stack.gateway_url, timeout=20) as http:
        answers = [(path, await http.get(path, headers=token)) for path in paths if path not in known]
    assert [f"{path} → {answer.status_code}" for path, answer in answers if answer.status_code != 404] == []


async def test_phones_codes_and_tokens_reach_no_log(visitor: Callable[[], Visitor], stack: Stack) -> None:
    owner = visitor()
    session = await owner.sign_in()
    await open_salon(owner)
    await owner.ask("POST", "/auth/sessions", {"phone": owner.phone, "code": "000000", "device": "x"}, expect=401)
    code = re.search(r"\b(\d{6})\b", (await owner.sms())[0])
    assert code
    logs = "".join(
        path.read_text(errors="replace") for path in stack.home.logs.glob("*.log") if "simul" not in path.name
    )
    assert logs
    digits = owner.phone.removeprefix("+380")
    assert digits not in logs
    assert f" {code.group(1)}" not in logs
    assert session["access_token"] not in logs
    assert session["refresh_token"] not in logs


async def test_the_documents_of_api_and_events_are_served(stack: Stack) -> None:
    async with httpx.AsyncClient(base_url=stack.gateway_url, timeout=20) as http:
        api = (await http.get("/api/v1/openapi.json")).json()
        assert "/api/v1/public/{vanity}/holds" in api["paths"]
        assert "/api/v1/accounts/{account_id}/bookings/{booking_id}/settlement" in api["paths"]
        events = (await http.get("/api/v1/asyncapi.json")).json()
        assert events["asyncapi"].startswith("3.")
        assert "booking.created.v1" in str(events["channels"])
