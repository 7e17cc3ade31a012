"""What people typed stays out of logs, causes and dead letters."""

import io
import json
import subprocess
import sys

import pytest
import structlog
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from kit.ids import new_id
from kit.messaging import _short
from kit.telemetry import without_values
from kit.testing import Bench
from tests.support.traces import SpanCollector

PHONE = "+380671234567"


@pytest.fixture
async def failure(toy: Bench) -> DBAPIError:
    """A failure of the database as the driver tells it: with the row that was refused."""
    async with toy.service.db.system_tx() as tx:
        await tx.execute(text("INSERT INTO signing_key_copy (kid, x) VALUES (:kid, '')"), {"kid": PHONE + "-taken"})
    with pytest.raises(DBAPIError) as caught:
        async with toy.service.db.system_tx() as tx:
            await tx.execute(
                text("INSERT INTO signing_key_copy (kid, x) VALUES (:kid, :x)"), {"kid": PHONE + "-taken", "x": "Ірина"}
            )
    async with toy.service.db.system_tx() as tx:
        await tx.execute(text("DELETE FROM signing_key_copy WHERE kid LIKE :kid"), {"kid": "%-taken"})
    return caught.value


async def test_the_cause_of_a_dead_letter_names_no_value(failure: DBAPIError) -> None:
    cause = _short(failure)
    assert "signing_key_copy_pkey" in cause
    assert "671234567" not in cause
    assert "Ірина" not in cause
    assert "671234567" not in _short(ValueError(f"cannot send to {PHONE}"))


async def test_a_logged_failure_names_no_value(failure: DBAPIError, monkeypatch: pytest.MonkeyPatch) -> None:
    written = io.StringIO()
    log = structlog.wrap_logger(structlog.WriteLogger(written), cache_logger_on_first_use=False)
    log.error("failed", exc_info=failure, error=repr(failure), said=f"sent to {PHONE}")
    line = written.getvalue()
    assert "signing_key_copy_pkey" in json.loads(line)["exception"]
    assert "671234567" not in line
    assert "Ірина" not in line


_A_FAILURE_IN_A_SPAN = """
import sys
from opentelemetry import trace
from kit.telemetry import set_up_traces
provider = set_up_traces("toy", sys.argv[1])
try:
    with trace.get_tracer("toy").start_as_current_span("insert"):
        raise ValueError("duplicate key violates client_phone_key\\nDETAIL:  Key (phone)=(Ірина +380671234567) exists.")
except ValueError:
    provider.shutdown()
"""


def test_a_failed_span_tells_its_cause_and_no_value() -> None:
    collector = SpanCollector()
    try:
        subprocess.run([sys.executable, "-c", _A_FAILURE_IN_A_SPAN, collector.endpoint], check=True, timeout=60)
    finally:
        collector.close()
    assert [span.name for span in collector.spans] == ["insert"]
    [sent] = collector.received
    assert b"violates client_phone_key" in sent
    assert b"671234567" not in sent
    assert "Ірина".encode() not in sent


def test_ids_and_times_stay_readable() -> None:
    said = f"booking {new_id()} at 2026-11-22T10:00:00Z took 1234567890 ns"
    assert without_values(said) == said
