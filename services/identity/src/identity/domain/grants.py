"""Who may give which rights to whom."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import UUID

from identity.errors import GrantExceedsOwn
from kit.errors import InvalidInput

_FOR_EVER = datetime.max.replace(tzinfo=UTC)
_NOT_AT_ALL = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Held:
    """The rights of a member, and when single ones or all of them end; none: never."""

    permissions: frozenset[str] = frozenset()
    expiries: Mapping[str, datetime] = field(default_factory=dict)
    ends_at: datetime | None = None

    def until(self, key: str) -> datetime:
        """When the right ends; the end of all time where it does not, the beginning where it is not held."""
        if key not in self.permissions:
            return _NOT_AT_ALL
        return min(self.expiries.get(key, _FOR_EVER), self.ends_at or _FOR_EVER)


def effective(preset: frozenset[str], changes: Mapping[str, bool]) -> frozenset[str]:
    """The rights of a role after a person's own changes."""
    given = {key for key, is_given in changes.items() if is_given}
    taken = {key for key, is_given in changes.items() if not is_given}
    return (preset | given) - taken


def merged(changes: Mapping[str, bool], wanted: Mapping[str, bool | None], preset: frozenset[str]) -> dict[str, bool]:
    """A person's changes after new wishes; none goes back to the role, and what equals the role is dropped."""
    result: dict[str, bool | None] = {**changes, **wanted}
    return {key: value for key, value in sorted(result.items()) if value is not None and value != (key in preset)}


def check_grant(
    *,
    gained: Iterable[str],
    own: frozenset[str],
    widened: frozenset[UUID] | None,
    own_scope: frozenset[UUID] | None,
    holders: Sequence[str],
) -> None:
    """Raise `GrantExceedsOwn` when somebody gives what they do not hold.

    `gained` are the rights the other person gets, `widened` the locations that are new to them (none: every one).
    """
    over = sorted(set(gained) - own)
    if own_scope is None:
        beyond: list[str] = []
    elif widened is None:
        beyond = ["*"]
    else:
        beyond = sorted(str(location) for location in widened - own_scope)
    if over or beyond:
        raise GrantExceedsOwn(over, beyond, list(holders))


def check_not_longer(before: Held, after: Held, own: Held, holders: Sequence[str]) -> None:
    """Raise `GrantExceedsOwn` when a right is given, or prolonged, beyond the day on which the giver's own ends.

    So nobody makes lasting what they have for a while, neither for others nor for themselves.
    """
    beyond = [key for key in after.permissions if max(before.until(key), own.until(key)) < after.until(key)]
    if beyond:
        raise GrantExceedsOwn(sorted(beyond), [], list(holders))


def newly_covered(before: frozenset[UUID] | None, after: frozenset[UUID] | None) -> frozenset[UUID] | None:
    """The locations that a change of scope adds; none when it adds every one."""
    if before is None:
        return frozenset()
    return None if after is None else after - before


def expiries_after(
    former: Mapping[str, datetime], wanted: Mapping[str, datetime | None], changes: Mapping[str, bool], now: datetime
) -> dict[str, datetime]:
    """When single grants end after new wishes; only what was personally granted can end.

    Raises `InvalidInput` for a moment that has passed and for a right that is no personal grant.
    """
    for key, at in wanted.items():
        if at is not None and at <= now:
            raise InvalidInput.of(f"/permission_expiries/{key}", "past")
        if at is not None and not changes.get(key):
            raise InvalidInput.of(f"/permission_expiries/{key}", "not_granted")
    result = {**former, **wanted}
    return {key: at for key, at in result.items() if at is not None and changes.get(key)}


def without_ended(
    changes: Mapping[str, bool], expiries: Mapping[str, datetime], now: datetime
) -> tuple[dict[str, bool], dict[str, datetime]]:
    """The personal changes and expiries that are left once everything due by `now` has ended."""
    ended = {key for key, at in expiries.items() if at <= now}
    kept = {key: given for key, given in changes.items() if key not in ended}
    return kept, {key: at for key, at in expiries.items() if key not in ended}
