"""The one script: what it installs, when, and what it says when it cannot."""

import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.dev.conftest import ROOT

# What the script may expect of any Debian or Ubuntu.
_BASE = ("cat", "chmod", "cp", "cut", "date", "dirname", "env", "flock", "id", "mkdir", "rm", "sed", "sh", "sha256sum")

# Stands in for uv: writes down what it is asked, and leaves behind what the real one would.
_UV = """#!/bin/sh
echo "uv $*" >>"$CALLS"
case "$1 $2" in
    "venv --quiet") mkdir -p .venv/bin && cp "$FAKE_PYTHON" .venv/bin/python ;;
    "pip install") printf '#!/bin/sh\\necho "zapys-dev $*"\\n' >.venv/bin/zapys-dev && chmod +x .venv/bin/zapys-dev ;;
esac
"""


@dataclass
class FreshClone:
    """A clone on a machine that has exactly the given commands."""

    root: Path
    commands: Path
    calls: Path

    def has(self, name: str, script: str) -> None:
        """Put a command on the machine."""
        path = self.commands / name
        path.unlink(missing_ok=True)  # it may be a link to the command of this very machine
        path.write_text(script)
        path.chmod(0o755)

    def zapys(self, *words: str) -> "subprocess.CompletedProcess[str]":
        """Type `./zapys …` there."""
        env = {
            "PATH": str(self.commands),
            "HOME": str(self.root),
            "CALLS": str(self.calls),
            "FAKE_PYTHON": str(self.commands / "python3"),
        }
        return subprocess.run(
            [str(self.root / "zapys"), *words], env=env, capture_output=True, text=True, timeout=120, check=False
        )

    def asked_of_uv(self) -> list[str]:
        """What uv was asked since the last look."""
        lines = self.calls.read_text().splitlines() if self.calls.exists() else []
        self.calls.unlink(missing_ok=True)
        return [line for line in lines if line != "uv --version"]


@pytest.fixture
def fresh(tmp_path: Path) -> FreshClone:
    """Python 3.11 and uv are there, Node is not."""
    clone = FreshClone(tmp_path / "clone", tmp_path / "bin", tmp_path / "calls")
    for folder in (
        clone.commands,
        clone.root / "libs" / "kit",
        clone.root / "services" / "a",
        clone.root / "deploy" / "b",
    ):
        folder.mkdir(parents=True)
    shutil.copy(ROOT / "zapys", clone.root / "zapys")
    for name in (
        "requirements.lock",
        "requirements-node.lock",
        *(f"{part}/pyproject.toml" for part in ("libs/kit", "services/a", "deploy/b")),
    ):
        (clone.root / name).write_text(f"# {name}\n")
    for name in _BASE:
        found = shutil.which(name)
        assert found is not None
        (clone.commands / name).symlink_to(found)
    clone.has("python3", "#!/bin/sh\nexit 0\n")
    clone.has("uv", _UV)
    return clone


def test_a_first_start_installs_with_hashes_and_then_runs_the_command(fresh: FreshClone) -> None:
    done = fresh.zapys("up", "--no-web")
    assert done.returncode == 0, done.stderr
    assert done.stdout == "zapys-dev up --no-web\n"
    venv, sync, install = fresh.asked_of_uv()
    assert venv.startswith("uv venv")
    assert sync == "uv pip sync --quiet --python .venv --require-hashes requirements.lock requirements-node.lock"
    assert install.endswith("--no-deps --no-build-isolation -e libs/kit -e services/a -e deploy/b")


def test_a_second_start_asks_nothing(fresh: FreshClone) -> None:
    fresh.zapys("status")
    fresh.asked_of_uv()
    done = fresh.zapys("status")
    assert done.stdout == "zapys-dev status\n"
    assert done.stderr == ""
    assert fresh.asked_of_uv() == []


def test_a_changed_lock_is_installed_and_a_changed_member_alone_leaves_the_locked_ones(fresh: FreshClone) -> None:
    fresh.zapys("status")
    fresh.asked_of_uv()
    (fresh.root / "requirements.lock").write_text("# newer\n")
    fresh.zapys("status")
    assert [call.split()[2] for call in fresh.asked_of_uv()] == ["sync", "install"]
    (fresh.root / "libs" / "kit" / "pyproject.toml").write_text("# newer\n")
    fresh.zapys("status")
    assert [call.split()[2] for call in fresh.asked_of_uv()] == ["install"]


@pytest.mark.parametrize(("version", "from_lock"), [("v20.11.0", False), ("v22.1.0", False), ("v18.19.0", True)])
def test_node_is_installed_only_where_the_machine_has_none_new_enough(
    fresh: FreshClone, version: str, from_lock: bool
) -> None:
    fresh.has("node", f"#!/bin/sh\necho {version}\n")
    fresh.zapys("status")
    [sync] = [call for call in fresh.asked_of_uv() if "sync" in call]
    assert ("requirements-node.lock" in sync) is from_lock


def test_an_old_python_is_refused_with_the_cure(fresh: FreshClone) -> None:
    fresh.has("python3", '#!/bin/sh\n[ "$1" = --version ] && echo Python 3.9.2\nexit 1\n')
    done = fresh.zapys("up")
    assert done.returncode == 1
    assert "Python 3.11 or newer is needed; found: Python 3.9.2" in done.stderr
    assert "ZAPYS_PYTHON" in done.stderr
    assert not (fresh.root / ".venv").exists()


def test_a_clone_that_cannot_be_written_to_is_refused_with_the_cure(fresh: FreshClone) -> None:
    (fresh.root / ".zapys").touch()  # not even root makes a folder there
    done = fresh.zapys("up")
    assert (done.returncode, done.stdout) == (1, "")
    assert f"{fresh.root} cannot be written to" in done.stderr
    assert "Clone into a folder of your own" in done.stderr


def test_paths_are_read_as_utf8_whatever_the_locale_is(fresh: FreshClone) -> None:
    fresh.has("uv", _UV.replace('echo "uv $*"', 'echo "$PYTHONUTF8 uv $*"'))
    fresh.zapys("status")
    asked = fresh.asked_of_uv()
    assert asked
    assert {call.split()[0] for call in asked} == {"1"}


def test_a_failed_installation_is_tried_again_at_the_next_start(fresh: FreshClone) -> None:
    fresh.has("uv", _UV.replace('case "$1 $2"', '[ "$2" != sync ] || exit 2\ncase "$1 $2"'))
    done = fresh.zapys("status")
    assert done.returncode == 1
    assert "The dependencies could not be installed" in done.stderr
    fresh.has("uv", _UV)
    assert fresh.zapys("status").stdout == "zapys-dev status\n"


def test_without_uv_and_without_the_right_to_install_venv_the_cure_is_named(fresh: FreshClone) -> None:
    (fresh.commands / "uv").unlink()
    fresh.has("python3", '#!/bin/sh\ncase "$*" in *ensurepip*) exit 1 ;; *venv*) echo python3.11-venv ;; esac\n')
    fresh.has("apt-get", "#!/bin/sh\nexit 1\n")
    fresh.has("id", "#!/bin/sh\necho 1000\n")
    fresh.has("sudo", "#!/bin/sh\nexit 1\n")
    done = fresh.zapys("up")
    assert done.returncode == 1
    assert "this user may not install it" in done.stderr
    assert "sudo apt-get install python3.11-venv" in done.stderr
