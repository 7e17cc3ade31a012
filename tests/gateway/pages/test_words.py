"""Every word a page can say exists in all three languages, and is written as people write."""

from __future__ import annotations

import re
from collections import defaultdict
from datetime import UTC, date, datetime
from pathlib import Path
from typing import get_args

import pytest

import gateway
from contracts.base import Money
from contracts.booking import PaymentState, Source, State
from contracts.http.access import RequestState
from contracts.http.fiscal import PaymentType, ReceiptStateName, ShiftStateName
from contracts.http.identity import RoleKey
from contracts.http.notifications import Kind, NotificationStateName
from contracts.http.schedule_days import DayCause
from gateway.pages import formats, words
from gateway.pages.desk.booking import TABS
from gateway.pages.help_pages import GROUPS as GROUPS_OF_HELP
from gateway.pages.help_pages import GUIDES
from gateway.pages.manage.rights_form import AREAS
from gateway.pages.manage.schedule_form import PATTERNS, PRESETS, WEEKDAYS
from gateway.pages.manage.sections import GROUPS
from kit import context
from kit.texts import LANGUAGES

PACKAGE = Path(gateway.__file__).parent
_SAID = re.compile(r"""\b(?:t|n|find)\(\s*"([a-z_]+(?:\.[a-zA-Z_\-]+)+)"\s*[,)]""")
_FLASH = re.compile(r"""visit\.go\([^()]*(?:\([^()]*\)[^()]*)*,\s*"([a-z_]+\.[a-z_.\-]+)\"""")

FAMILIES = {
    "state.": get_args(State),
    "paid.": get_args(PaymentState),
    "source.": get_args(Source),
    "role.": get_args(RoleKey),
    "kind.": get_args(Kind),
    "sent.": get_args(NotificationStateName),
    "receipt.": [state for state in get_args(ReceiptStateName) if state != "none"],
    "shift.": get_args(ShiftStateName),
    "pay.": [kind.value for kind in PaymentType],
    "tab.": TABS,
    "section.": [section.name for group in GROUPS for section in group.sections],
    "group.": [group.name for group in GROUPS[1:]],
    "label.": [*WEEKDAYS, "work", "break", "except", "anchor", "on", "off"],
    "pattern.": PATTERNS,
    "schedule.hours.": PATTERNS,
    "schedule.preset.": list(PRESETS),
    "day_cause.": get_args(DayCause),
    "hits.all_": ["keep", "move", "cancel"],
    "rights.area.": [*AREAS, "other"],
    "ask.span_": ["ever", "day", "week", "month"],
    "ask.state.": get_args(RequestState),
    "hits.count_": ["keep", "move", "cancel", "none"],
    "desk.act.": ["confirm", "arrive", "complete", "no_show", "cancel", "reschedule", "edit_price"],
    "desk.did.": ["confirm", "arrive", "complete", "no-show"],
    "part.": ["morning", "day", "evening"],
    "days.": ["free", "few", "none"],
    "days.short.": ["free", "few", "none"],
    "step.": ["location", "services", "staff", "time", "contact", "code"],
    "need.": ["location", "service", "staff", "schedule", "cash-register"],
    "actor.": ["client", "staff", "system"],
    "queue.part.": ["any", "morning", "day", "evening"],
    "queue.state.": ["offered", "booked", "withdrawn", "over"],
    "idea.state.": ["planned", "done", "declined"],
    "demo.": ["owner", "messages", "tomorrow"],
    "help_group.": GROUPS_OF_HELP,
    "help.": GUIDES,
    "site.theme.": ["auto", "light", "dark"],
}


def said() -> set[str]:
    """Keys that templates and pages name outright."""
    found = set()
    for file in [*PACKAGE.glob("templates/**/*.jinja"), *PACKAGE.glob("pages/**/*.py")]:
        text = file.read_text()
        found |= set(_SAID.findall(text)) | set(_FLASH.findall(text))
    return found


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_word_that_a_page_says_is_in_the_catalogue(language: str) -> None:
    known = words.texts().keys(language)
    wanted = said() | {prefix + name for prefix, names in FAMILIES.items() for name in names}
    assert len(wanted) > 300
    assert sorted(wanted - known) == []


def test_the_languages_have_the_same_words_and_none_is_empty() -> None:
    uk, ru, en = (words.texts().keys(language) for language in LANGUAGES)
    assert sorted(uk ^ ru) == []
    assert sorted(uk ^ en) == []


@pytest.mark.parametrize("name", sorted(file.parent.name for file in PACKAGE.glob("texts/*/uk.po")))
def test_a_text_names_the_same_values_in_every_language(name: str) -> None:
    texts = words.texts()
    for key in re.findall(r'^msgid "(.+)"$', (PACKAGE / "texts" / name / "uk.po").read_text(), re.MULTILINE):
        named = {language: set(re.findall(r"{(\w+)}", texts.get(language, key))) for language in LANGUAGES}
        assert named["uk"] == named["ru"] == named["en"], key


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_area_takes_the_word_of_another(language: str) -> None:
    where = defaultdict(list)
    for file in PACKAGE.glob(f"texts/*/{language}.po"):
        for key in re.findall(r'^msgid "(.+)"$', file.read_text(), re.MULTILINE):
            where[key].append(file.parent.name)
    assert {key: areas for key, areas in where.items() if len(areas) > 1} == {}


def test_ukrainian_words_carry_the_ukrainian_apostrophe() -> None:
    for file in PACKAGE.glob("texts/*/uk.po"):
        assert not re.search(r"[а-яіїєґ]['’`][а-яіїєґ]", file.read_text(), re.IGNORECASE), file


@pytest.mark.parametrize(
    ("language", "amount", "shown"),
    [
        ("uk", 123450, "1 234,50 ₴"),
        ("uk", 45000, "450 ₴"),
        ("ru", 100000000, "1 000 000 ₴"),
        ("en", 123450, "₴1,234.50"),
        ("en", 45000, "₴450"),
        ("uk", -5005, "−50,05 ₴"),
    ],
)
def test_money_is_written_as_people_write_it(language: str, amount: int, shown: str) -> None:
    context.amend(language=language)
    assert formats.money(Money(amount=amount)).replace("\u00a0", " ") == shown


@pytest.mark.parametrize(
    ("language", "shown"),
    [
        ("uk", "понеділок, 23 листопада 2099, 10:00"),
        ("ru", "понедельник, 23 ноября 2099, 10:00"),
        ("en", "Monday, 23 November 2099, 10:00"),
    ],
)
def test_a_moment_is_shown_on_the_clock_of_its_place(language: str, shown: str) -> None:
    context.amend(language=language)
    assert formats.when(datetime(2099, 11, 23, 8, 0, tzinfo=UTC), "Europe/Kyiv") == shown


def test_short_dates_and_phones() -> None:
    context.amend(language="uk")
    assert formats.day_short(date(2026, 11, 23)) == "23.11.2026"
    for told, number in (
        ("100000.0", "100 000"),
        ("12.345", "12,34"),
        ("0", "0"),
        ("NaN", "NaN"),
        ("багато", "багато"),
    ):
        assert formats.told_number(told).replace("\u00a0", " ") == number, told
    assert formats.phone("+380671234567").replace("\u00a0", " ") == "+380 67 123 45 67"
    for typed in ("8 (067) 123-45-67", "067 123 45 67", "380671234567", "671234567"):
        assert formats.phone(typed).replace("\u00a0", " ") == "+380 67 123 45 67", typed
    assert formats.phone("+380…67") == "+380…67"
    kyiv = "Europe/Kyiv"
    first, last = datetime(2099, 11, 26, 22, tzinfo=UTC), datetime(2099, 11, 30, 22, tzinfo=UTC)
    assert formats.span(first, last, kyiv) == "27 листопада 2099 – 30 листопада 2099", "whole days say no midnights"
    assert formats.span(first, last.replace(hour=20), kyiv) == "27.11.2099, 00:00 – 30.11.2099, 22:00"
    assert words.duration(90).replace("\u00a0", " ") == "1 год 30 хв"
    assert words.n("me.ahead", 1) == "Попереду 1 запис"
    assert words.n("me.ahead", 3) == "Попереду 3 записи"
    assert words.n("me.ahead", 11) == "Попереду 11 записів"
