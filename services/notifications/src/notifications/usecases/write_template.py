"""Texts of an account's own: written, checked by somebody else, and only then put in place."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from contracts.http.notifications import TemplateDraft
from kit.db import Tx
from kit.errors import NotFound, StaleVersion
from notifications.errors import TemplateNotPending, TemplateOwnText
from notifications.tables import TemplateRow
from notifications.wording import judge_template

from .copy_others import ask_to_replan


@dataclass(frozen=True)
class Place:
    """Which text is meant."""

    account_id: UUID
    recipient_type: str
    kind: str
    language: str

    @property
    def key(self) -> tuple[UUID, str, str, str]:
        """The key of its row."""
        return self.account_id, self.recipient_type, self.kind, self.language


@dataclass(frozen=True)
class Reviewer:
    """Who decides about a text; without an id it is the platform's operator."""

    user_id: UUID | None
    name: str
    role: str


async def write_template(
    tx: Tx,
    place: Place,
    draft: TemplateDraft,
    author_id: UUID,
    author_name: str,
    expected_version: int | None,
    now: datetime,
) -> TemplateRow:
    """Keep a new text beside the one in use; raises the refusals of `judge_template`, and `StaleVersion`."""
    judge_template(draft.text)
    row = await _locked(tx, place)
    version = row.version if row else 0
    if expected_version is not None and expected_version != version:
        raise StaleVersion(version)
    if row is None:
        row = TemplateRow(
            account_id=place.account_id,
            recipient_type=place.recipient_type,
            kind=place.kind,
            language=place.language,
            used_text=None,
            used_transliterated=False,
        )
        tx.add(row)
    row.text, row.transliterated = draft.text, draft.transliterate
    row.state = "pending" if draft.submit else "draft"
    row.comment, row.decided_by_name, row.decided_at = None, None, None
    row.author_id, row.author_name, row.written_at = author_id, author_name, now
    row.version = version + 1
    return row


async def approve_template(
    tx: Tx, place: Place, reviewer: Reviewer, expected_version: int | None, now: datetime
) -> TemplateRow:
    """Put the waiting text in place; messages that are still to go are worded anew."""
    row = await _pending(tx, place, reviewer, expected_version)
    row.state, row.used_text, row.used_transliterated = "approved", row.text, row.transliterated
    _decided(row, reviewer, now)
    await ask_to_replan(tx, place.account_id, now)
    return row


async def reject_template(
    tx: Tx, place: Place, reviewer: Reviewer, comment: str, expected_version: int | None, now: datetime
) -> TemplateRow:
    """Leave the old text in place, and say why."""
    row = await _pending(tx, place, reviewer, expected_version)
    row.state, row.comment = "rejected", comment
    _decided(row, reviewer, now)
    return row


async def remove_template(tx: Tx, place: Place, now: datetime) -> None:
    """Back to the standard text."""
    row = await _locked(tx, place)
    if row is None:
        return
    await tx.delete(row)
    await ask_to_replan(tx, place.account_id, now)


def _decided(row: TemplateRow, reviewer: Reviewer, now: datetime) -> None:
    row.decided_by_name, row.decided_at, row.version = reviewer.name, now, row.version + 1


async def _pending(tx: Tx, place: Place, reviewer: Reviewer, expected_version: int | None) -> TemplateRow:
    row = await _locked(tx, place)
    if row is None:
        raise NotFound("template")
    if expected_version is not None and expected_version != row.version:
        raise StaleVersion(row.version)
    if row.state != "pending":
        raise TemplateNotPending(row.state)
    if reviewer.user_id == row.author_id:
        raise TemplateOwnText
    return row


async def _locked(tx: Tx, place: Place) -> TemplateRow | None:
    row = TemplateRow
    account_id, recipient_type, kind, language = place.key
    found = await tx.scalars(
        select(row)
        .where(
            row.account_id == account_id,
            row.recipient_type == recipient_type,
            row.kind == kind,
            row.language == language,
        )
        .with_for_update()
    )
    return found.first()
