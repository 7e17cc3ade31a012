"""Which service owns which address below /api/v1: the one table.

Rules are tried from the top; `*` stands for one segment, a final `**` for any number of them, none included.
"""

from __future__ import annotations

from dataclasses import dataclass

PREFIX = "/api/v1"

_TABLE = """
    auth/**                                            identity
    accounts                                           identity
    accounts/*                                         identity
    accounts/*/members/**                              identity
    accounts/*/permissions/**                          identity
    accounts/*/roles/**                                identity
    accounts/*/audit/**                                identity
    accounts/*/api-keys/**                             identity
    accounts/*/access-requests/**                      identity
    accounts/*/settings/**                             identity
    accounts/*/support-visits/**                       identity
    demo/**                                            identity
    platform/**                                        identity
    me                                                 identity
    me/registration-draft/**                           identity
    me/phone                                           identity
    me/erase                                           identity
    me/second-factor/**                                identity

    accounts/*/cash-registers/**                       fiscal
    accounts/*/cash-operations/**                      fiscal
    accounts/*/payment-types/**                        fiscal
    accounts/*/receipts/**                             fiscal
    accounts/*/payments/**                             fiscal
    accounts/*/finance/**                              fiscal
    accounts/*/subscription/**                         fiscal
    price-list/**                                      fiscal
    accounts/*/bookings/*/settlement/**                fiscal
    accounts/*/bookings/*/prepayment/**                fiscal
    accounts/*/acquirers/**                            fiscal
    public/payments/**                                 fiscal
    accounts/*/sms-balance/top-ups/**                  fiscal

    accounts/*/bookings/*/notifications/**             notifications
    accounts/*/notifications/**                        notifications
    accounts/*/staff-tasks/**                          notifications
    accounts/*/notification-settings/**                notifications
    accounts/*/sms-providers/**                        notifications
    accounts/*/sms-balance/**                          notifications
    accounts/*/templates/**                            notifications
    accounts/*/clients/*/notification-preferences/**   notifications
    accounts/*/clients/*/messages/**                   notifications
    accounts/*/notification-refusals                   notifications
    accounts/*/webhooks/**                             notifications
    accounts/*/events/**                               notifications
    me/notification-preferences/**                     notifications
    me/notification-channels/**                        notifications

    catalogue/**                                       booking
    public/unsubscribe/*                               notifications
    public/**                                          booking
    me/bookings/**                                     booking
    me/waitlist/**                                     booking
    me/client-data/**                                  booking
    accounts/*/**                                      booking
"""


@dataclass(frozen=True)
class Rule:
    """One line of the table; `path` names it in metrics and logs."""

    path: str
    service: str
    segments: tuple[str, ...]

    def covers(self, segments: tuple[str, ...]) -> bool:
        """Whether an address, split at its slashes, falls under the rule."""
        wanted = self.segments
        if wanted[-1] == "**":
            wanted = wanted[:-1]
            segments = segments[: len(wanted)]
        return len(wanted) == len(segments) and all(
            mine in ("*", theirs) for mine, theirs in zip(wanted, segments, strict=True)
        )


def _read(table: str) -> tuple[Rule, ...]:
    lines = (line.split() for line in table.strip().splitlines() if line.strip())
    return tuple(Rule(f"{PREFIX}/{pattern}", service, tuple(pattern.split("/"))) for pattern, service in lines)


RULES = _read(_TABLE)


def owner_of(path: str, raw_path: str) -> Rule | None:
    """The rule for a decoded path, or none where nobody answers.

    `raw_path` is the same as it came. An address that the gateway and a service could understand differently (dot
    segments, empty segments, encoded slashes) belongs to nobody.
    """
    if not path.startswith(f"{PREFIX}/") or not raw_path.isascii() or _has_hidden_slash(raw_path):
        return None
    segments = tuple(path[len(PREFIX) + 1 :].split("/"))
    if any(segment in ("", ".", "..") or "\\" in segment for segment in segments):
        return None
    return next((rule for rule in RULES if rule.covers(segments)), None)


def _has_hidden_slash(raw_path: str) -> bool:
    lowered = raw_path.lower()
    return "%2f" in lowered or "%5c" in lowered
