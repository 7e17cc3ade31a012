"""Cyrillic in Latin letters, so that an SMS needs fewer parts.

Ukrainian by the rules for passports (Cabinet of Ministers, resolution 55 of 2010), with the letters that only Russian
has added by the nearest sound. Signs that would move the whole text to UCS-2 get their plain cousins.
"""

from __future__ import annotations

_PLAIN = {
    "а": "a", "б": "b", "в": "v", "г": "h", "ґ": "g", "д": "d", "е": "e", "є": "ie", "ж": "zh", "з": "z", "и": "y",
    "і": "i", "ї": "i", "й": "i", "к": "k", "л": "l", "м": "m", "н": "n", "о": "o", "п": "p", "р": "r", "с": "s",
    "т": "t", "у": "u", "ф": "f", "х": "kh", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "shch", "ю": "iu", "я": "ia",
    "ь": "", "ъ": "", "ы": "y", "э": "e", "ё": "e",
}  # fmt: skip
_AT_START = {"є": "ye", "ї": "yi", "й": "y", "ю": "yu", "я": "ya"}
_SIGNS = {
    "ʼ": "", "’": "", "‘": "'", "“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "—": "-", "–": "-", "…": "...",
    "№": "No", "₴": "UAH", "\u00a0": " ", "•": "-", "×": "x",
}  # fmt: skip


def transliterate(text: str) -> str:
    """The text in Latin letters; whatever is neither Cyrillic nor a typographer's sign stays as it is."""
    out: list[str] = []
    inside_word = False
    for place, sign in enumerate(text):
        small = sign.lower()
        if small in _PLAIN:
            latin = _in_context(small, text, place, inside_word=inside_word)
            out.append(_cased(latin, sign, text, place))
        else:
            out.append(_SIGNS.get(sign, sign))
        inside_word = sign.isalpha() or (inside_word and sign in "ʼ’'")
    return "".join(out)


def _in_context(small: str, text: str, place: int, *, inside_word: bool) -> str:
    if small == "г" and place and text[place - 1].lower() == "з":
        return "gh"
    return _AT_START.get(small, _PLAIN[small]) if not inside_word else _PLAIN[small]


def _cased(latin: str, sign: str, text: str, place: int) -> str:
    if not sign.isupper():
        return latin
    beside = text[place + 1 : place + 2] or text[place - 1 : place] if place or len(text) > 1 else ""
    return latin.upper() if beside.isupper() else latin.capitalize()
