"""Migrations of a service stand in one line."""

from pathlib import Path

from zapys_dev import places
from zapys_dev.checks import newest_migrations

_MIGRATION = """revision = "{name}"
down_revision = {after}
branch_labels = None
depends_on = None
"""


def test_each_service_has_one_newest_migration() -> None:
    found = newest_migrations(places.root())
    assert set(found) == {"booking", "fiscal", "identity", "notifications"}
    assert {name: len(heads) for name, heads in found.items()} == dict.fromkeys(found, 1)


def test_two_that_follow_the_same_one_are_found(tmp_path: Path) -> None:
    versions = tmp_path / "services" / "booking" / "migrations" / "versions"
    versions.mkdir(parents=True)
    for name, after in (("a", None), ("b", "a"), ("c", "a")):
        (versions / f"{name}.py").write_text(_MIGRATION.format(name=name, after=repr(after)))
    assert newest_migrations(tmp_path) == {"booking": ["b", "c"]}
