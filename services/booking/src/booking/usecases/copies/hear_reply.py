"""A client has answered a message: the same acts as behind the link, judged by the moment of the answer."""

from __future__ import annotations

from typing import Literal

import structlog

from booking.domain.lifecycle import CANCELLED, Act, State, is_possible, may_change_until
from booking.queries.visits import visit_of
from booking.tables import AccountCopy
from booking.usecases.actors import Actor
from booking.usecases.bookings.advance_booking import advance_booking
from booking.usecases.bookings.cancel_booking import cancel_booking
from contracts.booking import ReplyRefused
from contracts.notifications import ReplyReceived
from kit.db import Tx

_CLIENT = Actor("client", None, None, "site")

log = structlog.get_logger("replies")


async def hear_reply(event: ReplyReceived, tx: Tx) -> None:
    """Confirm or cancel, once, where that is still possible; a cancellation only until the account's cut-off.

    What comes too late is left to staff: a cancellation of a visit that stays, a word for one that was released.
    """
    assert event.account_id is not None
    account = await tx.get_one(AccountCopy, event.account_id)
    visit = await visit_of(tx, event.account_id, event.booking_id, lock=True)
    state = State(visit.booking.state)
    if visit.booking.client_id != event.client_id:
        log.info("an answer about somebody else's visit", booking_id=str(event.booking_id))
        return
    if event.wish == "confirm":
        if is_possible(Act.CONFIRM, state):
            await advance_booking(tx, visit, Act.CONFIRM, _CLIENT, event.said_at)
        elif visit.booking.cancel_cause == "unconfirmed":
            _refuse(tx, event, "released")
        return
    is_early = event.said_at <= may_change_until(visit.booking.starts_at, account.booking_rules.cancel_cutoff_min)
    if is_early and is_possible(Act.CANCEL, state):
        await cancel_booking(tx, visit, _CLIENT, event.said_at, reason=None)
        return
    log.info("an answer that came too late", booking_id=str(event.booking_id), state=state)
    if state not in CANCELLED:
        _refuse(tx, event, "not_possible" if is_early else "cutoff_passed")


def _refuse(tx: Tx, event: ReplyReceived, cause: Literal["cutoff_passed", "not_possible", "released"]) -> None:
    """Somebody has to talk to the client."""
    refused = ReplyRefused(
        account_id=event.account_id,
        version=1,
        reply_id=event.reply_id,
        booking_id=event.booking_id,
        client_id=event.client_id,
        cause=cause,
    )
    tx.emit(refused)
