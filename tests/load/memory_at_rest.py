"""Resident memory of the five services at rest: `python -m tests.load.memory_at_rest`."""

import time

import psutil

from tests.support.product import running_product
from zapys_dev.services import NAMES
from zapys_dev.testing import ensure_servers

REST_S = 40


def main() -> None:
    """Print each service's resident memory and the sum, forty seconds after all are ready."""
    with running_product(ensure_servers(), traced=False) as (stack, _):
        time.sleep(REST_S)
        total = 0.0
        for name in NAMES:
            record = stack.supervisor.record(name)
            assert record is not None
            assert record.process is not None
            memory = psutil.Process(record.process.pid).memory_full_info()
            total += memory.rss
            print(f"{name:14s} {memory.rss / 1e6:6.1f} MB resident, {memory.uss / 1e6:6.1f} MB its own")
    print(f"{'together':14s} {total / 1e6:6.1f} MB; bar 600 MB {'kept' if total < 600e6 else 'MISSED'}")


if __name__ == "__main__":
    main()
