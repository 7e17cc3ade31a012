"""Small HTTP calls to servers on this machine, without an event loop."""

import base64
import json
import urllib.error
import urllib.request
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit, urlunsplit


@dataclass(frozen=True)
class Answer:
    """Status 0 means that nothing answered."""

    status: int
    body: bytes

    @property
    def is_ok(self) -> bool:
        return 200 <= self.status < 300

    def json(self) -> Any:
        return json.loads(self.body)


def call(
    method: str, url: str, body: object = None, *, headers: dict[str, str] | None = None, timeout_s: float = 5.0
) -> Answer:
    """One request; user and password in the address become basic authentication."""
    address, basic = _without_user(url)
    request = urllib.request.Request(address, method=method, headers={**basic, **(headers or {})})
    if body is not None:
        request.data = json.dumps(body).encode()
        request.add_header("Content-Type", "application/json")
    try:
        with urllib.request.urlopen(request, timeout=timeout_s) as answer:
            return Answer(answer.status, answer.read())
    except urllib.error.HTTPError as refused:
        with refused:
            return Answer(refused.code, refused.read())
    except (OSError, ValueError):
        return Answer(0, b"")


def _without_user(url: str) -> tuple[str, dict[str, str]]:
    parts = urlsplit(url)
    if parts.username is None:
        return url, {}
    place = parts.netloc.rsplit("@", 1)[1]
    pair = base64.b64encode(f"{parts.username}:{parts.password or ''}".encode()).decode()
    return urlunsplit(parts._replace(netloc=place)), {"Authorization": f"Basic {pair}"}
