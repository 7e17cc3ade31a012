"""Starts a process of the product again when it died by itself, ever more slowly while it goes on dying."""

import time
from dataclasses import dataclass

from zapys_dev.errors import Trouble
from zapys_dev.processes import Record, Supervisor

NAME = "keeper"

_FIRST_PAUSE_S = 1.0
_LONGEST_PAUSE_S = 60.0
_FORGIVEN_AFTER_S = 120.0


@dataclass
class _Patient:
    pause_s: float = _FIRST_PAUSE_S
    start_at: float | None = None


class Keeper:
    """Watches the records of a supervisor. Stopping a process on purpose removes its record, so it stays down."""

    def __init__(self, supervisor: Supervisor) -> None:
        self._supervisor = supervisor
        self._patients: dict[str, _Patient] = {}

    def look(self, now_s: float) -> list[str]:
        """One round; gives what was noticed or done, one sentence each. `now_s` is a monotonic clock."""
        notes: list[str] = []
        for name, record in self._supervisor.records().items():
            if name == NAME:
                continue
            patient = self._patients.setdefault(name, _Patient())
            if record.is_alive or record.is_ending:
                patient.start_at = None
                if time.time() - record.created > _FORGIVEN_AFTER_S:
                    patient.pause_s = _FIRST_PAUSE_S
            elif patient.start_at is None:
                patient.start_at = now_s + patient.pause_s
                notes.append(f"{name} (pid {record.pid}) has ended; it is started again in {patient.pause_s:.0f} s")
                patient.pause_s = min(patient.pause_s * 2, _LONGEST_PAUSE_S)
            elif now_s >= patient.start_at:
                patient.start_at = None
                notes.append(self._start_again(name, record))
        return notes

    def _start_again(self, name: str, record: Record) -> str:
        latest = self._supervisor.record(name)
        if latest is None or latest.is_ending:
            return f"{name} was stopped meanwhile"
        try:
            started = self._supervisor.start(record.command, restarts=record.restarts + 1)
        except Trouble as trouble:
            return str(trouble)
        return f"{name} started again (pid {started.pid}, restart {started.restarts})"

    def keep(self, *, pause_s: float = 1.0) -> None:
        """Look for ever, and print what happens."""
        while True:
            for note in self.look(time.monotonic()):
                print(time.strftime("%Y-%m-%dT%H:%M:%S"), note, flush=True)
            time.sleep(pause_s)
