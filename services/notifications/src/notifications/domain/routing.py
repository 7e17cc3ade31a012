"""Through which provider a message goes, or what it waits for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from .outcomes import ErrorClass
from .reasons import Reason

INTEGRICA = "integrica"
_USABLE = frozenset({"ok", "unchecked"})

# What a refusal says about the account at the provider, and so about every other message through it.
_STOPS = {
    ErrorClass.AUTH: Reason.PROVIDER_UNAUTHORIZED,
    ErrorClass.NO_FUNDS: Reason.INSUFFICIENT_BALANCE,
    ErrorClass.SENDER: Reason.SENDER_NOT_REGISTERED,
}
# What a refusal says about this one message.
_ENDS = {
    ErrorClass.BAD_RECIPIENT: Reason.PHONE_BAD,
    ErrorClass.STOP_LIST: Reason.STOP_LIST,
    ErrorClass.GONE: Reason.ADDRESS_GONE,
    ErrorClass.CONTENT: Reason.PROVIDER_REJECTED,
    ErrorClass.BUG: Reason.PROVIDER_REJECTED,
}


@dataclass(frozen=True)
class Route:
    """One provider of the account, as far as choosing needs to know it."""

    provider: str
    state: str
    can_pay: bool = True


@dataclass(frozen=True)
class Hold:
    """No provider can take the message now; `retries` says whether trying again later by itself makes sense."""

    reason: Reason
    provider: str | None
    retries: bool = False


def choose(routes: Sequence[Route], tried: Sequence[str], trial_of: str | None = None) -> Route | Hold:
    """The first provider in the account's order that may be used, or why there is none.

    The reason given is that of the first provider: it is the one the account wants. `trial_of` is a stopped provider
    that this one message shall try, to see whether it is cured.
    """
    if not routes:
        return Hold(Reason.NO_PROVIDER, None)
    obstacles: list[Hold] = []
    for route in routes:
        if route.provider in tried:
            obstacles.append(Hold(Reason.PROVIDER_UNAVAILABLE, route.provider, retries=True))
        elif route.state not in _USABLE and route.provider != trial_of:
            obstacles.append(Hold(Reason(route.state), route.provider))
        elif not route.can_pay:
            obstacles.append(Hold(Reason.INSUFFICIENT_BALANCE, route.provider))
        else:
            return route
    first = obstacles[0]
    return Hold(first.reason, first.provider, retries=any(obstacle.retries for obstacle in obstacles))


def stops_provider(error: ErrorClass, provider: str) -> Reason | None:
    """The state that a refusal puts the whole account at the provider into, if it does.

    Behind the own balance stands the platform's account: its troubles are not the salon's to cure.
    """
    reason = _STOPS.get(error)
    if reason is not None and provider == INTEGRICA:
        return Reason.PROVIDER_UNAVAILABLE
    return reason


def ends_message(error: ErrorClass, *, has_phone: bool = True) -> Reason | None:
    """The reason with which a refusal ends this message for good, if it does."""
    if error is ErrorClass.BAD_RECIPIENT and not has_phone:
        return Reason.ADDRESS_GONE
    return _ENDS.get(error)


_PAUSES_S = (5, 20, 60, 180, 600)


def pause_s(attempts: int) -> int:
    """Seconds before a message is tried again after the provider could not be reached `attempts` times."""
    return _PAUSES_S[min(max(attempts, 1), len(_PAUSES_S)) - 1]
