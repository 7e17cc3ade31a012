"""The servers of the tests: shared by all runs of a clone, started once."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.dev.conftest import ROOT
from zapys_dev.errors import Trouble
from zapys_dev.testing import TestServers, ensure_servers

_ASK = """
import dataclasses, json
from zapys_dev.testing import ensure_servers
print(json.dumps(dataclasses.asdict(ensure_servers())))
"""


def test_what_the_environment_names_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    told = TestServers("postgresql://a", "amqp://b/", "http://c")
    for name, value in told.as_environment().items():
        monkeypatch.setenv(name, value)
    assert ensure_servers() == told
    monkeypatch.delenv("ZAPYS_TEST_RABBITMQ_URL")
    with pytest.raises(Trouble, match="ZAPYS_TEST_RABBITMQ_URL is not set"):
        ensure_servers()


def test_runs_that_start_at_once_share_one_pair_of_servers_beside_those_of_another_clone(tmp_path: Path) -> None:
    (tmp_path / "requirements.lock").touch()
    for name in ("services", "deploy"):
        (tmp_path / name).symlink_to(ROOT / name)
    env = {name: value for name, value in os.environ.items() if not name.startswith("ZAPYS_TEST_")}
    env["ZAPYS_ROOT"] = str(tmp_path)
    # A user's PATH need not name the system administrator's folders.
    env["PATH"] = os.pathsep.join(folder for folder in env["PATH"].split(os.pathsep) if "sbin" not in folder)
    try:
        runs = [subprocess.Popen([sys.executable, "-c", _ASK], env=env, stdout=subprocess.PIPE) for _ in range(3)]
        answers = {run.communicate(timeout=120)[0] for run in runs}
        assert [run.returncode for run in runs] == [0, 0, 0]
        [answer] = answers
        theirs = TestServers(**json.loads(answer))
        ours = ensure_servers()
        assert theirs.postgres_url != ours.postgres_url
        assert theirs.rabbitmq_url != ours.rabbitmq_url
        again = subprocess.run([sys.executable, "-c", _ASK], env=env, capture_output=True, check=True)
        assert again.stdout == answer
    finally:
        stop = [sys.executable, "-m", "zapys_dev", "test", "--stop-servers"]
        stopped = subprocess.run(stop, env=env, capture_output=True, text=True, check=False)
        forget = "from zapys_dev.testing import stop_servers; stop_servers(delete=True)"
        subprocess.run([sys.executable, "-c", forget], env=env, check=True)
    assert "The test servers are stopped" in stopped.stdout
