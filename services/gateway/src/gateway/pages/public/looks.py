"""Styles that are made for one firm: the owner's own CSS, and the colour that a widget asks for."""

from __future__ import annotations

import re

from starlette.responses import Response

from gateway.pages.errors import PageUnknown
from gateway.pages.route import page_router
from gateway.pages.visit import VisitDep

from .booking_page import way_of
from .firm_page import look_of

router = page_router()

_HEX = re.compile(r"[0-9a-f]{6}")
_WHITE, _BLACK = (255, 255, 255), (26, 27, 30)
_DARK_PAGE = (22, 24, 28)
_ENOUGH = 4.5
"""Contrast of text, as WCAG 2.2 wants it at level AA."""
_STEPS = 40
_FOR_GOOD = "public, max-age=31536000, immutable"

Colour = tuple[int, int, int]


@router.get("/{vanity}/look.css")
async def own_look(visit: VisitDep, vanity: str) -> Response:
    """The owner's own CSS; its address changes with it."""
    css, mark = look_of((await way_of(visit, vanity)).page)
    cached = _FOR_GOOD if visit.query.get("v") == mark and mark else "no-cache"
    return Response(css, media_type="text/css", headers={"Cache-Control": cached})


@router.get("/look/{colour}.css")
async def coloured(colour: str) -> Response:
    """One colour for buttons and links, made darker or lighter until it can be read."""
    if not _HEX.fullmatch(colour):
        raise PageUnknown
    return Response(tokens_of(colour), media_type="text/css", headers={"Cache-Control": _FOR_GOOD})


def tokens_of(colour: str) -> str:
    """The tokens of both schemes for a colour of six hex digits."""
    wanted: Colour = (int(colour[:2], 16), int(colour[2:4], 16), int(colour[4:], 16))
    light, dark = _readable(wanted, _WHITE, _BLACK), _readable(wanted, _DARK_PAGE, _WHITE)
    bright = f":root{{{_tokens(light, (255, 255, 255))}}}"
    night = _tokens(dark, _DARK_PAGE)
    return (
        f"{bright}\n@media (prefers-color-scheme:dark){{:root:not([data-theme=light]){{{night}}}}}\n"
        f":root[data-theme=dark]{{{night}}}\n"
    )


def _tokens(colour: Colour, page: Colour) -> str:
    on = _WHITE if contrast(colour, _WHITE) >= contrast(colour, _BLACK) else _BLACK
    soft = _mixed(colour, page, 0.12)
    strong = _readable(_mixed(colour, _WHITE if page == _DARK_PAGE else _BLACK, 0.75), page, on)
    named = {"primary": colour, "primary-strong": strong, "on-primary": on, "primary-soft": soft}
    return ";".join(f"--{name}:#{''.join(f'{part:02x}' for part in value)}" for name, value in named.items())


def contrast(one: Colour, other: Colour) -> float:
    """Between 1 and 21, as WCAG counts it."""
    bright, dim = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (bright + 0.05) / (dim + 0.05)


def _readable(colour: Colour, page: Colour, towards: Colour) -> Colour:
    """The nearest colour that can be read on `page` and on its own soft tint."""
    for step in range(_STEPS + 1):
        found = _mixed(towards, colour, step / _STEPS)
        if contrast(found, _mixed(found, page, 0.12)) >= _ENOUGH:
            return found
    return towards


def _mixed(one: Colour, other: Colour, share: float) -> Colour:
    red, green, blue = (round(mine * share + theirs * (1 - share)) for mine, theirs in zip(one, other, strict=True))
    return red, green, blue


def _luminance(colour: Colour) -> float:
    parts = [part / 255 for part in colour]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
