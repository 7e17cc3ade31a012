"""One trace from the request that takes the money to the receipt that Checkbox registers."""

from __future__ import annotations

import pytest
from opentelemetry.sdk.trace import TracerProvider
from sqlalchemy import text

from contracts.fiscal import ReceiptHeld, ReceiptRegistered
from kit.testing import Bench
from tests.fiscal.salon import Salon, TestDesk


@pytest.mark.usefixtures("worker")
async def test_a_receipt_belongs_to_the_trace_and_the_request_of_its_settlement(
    salon: Salon, bench: Bench, desk: TestDesk
) -> None:
    register = await salon.fiscal_register(desk)
    booking = await salon.booking()
    with TracerProvider().get_tracer("test").start_as_current_span("a click") as click:
        await salon.settled(booking, ("cash", 50_000), x_request_id="the-click")
    await salon.receipts_become("held")
    await salon.open_shift(register)
    await salon.receipts_become("registered")
    trace_id = format(click.get_span_context().trace_id, "032x")
    for event in (ReceiptHeld, ReceiptRegistered):
        async with bench.service.db.system_tx() as tx:
            query = text("SELECT headers FROM outbox WHERE name = :name AND account_id = :account_id")
            [headers] = await tx.scalars(query, {"name": event.name, "account_id": salon.account_id})
        assert headers["trace"]["traceparent"].split("-")[1] == trace_id
        assert headers["correlation_id"] == "the-click"
