"""Everything this service listens to, one line per handler."""

from __future__ import annotations

from contracts.identity import LoginCodeRequested
from kit import access
from kit.db import Tx
from kit.messaging import Consumers
from kit.secrets import SecretBox
from kit.texts import Texts

from .clock import Clock
from .usecases.queue_login_code import queue_login_code


def listen(clock: Clock, texts: Texts, box: SecretBox) -> Consumers:
    """The consumers with what they need."""
    consumers = Consumers("notifications")
    access.listen(consumers)

    async def on_login_code(event: LoginCodeRequested, tx: Tx) -> None:
        await queue_login_code(event, tx, texts=texts, box=box, now=await clock.now(tx))

    consumers.on(LoginCodeRequested, name="queue_login_code")(on_login_code)
    return consumers
