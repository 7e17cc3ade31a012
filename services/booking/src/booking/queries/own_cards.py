"""What belongs to whoever has signed in.

A card that a person has claimed by signing in is theirs and nobody else's, whoever has its number today: numbers
change hands. A card that nobody has claimed is found by its number, and its visits only as far back as a number
surely had the same owner.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, or_

from booking.tables import BookingRow, ClientRow
from kit.callers import Caller

SAME_OWNER = timedelta(days=180)
"""No operator gives a number to somebody else sooner than this after its last owner has left it."""


def own_card(caller: Caller) -> ColumnElement[bool]:
    """Cards of the caller."""
    return or_(ClientRow.user_id == caller.user_id, _unclaimed(caller))


def own_visit(caller: Caller, now: datetime) -> ColumnElement[bool]:
    """Visits of the caller, of a query that has joined them to their cards.

    The number of a double that staff merged into a card leads to the visits of that card, not to the card itself.
    """
    recent = BookingRow.starts_at > now - SAME_OWNER
    merged = and_(ClientRow.user_id.is_(None), ClientRow.other_phones.contains([caller.phone_e164]))
    return or_(ClientRow.user_id == caller.user_id, and_(or_(_unclaimed(caller), merged), recent))


def _unclaimed(caller: Caller) -> ColumnElement[bool]:
    return and_(ClientRow.user_id.is_(None), ClientRow.phone_e164 == caller.phone_e164)
