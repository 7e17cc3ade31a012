"""docs/events.md and docs/asyncapi.json: what services tell each other."""

import json
from collections import defaultdict
from pathlib import Path

from contracts import EVENTS, Event
from kit import asyncapi
from zapys_dev.generated.product import Wired, write

OWNERS = ("identity", "booking", "notifications", "fiscal", "gateway")


def generate(docs: Path, wired: list[Wired]) -> None:
    """Write both documents."""
    heard_by: dict[str, list[str]] = defaultdict(list)
    for each in wired:
        for consumer in each.service.consumers.all:
            for event in consumer.events:
                heard_by[event.name].append(consumer.queue)
    write(docs / "events.md", list(_page(heard_by)))
    shown = json.dumps(asyncapi.document(), ensure_ascii=False, indent=1, sort_keys=True)
    write(docs / "asyncapi.json", [shown])


def _page(heard_by: dict[str, list[str]]) -> list[str]:
    lines = [
        "# Events",
        "",
        "Written by `./zapys docs` from the contracts and from what each service listens to. All travel over the topic",
        "exchange `zapys.events` under their own name as routing key; each carries the whole public state of its",
        "subject and a version.",
        "",
        "*relied on*: some service depends on it, so an event that no queue takes is tried again. *secret*: the body",
        "leaves the outbox as soon as the broker has it.",
    ]
    for owner in OWNERS:
        lines += ["", f"## {owner}", "", "| event | tells | heard by | |", "|---|---|---|---|"]
        for name, event in EVENTS.items():
            if name.partition(".")[0] == owner:
                heard = ", ".join(f"`{queue}`" for queue in sorted(heard_by[name])) or "–"
                marks = ", ".join(
                    word for word, on in (("relied on", event.must_be_heard), ("secret", event.secret)) if on
                )
                lines.append(f"| `{name}` | {asyncapi.summary(event)} | {heard} | {marks} |")
        for name, event in EVENTS.items():
            if name.partition(".")[0] == owner:
                fields = ", ".join(f"`{field}`" for field in event.model_fields if field not in Event.model_fields)
                lines += ["", f"`{name}`: {fields}"]
    return lines
