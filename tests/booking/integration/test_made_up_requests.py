"""Requests that nobody would think of: booking refuses them by its own document and never fails.

A handful of operations for each run of the suite; thousands of cases over all of them:
`python -m tests.load.booking_schemathesis`.
"""

import pytest

from tests.load.booking_schemathesis import Outcome, explore, serving

OPERATIONS = (
    "add_client",
    "book_as_client",
    "book_as_staff",
    "list_bookings",
    "preview_client_import",
    "report_journal",
    "sell_goods",
    "set_domain",
    "set_report_schedule",
)


@pytest.fixture(scope="module")
def outcome(fresh_database) -> Outcome:
    urls = fresh_database("booking")
    with serving(urls.app_url, urls.migration_url) as target:
        return explore(target, 6 * len(OPERATIONS), 2026, only=OPERATIONS)


def test_nothing_is_answered_that_the_document_does_not_say(outcome):
    assert outcome.findings == {}
    assert outcome.cases >= 3 * len(OPERATIONS)


def test_the_cases_reach_both_the_effect_and_the_refusal(outcome):
    assert outcome.statuses[422] > 0
    assert sum(count for status, count in outcome.statuses.items() if status < 300) > 0
