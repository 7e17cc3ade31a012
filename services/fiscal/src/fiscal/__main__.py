"""`python -m fiscal all | api | worker | migrate`."""

from fiscal.app import MIGRATIONS, build
from fiscal.settings import Settings
from kit.service import main

main("fiscal", Settings, build, MIGRATIONS)
