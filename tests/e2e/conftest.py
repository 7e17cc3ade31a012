"""People for the tests that go through the front door."""

from collections.abc import AsyncIterator, Callable

import pytest

from tests.support.people import Salon, Visitor, open_salon
from zapys_dev.stack import Stack


@pytest.fixture
async def visitor(stack: Stack) -> AsyncIterator[Callable[[], Visitor]]:
    """Makes people; their browsers are closed after the test."""
    made: list[Visitor] = []

    def make() -> Visitor:
        made.append(Visitor(stack))
        return made[-1]

    yield make
    for person in made:
        await person.close()


@pytest.fixture
async def salon(visitor: Callable[[], Visitor]) -> Salon:
    """A salon that nobody else uses."""
    return await open_salon(visitor())
