"""The bench on which the providers stand: what they share, and what each must offer."""

import asyncio
import random
from collections.abc import Coroutine
from typing import Any, Protocol

from fastapi import APIRouter

from simulators.clock import Clock
from simulators.faults import FaultBoard
from simulators.journal import Ledger, Phones, Requests
from simulators.settings import Settings
from simulators.switches import Switches


class Bench:
    """State shared by all providers.

    Everything lives on one event loop and is changed between two awaits, so no lock is needed.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.clock = Clock(settings.clock_scale)
        self.chance = random.Random(settings.random_seed)
        self.faults = FaultBoard(self.chance)
        self.phones = Phones()
        self.requests = Requests()
        self.ledgers: dict[str, Ledger] = {}
        self._tasks: dict[asyncio.Task[None], str] = {}

    def ledger(self, provider: str) -> Ledger:
        return self.ledgers.setdefault(provider, Ledger())

    def later(self, provider: str, work: Coroutine[Any, Any, None]) -> None:
        """Do `work` beside the requests; a reset of the provider or the stop of the server ends it."""
        task = asyncio.create_task(work)
        self._tasks[task] = provider
        task.add_done_callback(self._tasks.pop)

    def drop_work(self, provider: str | None = None) -> None:
        for task, owner in list(self._tasks.items()):
            if provider is None or owner == provider:
                task.cancel()

    def forget(self, provider: str) -> None:
        """Clear what is kept here about one provider."""
        self.drop_work(provider)
        self.faults.clear(provider)
        self.phones.forget(provider)
        self.requests.forget(provider)
        self.ledgers.pop(provider, None)


class Provider(Protocol):
    """One stand-in, mounted under its own name."""

    name: str
    modes: frozenset[str]
    switches: Switches
    router: APIRouter

    def reset(self) -> None:
        """Go back to the state of a fresh start."""

    def set_account(self, name: str, wanted: dict[str, Any]) -> dict[str, Any]:
        """Create or change an account and show it; `ValueError` says what cannot be set."""
