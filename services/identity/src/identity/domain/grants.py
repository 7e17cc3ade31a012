"""Who may give which rights to whom."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import UUID

from identity.errors import GrantExceedsOwn
from kit.errors import EVERYWHERE, InvalidInput

_FOR_EVER = datetime.max.replace(tzinfo=UTC)
_NOT_AT_ALL = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Held:
    """The rights of a member and where they are held (none: everywhere); when single ones or all end, none: never."""

    permissions: frozenset[str] = frozenset()
    expiries: Mapping[str, datetime] = field(default_factory=dict)
    ends_at: datetime | None = None
    scope: frozenset[UUID] | None = None

    def until(self, key: str) -> datetime:
        """When the right ends; the end of all time where it does not, the beginning where it is not held."""
        if key not in self.permissions:
            return _NOT_AT_ALL
        return min(self.expiries.get(key, _FOR_EVER), self.ends_at or _FOR_EVER)


NOTHING = Held(scope=frozenset())
"""What somebody holds who is no member yet."""


def effective(preset: frozenset[str], changes: Mapping[str, bool]) -> frozenset[str]:
    """The rights of a role after a person's own changes."""
    given = {key for key, is_given in changes.items() if is_given}
    taken = {key for key, is_given in changes.items() if not is_given}
    return (preset | given) - taken


def merged(changes: Mapping[str, bool], wanted: Mapping[str, bool | None], preset: frozenset[str]) -> dict[str, bool]:
    """A person's changes after new wishes; none goes back to the role, and what equals the role is dropped."""
    result: dict[str, bool | None] = {**changes, **wanted}
    return {key: value for key, value in sorted(result.items()) if value is not None and value != (key in preset)}


def check_grant(before: Held, after: Held, own: Held, holders: Sequence[str]) -> None:
    """Raise `GrantExceedsOwn` when somebody gives what they do not hold: a right, at a place, until a day.

    A right that the other person has not had is given at every place of theirs, and so is one that is prolonged; a
    place that is new to them is given with every right of theirs. So nobody reaches through others further than they
    do themselves, nor makes lasting what they have for a while.
    """
    widened = newly_covered(before.scope, after.scope)
    over, places = set[str](), [widened]
    for key in after.permissions:
        is_more = before.until(key) < after.until(key)
        if is_more:
            places.append(after.scope)
        if (is_more or widened != frozenset()) and own.until(key) < after.until(key):
            over.add(key)
    beyond = set[str]()
    if own.scope is not None:
        for given in places:
            beyond |= {EVERYWHERE} if given is None else {str(place) for place in given - own.scope}
    if over or beyond:
        raise GrantExceedsOwn(sorted(over), [EVERYWHERE] if EVERYWHERE in beyond else sorted(beyond), list(holders))


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
