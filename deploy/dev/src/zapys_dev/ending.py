"""Waiting for processes to end that need not be our children."""

import time
from collections.abc import Iterable

import psutil


def wait_gone(processes: Iterable[psutil.Process], timeout_s: float) -> list[psutil.Process]:
    """Those that still run after the time. A zombie is gone: whoever inherited it may collect it late."""
    until = time.monotonic() + timeout_s
    left = [process for process in processes if runs(process)]
    while left and time.monotonic() < until:
        time.sleep(0.02)
        left = [process for process in left if runs(process)]
    return left


def runs(process: psutil.Process) -> bool:
    """True unless it has ended with all its threads (a dying one holds its ports until the last thread is gone)."""
    try:
        return process.is_running() and (process.status() != psutil.STATUS_ZOMBIE or process.num_threads() > 1)
    except psutil.NoSuchProcess:
        return False
