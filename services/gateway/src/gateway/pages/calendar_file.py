"""A visit for the calendars of others: an .ics file (RFC 5545) and a link that fills Google Calendar's form.

Written by hand: one event in UTC needs a dozen lines, and the library for the full format costs eight megabytes of
memory in every process.
"""

from __future__ import annotations

from datetime import UTC, datetime
from urllib.parse import urlencode

from contracts.http.booking import OneBookingAnswer

_LINE_OCTETS = 75


def ics(booking: OneBookingAnswer, *, link: str, now: datetime) -> str:
    """The file. The same visit keeps its UID, so that importing it again after a move replaces the old time."""
    is_off = booking.state.startswith("cancelled")
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Zapys//Booking//EN",
        "CALSCALE:GREGORIAN",
        f"METHOD:{'CANCEL' if is_off else 'PUBLISH'}",
        "BEGIN:VEVENT",
        f"UID:{booking.code}@zapys",
        f"DTSTAMP:{_utc(now)}",
        f"SEQUENCE:{int(now.timestamp())}",
        f"DTSTART:{_utc(booking.starts_at)}",
        f"DTEND:{_utc(booking.ends_at)}",
        f"SUMMARY:{_text(title(booking))}",
        f"LOCATION:{_text(place(booking))}",
        f"DESCRIPTION:{_text(link)}",
        f"URL:{link}",
        f"STATUS:{'CANCELLED' if is_off else 'CONFIRMED'}",
        "BEGIN:VALARM",
        "ACTION:DISPLAY",
        f"DESCRIPTION:{_text(title(booking))}",
        "TRIGGER:-PT2H",
        "END:VALARM",
        "END:VEVENT",
        "END:VCALENDAR",
    ]
    return "".join(f"{_folded(line)}\r\n" for line in lines)


def google(booking: OneBookingAnswer, *, link: str) -> str:
    """The address of Google Calendar's form with this visit in it."""
    query = {
        "action": "TEMPLATE",
        "text": title(booking),
        "dates": f"{_utc(booking.starts_at)}/{_utc(booking.ends_at)}",
        "location": place(booking),
        "details": link,
    }
    return f"https://calendar.google.com/calendar/render?{urlencode(query)}"


def map_link(booking: OneBookingAnswer) -> str:
    """Where the place is, on a map."""
    query = {"api": 1, "query": booking.location.address or place(booking)}
    return f"https://www.google.com/maps/search/?{urlencode(query)}"


def title(booking: OneBookingAnswer) -> str:
    """What, and at whose."""
    return f"{', '.join(booking.services)} – {booking.account_name}"


def place(booking: OneBookingAnswer) -> str:
    """The name of the place and its address."""
    return ", ".join(part for part in (booking.location.name, booking.location.address) if part)


def _utc(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def _text(value: str) -> str:
    return (
        value.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,").replace("\r\n", "\\n").replace("\n", "\\n")
    )


def _folded(line: str) -> str:
    """Lines are at most 75 octets; a longer one goes on after a line end and a space, never inside a letter."""
    parts: list[str] = []
    part = ""
    for sign in line:
        if len((part + sign).encode()) > _LINE_OCTETS - (1 if parts else 0):
            parts.append(part)
            part = ""
        part += sign
    return "\r\n ".join([*parts, part])
