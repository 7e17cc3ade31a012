"""docs/help: a page per reason code, in every language, from the catalogues that the help pages of the product use."""

from pathlib import Path

import gateway.pages
from kit.texts import LANGUAGES, Texts
from zapys_dev.generated.product import write

_TOPIC = "help."
_NAMES = {"uk": "Українською", "ru": "По-русски", "en": "In English"}
_HEADINGS = {
    "uk": ("Чому так", "Що робити"),
    "ru": ("Почему так", "Что делать"),
    "en": ("Why", "What to do"),
}


def generate(docs: Path) -> None:
    """Write the pages and their contents; a page whose code is gone goes too."""
    texts = Texts(Path(gateway.pages.__file__).parents[1] / "texts" / "help")
    folder = docs / "help"
    codes = topics(texts)
    for code in codes:
        write(folder / f"{code}.md", _page(texts, code))
    contents = [
        f"| [`{code}`]({code}.md) | " + " | ".join(texts.get(one, _TOPIC + code) for one in LANGUAGES) + " |"
        for code in codes
    ]
    write(
        folder / "README.md",
        [
            "# Help by reason code",
            "",
            "Written by `./zapys docs` from the catalogues of the help pages; the product shows them at `/help/…`.",
            "",
            "| code | " + " | ".join(_NAMES[one] for one in LANGUAGES) + " |",
            "|---|" + "---|" * len(LANGUAGES),
            *contents,
        ],
    )
    for page in folder.glob("*.md"):
        if page.stem not in (*codes, "README"):
            page.unlink()


def topics(texts: Texts) -> list[str]:
    """The codes that somebody has written about."""
    keys = texts.keys("en")
    suffixes = (".cause", ".cure")
    found = (key.removeprefix(_TOPIC) for key in keys if key.startswith(_TOPIC) and not key.endswith(suffixes))
    return sorted(code for code in found if f"{_TOPIC}{code}.cause" in keys)


def _page(texts: Texts, code: str) -> list[str]:
    lines = [f"# `{code}`", ""]
    for language in LANGUAGES:
        why, cure = _HEADINGS[language]
        said = {part: texts.get(language, f"{_TOPIC}{code}{part}") for part in ("", ".cause", ".cure")}
        lines += [
            f"## {_NAMES[language]}: {said['']}",
            "",
            f"**{why}.** {said['.cause']}",
            "",
            f"**{cure}.** {said['.cure']}",
            "",
        ]
    return lines
