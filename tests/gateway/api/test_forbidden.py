"""What operators and developers have at the services is nothing at the public door."""

import itertools

from tests.gateway.api.running import Door
from tests.gateway.api.wire import exchange

_DOORS = (
    "admin", "admin/status", "admin/dead-letters", "admin/dead-letters/1", "admin/dead-letters/replay",
    "admin/consumers/x/pause", "admin/consumers/x/resume", "admin/openapi.json", "live", "ready", "health", "healthz",
    "livez", "readyz", "metrics", "docs", "docs/oauth2-redirect", "redoc", "openapi.json", "asyncapi", "asyncapi.json",
    "debug", "debug/pprof", "actuator", "actuator/env", "internal", "private", "console", "management", "status",
    "server-status", ".env", ".git/config", ".well-known/jwks.json", "swagger", "swagger.json", "graphql", "config",
)  # fmt: skip
_FRONTS = ("/", "/api/", "/api/v1/", "/callbacks/", "/static/../", "/api/v1/../../", "/./", "/%2e%2e/")
NO_SUCH_FIRM = b'{"code": "request.not_found", "title": "No", "status": 404, "fix": null, "errors": []}'
# The page at /status tells everybody in words whether the product is well.
ALLOWED = {"/api/v1/openapi.json", "/api/v1/asyncapi.json", "/status"}
PATHS = [front + door for front, door in itertools.product(_FRONTS, _DOORS) if front + door not in ALLOWED]


async def test_no_address_of_operators_is_answered_at_the_public_door(door: Door) -> None:
    assert len(PATHS) >= 200
    # Any word may be the address of a firm, and the page of a firm is asked for at booking: there is none here.
    door.booking.answer(404, NO_SUCH_FIRM, content_type="application/problem+json")
    answered = {}
    for path, method in itertools.product(PATHS, ("GET", "POST", "DELETE")):
        request = f"{method} {path} HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
        status, _, _ = await exchange(door.url, request)
        if status not in (404, 405):
            answered[f"{method} {path}"] = status
    assert answered == {}
    asked = {seen.target for stand_in in door.services.values() for seen in stand_in.seen}
    assert all(target.startswith("/api/v1/public/") for target in asked)


async def test_every_answer_keeps_browsers_from_what_no_page_asks_for(door: Door) -> None:
    for path in ("/", "/nothing-here", "/static/nothing", "/api/v1/me", "/api/v1/nothing", "/callbacks/sms/x/y"):
        async with door.http.get(path, allow_redirects=False) as answer:
            policy = answer.headers["content-security-policy"]
            assert "default-src 'self'" in policy or "default-src 'none'" in policy, path
            assert "unsafe" not in policy, path
            assert answer.headers["x-content-type-options"] == "nosniff", path
            assert "referrer-policy" in answer.headers, path
            assert "server" not in answer.headers, path
