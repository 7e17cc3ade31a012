"""Help by reason code: what it means, why it happens, what to do. Every refusal of the product links here."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.responses import Response

from .errors import PageUnknown
from .help_videos import Video, videos
from .route import page_router
from .visit import VisitDep
from .words import LANGUAGE_NAMES, find, t, texts

router = page_router()

_TOPIC = "help."
TASKS = ("how_to_book", "how_to_move", "why_no_time", "how_to_settle", "how_to_close_shift", "how_to_top_up")
"""Step by step, one for each thing that is done most."""
CONNECTIONS = ("turbosms", "alphasms", "checkbox", "own_domain", "widget")
"""Step by step, one for each thing that is connected."""
GUIDES = (*TASKS, *CONNECTIONS)
GROUPS = ("tasks", "guides", "times", "messages", "money", "rights", "signing_in", "booking", "program")
_PROVIDERS = ("turbosms", "alphasms")
_TIMES = frozenset(
    (
        "no_schedule",
        "outside_schedule",
        "break",
        "time_off",
        "closed_day",
        "holiday",
        "manual_only",
        "lead_time",
        "booking_window",
        "grid",
        "too_short_gap",
        "buffer",
        "taken",
        "held",
        "service_offline",
        "staff_not_bookable",
        "staff_deleted",
        "staff_does_not_offer_service",
        "no_location",
        "resource_busy",
        "capacity_full",
        "client_limit",
    )
)
_RELATED = {
    **dict.fromkeys(_TIMES, ("why_no_time",)),
    **dict.fromkeys(
        (
            "provider_unauthorized",
            "sender_not_registered",
            "provider_unavailable",
            "provider_rejected",
            "no_provider",
        ),
        _PROVIDERS,
    ),
    "insufficient_balance": ("how_to_top_up", *_PROVIDERS),
    "booking.slot_not_offered": ("why_no_time",),
    "fiscal.shift_closed": ("how_to_close_shift", "checkbox"),
    **dict.fromkeys(
        (
            "fiscal.cashier_credentials_invalid",
            "fiscal.register_licence_invalid",
            "fiscal.signature_inactive",
            "fiscal.register_busy",
            "fiscal.fiscal_unavailable",
            "fiscal.rejected",
            "fiscal.no_offline_numbers",
            "fiscal.licence_taken",
        ),
        ("checkbox",),
    ),
}
_RIGHTS = frozenset(("identity.grant_exceeds_own", "identity.last_owner", "identity.member_exists"))
_BY_SERVICE = {
    "fiscal": "money",
    "access": "rights",
    "identity": "signing_in",
    "booking": "booking",
    "request": "program",
    "gateway": "program",
}


@dataclass(frozen=True)
class Topic:
    """One page of the help."""

    code: str
    title: str
    cause: str
    cure: str

    @property
    def group(self) -> str:
        """Where it stands in the contents."""
        if self.code in TASKS:
            return "tasks"
        if self.code in CONNECTIONS:
            return "guides"
        if self.code in _TIMES:
            return "times"
        if self.code in _RIGHTS:
            return "rights"
        service, dot, _ = self.code.partition(".")
        return _BY_SERVICE.get(service, "program") if dot else "messages"

    @property
    def video(self) -> Video | None:
        """Its video, where it has one."""
        return videos().get(self.code)

    def says(self, query: str) -> bool:
        """Whether every word of the query stands in it."""
        text = f"{self.code} {self.title} {self.cause} {self.cure}".casefold()
        return all(word in text for word in query.casefold().split())


@router.get("/help")
async def contents(visit: VisitDep) -> Response:
    """Everything there is a page for, by subject, or what a search finds."""
    query = visit.query.get("q", "").strip()[:100]
    found = [topic for topic in topics(visit.language) if topic.says(query)]
    groups = [(name, [topic for topic in found if topic.group == name]) for name in GROUPS]
    return visit.page("help/contents.html.jinja", groups=[group for group in groups if group[1]], query=query)


@router.get("/help/{code}")
async def page(visit: VisitDep, code: str) -> Response:
    """One code; one that nobody has written about yet is said to be so."""
    topic = _topic_of(code)
    known = topic.removeprefix(_TOPIC) if topic else ""
    values = {
        "code": code[:100],
        "title": find(topic) if topic else None,
        "cause": find(f"{topic}.cause"),
        "cure": find(f"{topic}.cure"),
        "is_guide": known in GUIDES,
        "video": videos().get(known),
        "topic": known,
        "related": [(guide, t(f"{_TOPIC}{guide}")) for guide in _RELATED.get(known, ())],
    }
    return visit.page("help/page.html.jinja", 200 if topic else 404, **values)


@router.get("/help/{code}/{language}.vtt")
async def captions(code: str, language: str) -> Response:
    """The words of a topic's video in one language, as captions."""
    video = videos().get(code)
    if video is None or language not in LANGUAGE_NAMES:
        raise PageUnknown
    lines = texts().get(language, f"{_TOPIC}{code}.cure").split("\n")
    return Response(video.captions(lines), media_type="text/vtt")


def _topic_of(code: str) -> str | None:
    """The text key for a code. Reasons are written about by their bare name, whoever says them."""
    bare = code.rsplit(".", 1)[-1]
    for candidate in (code, bare, f"fiscal.{code}"):
        if find(f"{_TOPIC}{candidate}.cause"):
            return f"{_TOPIC}{candidate}"
    return None


def topics(language: str) -> list[Topic]:
    """All pages by title; guides in the order in which one needs them."""
    words = texts()
    keys = words.keys(language)
    found = [
        Topic(code, *(words.get(language, f"{_TOPIC}{code}{part}") for part in ("", ".cause", ".cure")))
        for code in (key.removeprefix(_TOPIC) for key in keys if key.startswith(_TOPIC))
        if not code.endswith((".cause", ".cure")) and f"{_TOPIC}{code}.cause" in keys
    ]
    return sorted(found, key=lambda one: (GUIDES.index(one.code) if one.code in GUIDES else 0, one.title))
