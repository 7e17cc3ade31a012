"""Videos of the help: each stands with its topic, can be played by any browser, and says what the topic says."""

from __future__ import annotations

import re
import struct

import pytest

from gateway.pages.help_pages import TASKS
from gateway.pages.help_videos import FOLDER, Video, videos
from gateway.pages.words import texts
from kit.texts import LANGUAGES

from .browser import Browser

VIDEO_LIMIT, POSTER_LIMIT, LIMIT_OF_ALL = 400 * 1024, 40 * 1024, 3 * 1024 * 1024
_CUE = re.compile(r"(\d\d):(\d\d\.\d{3}) --> (\d\d):(\d\d\.\d{3})\n(.+)")


def test_every_video_is_a_small_webm_of_the_length_that_is_named() -> None:
    assert {*TASKS, "turbosms"} == {*videos()}
    for code, video in videos().items():
        content = (FOLDER / video.file).read_bytes()
        assert content[:4] == b"\x1a\x45\xdf\xa3", code
        assert b"webm" in content[:64], code
        assert b"V_VP9" in content[:1024], code
        assert len(content) <= VIDEO_LIMIT, code
        assert 10 <= video.length_s <= 25, code
        assert abs(_length_s(content) - video.length_s) < 0.2, code
        poster = (FOLDER / video.poster).read_bytes()
        assert (poster[:4], poster[8:12]) == (b"RIFF", b"WEBP"), code
        assert len(poster) <= POSTER_LIMIT, code
    named = {name for video in videos().values() for name in (video.file, video.poster)}
    assert {file.name for file in FOLDER.iterdir()} == {*named, "videos.json"}, "nothing else is served"
    assert sum(file.stat().st_size for file in FOLDER.iterdir()) <= LIMIT_OF_ALL


def _length_s(content: bytes) -> float:
    """As the file itself says it, in milliseconds, under the id of Duration."""
    at = content.index(b"\x44\x89\x88")
    length_ms: float = struct.unpack(">d", content[at + 3 : at + 11])[0]
    return length_ms / 1000


@pytest.mark.parametrize("language", LANGUAGES)
async def test_captions_are_lines_of_the_topic_and_lie_within_its_video(browser: Browser, language: str) -> None:
    for code, video in videos().items():
        await browser.open(f"/help/{code}/{language}.vtt")
        answer = browser.page.answer
        assert answer.headers["content-type"] == "text/vtt; charset=utf-8"
        assert answer.text.startswith("WEBVTT\n\n")
        lines = texts().get(language, f"help.{code}.cure").split("\n")
        cues = _CUE.findall(answer.text)
        assert len(cues) == len(video.cues) >= 2, code
        end_s = 0.0
        for *stamps, words in cues:
            start_min, start, stop_min, stop = (float(one) for one in stamps)
            assert start_min == stop_min == 0
            assert end_s <= start < stop <= video.length_s, code
            assert words in lines, code
            end_s = stop


@pytest.mark.row("N76")
async def test_a_topic_with_a_video_shows_it_with_its_captions_and_one_without_shows_nothing(browser: Browser) -> None:
    for code in videos():
        await browser.open(f"/help/{code}?lang=ru")
        shown = browser.page.one("article video")
        assert "controls" in shown.attributes
        assert shown.attributes["preload"] == "none", "nothing is fetched before it is played"
        tracks = browser.page.all("video track[kind=captions]")
        assert [one.attributes["srclang"] for one in tracks] == [*LANGUAGES]
        assert [one.attributes["srclang"] for one in tracks if "default" in one.attributes] == ["ru"]
        assert len(browser.page.all(".steps-list li")) >= 3, "who would rather read finds every step"
        assert "media-src 'self'" in browser.page.answer.headers["content-security-policy"]
    await browser.open("/help/checkbox?lang=uk")
    assert not browser.page.has("video, figure")
    await browser.open("/help")
    marked = {one.attributes["href"] for one in browser.page.all(".topics a") if "відео" in one.text()}
    assert marked == {f"/help/{code}" for code in videos()}
    for reason, guide in (("break", "why_no_time"), ("insufficient_balance", "how_to_top_up")):
        await browser.open(f"/help/{reason}")
        assert browser.page.has(f"article a.choice[href='/help/{guide}']")
    for nothing in ("/help/checkbox/uk.vtt", "/help/turbosms/de.vtt"):
        await browser.open(nothing)
        assert browser.page.status == 404


async def test_a_part_of_a_video_is_given_to_who_asks_for_a_part(browser: Browser) -> None:
    """Safari asks for two bytes first and plays nothing where that fails; winding forward asks for a part too."""
    video: Video = videos()["how_to_book"]
    whole = (FOLDER / video.file).read_bytes()
    for asked, first, last in (("bytes=0-1", 0, 1), ("bytes=1000-", 1000, len(whole) - 1)):
        answer = await browser.http.get(f"/static/videos/{video.file}", headers={"Range": asked})
        assert answer.status_code == 206
        assert answer.headers["content-range"] == f"bytes {first}-{last}/{len(whole)}"
        assert answer.headers["content-type"] == "video/webm"
        assert "immutable" in answer.headers["cache-control"]
        assert answer.content == whole[first : last + 1]
    beyond = await browser.http.get(f"/static/videos/{video.file}", headers={"Range": "bytes=99999999-"})
    assert beyond.status_code == 416
