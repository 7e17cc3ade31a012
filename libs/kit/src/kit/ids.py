"""Identifiers: UUIDv7, so that keys sort by time and tell their age."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import uuid_utils.compat


def new_id() -> UUID:
    """A fresh UUIDv7."""
    return uuid_utils.compat.uuid7()


def born_at(identifier: UUID) -> datetime | None:
    """The moment a UUIDv7 was made (millisecond precision); none for any other kind of UUID."""
    if identifier.version != 7:
        return None
    try:
        return datetime.fromtimestamp((identifier.int >> 80) / 1000, tz=UTC)
    except (ValueError, OverflowError):
        return None


def is_fresh(identifier: UUID, now: datetime, within: timedelta = timedelta(seconds=10)) -> bool:
    """Whether the identifier was made so recently that its event may still be under way."""
    born = born_at(identifier)
    return born is not None and abs(now - born) <= within
