"""Help by reason code: what it means, why it happens, what to do. Every refusal of the product links here."""

from __future__ import annotations

from starlette.responses import Response

from .route import page_router
from .visit import VisitDep
from .words import find, texts

router = page_router()

_TOPIC = "help."


@router.get("/help")
async def contents(visit: VisitDep) -> Response:
    """Everything there is a page for."""
    return visit.page("help/contents.html.jinja", topics=topics(visit.language))


@router.get("/help/{code}")
async def page(visit: VisitDep, code: str) -> Response:
    """One code; one that nobody has written about yet is said to be so."""
    topic = _topic_of(code)
    values = {
        "code": code[:100],
        "title": find(topic) if topic else None,
        "cause": find(f"{topic}.cause"),
        "cure": find(f"{topic}.cure"),
    }
    return visit.page("help/page.html.jinja", 200 if topic else 404, **values)


def _topic_of(code: str) -> str | None:
    """The text key for a code. Reasons are written about by their bare name, whoever says them."""
    bare = code.rsplit(".", 1)[-1]
    for candidate in (code, bare, f"fiscal.{code}"):
        if find(f"{_TOPIC}{candidate}.cause"):
            return f"{_TOPIC}{candidate}"
    return None


def topics(language: str) -> list[tuple[str, str]]:
    """Codes with their titles, by title."""
    keys = texts().keys(language)
    codes = [
        key.removeprefix(_TOPIC)
        for key in keys
        if key.startswith(_TOPIC) and not key.endswith((".cause", ".cure")) and f"{key}.cause" in keys
    ]
    return sorted(((code, texts().get(language, f"{_TOPIC}{code}")) for code in codes), key=lambda pair: pair[1])
