"""Faults that a test switches on: which, for whom, how often."""

import random
from collections.abc import Collection, Iterable
from dataclasses import dataclass

PLATFORM_TOKEN = "platform-token"

# What may happen to any request of any HTTP provider, before the provider has done anything …
TRANSPORT_BEFORE = frozenset({"drop_before", "timeout_before", "http_500", "http_502", "html_reply", "slow"})
# … and what may happen to the answer of a request that the provider has accepted.
TRANSPORT_AFTER = frozenset(
    {"timeout_after_accept", "drop_after_accept", "http_500_after_accept", "html_after_accept", "slow_after_accept"}
)
TRANSPORT = TRANSPORT_BEFORE | TRANSPORT_AFTER


@dataclass
class Fault:
    """One fault, narrowed to an account (`token`, `licence_key`) and a method of the provider where these are given.

    `count` is how many more times it strikes (None: until it is taken away); `delay_s` is real seconds.
    """

    mode: str
    probability: float = 1.0
    count: int | None = None
    token: str | None = None
    licence_key: str | None = None
    method: str | None = None
    delay_s: float | None = None

    @property
    def scope(self) -> tuple[str | None, str | None, str | None]:
        return self.token, self.licence_key, self.method

    def concerns(self, accounts: Collection[str], method: str) -> bool:
        """Whether this fault is meant for a call of `method` by the holder of any of these names.

        The platform's own account is left alone unless it is named.
        """
        if self.method is not None and self.method != method:
            return False
        named = [name for name in (self.token, self.licence_key) if name is not None]
        if not named:
            return PLATFORM_TOKEN not in accounts
        return all(name in accounts for name in named)

    def shown(self) -> dict[str, object]:
        return {
            "mode": self.mode,
            "probability": self.probability,
            "count": self.count,
            "token": self.token,
            "licence_key": self.licence_key,
            "method": self.method,
            "delay_s": self.delay_s,
        }


class FaultBoard:
    """The faults that are on, per provider."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        self._on: dict[str, list[Fault]] = {}

    def put(self, provider: str, fault: Fault) -> None:
        """Switch a fault on in place of the one with the same scope."""
        kept = [known for known in self._on.get(provider, []) if known.scope != fault.scope]
        self._on[provider] = [*kept, fault]

    def clear(self, provider: str, token: str | None = None, licence_key: str | None = None) -> None:
        """Switch faults off: all of the provider, or those narrowed to the given account."""
        if token is None and licence_key is None:
            self._on.pop(provider, None)
            return
        self._on[provider] = [
            fault
            for fault in self._on.get(provider, [])
            if (token is not None and fault.token != token)
            or (licence_key is not None and fault.licence_key != licence_key)
        ]

    def of(self, provider: str) -> list[Fault]:
        return list(self._on.get(provider, []))

    def strike(self, provider: str, accounts: Collection[str], method: str, modes: Iterable[str]) -> Fault | None:
        """The fault that this call meets, if any; a counted one is spent by it.

        `modes` is what the caller is able to act out at this point: other faults are left for other calls.
        The narrowest fault goes first.
        """
        able = frozenset(modes)
        waiting = [
            fault for fault in self._on.get(provider, []) if fault.mode in able and fault.concerns(accounts, method)
        ]
        waiting.sort(key=lambda fault: sum(part is None for part in fault.scope))
        for fault in waiting:
            if fault.probability < 1 and self._chance.random() >= fault.probability:
                continue
            if fault.count is not None:
                fault.count -= 1
                if fault.count <= 0:
                    self._on[provider].remove(fault)
            return fault
        return None
