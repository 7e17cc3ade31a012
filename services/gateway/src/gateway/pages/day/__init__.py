"""A staff member's own day on a phone, and what keeps it readable without a network."""

from fastapi import APIRouter

from .installed import router as installed
from .mine import router as mine

ROUTERS: tuple[APIRouter, ...] = (installed, mine)
