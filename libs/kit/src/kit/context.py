"""Who is asking, in which language and under which correlation id: values that follow one request or one message."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

DEFAULT_LANGUAGE = "uk"


@dataclass(frozen=True)
class Granter:
    """A member who may edit rights: whom a refused person can ask."""

    member_id: UUID
    name: str
    permissions: frozenset[str]
    location_ids: frozenset[UUID] | None


@dataclass(frozen=True)
class RequestContext:
    """Facts about the act under way.

    `actor_id` is the user, none for the clock and for outside callers; `account_id` and `granters` are known once the
    caller was found to be a member; `origin` is the caller's address and program, as far as they were told.
    """

    correlation_id: str = ""
    actor_id: UUID | None = None
    language: str = DEFAULT_LANGUAGE
    account_id: UUID | None = None
    granters: tuple[Granter, ...] = ()
    origin: str = ""


_current: ContextVar[RequestContext] = ContextVar("request_context", default=RequestContext())  # noqa: B039 - frozen


def current() -> RequestContext:
    """The context of the running request or message."""
    return _current.get()


def set_current(context: RequestContext) -> None:
    """Replace the context of this task."""
    _current.set(context)


def amend(**changes: Any) -> None:
    """Change single facts of the context of this task."""
    _current.set(replace(_current.get(), **changes))


@contextmanager
def bound(context: RequestContext) -> Iterator[None]:
    """Run a block under `context` and restore the former one after it."""
    token = _current.set(context)
    try:
        yield
    finally:
        _current.reset(token)
