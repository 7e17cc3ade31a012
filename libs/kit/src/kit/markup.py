"""An owner's own HTML and CSS, made harmless: cleaned when it is saved and again when it is shown."""

from __future__ import annotations

import re

_OWN_TAGS = "p br b strong i em u s h2 h3 h4 ul ol li a blockquote hr img table thead tbody tr th td div span"
_TAGS = frozenset(_OWN_TAGS.split())
_ATTRIBUTES = {
    "*": {"class"},
    "a": {"href", "title"},
    "img": {"src", "alt", "width", "height"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan"},
}
_OWN_CLASS = re.compile(r"own-[a-z0-9-]{1,40}")

_COMMENT = re.compile(r"/\*.*?(?:\*/|\Z)", re.DOTALL)
_SELECTOR = re.compile(r"[\w\s.#:>+~*,()\[\]=\"'-]{1,300}")
_PSEUDO = re.compile(r":+([\w-]*)")
_STATES = (
    "root hover focus focus-visible before after not is first-child last-child nth-child first-of-type last-of-type"
)
_PSEUDOS = frozenset(_STATES.split())
_MEDIA = re.compile(r"@media\s+[\w\s:().,-]{1,200}")
_PROPERTY = re.compile(r"-{0,2}[a-z][a-z0-9-]{0,60}")
_VALUE = re.compile(r"[\w\s.,#%()+*/\"'!-]{1,400}")
_FUNCTION = re.compile(r"([\w-]*)\(")
_DRAWING = "rgb rgba hsl hsla var linear-gradient radial-gradient cubic-bezier translate scale rotate"
_COUNTING = "calc min max clamp repeat minmax"
_FUNCTIONS = frozenset(f"{_DRAWING} {_COUNTING}".split())
_NEVER = frozenset({"behavior", "-moz-binding", "position", "z-index", "content"})
"""Properties that could draw over the rest of the page or bring code in old browsers."""
_MOST_RULES = 500


def clean_html(written: str) -> str:
    """Headings, text, lists, tables, links and pictures of this site; nothing that acts, loads or imitates our forms.

    Classes stay when they begin with `own-`: they are there for the owner's own CSS.
    """
    import nh3  # wanted by few requests, so not held in memory from the start

    def attribute(tag: str, name: str, value: str) -> str | None:
        if name == "class":
            return " ".join(one for one in value.split() if _OWN_CLASS.fullmatch(one)) or None
        if tag == "img" and name == "src":
            return value if value.startswith(("/static/", "data:image/")) else None
        if name == "href" and value.strip().lower().startswith("data:"):
            return None
        return value

    return nh3.clean(
        written,
        tags=set(_TAGS),
        attributes={tag: set(names) for tag, names in _ATTRIBUTES.items()},
        attribute_filter=attribute,
        url_schemes={"http", "https", "mailto", "tel", "data"},
        link_rel="noopener nofollow ugc",
        strip_comments=True,
    )


def clean_css(written: str) -> str:
    """Rules out of plain selectors and values, one below the other; what is not understood is left out.

    Nothing in it loads anything: no `@import`, no `url(…)`, no fonts. `@media` is the only rule that may hold others.
    """
    if "\\" in written:  # an escape can spell any forbidden word
        written = written.replace("\\", "")
    text = _COMMENT.sub(" ", written).replace("<", "")
    return "\n".join(_rules(text, depth=0)[:_MOST_RULES])


def _rules(text: str, depth: int) -> list[str]:
    found: list[str] = []
    place = 0
    while (start := text.find("{", place)) >= 0:
        head = " ".join(text[place:start].rpartition(";")[2].split())
        end = _closing(text, start)
        body = text[start + 1 : end]
        place = end + 1
        if head.startswith("@"):
            inside = _rules(body, depth + 1) if depth == 0 and _MEDIA.fullmatch(head) else []
            if inside:
                found.append(f"{head} {{ {' '.join(inside)} }}")
        elif _is_selector(head) and (said := _declarations(body)):
            found.append(f"{head} {{ {said} }}")
    return found


def _is_selector(head: str) -> bool:
    return bool(_SELECTOR.fullmatch(head)) and all(name.lower() in _PSEUDOS for name in _PSEUDO.findall(head))


def _closing(text: str, start: int) -> int:
    depth = 0
    for place in range(start, len(text)):
        depth += {"{": 1, "}": -1}.get(text[place], 0)
        if depth == 0:
            return place
    return len(text)


def _declarations(body: str) -> str:
    said = []
    for line in body.split(";"):
        name, colon, value = (part.strip() for part in line.partition(":"))
        if colon and _is_harmless(name.lower(), value):
            said.append(f"{name.lower()}: {' '.join(value.split())}")
    return "; ".join(said)


def _is_harmless(name: str, value: str) -> bool:
    if name in _NEVER or not _PROPERTY.fullmatch(name) or not _VALUE.fullmatch(value):
        return False
    return all(function.lower() in _FUNCTIONS for function in _FUNCTION.findall(value) if function)
