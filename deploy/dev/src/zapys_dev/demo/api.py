"""A client of the public API for one signed-in person."""

import json
import re
import time
from typing import Any

from zapys_dev import http
from zapys_dev.errors import Trouble

_PATIENCE_S = 20.0
# A new account or staff member is known to the other services a moment later.
_NOT_YET = {403, 404}


class Refused(Exception):
    """The API said no, with the problem's stable code."""

    def __init__(self, route: str, answer: http.Answer) -> None:
        try:
            problem = answer.json()
        except ValueError:
            problem = {}
        self.status = answer.status
        self.code: str = problem.get("code", "") if isinstance(problem, dict) else ""
        detail = problem.get("detail") or problem.get("title") if isinstance(problem, dict) else None
        super().__init__(f"{route} answered {answer.status} {self.code} {detail or ''}".strip())


class Api:
    """Calls below /api/v1 of a gateway."""

    def __init__(self, gateway_url: str, access_token: str | None = None) -> None:
        self._base = f"{gateway_url}/api/v1"
        self._token = access_token

    def get(self, path: str) -> Any:
        """The body of the answer."""
        return self._call("GET", path)

    def put(self, path: str, body: object) -> Any:
        """The body of the answer."""
        return self._call("PUT", path, body)

    def post(self, path: str, body: object, key: str | None = None) -> Any:
        """The body of the answer; `key` makes a repetition harmless."""
        return self._call("POST", path, body, {"Idempotency-Key": key} if key else {})

    def post_soon(self, path: str, body: object, key: str) -> Any:
        """As `post`, repeated while the other services have not yet heard of what the path names."""
        until = time.monotonic() + _PATIENCE_S
        while True:
            try:
                return self.post(path, body, key)
            except Refused as refused:
                if refused.status not in _NOT_YET or time.monotonic() > until:
                    raise
                time.sleep(0.2)

    def _call(self, method: str, path: str, body: object = None, more: dict[str, str] | None = None) -> Any:
        headers = {"Accept-Language": "uk", **(more or {})}
        if self._token:
            headers["Authorization"] = f"Bearer {self._token}"
        answer = http.call(method, f"{self._base}{path}", body, headers=headers, timeout_s=30)
        if not answer.is_ok:
            raise Refused(f"{method} {path}", answer)
        return json.loads(answer.body) if answer.body else None


def sign_in(gateway_url: str, simulators_url: str, phone: str) -> Api:
    """Ask for a code, read it from the phone of the simulators, and sign in."""
    anybody = Api(gateway_url)
    before = {message["message_id"] for message in _messages(simulators_url, phone)}
    anybody.post("/auth/codes", {"phone": phone})
    until = time.monotonic() + _PATIENCE_S
    while time.monotonic() < until:
        for message in _messages(simulators_url, phone):
            code = re.search(r"(?<!\d)\d{6}(?!\d)", message["text"])
            if message["message_id"] not in before and code:
                body = {"phone": phone, "code": code[0], "device": "zapys up"}
                return Api(gateway_url, anybody.post("/auth/sessions", body)["access_token"])
        time.sleep(0.1)
    raise Trouble(f"No login code reached {phone} in {_PATIENCE_S:.0f} s.", "See ./zapys logs notifications.")


def _messages(simulators_url: str, phone: str) -> list[dict[str, Any]]:
    answer = http.call("GET", f"{simulators_url}/phone/{phone}/messages")
    if not answer.is_ok:
        raise Trouble("The simulators' phone does not answer.", "See ./zapys logs simulators.")
    items: list[dict[str, Any]] = answer.json()["items"]
    return items
