"""How many parts an SMS takes: what the operators bill."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

# GSM 03.38, basic set and the set behind the escape character (each sign of it takes two septets).
_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
_ESCAPED = frozenset("^{}\\[~]|€\f")


class Alphabet(StrEnum):
    """The coding of a whole message: one sign outside GSM moves all of it to UCS-2."""

    GSM = "gsm"
    UCS2 = "ucs2"


_ROOM = {Alphabet.GSM: (160, 153), Alphabet.UCS2: (70, 67)}


@dataclass(frozen=True)
class Segments:
    """The measure of one text: `units` are septets or UTF-16 units, `left` those still free in the last part."""

    alphabet: Alphabet
    units: int
    parts: int
    left: int


def measure(text: str) -> Segments:
    """Count exactly as a handset does; an empty text is one part.

    A sign of two units is never cut by the border of a part, so parts are filled one by one instead of divided.
    """
    alphabet = Alphabet.GSM if all(sign in _BASIC or sign in _ESCAPED for sign in text) else Alphabet.UCS2
    widths = [_width(sign, alphabet) for sign in text]
    one, each = _ROOM[alphabet]
    units = sum(widths)
    if units <= one:
        return Segments(alphabet, units, 1, one - units)
    parts, room = 1, each
    for width in widths:
        if width > room:
            parts, room = parts + 1, each
        room -= width
    return Segments(alphabet, units, parts, room)


def _width(sign: str, alphabet: Alphabet) -> int:
    if alphabet is Alphabet.GSM:
        return 2 if sign in _ESCAPED else 1
    return 2 if ord(sign) > 0xFFFF else 1
