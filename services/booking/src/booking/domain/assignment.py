"""Who serves when the client does not mind, and which time that takes away."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple
from uuid import UUID

from .availability import Busy, Part
from .intervals import NEVER_BEFORE


class Load(NamedTuple):
    """How much a person has that day, and when they last were given a booking (minute, none: never)."""

    booked_min: int = 0
    last_assigned: int | None = None


def fairest_first(people: Iterable[UUID], loads: Mapping[UUID, Load]) -> list[UUID]:
    """Fewest booked minutes that day first, then the longest without a new booking, then by id."""

    def order(person_id: UUID) -> tuple[int, int, UUID]:
        load = loads.get(person_id, Load())
        return load.booked_min, NEVER_BEFORE if load.last_assigned is None else load.last_assigned, person_id

    return sorted(people, key=order)


def assign(fitting: Sequence[Sequence[UUID]], loads: Mapping[UUID, Load]) -> list[UUID] | None:
    """One person per part: the same for all where somebody can, else the fairest each; none if a part has nobody."""
    if not all(fitting):
        return None
    alone = set(fitting[0]).intersection(*fitting[1:])
    if alone:
        return [fairest_first(alone, loads)[0]] * len(fitting)
    return [fairest_first(people, loads)[0] for people in fitting]


def busy_times(parts: Sequence[Part], spans: Sequence[tuple[int, int]], owners: Sequence[object]) -> list[Busy]:
    """The time each part takes from its owner (the person who serves, or a resource), buffers included.

    Within a visit the buffers of one owner give way to the services, so that these times never overlap.
    """
    times: list[Busy] = []
    for number, (part, (start, end), owner) in enumerate(zip(parts, spans, owners, strict=True)):
        same = [i for i, other in enumerate(owners) if other == owner]
        earlier = [times[i].end for i in same if i < number]
        later = [spans[i][0] for i in same if i > number]
        times.append(
            Busy(
                start=max([start - part.service.buffer_before_min, *earlier]),
                end=min([end + part.service.buffer_after_min, *later]),
                service_start=start,
                service_end=end,
                is_held=False,
            )
        )
    return times
