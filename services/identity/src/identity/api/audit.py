"""Who changed what in an account."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request
from pydantic import AwareDatetime

from contracts.http.identity import (
    AuditActor,
    AuditAnswer,
    AuditChange,
    AuditEntryAnswer,
    AuditSubject,
    AuditSubjectType,
)
from contracts.permissions import Permission
from identity import queries
from kit import context
from kit.edge import DbDep, MemberDep
from kit.texts import Texts

router = APIRouter(prefix="/api/v1/accounts/{account_id}/audit", tags=["Audit"])


@router.get("", operation_id="read_audit")
async def get_audit(
    account_id: UUID,
    member: MemberDep,
    db: DbDep,
    request: Request,
    actor_id: Annotated[UUID | None, Query(description="Only what this person did.")] = None,
    subject: Annotated[AuditSubjectType | None, Query(description="Only what was done to these.")] = None,
    until: Annotated[AwareDatetime | None, Query(description="Only what happened before this moment.")] = None,
    cursor: UUID | None = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> AuditAnswer:
    """Acts on the account and its members, newest first."""
    member.require(Permission.AUDIT_VIEW)
    texts: Texts = request.app.state.texts
    language = context.current().language
    async with db.tx(account_id) as tx:
        wanted = queries.AuditWanted(actor_id, subject, until)
        entries = await queries.audit_page(tx, wanted, before=cursor, limit=limit + 1)
    page = entries[:limit]
    return AuditAnswer(
        items=tuple(
            AuditEntryAnswer(
                id=entry.id,
                at=entry.at,
                actor=AuditActor(id=entry.actor_id, name=entry.actor_name),
                action=entry.action,
                text=texts.get(language, f"audit.{entry.action}", {"subject": entry.subject_name}),
                subject=AuditSubject(type=entry.subject_type, id=entry.subject_id, name=entry.subject_name),
                changes=tuple(AuditChange.model_validate(change) for change in entry.changes),
                origin=entry.origin,
                reason=entry.reason,
            )
            for entry in page
        ),
        next_cursor=str(page[-1].id) if len(entries) > limit else None,
    )
