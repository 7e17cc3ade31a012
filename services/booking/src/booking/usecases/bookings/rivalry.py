"""What is left of a race in the database, as an answer: somebody else has the time."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeVar

from sqlalchemy.exc import DBAPIError

from booking.errors import SlotTaken
from kit.db import sqlstate

T = TypeVar("T")

DEADLOCK, SERIALIZATION, OVERLAP = "40P01", "40001", "23P01"


async def among_rivals(act: Callable[[], Awaitable[T]]) -> T:
    """Run `act`, which opens its own transaction; once more after a deadlock, then the time counts as taken."""
    try:
        return await act()
    except DBAPIError as error:
        if sqlstate(error) not in (DEADLOCK, SERIALIZATION, OVERLAP):
            raise
    try:
        return await act()
    except DBAPIError as error:
        if sqlstate(error) in (DEADLOCK, SERIALIZATION, OVERLAP):
            raise SlotTaken from error
        raise
