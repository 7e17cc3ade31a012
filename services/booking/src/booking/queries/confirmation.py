"""Which visits wait for their client's word, and whether the client was asked for it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import select, text

from booking.domain.confirmation import GRACE, Asked, Policy, Rule, Waiting, confirm_until
from booking.domain.lifecycle import State
from booking.queries.own import beside
from booking.queries.timeline import in_order
from booking.queries.visits import Visit
from booking.tables import AccountCopy, BookingEvent
from contracts.http.site import ConfirmDeadline
from kit.db import Tx

REQUEST = "confirm_request"
"""The kind of message that asks for the client's word."""
_TOLD = ("message_sent", "message_delivered")
_ABOUT_MESSAGES = (*_TOLD, "message_failed", "message_held")

_DUE = text(
    """
    SELECT account.account_id, booking.id, booking.starts_at
    FROM account_copy AS account
    CROSS JOIN LATERAL (SELECT make_interval(mins => (account.rules ->> 'confirm_cutoff_min')::int) AS span) AS before
    JOIN booking ON booking.account_id = account.account_id
        AND booking.state = 'pending' AND booking.confirm_judged_at IS NULL AND booking.deleted_at IS NULL
        AND booking.starts_at > :now AND booking.starts_at <= :now - CAST(:grace AS interval) + before.span
    WHERE account.unconfirmed_since IS NOT NULL AND account.is_active
        AND booking.client_id IS NOT NULL
        AND greatest(booking.starts_at - before.span, booking.confirm_told_until) > account.unconfirmed_since
        AND greatest(booking.starts_at - before.span, booking.confirm_told_until) <= :now - CAST(:grace AS interval)
        AND coalesce(booking.agreed_at, booking.created_at) < booking.starts_at - before.span
        AND (account.account_id, booking.starts_at, booking.id) > (:account_id, :starts_at, :id)
    ORDER BY account.account_id, booking.starts_at, booking.id
    LIMIT :most
    """
)


class Due(NamedTuple):
    """A visit whose moment may have passed."""

    account_id: UUID
    id: UUID
    starts_at: datetime


async def due_visits(tx: Tx, now: datetime, after: Due | None, most: int) -> list[Due]:
    """One page of them behind `after`, for a transaction that spans accounts."""
    last = after or Due(UUID(int=0), UUID(int=0), now - timedelta(days=1))
    rows = await tx.execute(_DUE, {"now": now, "grace": GRACE, "most": most, **last._asdict()})
    return [Due(row.account_id, row.id, row.starts_at) for row in rows]


def rule_of(account: AccountCopy) -> Rule | None:
    """The account's rule; none where it has none."""
    rules, since = account.booking_rules, account.unconfirmed_since
    if rules.unconfirmed == "nothing" or since is None:
        return None
    return Rule(Policy(rules.unconfirmed), timedelta(minutes=rules.confirm_cutoff_min), since)


async def waiting_of(tx: Tx, visit: Visit) -> Waiting:
    """The visit as the rule sees it."""
    booking = visit.booking
    owed = (await beside(tx, [visit]))[booking.id].prepayment
    return Waiting(
        starts_at=booking.starts_at,
        agreed_at=booking.agreed_at or booking.created_at,
        has_client=booking.client_id is not None,
        has_money=booking.paid > 0 or owed is not None,
    )


async def asked_of(tx: Tx, visit: Visit) -> Asked | None:
    """The request that reached the client for the visit's present time; of several the one that gives most time."""
    row = BookingEvent
    found = await tx.scalars(
        select(row)
        .where(
            row.account_id == visit.booking.account_id,
            row.booking_id == visit.booking.id,
            row.kind.in_(_ABOUT_MESSAGES),
            row.details["message"].astext == REQUEST,
        )
        .order_by(row.seq)
    )
    newest: dict[str, BookingEvent] = {str(act.details["subject"]): act for act in in_order(list(found))}
    requests = [
        Asked(datetime.fromisoformat(said["until"]), bool(said["releases"]))
        for act in newest.values()
        if act.kind in _TOLD and (said := act.details.get(REQUEST)) is not None
        if datetime.fromisoformat(said["starts_at"]) == visit.booking.starts_at
    ]
    return max(requests, key=lambda one: (one.until, not one.releases), default=None)


async def deadline_of(tx: Tx, account: AccountCopy, visit: Visit, now: datetime) -> ConfirmDeadline | None:
    """What to tell the client of it; none where nothing is wanted of them, or the moment is over."""
    rule, booking = rule_of(account), visit.booking
    if rule is None or booking.state != State.PENDING or booking.confirm_judged_at is not None:
        return None
    waiting = await waiting_of(tx, visit)
    until = confirm_until(rule, waiting, await asked_of(tx, visit))
    if until is None or until <= now:
        return None
    releases = rule.policy is Policy.RELEASE and not waiting.has_money
    return ConfirmDeadline(until=visit.local(until), releases=releases)
