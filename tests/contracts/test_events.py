"""Events keep their promises: names, samples for ever, somebody who listens to what is relied on."""

import json
from pathlib import Path

import pytest
from pydantic import ValidationError

from contracts import EVENTS, Event
from tests.conftest import ROOT
from zapys_dev.generated.product import wired_services

SAMPLES = ROOT / "libs" / "contracts" / "samples"


@pytest.mark.parametrize("name", sorted(EVENTS))
def test_every_event_has_a_sample_that_still_parses(name: str) -> None:
    sample = SAMPLES / f"{name}.json"
    assert sample.exists(), f"write {sample.relative_to(ROOT)}"
    event = EVENTS[name].model_validate_json(sample.read_bytes())
    assert event.subject_id
    assert EVENTS[name].model_validate_json(event.model_dump_json()) == event


@pytest.mark.parametrize("sample", sorted(SAMPLES.glob("*.json")), ids=lambda path: path.stem)
def test_every_sample_ever_written_belongs_to_an_event(sample: Path) -> None:
    assert sample.stem in EVENTS, "an event was removed or renamed: publish a new version beside the old one"


@pytest.mark.parametrize("name", sorted(EVENTS))
def test_a_reader_ignores_what_a_newer_writer_adds_and_refuses_what_is_missing(name: str) -> None:
    sample = json.loads((SAMPLES / f"{name}.json").read_text())
    assert EVENTS[name].model_validate({**sample, "added_in_a_later_release": 1})
    with pytest.raises(ValidationError):
        EVENTS[name].model_validate({key: value for key, value in sample.items() if key != "version"})


def test_what_is_relied_on_is_heard_and_what_is_heard_is_relied_on() -> None:
    with wired_services() as wired:
        heard: set[type[Event]] = {
            event for each in wired for consumer in each.service.consumers.all for event in consumer.events
        }
    relied_on = {event for event in EVENTS.values() if event.must_be_heard}
    assert {event.name for event in relied_on - heard} == set(), "nobody listens to what is marked as relied on"
    assert {event.name for event in heard - relied_on} == set(), "mark it: an unroutable one must be tried again"


def test_a_name_is_owned_by_its_first_word() -> None:
    for name, event in EVENTS.items():
        assert event.__module__ == f"contracts.{name.partition('.')[0]}"
