"""Who may give which rights to whom."""

from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

from identity.errors import GrantExceedsOwn


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


def newly_covered(before: frozenset[UUID] | None, after: frozenset[UUID] | None) -> frozenset[UUID] | None:
    """The locations that a change of scope adds; none when it adds every one."""
    if before is None:
        return frozenset()
    return None if after is None else after - before
