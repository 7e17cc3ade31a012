"""Loops that serve many: one that is broken is in nobody's way, and a database that is away is waited for."""

import asyncio

import pytest

from kit import loops
from kit.loops import each, outlast


async def test_those_behind_one_that_fails_have_their_turn() -> None:
    done: list[int] = []

    async def act(number: int) -> None:
        if number == 2:
            raise RuntimeError("broken")
        done.append(number)

    assert await each("test", range(5), act) == [2]
    assert done == [0, 1, 3, 4]


async def test_when_the_database_is_away_nobody_is_blamed_and_nobody_else_is_tried() -> None:
    tried: list[int] = []

    async def act(number: int) -> None:
        tried.append(number)
        if number == 1:
            raise ConnectionRefusedError

    with pytest.raises(ConnectionRefusedError):
        await each("test", range(5), act)
    assert tried == [0, 1]


async def test_so_many_are_under_way_as_was_said() -> None:
    under_way = most = 0

    async def act(_: int) -> None:
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        await asyncio.sleep(0)
        under_way -= 1

    assert await each("test", range(20), act, at_once=3) == []
    assert most == 3


async def test_what_is_to_be_written_down_waits_for_the_database(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loops, "KNOCK_S", 0)
    outages = iter([ConnectionResetError(), TimeoutError()])

    async def act() -> str:
        if (outage := next(outages, None)) is not None:
            raise outage
        return "written"

    assert await outlast(act, 60) == "written"


async def test_a_bug_is_not_waited_for_and_patience_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loops, "KNOCK_S", 0)
    calls: list[Exception] = []

    async def fail(error: Exception) -> None:
        calls.append(error)
        raise error

    with pytest.raises(RuntimeError):
        await outlast(lambda: fail(RuntimeError("a bug")), 60)
    with pytest.raises(ConnectionResetError):
        await outlast(lambda: fail(ConnectionResetError()), 0)
    assert len(calls) == 2
