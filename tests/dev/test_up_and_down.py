"""`./zapys up`, `status`, `restart` and `down` as a person types them."""

import json
import os
import signal
import socket
import subprocess
import sys
from typing import Any

import psutil
import pytest

from tests.dev.conftest import Clone, is_alive, soon

NAMES = {"identity", "booking", "notifications", "fiscal", "gateway", "simulators"}


def processes(clone: Clone) -> dict[str, dict[str, Any]]:
    """What `./zapys status --json` lists, by name."""
    listed = json.loads(clone.zapys("status", "--json").stdout)["processes"]
    return {line["name"]: line for line in listed}


def test_up_starts_everything_once_and_down_ends_it(clone: Clone) -> None:
    first = clone.up()
    assert first.returncode == 0, first.stderr
    assert "ready in" in first.stdout
    assert f"http://127.0.0.1:{clone.first_port}/api/v1/openapi.json" in first.stdout
    before = processes(clone)
    assert {name for name, line in before.items() if line["is_ready"]} >= NAMES
    assert before["booking"]["memory_bytes"] > 0

    elsewhere = json.loads(clone.zapys("status", "--json", ZAPYS_FIRST_PORT="9000").stdout)["processes"]
    assert {line["name"]: line["url"] for line in elsewhere} == {name: line["url"] for name, line in before.items()}

    second = clone.up()
    assert second.returncode == 0
    assert "6 processes run already" in second.stdout
    assert {n: line["pid"] for n, line in processes(clone).items()} == {n: line["pid"] for n, line in before.items()}

    down = clone.zapys("down")
    assert down.returncode == 0
    assert not [line["pid"] for line in before.values() if line["pid"] and is_alive(line["pid"])]
    assert clone.zapys("status").returncode == 3
    assert "Nothing was running" in clone.zapys("down").stdout


def test_a_taken_port_is_named_with_its_process_and_nothing_is_started(clone: Clone) -> None:
    port = clone.first_port + 104
    with socket.socket() as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        taken.bind(("127.0.0.1", port))
        taken.listen()
        refused = clone.up()
    assert refused.returncode == 1
    assert f"port {port} (fiscal, admin) by {psutil.Process().name()} (pid {os.getpid()})" in refused.stderr
    assert "ZAPYS_FIRST_PORT" in refused.stderr
    assert "Traceback" not in refused.stderr
    assert clone.zapys("status").returncode == 3


@pytest.mark.parametrize("command", ["up", "down", "status", "logs", "backup"])
def test_a_folder_that_cannot_be_written_to_is_a_sentence_and_its_cure(clone: Clone, command: str) -> None:
    (clone.root / ".zapys").symlink_to("/sys/kernel")  # where not even root makes files
    refused = clone.zapys(command)
    assert refused.returncode == 1
    assert refused.stderr.startswith(f"zapys: {clone.root}/.zapys/")
    assert "make that folder and all in it yours" in refused.stderr
    assert "Traceback" not in refused.stderr
    (clone.root / ".zapys").unlink()


def test_what_was_started_is_stopped_when_one_service_does_not_come_up(clone: Clone) -> None:
    clone.break_service("gateway")
    refused = clone.up()
    assert refused.returncode == 1
    assert "gateway has ended" in refused.stderr
    assert "gateway has no all today" in refused.stderr  # the end of its log
    assert not [line for line in processes(clone).values() if line["pid"]]


def test_a_failed_migration_is_shown_and_no_service_starts(clone: Clone) -> None:
    clone.break_service("fiscal", "migrate")
    refused = clone.up()
    assert refused.returncode == 1
    assert "The migrations of fiscal failed" in refused.stderr
    assert "fiscal has no migrate today" in refused.stderr
    assert not [line for line in processes(clone).values() if line["pid"]]


def test_interrupting_up_leaves_nothing_behind(clone: Clone) -> None:
    (clone.root / "stand-ins" / "gateway" / "__main__.py").write_text("import time; time.sleep(600)")
    running = subprocess.Popen(
        [sys.executable, "-m", "zapys_dev", "up", "--no-demo", "--no-web"],
        env={**os.environ, **clone.env},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    soon(lambda: (clone.root / ".zapys" / "run" / "gateway.json").exists())
    running.send_signal(signal.SIGINT)
    output, _ = running.communicate(timeout=60)
    assert running.returncode != 0
    assert "Traceback" not in output
    assert not list((clone.root / ".zapys" / "run").glob("*.json"))
    assert clone.zapys("status").returncode == 3


def test_up_in_the_foreground_ends_everything_at_ctrl_c(clone: Clone) -> None:
    running = subprocess.Popen(
        [sys.executable, "-u", "-m", "zapys_dev", "up", "--foreground", "--no-demo", "--no-web"],
        env={**os.environ, **clone.env},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert running.stdout is not None
    lines = iter(running.stdout.readline, "")
    assert any("Ctrl-C ends everything" in line for line in lines)
    running.send_signal(signal.SIGINT)
    output = "".join(lines)
    assert running.wait(timeout=60) == 0
    running.stdout.close()
    assert "Stopped: keeper" in output
    assert clone.zapys("status").returncode == 3


def test_down_ends_only_processes_of_its_own(clone: Clone) -> None:
    assert clone.up().returncode == 0
    stranger = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    try:
        # The record of a process that died long ago, whose id another one has today.
        record = clone.root / ".zapys" / "run" / "booking.json"
        kept = json.loads(record.read_text())
        (clone.root / ".zapys" / "run" / "old.json").write_text(json.dumps({**kept, "pid": stranger.pid}))
        assert clone.zapys("down").returncode == 0
        assert stranger.poll() is None
        assert not is_alive(kept["pid"])
    finally:
        stranger.kill()
        stranger.wait()


def test_a_killed_service_is_started_again_and_that_is_noted(clone: Clone) -> None:
    assert clone.up().returncode == 0
    pid = processes(clone)["booking"]["pid"]
    os.kill(pid, signal.SIGKILL)
    soon(lambda: processes(clone)["booking"]["pid"] not in (pid, None))
    soon(lambda: processes(clone)["booking"]["is_ready"])
    assert processes(clone)["booking"]["restarts"] == 1
    notes = clone.zapys("logs", "keeper").stdout
    assert f"booking (pid {pid}) has ended" in notes
    assert "booking started again" in notes


def test_restart_gives_the_service_a_new_process_and_leaves_the_others(clone: Clone) -> None:
    assert clone.up().returncode == 0
    before = processes(clone)
    assert clone.zapys("restart", "fiscal").returncode == 0
    after = processes(clone)
    assert {name for name in NAMES if before[name]["pid"] != after[name]["pid"]} == {"fiscal"}
    unknown = clone.zapys("restart", "billing")
    assert unknown.returncode == 1
    assert "billing is not up" in unknown.stderr


def test_a_server_told_by_the_environment_that_does_not_answer_is_named(clone: Clone) -> None:
    refused = clone.up(DATABASE_URL="postgresql://postgres@127.0.0.1:9/postgres")
    assert refused.returncode == 1
    assert "PostgreSQL does not answer at 127.0.0.1:9, from DATABASE_URL" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_logs_of_an_unknown_process_name_the_known_ones(clone: Clone) -> None:
    assert clone.up().returncode == 0
    refused = clone.zapys("logs", "billing")
    assert refused.returncode == 1
    assert "There is no log billing" in refused.stderr
    assert "booking" in refused.stderr


def test_reset_asks_first_and_then_forgets_the_keys(clone: Clone) -> None:
    assert clone.up().returncode == 0
    token = clone.root / ".zapys" / "operator-token"
    assert token.stat().st_mode & 0o777 == 0o600
    assert clone.zapys("reset").returncode != 0  # nobody there to answer
    assert token.exists()
    assert clone.zapys("reset", "--yes").returncode == 0
    assert not token.exists()
    assert not list((clone.root / ".zapys" / "keys").glob("[!.]*"))
    assert clone.zapys("status").returncode == 3
