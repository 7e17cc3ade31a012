"""Videos of the help: silent, short, with the steps of their topic as captions.

`static/videos/videos.json` is written by the script that records them. A caption is a line of the topic's own text, so
that a corrected sentence corrects the captions too.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent.parent / "static" / "videos"
_LIST = FOLDER / "videos.json"


@dataclass(frozen=True)
class Cue:
    """One line of text while it is on the screen; seconds from the beginning."""

    start_s: float
    end_s: float
    line: int
    """Which line of the topic's text, from 0."""


@dataclass(frozen=True)
class Video:
    """A recording and the picture that stands for it until it is played; sizes in pixels."""

    file: str
    poster: str
    width: int
    height: int
    length_s: float
    cues: tuple[Cue, ...]

    def captions(self, lines: Sequence[str]) -> str:
        """The cues as WebVTT, out of the lines of the topic in one language."""
        shown = [f"{_stamp(cue.start_s)} --> {_stamp(cue.end_s)}\n{_escaped(lines[cue.line])}\n" for cue in self.cues]
        return "\n".join(["WEBVTT\n", *shown])


@cache
def videos() -> dict[str, Video]:
    """All videos by the code of their topic; read once."""
    kept: dict[str, dict[str, Any]] = json.loads(_LIST.read_text())
    return {
        code: Video(**{**one, "cues": tuple(Cue(start, end, line) for start, end, line in one["cues"])})
        for code, one in kept.items()
    }


def _stamp(seconds: float) -> str:
    minutes, rest_ms = divmod(round(seconds * 1000), 60_000)
    return f"{minutes:02}:{rest_ms // 1000:02}.{rest_ms % 1000:03}"


def _escaped(line: str) -> str:
    return line.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
