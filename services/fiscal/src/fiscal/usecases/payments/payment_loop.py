"""The worker's loop over payments by card: notices, and beside them what has to be asked about or ended."""

import asyncio

from fiscal.usecases.payments.acquiring import Acquiring
from fiscal.usecases.payments.check_payments import check_payments, expire_prepayments
from fiscal.usecases.payments.judge_notices import judge_notices
from kit.wakeups import wait_for

LONGEST_SLEEP_S = 1.0


class PaymentLoop:
    """Wakes when a notice is kept or a payment changes, and looks by itself every second."""

    def __init__(self, acquiring: Acquiring, wake: asyncio.Event) -> None:
        self._acquiring = acquiring
        self._wake = wake

    async def run(self) -> None:
        """Until cancelled. An acquirer that is silent when it is asked keeps no notice of another waiting."""
        async with asyncio.TaskGroup() as beside:
            orders: asyncio.Task[None] | None = None
            while True:
                self._wake.clear()
                if orders is None or orders.done():
                    orders = beside.create_task(self._orders())
                await self._notices()
                await wait_for(self._wake, LONGEST_SLEEP_S)

    async def drain(self) -> None:
        """Do what is due now, until nothing is: for tests and for an operator's hand."""
        await self._notices()
        await self._orders()

    async def _notices(self) -> None:
        while await judge_notices(self._acquiring):
            pass

    async def _orders(self) -> None:
        await check_payments(self._acquiring)
        await expire_prepayments(self._acquiring)
