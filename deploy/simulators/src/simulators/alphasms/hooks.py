"""Calls of a message's `hook`; the documents do not say how they look, so every way is a switch."""

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

import aiohttp

from simulators.alphasms.messages import FINAL, Message
from simulators.callbacks import ANSWER_WITHIN_S, call
from simulators.clock import Clock
from simulators.wire import json_text


async def tell(clock: Clock, message: Message, switches: Mapping[str, Any]) -> None:
    """Tell the address of `message` how it ended: once, twice or never, by GET or POST."""
    if message.hook is None:
        return
    ends = [step for step in message.steps if step.status in FINAL]
    for step in ends:
        await clock.sleep_until(step.at)
        for _ in range(int(switches["hook_copies"])):
            await _once(message.hook, message, step.status, by_get=switches["hook_method"] == "GET")


async def tell_reply(message: Message, switches: Mapping[str, Any]) -> None:
    """Tell the message's address that the person has answered; what they wrote is in the status."""
    if message.hook is not None:
        await _once(message.hook, message, "REPLIED", by_get=switches["hook_method"] == "GET")


async def tell_too_early(message: Message, switches: Mapping[str, Any]) -> None:
    """The first call of the hook, made before the answer to the send has left."""
    if message.hook is not None and switches["hook_before_answer"]:
        await _once(message.hook, message, "ACCEPTED", by_get=switches["hook_method"] == "GET")


async def _once(url: str, message: Message, status: str, *, by_get: bool) -> None:
    facts = {"id": str(message.id), "msg_id": str(message.msg_id), "status": status}
    if not by_get:
        await call(url, json_text(facts).encode(), {"Content-Type": "application/json"})
        return
    timeout = aiohttp.ClientTimeout(total=ANSWER_WITHIN_S)
    with suppress(aiohttp.ClientError, TimeoutError, OSError):  # no repetition is documented
        async with aiohttp.ClientSession(timeout=timeout) as session, session.get(url, params=facts) as answer:
            await answer.read()
