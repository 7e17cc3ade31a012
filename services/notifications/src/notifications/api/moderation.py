"""The operators' side of texts: what waits for approval in all accounts, and the decision. On the admin door only."""

from __future__ import annotations

from typing import Any, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Request

from contracts.http.notifications import TemplateRejection
from kit.admin import operator
from kit.db import Database
from notifications import queries
from notifications.clock import Clock
from notifications.tables import TemplateRow
from notifications.usecases.write_template import Place, Reviewer, approve_template, reject_template

router = APIRouter(prefix="/admin/templates", dependencies=[Depends(operator)])

_OPERATOR = Reviewer(None, "Zapys", "operator")
ONE = "/{account_id}/{recipient_type}/{kind}/{language}"
RecipientType = Literal["client", "staff"]


@router.get("")
async def waiting(request: Request) -> dict[str, Any]:
    """Texts that nobody has decided about, the longest waiting first."""
    db: Database = request.app.state.db
    async with db.system_tx() as tx:
        return {"items": [_shown(row) for row in await queries.waiting_templates(tx)]}


@router.post(f"{ONE}/approve")
async def approve(
    account_id: UUID, recipient_type: RecipientType, kind: str, language: str, request: Request
) -> dict[str, Any]:
    """Put the text in place."""
    db, clock = _parts(request)
    async with db.tx(account_id) as tx:
        place = Place(account_id, recipient_type, kind, language)
        return _shown(await approve_template(tx, place, _OPERATOR, None, await clock.now(tx)))


@router.post(f"{ONE}/reject")
async def reject(
    account_id: UUID,
    recipient_type: RecipientType,
    kind: str,
    language: str,
    body: TemplateRejection,
    request: Request,
) -> dict[str, Any]:
    """Refuse it with a comment for its author."""
    db, clock = _parts(request)
    async with db.tx(account_id) as tx:
        place = Place(account_id, recipient_type, kind, language)
        return _shown(await reject_template(tx, place, _OPERATOR, body.comment, None, await clock.now(tx)))


def _parts(request: Request) -> tuple[Database, Clock]:
    return request.app.state.db, request.app.state.clock


def _shown(row: TemplateRow) -> dict[str, Any]:
    return {
        "account_id": str(row.account_id),
        "recipient_type": row.recipient_type,
        "kind": row.kind,
        "language": row.language,
        "state": row.state,
        "text": row.text,
        "used_text": row.used_text,
        "author_name": row.author_name,
        "written_at": row.written_at.isoformat(),
        "comment": row.comment,
    }
