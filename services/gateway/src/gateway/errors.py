"""Everything the gateway itself may refuse; what a service refuses passes through unchanged."""

from dataclasses import dataclass
from typing import ClassVar

from kit.errors import Kind, Problem

RETRY_S = 2


@dataclass(eq=False)
class RouteUnknown(Problem):
    """No service answers at this address."""

    code: ClassVar[str] = "gateway.route_unknown"
    kind: ClassVar[Kind] = Kind.NOT_FOUND


@dataclass(eq=False)
class ServiceAway(Problem):
    """No connection to the owning service: the request was never sent, so nothing happened."""

    code: ClassVar[str] = "gateway.service_away"
    kind: ClassVar[Kind] = Kind.UNAVAILABLE
    service: str

    @property
    def retry_after_s(self) -> int:
        return RETRY_S


@dataclass(eq=False)
class AnswerLate(Problem):
    """A read got no answer in time, or lost it on the way; it changes nothing and may simply be repeated."""

    code: ClassVar[str] = "gateway.answer_late"
    kind: ClassVar[Kind] = Kind.TIMED_OUT
    service: str

    @property
    def retry_after_s(self) -> int:
        return RETRY_S


@dataclass(eq=False)
class OutcomeUnknown(Problem):
    """A change was sent, but no answer came: it may have happened. The same Idempotency-Key makes a repeat safe."""

    code: ClassVar[str] = "gateway.outcome_unknown"
    kind: ClassVar[Kind] = Kind.TIMED_OUT
    service: str

    @property
    def retry_after_s(self) -> int:
        return RETRY_S


@dataclass(eq=False)
class TooManyRequests(Problem):
    """The caller's address has used up its share for now."""

    code: ClassVar[str] = "gateway.too_many_requests"
    kind: ClassVar[Kind] = Kind.TOO_MANY
    limit: int
    window_s: int
    wait_s: int

    @property
    def retry_after_s(self) -> int:
        return self.wait_s


@dataclass(eq=False)
class CallbackNotKept(Problem):
    """The broker did not confirm a provider's call, so the provider is asked to call again."""

    code: ClassVar[str] = "gateway.callback_not_kept"
    kind: ClassVar[Kind] = Kind.UNAVAILABLE

    @property
    def retry_after_s(self) -> int:
        return 10
