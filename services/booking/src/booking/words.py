"""Reasons and acts in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from contracts.http.booking import Fix, Reason
from kit import context
from kit.edge import texts_of

from .domain.reasons import Code

TEXTS = texts_of(__file__)
_NO_BREAK = "\u00a0"
_SIGNS = {"UAH": "₴", "EUR": "€", "USD": "$", "PLN": "zł", "GBP": "£"}


def reason(
    code: Code,
    *,
    is_public: bool,
    params: Mapping[str, Any],
    staff_member_id: UUID | None = None,
    service_id: UUID | None = None,
    location_id: UUID | None = None,
) -> Reason:
    """A reason with its text and the next step; the public is told less than staff."""
    language = context.current().language
    key = f"reason.{code}"
    public = TEXTS.find(language, f"{key}.public", params) if is_public else None
    nobody = TEXTS.find(language, f"{key}.nobody", params) if staff_member_id is None else None
    fix = TEXTS.find(language, f"{key}.public_fix" if is_public else f"{key}.fix", params)
    return Reason(
        code=code,
        text=public or nobody or TEXTS.get(language, key, params),
        fix=Fix(text=fix, url=f"/help/reason.{code}") if fix else None,
        staff_member_id=staff_member_id,
        service_id=service_id,
        location_id=location_id,
    )


def sum_of(amount: int, currency: str) -> str:
    """Minor units as people write them: `1 234,50 ₴`, whole hryvnias without kopecks; in English `₴1,234.50`."""
    english, sign = context.current().language == "en", _SIGNS.get(currency, currency)
    written = f"{abs(amount) / 100:,.2f}".removesuffix(".00")
    if not english:
        written = written.replace(",", _NO_BREAK).replace(".", ",")
    minus = "−" if amount < 0 else ""
    return f"{minus}{sign}{written}" if english else f"{minus}{written}{_NO_BREAK}{sign}"


def span_of(minutes: int) -> str:
    """A span as people write it: `24 h`, `1 h 30 min`."""
    language = context.current().language
    parts = [(unit, count) for unit, count in (("h", minutes // 60), ("min", minutes % 60)) if count]
    return " ".join(TEXTS.get(language, f"unit.{unit}", {"count": count}) for unit, count in parts)


def act(kind: str, params: Mapping[str, Any]) -> str:
    """A line of a booking's history; where somebody was found for a client who did not mind, also how."""
    language = context.current().language
    line = TEXTS.get(language, f"act.{kind}", {"reason": "", **params}).rstrip()
    how = TEXTS.find(language, f"assigned.{params.get('assigned_by')}")
    return f"{line}. {how}" if how else line
