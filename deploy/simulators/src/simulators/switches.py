"""Switches for what the providers' documents leave open: a client must work with every position."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


class BadSwitch(ValueError):
    """A switch that does not exist, or a position that it does not have."""


@dataclass(frozen=True)
class Switch:
    """One open question: the position it starts in, and the positions it may take (None: any value of that type)."""

    start: Any
    positions: tuple[Any, ...] | None = None

    def takes(self, value: Any) -> bool:
        if self.positions is not None:
            return value in self.positions
        if isinstance(self.start, bool) or isinstance(value, bool):
            return isinstance(self.start, bool) and isinstance(value, bool)
        if isinstance(self.start, int | float):
            return isinstance(value, int | float) and value >= 0
        return isinstance(value, type(self.start))


class Switches:
    """The switches of one provider."""

    def __init__(self, declared: Mapping[str, Switch]) -> None:
        self._declared = dict(declared)
        self._now: dict[str, Any] = {}
        self.reset()

    def reset(self) -> None:
        self._now = {name: switch.start for name, switch in self._declared.items()}

    def __getitem__(self, name: str) -> Any:
        return self._now[name]

    def turn(self, positions: Mapping[str, Any]) -> None:
        """Set some switches; `BadSwitch` names what cannot be set, and then nothing is set."""
        for name, value in positions.items():
            switch = self._declared.get(name)
            if switch is None:
                raise BadSwitch(f"no switch {name!r}; there are: {', '.join(sorted(self._declared))}")
            if not switch.takes(value):
                allowed = switch.positions if switch.positions is not None else type(switch.start).__name__
                raise BadSwitch(f"{name!r} takes {allowed}, not {value!r}")
        self._now.update(positions)

    def shown(self) -> dict[str, Any]:
        return dict(self._now)
