"""Every call that the typed clients can make is one that its service really has."""

from __future__ import annotations

import contextlib
import inspect
import json
import typing
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from pydantic import BaseModel, ValidationError

from gateway.clients.booking import Booking
from gateway.clients.catalogue import Catalogue
from gateway.clients.fiscal import Fiscal
from gateway.clients.identity import Identity
from gateway.clients.notifications import Notifications
from gateway.clients.own import Own
from gateway.clients.site import Site
from tests.gateway.api.test_routing import document_of

CLIENTS: dict[type, str] = {
    Identity: "identity",
    Catalogue: "booking",
    Booking: "booking",
    Notifications: "notifications",
    Fiscal: "fiscal",
    Site: "booking",
}


class Recorder:
    """Takes the place of a call and remembers what would have been asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str, frozenset[str], type]] = []

    async def __call__(self, answer: type, method: str, path: str, **more: Any) -> object:
        self.asked.append((method.lower(), f"/api/v1{path}", frozenset(more.get("query") or {}), answer))
        return None


def _methods() -> list[tuple[type, str]]:
    return [
        (client, name)
        for client in CLIENTS
        for name, method in vars(client).items()
        if inspect.iscoroutinefunction(method)
    ]


def _value(annotation: Any) -> Any:
    """Something of the type; a body is never looked at, so its content does not matter."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation.model_construct(version=1)
    origin = typing.get_origin(annotation)
    if origin is typing.Literal:
        return typing.get_args(annotation)[0]
    if typing.get_args(annotation) and origin is not None and issubclass(type(origin), type) and origin is not dict:
        inside = typing.get_args(annotation)[0]
        return [_value(inside)] if "Sequence" in str(annotation) else _value(inside)
    if typing.get_args(annotation):
        return _value(typing.get_args(annotation)[0])
    made: dict[Any, Callable[[], Any]] = {
        UUID: uuid4,
        str: lambda: "x",
        int: lambda: 1,
        bool: lambda: True,
        date: lambda: date(2026, 11, 23),
        datetime: lambda: datetime(2026, 11, 23, tzinfo=UTC),
    }
    return made[annotation]()


@pytest.mark.parametrize(("client", "name"), _methods(), ids=lambda value: getattr(value, "__name__", value))
async def test_a_call_of_a_page_exists(
    client: type, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    recorder = Recorder()
    await _do(getattr(client(recorder), name))
    [asked] = recorder.asked
    _fits_its_service(asked, CLIENTS[client], document_of(CLIENTS[client], tmp_path, monkeypatch)["paths"])


async def test_what_belongs_to_the_person_exists_in_every_service(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    recorders = {service: Recorder() for service in ("booking", "identity", "notifications", "fiscal")}
    own = Own(**recorders)  # type: ignore[arg-type]
    for name, method in vars(Own).items():
        if inspect.iscoroutinefunction(method):
            await _do(getattr(own, name))
    for service, recorder in recorders.items():
        paths = document_of(service, tmp_path, monkeypatch)["paths"]
        for asked in recorder.asked:
            _fits_its_service(asked, service, paths)


async def _do(method: Callable[..., Any]) -> None:
    hints = typing.get_type_hints(method)
    with contextlib.suppress(ValidationError):  # what is made of the answer, and nobody answers here
        await method(**{p: _value(hints[p]) for p in inspect.signature(method).parameters})


def _fits_its_service(asked: tuple[str, str, frozenset[str], type], service: str, paths: dict[str, Any]) -> None:
    verb, path, query, answer = asked
    found = [known for known, item in paths.items() if verb in item and _fits(known, path)]
    assert found, f"{verb.upper()} {path} is no route of {service}"
    known = min(found, key=lambda each: each.count("{"))
    taken = {each["name"] for each in paths[known][verb].get("parameters", []) if each["in"] == "query"}
    assert query <= taken, f"{known} does not take {sorted(query - taken)}; it takes {sorted(taken)}"
    if answer not in (object, bytes):
        told = {status: each for status, each in paths[known][verb]["responses"].items() if status.startswith("2")}
        [model] = typing.get_args(answer) or [answer]  # a list answers its members
        assert f'/{model.__name__}"' in json.dumps(told), f"{verb.upper()} {known} answers {told}"


def _fits(known: str, path: str) -> bool:
    mine, theirs = path.split("/"), known.split("/")
    return len(mine) == len(theirs) and all(b.startswith("{") or a == b for a, b in zip(mine, theirs, strict=True))
