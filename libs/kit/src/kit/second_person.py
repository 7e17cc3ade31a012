"""Acts that one person alone may not do: an account marks them, and a second person approves each.

A service asks `Safeguard.check` before such an act. Without an approval the act is refused with its fingerprint; the
caller sends that on as a request, somebody else approves, and the same request made again goes through, once. Marks
and approvals are copies of what identity says (docs/adr on the second person).
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, ClassVar
from uuid import UUID

from fastapi import Depends, Request
from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert

from contracts.identity import AccountChanged, AccountRegistered, ActApproved

from .access import Member
from .db import Tx
from .errors import Kind, Problem
from .messaging import Consumers
from .tables import Approval, MarkedActs


@dataclass(eq=False)
class SecondPersonNeeded(Problem):
    """The account lets nobody do this alone; `act` is the fingerprint of the request."""

    code: ClassVar[str] = "access.second_person_needed"
    kind: ClassVar[Kind] = Kind.FORBIDDEN
    permission: str
    act: str
    holders: list[str]

    def wish(self) -> Mapping[str, Any]:
        return {"permissions": [self.permission], "act": self.act}


@dataclass(frozen=True)
class Safeguard:
    """The request under way, as approvals know it."""

    act: str

    async def check(self, member: Member, permission: str, tx: Tx, now: datetime) -> UUID | None:
        """Who approved this act, or none where one person is enough; raises `SecondPersonNeeded`.

        The approval is spent in this transaction: when the act fails, it is still there.
        """
        marked = await tx.get(MarkedActs, member.account_id)
        if marked is None or permission not in marked.permissions:
            return None
        fitting = (
            select(Approval.id)
            .where(
                Approval.account_id == member.account_id,
                Approval.user_id == member.caller.user_id,
                Approval.act == self.act,
                Approval.permission == permission,
                Approval.used_at.is_(None),
                Approval.expires_at > now,
            )
            .limit(1)
            .with_for_update()
        )
        spending = update(Approval).where(
            Approval.account_id == member.account_id, Approval.id == fitting.scalar_subquery()
        )
        spent = await tx.execute(spending.values(used_at=now).returning(Approval.approved_by))
        approved_by: UUID | None = spent.scalar()
        if approved_by is None:
            others = [g.name for g in member.granters if permission in g.permissions and g.name != member.name]
            raise SecondPersonNeeded(permission, self.act, others)
        return approved_by


async def _of_request(request: Request) -> Safeguard:
    asked = request.scope["query_string"] + b"\n" + await request.body()
    fingerprint = hashlib.sha256(asked).hexdigest()[:16]
    return Safeguard(f"{request.method} {request.url.path} {fingerprint}")


SafeguardDep = Annotated[Safeguard, Depends(_of_request)]


def listen(consumers: Consumers) -> None:
    """Keep this service's copies of marks and approvals current."""
    consumers.on(AccountRegistered, AccountChanged)(copy_marked_acts)
    consumers.on(ActApproved)(copy_approval)


async def copy_marked_acts(event: AccountRegistered | AccountChanged, tx: Tx) -> None:
    """Take over the marks of an account when the event is newer than the copy."""
    values = {"version": event.version, "permissions": sorted(event.account.second_person_for)}
    statement = insert(MarkedActs).values(account_id=event.account.id, **values)
    await tx.execute(
        statement.on_conflict_do_update(
            index_elements=["account_id"], set_=values, where=MarkedActs.version < event.version
        )
    )


async def copy_approval(event: ActApproved, tx: Tx) -> None:
    """Take over an approval; a repeated one changes nothing."""
    row = insert(Approval).values(
        account_id=event.account_id,
        id=event.approval_id,
        user_id=event.user_id,
        act=event.act,
        permission=event.permission,
        approved_by=event.approved_by,
        expires_at=event.expires_at,
    )
    await tx.execute(row.on_conflict_do_nothing())
