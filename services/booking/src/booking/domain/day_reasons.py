"""Why a whole day of one person looks as it does."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from uuid import UUID

from .availability import Person, Question
from .intervals import Interval
from .reasons import Code

IDLE_STEP_MIN = 60
"""How closely a day without working time is looked at; its reasons are the same all day or nearly so."""


def of_person(question: Question, person_id: UUID) -> Question:
    """The same question for one person alone."""
    parts = tuple(
        replace(part, people=tuple(person for person in part.people if person.id == person_id))
        for part in question.parts
    )
    return replace(question, parts=parts)


def day_reasons(question: Question, person: Person, window: Interval) -> tuple[int, Counter[Code]]:
    """How many starts of the day are offered with this person, and how often each reason stands against the others."""
    alone = of_person(question, person.id)
    offered, against = 0, Counter[Code]()
    for start in _starts(person, question.terms.grid_min, window):
        codes = {reason.code for reason in alone.reasons(start)}
        offered += not codes
        against.update(codes)
    return offered, against


def _starts(person: Person, grid_min: int, window: Interval) -> list[int]:
    """The person's grid on that day, or a coarse one where there is no work at all."""
    shifts = person.working.shifts if person.working else ()
    own = [
        start for shift in shifts for start in range(shift.start, shift.end, grid_min) if window[0] <= start < window[1]
    ]
    return own or list(range(window[0], window[1], IDLE_STEP_MIN))
