"""The AsyncAPI 3 document of all events, made by FastStream from the contracts."""

import inspect
import json
from functools import cache
from typing import Any

from contracts import EVENTS, Event

from .broker import EVENTS as EXCHANGE


@cache
def document() -> dict[str, Any]:
    """Every event as a message on its own channel of the exchange; keys in a stable order."""
    from faststream.rabbit import RabbitBroker
    from faststream.specification import AsyncAPI

    broker = RabbitBroker("amqp://localhost:5672/")
    for name, event in sorted(EVENTS.items()):
        broker.publisher(exchange=EXCHANGE, routing_key=name, schema=event, title=name, description=summary(event))
    specification = AsyncAPI(broker, title="Zapys events", version="1").to_specification().to_json()
    found: dict[str, Any] = json.loads(specification)
    return found


def summary(event: type[Event]) -> str:
    """What an event tells, in one sentence: of its own docstring, or of its name."""
    own = event.__dict__.get("__doc__")
    if own:
        return inspect.cleandoc(own).splitlines()[0]
    words = event.name.rsplit(".", 1)[0].replace(".", " ").replace("_", " ")
    return f"{words}."
