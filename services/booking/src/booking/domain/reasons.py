"""Reason codes of availability. A code never changes: pages, help and tests hang on it."""

from __future__ import annotations

from enum import StrEnum


class Code(StrEnum):
    """Why a start is not offered."""

    NO_LOCATION = "no_location"
    SERVICE_OFFLINE = "service_offline"
    STAFF_NOT_BOOKABLE = "staff_not_bookable"
    STAFF_DELETED = "staff_deleted"
    STAFF_DOES_NOT_OFFER_SERVICE = "staff_does_not_offer_service"
    NO_SCHEDULE = "no_schedule"
    OUTSIDE_SCHEDULE = "outside_schedule"
    BREAK = "break"
    TIME_OFF = "time_off"
    CLOSED_DAY = "closed_day"
    HOLIDAY = "holiday"
    MANUAL_ONLY = "manual_only"
    LEAD_TIME = "lead_time"
    BOOKING_WINDOW = "booking_window"
    GRID = "grid"
    TOO_SHORT_GAP = "too_short_gap"
    BUFFER = "buffer"
    TAKEN = "taken"
    HELD = "held"
    RESOURCE_BUSY = "resource_busy"
    CAPACITY_FULL = "capacity_full"
    CLIENT_LIMIT = "client_limit"


SOFT = frozenset(
    {
        Code.NO_SCHEDULE,
        Code.OUTSIDE_SCHEDULE,
        Code.BREAK,
        Code.TIME_OFF,
        Code.CLOSED_DAY,
        Code.HOLIDAY,
        Code.MANUAL_ONLY,
        Code.LEAD_TIME,
        Code.BOOKING_WINDOW,
        Code.GRID,
    }
)
"""Rules that staff may break knowingly."""

RIVALRY = frozenset({Code.TAKEN, Code.HELD, Code.TOO_SHORT_GAP, Code.BUFFER, Code.RESOURCE_BUSY, Code.CAPACITY_FULL})
"""Somebody else has the time: another start or another person is the cure."""
