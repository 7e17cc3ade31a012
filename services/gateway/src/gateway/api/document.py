"""One OpenAPI document out of those of the services: pure, values in and values out."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from kit import problems
from kit.api import PROBLEM_SCHEMA

from .routing import PREFIX, owner_of

Json = dict[str, Any]

_METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
_REFUSAL = {"$ref": "#/components/responses/Refusal"}
_SCHEMAS = "#/components/schemas/"
_TAGS = {
    "identity": "Signing in, people, accounts, members, rights",
    "booking": "Catalogue, schedules, availability, bookings, clients, reports",
    "notifications": "Messages and why they were or were not sent, settings, providers, balance",
    "fiscal": "Cash registers, settlement, the ledger, receipts",
    "gateway": "What the public door answers itself",
}
_DESCRIPTION = (
    "Everything the product does. Refusals are problem+json with a stable `code`, words in the caller's language "
    "(`Accept-Language: uk|ru|en`) and a `fix`. Every POST that creates or pays takes an `Idempotency-Key`; after a "
    "504 or a lost connection repeat it with the same key and nothing is done twice. `ETag` and `If-Match` carry the "
    "version. Lists are read page by page with `cursor`. Money is in minor units."
)


def merge(documents: Mapping[str, Json], *, server: str, missing: list[str]) -> Json:
    """The document of the whole API.

    `documents` by service, `gateway` among them. Of a service only those paths are taken that the gateway passes on
    to it. A component whose name means different things in two services gets the service's name in front.
    `missing` services are named in `x-missing-services`.
    """
    clashing = _clashing({name: _schemas(document) for name, document in documents.items()})
    operation_ids = Counter(
        operation.get("operationId") for document in documents.values() for _, _, operation in _operations(document)
    )
    paths: Json = {}
    schemas: Json = {}
    for service, original in documents.items():
        names = {name: f"{service.capitalize()}{name}" for name in _schemas(original) if name in clashing}
        document = _renamed(original, names)
        for name, schema in _schemas(document).items():
            schemas[names.get(name, name)] = schema
        for path, method, operation in _operations(document):
            if not _is_public(path, service):
                continue
            if operation_ids[operation.get("operationId")] > 1:
                operation["operationId"] = f"{service}_{operation['operationId']}"
            paths.setdefault(path, {})[method] = _tidied(operation, path, service)
    merged: Json = {
        "openapi": "3.1.0",
        "info": {"title": "Zapys", "version": "1", "description": _DESCRIPTION},
        "servers": [{"url": server}],
        "tags": [{"name": name, "description": text} for name, text in _TAGS.items()],
        "paths": dict(sorted(paths.items())),
        "components": {
            "schemas": {"Problem": PROBLEM_SCHEMA, **dict(sorted(_reachable(paths, schemas).items()))},
            "responses": {
                "Refusal": {
                    "description": "A refusal",
                    "content": {problems.MEDIA_TYPE: {"schema": {"$ref": f"{_SCHEMAS}Problem"}}},
                }
            },
            "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}},
        },
    }
    if missing:
        merged["x-missing-services"] = sorted(missing)
    return merged


def _is_public(path: str, service: str) -> bool:
    if service == "gateway":
        return True
    # Any id serves for the parameters: the table looks at fixed segments only.
    filled = "/".join("x" if part.startswith("{") else part for part in path.split("/"))
    rule = owner_of(filled, filled)
    return path.startswith(f"{PREFIX}/") and rule is not None and rule.service == service


def _tidied(operation: Json, path: str, service: str) -> Json:
    operation["tags"] = [service]
    asks_for_token = bool(operation.get("security"))
    parameters = []
    for parameter in operation.get("parameters", []):
        # OpenAPI tells of this header by a security scheme, never by a parameter.
        if parameter["in"] == "header" and parameter["name"].lower() == "authorization":
            asks_for_token = True
        else:
            parameters.append(parameter)
    if parameters:
        operation["parameters"] = parameters
    else:
        operation.pop("parameters", None)
    if not asks_for_token:
        operation["security"] = []
    elif path.startswith((f"{PREFIX}/public/", f"{PREFIX}/catalogue")):
        operation["security"] = [{}, {"bearer": []}]
    else:
        operation["security"] = [{"bearer": []}]
    responses = operation.setdefault("responses", {})
    for status, response in responses.items():
        schema = response.get("content", {}).get(problems.MEDIA_TYPE, {})
        if schema.get("schema") == PROBLEM_SCHEMA:
            if status == "default":
                responses[status] = _REFUSAL
            else:
                schema["schema"] = {"$ref": f"{_SCHEMAS}Problem"}
    responses.setdefault("default", _REFUSAL)
    return operation


def _schemas(document: Json) -> Json:
    schemas: Json = document.get("components", {}).get("schemas", {})
    return schemas


def _operations(document: Json) -> Iterator[tuple[str, str, Json]]:
    for path, item in document.get("paths", {}).items():
        for method in _METHODS:
            if method in item:
                yield path, method, item[method]


def _clashing(schemas: Mapping[str, Json]) -> set[str]:
    """Names that mean different things, themselves or in what they refer to."""
    meanings: dict[str, list[Json]] = defaultdict(list)
    for of_service in schemas.values():
        for name, schema in of_service.items():
            meanings[name].append(schema)
    shared = {name: found for name, found in meanings.items() if len(found) > 1}
    clashing = {name for name, found in shared.items() if any(each != found[0] for each in found)}
    clashing |= {name for name in meanings if name == "Problem"}
    while True:
        more = {name for name, found in shared.items() if name not in clashing and clashing & set(_referred(found[0]))}
        if not more:
            return clashing
        clashing |= more


def _referred(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        for value in node.values():
            yield from _referred(value)
    elif isinstance(node, list):
        for value in node:
            yield from _referred(value)
    elif isinstance(node, str) and node.startswith(_SCHEMAS):
        yield node.removeprefix(_SCHEMAS)


def _renamed(node: Any, names: Mapping[str, str]) -> Any:
    """The node with every reference to a renamed schema following it; keys stay as they are."""
    if isinstance(node, dict):
        return {key: _renamed(value, names) for key, value in node.items()}
    if isinstance(node, list):
        return [_renamed(value, names) for value in node]
    if isinstance(node, str) and node.startswith(_SCHEMAS):
        name = node.removeprefix(_SCHEMAS)
        return _SCHEMAS + names.get(name, name)
    return node


def _reachable(paths: Json, schemas: Json) -> Json:
    """Only the schemas that some operation needs."""
    needed: set[str] = set()
    waiting = [name for name in _referred(paths) if name in schemas]
    while waiting:
        name = waiting.pop()
        if name not in needed:
            needed.add(name)
            waiting += [other for other in _referred(schemas[name]) if other in schemas]
    return {name: schemas[name] for name in needed}
