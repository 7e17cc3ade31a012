"""Spans of days in queries."""

from datetime import date

from kit.errors import InvalidInput


def require_order(since: date | None, until: date | None, *, at_most_days: int | None = None) -> None:
    """Refuse a span that ends before it begins, or that is longer than the route can answer."""
    if since is None or until is None:
        return
    if until < since:
        raise InvalidInput.of("query/to", "days_reversed")
    if at_most_days is not None and (until - since).days >= at_most_days:
        raise InvalidInput.of("query/to", "period_too_long", max=at_most_days)
