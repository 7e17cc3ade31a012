"""Messages and shared values that cross a border between services; data only, no I/O."""

from . import booking, fiscal, gateway, identity, notifications
from .base import EVENTS, Envelope, Event, Language, Money, Range, Value

__all__ = [
    "EVENTS",
    "Envelope",
    "Event",
    "Language",
    "Money",
    "Range",
    "Value",
    "booking",
    "fiscal",
    "gateway",
    "identity",
    "notifications",
]
