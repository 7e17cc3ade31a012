"""Records a page frame by frame: the length of a video is what its script says, however slow the machine is.

A frame is a picture of the page. Between two frames the script moves the pointer a little, types a letter, or scrolls;
a pause repeats the last frame. `ffmpeg` of Debian makes a WebM of them.
"""

from __future__ import annotations

import asyncio
import base64
from dataclasses import dataclass, field
from itertools import accumulate
from pathlib import Path
from typing import Any

from playwright.async_api import CDPSession, Error, Locator, Page

RATE = 12
"""Frames in a second."""
_TRAVEL = 7
"""Frames in which the pointer gets anywhere."""
_A_PRESS_S = 0.4
"""Real seconds after which what a press began has begun; they are not part of the video."""
_POINTER = """
([x, y, isDown, isFinger]) => {
  let dot = document.getElementById("recorder-pointer");
  if (!dot) {
    dot = document.body.appendChild(document.createElement("div"));
    dot.id = "recorder-pointer";
    dot.popover = "manual";
    Object.assign(dot.style, {
      position: "fixed", inset: "auto", margin: "0", padding: "0", pointerEvents: "none", borderRadius: "50%",
      width: "26px", height: "26px", border: "2px solid #fff", background: "rgb(11 110 95 / .55)",
      boxShadow: "0 1px 5px rgb(0 0 0 / .5)",
    });
    dot.showPopover();
  }
  const size = isFinger ? 34 : 24;
  const scale = isDown ? 0.7 : 1;
  Object.assign(dot.style, {
    width: `${size}px`, height: `${size}px`, left: `${x - size / 2}px`, top: `${y - size / 2}px`,
    transform: `scale(${scale})`, background: isDown ? "rgb(201 42 42 / .75)" : "rgb(11 110 95 / .55)",
  });
}
"""


@dataclass
class Recorder:
    """The camera in front of one page."""

    page: Page
    folder: Path
    is_finger: bool
    x: float = 0
    y: float = 0
    count: int = 0
    frames: list[tuple[str, int]] = field(default_factory=list)
    """Names of pictures, and for how many frames each is shown."""
    cues: list[tuple[float, float, int]] = field(default_factory=list)
    _said: tuple[float, int] | None = None
    _camera: CDPSession | None = None

    @property
    def now_s(self) -> float:
        """The moment of the video, in seconds."""
        return self.count / RATE

    def say(self, line: int) -> None:
        """From here on the caption is this line of the topic, counted from 0; the one before ends."""
        self.hush()
        self._said = (self.now_s, line)

    def hush(self) -> None:
        """The caption ends here."""
        if self._said is not None:
            start, line = self._said
            self.cues.append((round(start, 2), round(self.now_s - 0.05, 2), line))
        self._said = None

    async def hold(self, seconds: float) -> None:
        """Leave the page on the screen as it is now."""
        await self._shoot(max(1, round(seconds * RATE)))

    async def go_to(self, x: float, y: float, *, frames: int = _TRAVEL, is_down: bool = False) -> None:
        """Move the pointer there, visibly."""
        from_x, from_y = self.x, self.y
        for step in range(1, frames + 1):
            part = (step / frames) ** 2 * (3 - 2 * step / frames)
            self.x, self.y = from_x + (x - from_x) * part, from_y + (y - from_y) * part
            if not self.is_finger or is_down:
                await self.page.mouse.move(self.x, self.y)
            await self._shoot(1, is_down=is_down)

    async def press(self, what: Locator) -> None:
        """Go to something, bring it into view, and press it."""
        x, y = await self.point_at(what)
        await self._shoot(2, is_down=True)
        if self.is_finger:
            await self.page.touchscreen.tap(x, y)
        else:
            await self.page.mouse.click(x, y)
        await self._settle()

    async def point_at(self, what: Locator) -> tuple[float, float]:
        """Bring something into view and the pointer onto it; gives where that is."""
        await self._settle()
        await what.wait_for()
        await self.reveal(what)
        box = await what.bounding_box()
        assert box is not None
        x, y = box["x"] + min(box["width"] / 2, 120), box["y"] + box["height"] / 2
        await self.go_to(x, y)
        return x, y

    async def reveal(self, what: Locator) -> None:
        """Scroll, as a hand would, until it stands in the middle of the screen."""
        away: float = await what.evaluate(_AWAY)
        if abs(away) < 1:
            return
        for part in (0.1, 0.25, 0.3, 0.25, 0.1):
            await what.evaluate(_SCROLL, away * part)
            await self._shoot(1)

    async def type(self, what: Locator, text: str) -> None:
        """Press a field and type into it, a letter or two in a frame, instead of what stands there."""
        await self.press(what)
        await what.fill("")
        for at in range(0, len(text), 2):
            await what.press_sequentially(text[at : at + 2])
            await self._shoot(1)

    async def drag(self, what: Locator, *, dx: float, dy: float) -> None:
        """Take something and let it go so many pixels further."""
        x, y = await self.point_at(what)
        await self._shoot(3, is_down=True)
        await self.page.mouse.down()
        await self.go_to(x + 8, y + 8, frames=2, is_down=True)
        await self.go_to(x + dx, y + dy, frames=12, is_down=True)
        await self._shoot(4, is_down=True)
        await self.page.mouse.up()
        await self._settle()

    async def _settle(self) -> None:
        """Wait for what the last press began: another page, a part of this one, or nothing. None of it is filmed."""
        while True:
            await asyncio.sleep(_A_PRESS_S)
            try:
                await self.page.wait_for_load_state("load")
                await self.page.wait_for_function(_AT_REST)
            except Error:
                continue  # it went on to another page meanwhile
            return

    async def _shoot(self, times: int, *, is_down: bool = False) -> None:
        if self._camera is None:
            self._camera = await self.page.context.new_cdp_session(self.page)
        try:
            await self.page.evaluate(_POINTER, [self.x, self.y, is_down, self.is_finger])
        except Error:
            await self._settle()
            await self.page.evaluate(_POINTER, [self.x, self.y, is_down, self.is_finger])
        taken: dict[str, Any] = await self._camera.send("Page.captureScreenshot", {"format": "png"})
        name = f"{len(self.frames):04}.png"
        (self.folder / name).write_bytes(base64.b64decode(taken["data"]))
        self.frames.append((name, times))
        self.count += times

    async def write(self, target: Path, width: int) -> None:
        """The video, VP9 in WebM without sound, `width` pixels wide."""
        self.hush()
        names = self.folder / "frames.txt"
        lines = [f"file '{name}'\nduration {times / RATE:.6f}" for name, times in self.frames]
        names.write_text("\n".join([*lines, f"file '{self.frames[-1][0]}'\n"]))
        await run_ffmpeg(
            *("-f", "concat", "-safe", "0", "-i", str(names), "-t", f"{self.now_s:.3f}"),
            *("-vf", f"fps={RATE},scale={width}:-2:flags=lanczos,format=yuv420p", "-an", "-c:v", "libvpx-vp9"),
            *("-crf", "36", "-b:v", "0", "-g", "240", "-deadline", "good", "-cpu-used", "3", "-threads", "1"),
            *("-map_metadata", "-1", "-fflags", "+bitexact", str(target)),
        )

    async def poster(self, target: Path, width: int, at_s: float) -> None:
        """One frame as a picture that stands for the video."""
        ends = accumulate(times for _, times in self.frames)
        name = next(name for (name, _), end in zip(self.frames, ends, strict=True) if end >= at_s * RATE)
        scale = f"scale={width}:-2:flags=lanczos"
        await run_ffmpeg("-i", str(self.folder / name), "-vf", scale, "-q:v", "55", str(target))


async def run_ffmpeg(*args: str) -> None:
    """Run it quietly; what it complains about ends the script."""
    ran = await asyncio.create_subprocess_exec("ffmpeg", "-hide_banner", "-loglevel", "error", "-y", *args)
    if await ran.wait():
        raise SystemExit("ffmpeg failed; apt-get install ffmpeg, if it is not there.")


_AT_REST = "() => !document.querySelector('.htmx-request, [aria-busy=true]')"
_BOX = """
  const rests = (box) => /auto|scroll/.test(getComputedStyle(box).overflowY) && box.scrollHeight > box.clientHeight;
  let box = one.parentElement;
  while (box && box !== document.body && !rests(box)) box = box.parentElement;
  if (!box || box === document.body) box = document.scrollingElement;
"""
_AWAY = f"""
(one) => {{{_BOX}
  const own = one.getBoundingClientRect();
  const around = box.getBoundingClientRect();
  const top = Math.max(around.top, 0) + 90;
  const bottom = Math.min(around.bottom, innerHeight) - 90;
  return own.top > top && own.bottom < bottom ? 0 : (own.top + own.bottom) / 2 - (top + bottom) / 2;
}}
"""
_SCROLL = f"""
(one, by) => {{{_BOX}
  box.scrollBy({{ top: by, behavior: "instant" }});
}}
"""
