"""Let what people write to the platform's bot reach us: Telegram is told where, when the service starts, and reminded.

Without it nobody can bind a chat, and nothing else would show that; another installation with the same bot may have
turned the messages to itself.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

import structlog

from notifications.providers.telegram import TelegramBot

AGAIN_S = 60.0
REMIND_S = 6 * 3600.0

log = structlog.get_logger("telegram")


@dataclass(frozen=True)
class BotHearing:
    """A loop of the worker; `url` is the secret address of the callbacks."""

    bot: TelegramBot
    url: str

    async def run(self) -> None:
        """Keep the bot's messages coming for ever."""
        while True:
            agreed = await self.once()
            await asyncio.sleep(REMIND_S if agreed else AGAIN_S)

    async def once(self) -> bool:
        """Tell Telegram the address; whether it agreed."""
        agreed = await self.bot.hear_at(self.url)
        if not agreed:
            log.warning("Telegram does not take the address for messages to the bot")
        return agreed
