"""python -m identity all | api | worker | migrate."""

from kit.service import main

from .app import MIGRATIONS, build
from .settings import Settings

main("identity", Settings, build, MIGRATIONS)
