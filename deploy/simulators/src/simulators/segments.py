"""How many parts an SMS takes: GSM 03.38 septets, or UTF-16 units as soon as one character is outside that alphabet."""

from collections.abc import Iterable

_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
_ESCAPED = frozenset("^{}\\[~]|€\f")

_GSM_ONE, _GSM_EACH = 160, 153
_UCS2_ONE, _UCS2_EACH = 70, 67


def sms_parts(text: str) -> int:
    """Parts that the operator bills for `text`; an empty text is one part."""
    if all(sign in _BASIC or sign in _ESCAPED for sign in text):
        widths = [2 if sign in _ESCAPED else 1 for sign in text]
        return _filled(widths, _GSM_ONE, _GSM_EACH)
    return _filled([2 if ord(sign) > 0xFFFF else 1 for sign in text], _UCS2_ONE, _UCS2_EACH)


def _filled(widths: Iterable[int], one: int, each: int) -> int:
    widths = list(widths)
    if sum(widths) <= one:
        return 1
    parts, room = 1, each
    for width in widths:
        if width > room:  # a pair is never cut by the border of a part
            parts, room = parts + 1, each
        room -= width
    return parts
