"""What every event carries, and the registry of all events.

An event is a fact of the past, named `<owner>.<noun>.<happened>.v<n>`. It carries the whole public state of its
subject together with the subject's `version`, so a consumer may apply events in any order and any number of times:
only a newer version than the one it holds changes anything.
"""

from __future__ import annotations

import re
from abc import abstractmethod
from datetime import datetime
from typing import Any, ClassVar, Literal
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

Language = Literal["uk", "ru", "en"]

_NAME = re.compile(r"^(booking|identity|notifications|fiscal|gateway)(\.[a-z_]+){1,2}\.v[1-9][0-9]*$")

EVENTS: dict[str, type[Event]] = {}
"""Every event class by its name, filled as the owner modules are imported."""


class Value(BaseModel):
    """Base of immutable values; unknown fields of a newer writer are ignored."""

    # Checks are built with the first value: a process meets few of the kinds.
    model_config = ConfigDict(frozen=True, extra="ignore", defer_build=True)


class Event(Value):
    """A fact that one service tells all others.

    `name` is the routing key. `must_be_heard` says that some service of the product depends on the event: the
    relay then treats "no queue was bound" as a failure and tries again. `secret` bodies are removed from the
    outbox as soon as the broker has confirmed them.
    """

    name: ClassVar[str]
    must_be_heard: ClassVar[bool] = False
    secret: ClassVar[bool] = False

    account_id: UUID | None = None
    version: int = Field(ge=1, description="Counter of the subject; grows with each change of it.")

    @classmethod
    def __pydantic_init_subclass__(cls, **kwargs: Any) -> None:
        """Register the event under its name; a wrong or repeated name is a bug found at import."""
        super().__pydantic_init_subclass__(**kwargs)
        if "name" not in cls.__dict__:
            return  # an intermediate base
        if not _NAME.match(cls.name):
            raise TypeError(f"{cls.__name__}.name = {cls.name!r} is not <owner>.<noun>.<happened>.v<n>")
        if EVENTS.setdefault(cls.name, cls) is not cls:
            raise TypeError(f"two events are named {cls.name}")

    @property
    @abstractmethod
    def subject_id(self) -> str:
        """Identity of what the event is about; unique together with the owner and noun of the name."""


class Envelope(Value):
    """The CloudEvents 1.0 attributes of one message, as they travel in AMQP headers and properties."""

    id: UUID
    type: str
    source: str = Field(description="The service that said it.")
    subject: str
    time: AwareDatetime
    account_id: UUID | None = None
    actor_id: UUID | None = Field(default=None, description="The user whose act it was; none for the clock.")
    correlation_id: str | None = None


class Money(Value):
    """An amount in minor units of its currency (kopecks, cents); never a float."""

    amount: int
    currency: str = Field(default="UAH", pattern="^[A-Z]{3}$")


class Range(Value):
    """Half-open span of time, `[starts_at, ends_at)`."""

    starts_at: datetime
    ends_at: datetime
