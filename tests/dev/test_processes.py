"""The supervisor and the keeper."""

import sys
import time
from pathlib import Path

import pytest

from tests.dev.conftest import soon
from tests.support.own_ports import own_port
from zapys_dev.errors import Trouble
from zapys_dev.keeper import Keeper
from zapys_dev.places import Home
from zapys_dev.processes import Command, Supervisor
from zapys_dev.services import Ports
from zapys_dev.up import check_same_ports

SLEEPER = Command("sleeper", (sys.executable, "-c", "import time; time.sleep(600)"))


@pytest.fixture
def supervisor(tmp_path: Path):
    """Ends at last whatever a test left running."""
    made = Supervisor(Home(tmp_path))
    yield made
    made.stop(grace_s=0.2)


def test_a_process_is_started_once_and_known_to_everybody(supervisor: Supervisor) -> None:
    first = supervisor.start(SLEEPER)
    assert supervisor.start(SLEEPER) == first
    assert Supervisor(supervisor.home).is_running("sleeper")


def test_its_record_and_so_its_passwords_are_for_the_owner_alone(supervisor: Supervisor) -> None:
    supervisor.start(SLEEPER)
    assert (supervisor.home.pids / "sleeper.json").stat().st_mode & 0o777 == 0o600


def test_a_process_that_ignores_the_polite_request_is_killed_after_the_grace(supervisor: Supervisor) -> None:
    deaf = (
        "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('on', flush=True); time.sleep(600)"
    )
    record = supervisor.start(Command("deaf", (sys.executable, "-c", deaf)))
    while "on" not in supervisor.tail("deaf"):
        time.sleep(0.02)
    began = time.monotonic()
    assert supervisor.stop(["deaf"], grace_s=0.3) == ["deaf"]
    assert 0.3 <= time.monotonic() - began < 60
    assert not record.is_alive


def test_a_frozen_process_can_be_stopped(supervisor: Supervisor) -> None:
    record = supervisor.start(SLEEPER)
    supervisor.freeze("sleeper")
    began = time.monotonic()
    supervisor.stop(["sleeper"], grace_s=120)
    assert time.monotonic() - began < 60
    assert not record.is_alive


def test_a_killed_process_can_be_started_again_with_what_it_was_told(supervisor: Supervisor) -> None:
    says = "import os, time; print(os.environ['WORD'], flush=True); time.sleep(600)"
    first = supervisor.start(Command("teller", (sys.executable, "-c", says), {"WORD": "abc"}))
    soon(lambda: supervisor.tail("teller") == "abc")
    supervisor.kill("teller")
    assert not first.is_alive
    again = supervisor.restart("teller")
    assert again.is_alive
    assert again.restarts == 1
    soon(lambda: supervisor.tail("teller").split() == ["abc", "abc"])


def test_waiting_for_one_that_has_ended_shows_the_end_of_its_log(supervisor: Supervisor) -> None:
    ends = (sys.executable, "-c", "print('no licence'); raise SystemExit(2)")
    supervisor.start(Command("short", ends, ready_url=f"http://127.0.0.1:{own_port()}/ready"))
    with pytest.raises(Trouble, match="short has ended") as refused:
        supervisor.wait_ready(["short"], timeout_s=10)
    assert "no licence" in refused.value.cure


def test_waiting_for_one_that_never_answers_has_an_end(supervisor: Supervisor) -> None:
    url = f"http://127.0.0.1:{own_port()}/ready"
    supervisor.start(Command("mute", SLEEPER.argv, ready_url=url))
    with pytest.raises(Trouble, match="mute not ready after"):
        supervisor.wait_ready(["mute"], timeout_s=0.3)


def test_the_keeper_waits_longer_each_time_and_leaves_alone_what_was_stopped(supervisor: Supervisor) -> None:
    keeper = Keeper(supervisor)
    supervisor.start(SLEEPER)
    supervisor.kill("sleeper")
    [note] = keeper.look(now_s=0)
    assert "started again in 1 s" in note
    assert keeper.look(now_s=0.9) == []
    assert "restart 1" in keeper.look(now_s=1)[0]
    supervisor.kill("sleeper")
    assert "started again in 2 s" in keeper.look(now_s=2)[0]
    assert keeper.look(now_s=3.9) == []
    assert "restart 2" in keeper.look(now_s=4)[0]
    supervisor.stop(["sleeper"])
    assert keeper.look(now_s=5) == []
    assert keeper.look(now_s=100) == []
    assert not supervisor.is_running("sleeper")


def test_up_does_not_look_for_a_running_product_on_the_ports_of_another_shell(supervisor: Supervisor) -> None:
    then = Ports.starting_at(9000)
    argv, told = SLEEPER.argv, {"BOOKING_HTTP_PORT": str(then.booking)}
    supervisor.start(Command("booking", argv, told))
    check_same_ports(then, supervisor)
    with pytest.raises(Trouble, match="booking runs on port 9001, and this shell says 8001") as refused:
        check_same_ports(Ports(), supervisor)
    assert "ZAPYS_FIRST_PORT" in str(refused.value.__dict__)
    supervisor.stop(["booking"], grace_s=0.2)
    check_same_ports(Ports(), supervisor)
