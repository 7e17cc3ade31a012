"""Move messages on that their providers have taken over: one statement for all of them, and one event each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from opentelemetry import context as otel_context
from sqlalchemy import ARRAY, SmallInteger, Text, Uuid, bindparam, text

from kit.db import Tx
from notifications.domain.delivery import next_poll_s
from notifications.domain.outcomes import Accepted
from notifications.said import say

from .claim_messages import ClaimedMessage

# The rows are locked in one order, as everybody does who locks several. An answer that comes after the lease has run
# out still settles what was unknown; one for a message that has moved on to another claim changes nothing.
_SENT = text(
    """
    WITH said AS (
        SELECT * FROM unnest(
            CAST(:accounts AS uuid[]), CAST(:ids AS uuid[]), CAST(:claims AS uuid[]), CAST(:message_ids AS text[]),
            CAST(:statuses AS text[]), CAST(:parts AS smallint[])
        ) AS said(account_id, id, claim_id, message_id, status, parts)
    ), mine AS MATERIALIZED (
        SELECT n.account_id, n.id FROM notification AS n JOIN said USING (account_id, id, claim_id)
        WHERE n.state IN ('sending', 'unknown') ORDER BY n.account_id, n.id FOR UPDATE OF n
    )
    UPDATE notification AS n
    SET state = 'sent', reason_code = NULL, reason_params = '{}', leased_until = NULL,
        provider_message_id = said.message_id, provider_status = said.status, provider_error = NULL,
        providers_tried = '{}', parts = coalesce(said.parts, n.parts), sent_at = :now, status_asked = 0,
        status_due_at = CASE WHEN said.message_id IS NOT NULL THEN CAST(:look_at AS timestamptz) END,
        version = n.version + 1, changed_at = :now
    FROM said JOIN mine USING (account_id, id)
    WHERE n.account_id = said.account_id AND n.id = said.id
    RETURNING n.account_id, n.id, n.booking_id, n.kind, n.recipient_type, n.recipient_id, n.channel, n.provider,
        n.state, n.reason_code, n.planned_at, n.sent_at, n.version, n.facts
    """
).bindparams(
    *(bindparam(name, type_=ARRAY(Uuid)) for name in ("accounts", "ids", "claims")),
    *(bindparam(name, type_=ARRAY(Text)) for name in ("message_ids", "statuses")),
    bindparam("parts", type_=ARRAY(SmallInteger)),
)


@dataclass(frozen=True)
class Handed:
    """A message and the provider's word for it, with the trace that its event belongs to."""

    claim: ClaimedMessage
    accepted: Accepted
    context: otel_context.Context


async def write_accepted(tx: Tx, news: Sequence[Handed], now: datetime) -> set[UUID]:
    """Write them down and tell others; answers which messages were still under their claim."""
    values = {
        "accounts": [one.claim.account_id for one in news],
        "ids": [one.claim.notification_id for one in news],
        "claims": [one.claim.claim_id for one in news],
        "message_ids": [one.accepted.message_id for one in news],
        "statuses": [one.accepted.status for one in news],
        "parts": [one.accepted.parts for one in news],
        "now": now,
        "look_at": now + timedelta(seconds=next_poll_s(0)),
    }
    contexts = {one.claim.notification_id: one.context for one in news}
    written = (await tx.execute(_SENT, values)).all()
    for row in written:
        token = otel_context.attach(contexts[row.id])
        try:
            say(tx, row)
        finally:
            otel_context.detach(token)
    return {row.id for row in written}
