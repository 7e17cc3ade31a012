"""Keys of programs: what they look like and how much of them is kept."""

import hashlib
import secrets
from uuid import UUID

PREFIX = "zapys_key_"
"""Lets scanners of leaked secrets know a key when they see one."""


def new_key() -> str:
    """256 random bits behind the prefix."""
    return f"{PREFIX}{secrets.token_urlsafe(32)}"


def hash_of(key: str) -> bytes:
    """What is kept of a key: it has 256 bits, so a plain hash cannot be reversed."""
    return hashlib.sha256(key.encode()).digest()


def hint_of(key: str) -> str:
    """How a person recognises the key in a list."""
    return f"…{key[-4:]}"


def common_scope(one: frozenset[UUID] | None, other: frozenset[UUID] | None) -> frozenset[UUID] | None:
    """The locations that both cover; none means every one."""
    if one is None:
        return other
    return one if other is None else one & other
