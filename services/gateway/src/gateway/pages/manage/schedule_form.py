"""Working hours as a form: rows of intervals by day, breaks, dated exceptions; and the same as the API takes it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from gateway.pages.forms import Form
from gateway.pages.said import object_said

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
PATTERNS = ("weekly", "cycle", "even_days", "odd_days")
EVERY = "work"
"""The one day of a pattern that is the same on all its working days."""
TIMES = tuple(f"{minutes // 60:02}:{minutes % 60:02}" for minutes in range(0, 24 * 60 + 1, 30))
PRESETS: Mapping[str, tuple[Sequence[str], tuple[str, str]]] = {
    "weekdays": (WEEKDAYS[:5], ("09:00", "18:00")),
    "six": (WEEKDAYS[:6], ("10:00", "19:00")),
    "daily": (WEEKDAYS, ("10:00", "20:00")),
}
_MOST_ROWS = 24
_SPAN = re.compile(r"\s*([\d:.]+)\s*[-–—]\s*([\d:.]+)\s*")

Span = dict[str, Any]


def clock(typed: str) -> str:
    """`9`, `930`, `9.30` as `09:30` is written; what is no time stays as typed, for the owner of the rule to refuse."""
    text = typed.strip().replace(".", ":").replace("\u00a0", "")
    if re.fullmatch(r"[0-9]{1,4}", text):
        text = f"{text}:00" if len(text) <= 2 else f"{text[:-2]}:{text[-2:]}"
    if match := re.fullmatch(r"([0-9]{1,2}):([0-9]{1,2})", text):
        return f"{int(match[1]):02}:{match[2]:0>2}"
    return text


def days_of(pattern: str) -> Sequence[str]:
    """The days that a pattern has hours for."""
    return WEEKDAYS if pattern == "weekly" else (EVERY,)


def rows(form: Form, name: str) -> list[int]:
    """Numbers of the rows under one name that the form shows: as sent, at least one."""
    start = re.compile(rf"{name}_(?:from|to|date)_(\d+)")
    found = sorted({int(match[1]) for field in form.values if (match := start.fullmatch(field))})
    return found[:_MOST_ROWS] or [1]


def pattern_of(form: Form) -> str:
    """The kind of schedule; an unknown one is weekly."""
    named = form.value("pattern")
    return named if named in PATTERNS else "weekly"


def body_of(form: Form, past: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The schedule as the API takes it; half a span goes along, so that the owner of the rule can refuse it.

    `past` are the exceptions that lie behind and are not shown: they stay.
    """
    pattern = pattern_of(form)
    made: dict[str, Any] = {
        "pattern": pattern,
        "breaks": _spans(form, "break"),
        "exceptions": [*past, *_exceptions(form)],
    }
    if pattern == "weekly":
        return made | {"days": {day: _spans(form, day) for day in WEEKDAYS}}
    made["hours"] = _spans(form, EVERY)
    if pattern == "cycle":
        made |= {"anchor": form.value("anchor"), "on": form.whole("on"), "off": form.whole("off")}
    return made


def form_of_stored(stored: Mapping[str, Any], today: date) -> Form:
    """A schedule as it was set; breaks of single weekdays become gaps between intervals."""
    values: dict[str, object] = {"pattern": stored.get("pattern", "weekly")}
    breaks = stored.get("breaks") or []
    if isinstance(breaks, Mapping):
        for day, spans in (stored.get("days") or {}).items():
            values |= _fields(day, _cut(spans, breaks.get(day) or []))
        breaks = []
    else:
        for day, spans in (stored.get("days") or {}).items():
            values |= _fields(day, spans)
    values |= _fields(EVERY, stored.get("hours") or [])
    values |= _fields("break", breaks)
    values |= {name: stored[name] for name in ("anchor", "on", "off") if name in stored}
    ahead = [one for one in stored.get("exceptions") or [] if one["date"] >= today.isoformat()]
    for number, one in enumerate(ahead, start=1):
        spans = _cut(one.get("hours") or [], one.get("breaks") or [])
        values |= {
            f"except_date_{number}": one["date"],
            f"except_hours_{number}": written(spans),
            f"except_raw_{number}": json.dumps(one),
        }
    return Form.of(**values)


def past_of(stored: Mapping[str, Any] | None, today: date) -> list[Mapping[str, Any]]:
    """Exceptions that lie behind."""
    return [one for one in (stored or {}).get("exceptions") or [] if one["date"] < today.isoformat()]


def usual_form(pattern: str, today: date) -> Form:
    """Something to begin with, for a pattern that is not set yet."""
    work = {"work_from_1": "09:00", "work_to_1": "18:00"}
    cycle = {"anchor": today.isoformat(), "on": 2, "off": 2} if pattern == "cycle" else {}
    return Form.of(pattern=pattern, **({} if pattern == "weekly" else work), **cycle)


def preset_form(name: str) -> Form:
    """One of the usual weeks."""
    days, (since, until) = PRESETS[name]
    hours = {f"{day}_{edge}_1": at for day in days for edge, at in (("from", since), ("to", until))}
    return Form.of(pattern="weekly", **hours)


def with_row(form: Form, name: str) -> Form:
    """The form with another empty row; for who has no JavaScript."""
    number = rows(form, name)[-1] + 1
    field = f"{name}_date_{number}" if name == "except" else f"{name}_from_{number}"
    return Form({**form.values, field: [""]})


def written(spans: Sequence[Mapping[str, Any]]) -> str:
    """`10:00–14:00, 15:00–19:00`."""
    return ", ".join(f"{one['from']}–{one['to']}" for one in spans)


def _fields(name: str, spans: Sequence[Mapping[str, Any]]) -> dict[str, object]:
    values: dict[str, object] = {}
    for number, span in enumerate(spans, start=1):
        values |= {f"{name}_from_{number}": span["from"], f"{name}_to_{number}": span["to"]}
        if span.get("manual_only"):
            values[f"{name}_manual_{number}"] = "on"
        if span.get("location_id"):
            values[f"{name}_at_{number}"] = span["location_id"]
    return values


def _spans(form: Form, name: str) -> list[Span]:
    found: list[Span] = []
    for number in rows(form, name):
        since, until = form.text(f"{name}_from_{number}"), form.text(f"{name}_to_{number}")
        if not since and not until:
            continue
        span: Span = {"from": clock(since or ""), "to": clock(until or "")}
        if form.has(f"{name}_manual_{number}"):
            span["manual_only"] = True
        if place := form.text(f"{name}_at_{number}"):
            span["location_id"] = place
        found.append(span)
    return found


def _exceptions(form: Form) -> list[dict[str, Any]]:
    """Dates with their hours; one that was not touched keeps what the form cannot show."""
    found: list[dict[str, Any]] = []
    for number in rows(form, "except"):
        day, typed = form.text(f"except_date_{number}"), form.value(f"except_hours_{number}")
        if not day:
            continue
        raw = _raw(form.value(f"except_raw_{number}"))
        if raw and raw.get("date") == day and written(_cut(raw.get("hours") or [], raw.get("breaks") or [])) == typed:
            found.append(raw)
        else:
            found.append({"date": day, "hours": [_typed_span(part) for part in typed.split(",") if part.strip()]})
    return found


def _typed_span(typed: str) -> Span:
    match = _SPAN.fullmatch(typed)
    return {"from": clock(match[1]), "to": clock(match[2])} if match else {"from": typed.strip(), "to": ""}


def _raw(text: str) -> dict[str, Any] | None:
    found = object_said(text)
    return found if found is not None and isinstance(found.get("hours", []), list) else None


def _cut(spans: Sequence[Mapping[str, Any]], breaks: Sequence[Mapping[str, Any]]) -> list[Span]:
    """Intervals with the breaks taken out; clock times of 24 hours sort as text."""
    left = [dict(one) for one in spans]
    for pause in breaks:
        parts: list[Span] = []
        for one in left:
            if pause["to"] <= one["from"] or pause["from"] >= one["to"]:
                parts.append(one)
                continue
            if one["from"] < pause["from"]:
                parts.append({**one, "to": pause["from"]})
            if pause["to"] < one["to"]:
                parts.append({**one, "from": pause["to"]})
        left = parts
    return left
