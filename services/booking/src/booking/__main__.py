"""python -m booking all | api | worker | migrate."""

from kit.service import main

from .app import MIGRATIONS, build
from .settings import Settings

main("booking", Settings, build, MIGRATIONS)
