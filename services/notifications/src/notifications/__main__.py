"""`python -m notifications all | api | worker | migrate`."""

from pathlib import Path

from kit.service import main

from .app import build
from .settings import Settings

main("notifications", Settings, build, Path(__file__).parents[2] / "migrations")
