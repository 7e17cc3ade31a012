"""The operator's console: health, dead letters, the life of a booking, support, moderation."""

from fastapi import APIRouter

from .door import router as door
from .feedback import router as feedback
from .health import router as health
from .letters import router as letters
from .life import router as life
from .moderation import router as moderation
from .support import router as support

ROUTERS: tuple[APIRouter, ...] = (door, health, letters, moderation, support, life, feedback)
