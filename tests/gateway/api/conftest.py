"""One door with stand-ins behind it for the tests that leave it as it was."""

from collections.abc import AsyncIterator

import pytest

from tests.gateway.api.running import Door, open_door


@pytest.fixture(scope="session")
async def shared_door() -> AsyncIterator[Door]:
    async with open_door() as door:
        yield door


@pytest.fixture
def door(shared_door: Door) -> Door:
    """The shared door with its stand-ins as new."""
    for stand_in in shared_door.services.values():
        stand_in.seen.clear()
        stand_in.act = None
        stand_in.answer(200)
    return shared_door
