"""Rules of login codes: quick, never after their end, never twice by our own decision."""

from datetime import timedelta

from .outcomes import ErrorClass, NotSent, Outcome, Refused

_PAUSES_S = (1, 2, 4, 8, 15)
_LOST = frozenset({ErrorClass.BAD_RECIPIENT, ErrorClass.STOP_LIST, ErrorClass.CONTENT, ErrorClass.BUG})


def pause_before_retry(outcome: Outcome, attempts: int) -> timedelta | None:
    """How long to wait before the next try; none when another try may double the code or cannot help.

    Money and access are the platform's own trouble here and may be cured within the life of a code, so they are
    tried again as well. An unknown outcome is not: the person asks for the code again if it does not come.
    """
    may = isinstance(outcome, NotSent) or (
        isinstance(outcome, Refused) and outcome.error not in _LOST and outcome.error is not ErrorClass.DUPLICATE
    )
    return timedelta(seconds=_PAUSES_S[min(attempts, len(_PAUSES_S)) - 1]) if may else None
