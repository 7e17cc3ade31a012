"""What goes with a mailed report: its subject and its file, with only what this reader may see."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from uuid import UUID

from contracts.booking import JournalState, ReportState
from contracts.permissions import Permission
from kit.db import Database
from kit.tables import MemberCopy
from kit.texts import Texts
from notifications.domain.reports import DIGEST
from notifications.providers.mail import Attachment
from notifications.spreadsheets import XLSX, Reader, figures_sheet, journal_sheet
from notifications.tables import DailyJournal, MailedReport, NotificationRow

from .mail_report import words_of


@dataclass(frozen=True)
class Enclosure:
    """A subject and the files of one mail."""

    subject: str
    attachments: tuple[Attachment, ...]


async def enclosure_of(db: Database, texts: Texts, account_id: UUID, notification_id: UUID) -> Enclosure | None:
    """None where the message is no report, or its data is gone."""
    async with db.tx(account_id) as tx:
        row = await tx.get(NotificationRow, (account_id, notification_id))
        if row is None:
            return None
        if row.facts.get("report") == DIGEST:
            return Enclosure(texts.get(row.language, "subject.digest", {}), ())
        if "report_id" in row.facts:
            found = await tx.get(MailedReport, (account_id, UUID(row.facts["report_id"])))
            return await _figures(texts, found, row.language) if found else None
        if "journal_id" not in row.facts:
            return None
        journal = await tx.get(DailyJournal, (account_id, UUID(row.facts["journal_id"])))
        member = await tx.get(MemberCopy, (account_id, row.recipient_id))
    if journal is None or member is None:
        return None
    state = JournalState.model_validate(journal.body)
    reader = Reader(
        language=row.language,
        sees_surname=Permission.CLIENT_VIEW_SURNAME in member.permissions,
        sees_phone=Permission.CLIENT_VIEW_PHONE in member.permissions,
    )
    content = await asyncio.to_thread(journal_sheet, state, reader, texts)
    day = f"{journal.day:%d.%m.%Y}"
    subject = texts.get(row.language, "subject.journal", {"location": state.location_name, "day": day})
    return Enclosure(subject, (Attachment(f"journal-{state.day}.xlsx", XLSX, content),))


async def _figures(texts: Texts, kept: MailedReport, language: str) -> Enclosure:
    state = ReportState.model_validate(kept.body)
    content = await asyncio.to_thread(figures_sheet, state, language)
    subject = texts.get(language, "subject.report", words_of(state, language))
    return Enclosure(subject, (Attachment(f"{state.report}-{state.first}-{state.last}.xlsx", XLSX, content),))
