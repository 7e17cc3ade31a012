"""Refusals as problem+json (RFC 9457), in the caller's language, with the next step."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import ValidationError
from starlette.exceptions import HTTPException

from . import context
from .errors import Failed, FieldError, InvalidInput, Kind, MethodNotAllowed, MissingPermission, NotFound, Problem
from .telemetry import trace_id
from .texts import Texts

MEDIA_TYPE = "application/problem+json"

Understand = Callable[[Exception], Problem | None]
"""Makes a refusal of an exception that is no bug; none for a bug."""

log = structlog.get_logger("http")

# pydantic's error types → our field codes; what is not here is "wrong".
_FIELD_CODES = {
    "missing": "missing",
    "json_invalid": "json_invalid",
    "uuid_parsing": "uuid",
    "uuid_type": "uuid",
    "uuid_version": "uuid",
    "datetime_parsing": "datetime",
    "datetime_from_date_parsing": "datetime",
    "datetime_type": "datetime",
    "datetime_object_invalid": "datetime",
    "timezone_aware": "timezone_aware",
    "date_parsing": "date",
    "date_from_datetime_parsing": "date",
    "date_from_datetime_inexact": "date",
    "date_type": "date",
    "time_parsing": "time",
    "time_type": "time",
    "int_parsing": "int",
    "int_type": "int",
    "int_from_float": "int",
    "int_parsing_size": "int",
    "float_parsing": "number",
    "float_type": "number",
    "bool_parsing": "bool",
    "bool_type": "bool",
    "string_type": "string",
    "list_type": "list",
    "tuple_type": "list",
    "set_type": "list",
    "frozen_set_type": "list",
    "dict_type": "object",
    "model_type": "object",
    "model_attributes_type": "object",
    "string_too_short": "too_short",
    "too_short": "too_short",
    "string_too_long": "too_long",
    "too_long": "too_long",
    "greater_than_equal": "too_small",
    "greater_than": "too_small",
    "less_than_equal": "too_large",
    "less_than": "too_large",
    "literal_error": "one_of",
    "enum": "one_of",
    "extra_forbidden": "unknown",
    "string_unicode": "characters",
    "string_pattern_mismatch": "pattern",
    "union_tag_invalid": "one_of",
    "union_tag_not_found": "missing",
}


def body_of(problem: Problem, texts: Texts, language: str, base_url: str = "") -> dict[str, Any]:
    """The problem+json object of a refusal."""
    params: Mapping[str, Any] = {
        **problem.params(),
        "trace_id": trace_id(),
        "retry_after_s": problem.retry_after_s or "",
    }
    if isinstance(problem, MissingPermission):
        named = texts.find(language, f"permission.{problem.permission}")
        params = {**params, "permission": named or problem.permission}
    code = problem.code
    fix = texts.find(language, f"{code}.fix", params)
    url = problem.fix_url or f"/help/{code}"
    body: dict[str, Any] = {
        "type": f"{base_url}/help/{code}",
        "title": texts.get(language, code, params),
        "status": problem.kind.status,
        "code": code,
        "detail": texts.find(language, f"{code}.detail", params) or texts.get(language, code, params),
        "fix": {"text": fix, "url": f"{base_url}{url}"} if fix else None,
        "errors": [],
        "trace_id": params["trace_id"],
    }
    if problem.kind is Kind.FORBIDDEN:
        rule = texts.find(language, f"{code}.rule", params)
        body["rule"] = {"code": code, "text": rule or body["title"]}
        body["ask"] = _ask(problem, base_url)
    extra = {key: value for key, value in problem.params().items() if key not in body}
    if isinstance(problem, InvalidInput):
        extra.pop("errors", None)
        body["errors"] = [
            {
                "pointer": error.pointer,
                "code": error.code,
                "text": texts.find(language, f"field.{_said(error)}", error.params)
                or texts.get(language, error.code, error.params),
            }
            for error in problem.errors
        ]
        body["detail"] = "; ".join(f"{e['pointer']}: {e['text']}" for e in body["errors"]) or body["detail"]
    return {**body, **extra}


def _said(error: FieldError) -> str:
    """Which words a mistake gets: something of no length at all is not too short for a person, it is missing."""
    return "missing" if error.code == "too_short" and error.params.get("min") == 1 else error.code


def _ask(problem: Problem, base_url: str) -> dict[str, Any] | None:
    """The request that sends the refused person's wish to whoever can fulfil it, ready to be made."""
    asked, wish = context.current(), problem.wish()
    if wish is None or asked.account_id is None:
        return None
    holders = problem.params().get("holders", ())
    return {
        "method": "POST",
        "url": f"{base_url}/api/v1/accounts/{asked.account_id}/access-requests",
        "body": {"rule": problem.code, **wish},
        "to": [{"member_id": str(g.member_id), "name": g.name} for g in asked.granters if g.name in holders],
    }


def respond(problem: Problem, texts: Texts, base_url: str = "") -> JSONResponse:
    """The HTTP answer to a refusal."""
    headers = {"Content-Language": context.current().language, **problem.headers}
    if problem.retry_after_s is not None:
        headers["Retry-After"] = str(problem.retry_after_s)
    if problem.kind.status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    body = body_of(problem, texts, context.current().language, base_url)
    return JSONResponse(jsonable(body), problem.kind.status, headers, MEDIA_TYPE)


def install(app: FastAPI, texts: Texts, base_url: str, understand: Understand | None = None) -> None:
    """Let every refusal and every failure of `app` answer problem+json."""

    async def on_problem(_: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, Problem)
        log.info("refused", code=error.code)
        return respond(error, texts, base_url)

    async def on_invalid(_: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, RequestValidationError)
        return respond(InvalidInput([_field_error(e, error.body) for e in error.errors()]), texts, base_url)

    async def on_http(_: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, HTTPException)
        if isinstance(error.__cause__, Problem):
            # FastAPI wraps whatever is raised while it reads a body.
            return respond(error.__cause__, texts, base_url)
        answer = respond(_refusal_of(error.status_code), texts, base_url)
        for name, value in (error.headers or {}).items():
            answer.headers[name] = value
        return answer

    async def on_failure(_: Request, error: Exception) -> JSONResponse:
        refusal = understand(error) if understand else None
        if refusal is not None:
            log.warning("refused", code=refusal.code, error=repr(error)[:300])
            return respond(refusal, texts, base_url)
        log.error("failed", exc_info=error)
        return respond(Failed(), texts, base_url)

    app.add_exception_handler(Problem, on_problem)
    app.add_exception_handler(RequestValidationError, on_invalid)
    app.add_exception_handler(HTTPException, on_http)
    app.state.on_failure = on_failure


def _refusal_of(status: int) -> Problem:
    """What the framework means by a status of its own."""
    if status == 404:
        return NotFound("route")
    if status == 405:
        return MethodNotAllowed()
    return InvalidInput.of("/", "json_invalid")  # a body that could not even be taken apart


def jsonable(body: Any) -> Any:
    """Values of refusals as JSON: ids and moments as text."""
    if isinstance(body, dict):
        return {key: jsonable(value) for key, value in body.items()}
    if isinstance(body, list | tuple | set | frozenset):
        return [jsonable(value) for value in body]
    return body if isinstance(body, str | int | float | bool | None) else str(body)


def invalid(error: ValidationError) -> InvalidInput:
    """The refusal of a body that a model did not take; pointers as if it had come over HTTP."""
    return InvalidInput([_field_error({**found, "loc": ("body", *found["loc"])}) for found in error.errors()])


def _field_error(error: Mapping[str, Any], body: Any = None) -> FieldError:
    where, path = str(error["loc"][0]), list(error["loc"][1:])
    kind, told = error["type"], error.get("ctx") or {}
    if kind == "json_invalid":
        path = []
    if where != "body":
        path = path[:1]
    elif body is not None:
        path = _of_the_body(path, body, is_missing=kind == "missing")
    if kind.startswith("union_tag"):
        path.append(str(told.get("discriminator", "")).strip("'"))
    code = _FIELD_CODES.get(kind)
    if code is None:
        code, *field = _own_words(told.get("reason") or told.get("error"))
        return FieldError(_pointer(where, [*path, *field]), code, {"reason": error["msg"]})
    low = told.get("min_length", told.get("ge", told.get("gt")))
    high = told.get("max_length", told.get("le", told.get("lt")))
    expected = str(told.get("expected_tags") or told.get("expected") or "").replace(" or ", ", ").replace("'", "")
    params = {"min": low, "max": high, "expected": expected, "pattern": told.get("pattern")}
    return FieldError(_pointer(where, path), code, params)


def _own_words(reason: Any) -> tuple[str, ...]:
    """A validator of ours raises ValueError("phone"): the word is a field code of the catalogue. Where it looks at
    several fields, the one to correct comes second."""
    words = getattr(reason, "args", None) if isinstance(reason, ValueError) else None
    if words and all(isinstance(word, str) and word.isidentifier() for word in words):
        return tuple(words)
    return ("wrong",)


def _of_the_body(path: list[Any], body: Any, *, is_missing: bool) -> list[Any]:
    """The path without what pydantic puts between: names of the alternatives of a union."""
    found: list[Any] = []
    for part in path:
        is_there = part in body if isinstance(body, Mapping) else isinstance(body, list) and isinstance(part, int)
        if is_there:
            body = body[part]
        if is_there or (is_missing and part == path[-1]):
            found.append(part)
    return found


def _pointer(where: str, path: list[Any]) -> str:
    parts = [str(part).replace("~", "~0").replace("/", "~1") for part in path]
    return "/" + "/".join(parts) if where == "body" else "/".join([where, *parts])
