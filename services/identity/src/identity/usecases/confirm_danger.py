"""Dangerous rights are given with open eyes."""

from collections.abc import Callable, Iterable

from identity.errors import DangerUnconfirmed
from identity.roles import DANGEROUS

Reasons = Callable[[str], tuple[str, str]]
"""The name of a right and what can go wrong with it, in the reader's language."""


def check_confirmed(confirmed: bool | None, gained: Iterable[str], reasons: Reasons) -> None:
    """Raise `DangerUnconfirmed` when dangerous rights would be given and the giver has not said that they know."""
    dangers = sorted(set(gained) & DANGEROUS)
    if dangers and not confirmed:
        told = [(key, *reasons(key)) for key in dangers]
        raise DangerUnconfirmed([{"permission": key, "name": name, "why": why} for key, name, why in told])
