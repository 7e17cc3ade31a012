"""Figures out of samples."""

from collections.abc import Sequence


def percentile(samples: Sequence[float], percent: float) -> float:
    """The nearest-rank percentile; `percent` from 0 to 100."""
    ordered = sorted(samples)
    rank = max(0, min(len(ordered) - 1, round(percent / 100 * len(ordered)) - 1))
    return ordered[rank]


def kept(is_kept: bool) -> str:
    """What became of a bar."""
    return "kept" if is_kept else "MISSED"
