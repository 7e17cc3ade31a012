"""Sums in minor units."""

from __future__ import annotations

from collections.abc import Sequence


def shared_out(total: int, weights: Sequence[int]) -> list[int]:
    """A total divided by weights without losing a kopeck; equal parts where nothing weighs anything."""
    if not any(weights):
        weights = [1] * len(weights)
    whole = sum(weights)
    parts, given, weighed = [], 0, 0
    for weight in weights:
        weighed += weight
        part = total * weighed // whole - given
        parts.append(part)
        given += part
    return parts
