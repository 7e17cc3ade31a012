"""Dangerous rights are given with open eyes."""

from collections.abc import Callable, Iterable

from identity.errors import DangerUnconfirmed
from identity.roles import DANGEROUS

Reasons = Callable[[str], tuple[str, str]]
"""The name of a right and what can go wrong with it, in the reader's language."""


def check_confirmed(confirmed: bool | None, gained: Iterable[str], reasons: Reasons) -> None:
    """Raise `DangerUnconfirmed` when the giver wants to be asked and dangerous rights would be given.

    A program that says nothing about it (none) takes that upon itself; pages say false first.
    """
    dangers = sorted(set(gained) & DANGEROUS)
    if confirmed is False and dangers:
        told = [(key, *reasons(key)) for key in dangers]
        raise DangerUnconfirmed([{"permission": key, "name": name, "why": why} for key, name, why in told])
