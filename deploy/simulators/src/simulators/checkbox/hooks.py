"""Events pushed to the address of a register, signed over the exact bytes."""

import asyncio
import base64
import hashlib
import hmac
from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

from simulators.callbacks import call, until_taken
from simulators.checkbox.people import Hook
from simulators.clock import Clock
from simulators.wire import json_text

RETRY_FOR_S = 4 * 3600
LONGEST_PAUSE_S = 1800


def signature(key: str, body: bytes) -> str:
    """The `x-request-signature`: base64 of HMAC-SHA256."""
    return base64.b64encode(hmac.new(key.encode(), body, hashlib.sha256).digest()).decode()


async def push(clock: Clock, hook: Hook, event: Mapping[str, Any], switches: Mapping[str, Any]) -> None:
    """Call the address until it answers below 400, with growing pauses for four hours of the provider's time."""
    body = json_text(event).encode()
    headers = {"Content-Type": "application/json", "x-request-signature": signature(hook.key, body)}

    async def attempt(_: int) -> bool:
        status, _answer = await call(hook.url, body, headers)
        if 0 < status < 400:
            return True
        hook.last_error_at = clock.now()
        hook.last_error = f"HTTP {status}" if status else "no answer"
        return False

    second = timedelta(seconds=switches["webhook_second_s"])
    copies = int(switches["webhook_copies"])
    await asyncio.gather(*(until_taken(clock, (second * pause for pause in pauses()), attempt) for _ in range(copies)))


def pauses() -> Iterator[float]:
    """Seconds before each repetition: doubled from 1 s up to half an hour, four hours in all."""
    pause, spent = 1.0, 0.0
    while spent + pause <= RETRY_FOR_S:
        yield pause
        spent += pause
        pause = min(pause * 2, LONGEST_PAUSE_S)
