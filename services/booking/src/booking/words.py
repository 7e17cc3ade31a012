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


def act(kind: str, params: Mapping[str, Any]) -> str:
    """A line of a booking's history."""
    return TEXTS.get(context.current().language, f"act.{kind}", {"reason": "", **params}).rstrip()
