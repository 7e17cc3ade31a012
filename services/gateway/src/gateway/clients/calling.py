"""One call of a service on somebody's behalf: typed answers, refusals as an exception."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, TypeVar
from urllib.parse import quote, urlencode
from uuid import UUID

from multidict import CIMultiDict
from pydantic import BaseModel, TypeAdapter

from gateway.peers import Peers
from kit import context, problems
from kit.errors import Problem
from kit.texts import Texts

T = TypeVar("T")

QueryValue = str | int | bool | date | datetime | UUID | list[UUID] | list[str] | tuple[UUID, ...] | None


class Refused(Exception):
    """A service said no, or could not be asked: `problem` is the problem+json body in the asker's language."""

    def __init__(self, problem: dict[str, Any], status: int, retry_after_s: int | None = None) -> None:
        super().__init__(f"{status} {problem.get('code')}")
        self.problem = problem
        self.status = status
        self.retry_after_s = retry_after_s

    @property
    def code(self) -> str:
        """The stable code of the refusal."""
        return str(self.problem.get("code", ""))


@dataclass(frozen=True)
class Asker:
    """On whose behalf a page asks; `address` is the person's network address, `device` their browser's own words."""

    language: str
    access_token: str | None = None
    address: str = ""
    device: str = ""
    cookies: str = ""


class Call:
    """Calls of one service for one asker."""

    def __init__(self, service: str, peers: Peers, texts: Texts, base_url: str, asker: Asker) -> None:
        self._service = service
        self._peers = peers
        self._texts = texts
        self._base_url = base_url
        self._asker = asker

    async def __call__(
        self,
        answer: type[T],
        method: str,
        path: str,
        *,
        query: Mapping[str, QueryValue] | None = None,
        body: BaseModel | Mapping[str, Any] | None = None,
        key: str | None = None,
        version: int | None = None,
    ) -> T:
        """The answer as `answer`; `object` takes any JSON, `bytes` the body as it came.

        `path` begins below /api/v1. Of a model only the fields that were set are sent. `key` is the Idempotency-Key,
        `version` goes into If-Match. Raises `Refused`.
        """
        target = f"/api/v1{path}"
        if shown := _shown(query or {}):
            target += f"?{urlencode(shown)}"
        headers = self._headers()
        payload: bytes | None = None
        if body is not None:
            payload = (
                body.model_dump_json(by_alias=True, exclude_unset=True).encode()
                if isinstance(body, BaseModel)
                else json.dumps(problems.jsonable(dict(body))).encode()
            )
            headers["Content-Type"] = "application/json"
        if key is not None:
            headers["Idempotency-Key"] = key
        if version is not None:
            headers["If-Match"] = f'"{version}"'
        try:
            async with self._peers.call(self._service, method, target, headers=headers, payload=payload) as response:
                content = await response.read()
                status, retry_after = response.status, response.headers.get("Retry-After", "")
        except Problem as problem:
            told = problems.body_of(problem, self._texts, self._asker.language, self._base_url)
            raise Refused(told, problem.kind.status, problem.retry_after_s) from problem
        if status >= 400:
            raise Refused(_problem(content, status), status, int(retry_after) if retry_after.isdigit() else None)
        if answer is bytes:
            return content  # type: ignore[return-value]
        return _adapter(answer).validate_json(content or b"null")

    def _headers(self) -> CIMultiDict[str]:
        asker = self._asker
        headers = CIMultiDict(
            {
                "Accept": "application/json",
                "Accept-Language": asker.language,
                "X-Request-Id": context.current().correlation_id,
            }
        )
        for name, value in (
            ("Authorization", f"Bearer {asker.access_token}" if asker.access_token else ""),
            ("X-Forwarded-For", asker.address),
            ("User-Agent", asker.device),
            ("Cookie", asker.cookies),
        ):
            if value:
                headers[name] = value
        return headers


def segment(value: UUID | str) -> str:
    """A value as one segment of a path."""
    return quote(str(value), safe="")


_ADAPTERS: dict[type[object], TypeAdapter[Any]] = {object: TypeAdapter(Any)}


def _adapter(answer: type[T]) -> TypeAdapter[T]:
    known = _ADAPTERS.get(answer)
    if known is None:
        known = _ADAPTERS[answer] = TypeAdapter(answer)
    return known


def _shown(query: Mapping[str, QueryValue]) -> dict[str, str]:
    shown: dict[str, str] = {}
    for name, value in query.items():
        if value is None or value in ([], ()):
            continue
        if isinstance(value, bool):
            shown[name] = "true" if value else "false"
        elif isinstance(value, list | tuple):
            shown[name] = ",".join(map(str, value))
        else:
            shown[name] = value.isoformat() if isinstance(value, date) else str(value)
    return shown


def _problem(content: bytes, status: int) -> dict[str, Any]:
    """The body of a refusal with every member that problem+json of ours has."""
    try:
        problem = json.loads(content)
    except ValueError:
        problem = None
    if not isinstance(problem, dict) or "code" not in problem:
        problem = {"code": "request.failed"}
    title = problem.get("title", f"HTTP {status}")
    usual = {"type": "about:blank", "title": title, "detail": title, "fix": None, "errors": [], "trace_id": ""}
    return {**usual, "status": status, **problem}
