"""A small storm: workers killed (-9), answers stalled, shifts closed. The full one is tests/load/receipts_storm.py."""

import pytest

from tests.load.receipts_storm import run
from zapys_dev.testing import TestServers


@pytest.mark.row("X12")
@pytest.mark.row("S31")
async def test_every_sale_has_one_receipt_though_workers_are_killed_and_answers_are_lost(servers: TestServers) -> None:
    outcome = await run(servers, 12, 2, kill_s=1.0, close_s=2.0, seed=7)
    assert (outcome.receipts, outcome.doubled, outcome.missing, outcome.out_of_order) == (12, 0, 0, 0)
    assert outcome.most_in_a_second <= 2
    assert outcome.kills >= 1
