"""The worker's loop over payments by card: notices first, then what has to be asked about or ended."""

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
        """Until cancelled."""
        while True:
            self._wake.clear()
            await self.drain()
            await wait_for(self._wake, LONGEST_SLEEP_S)

    async def drain(self) -> None:
        """Do what is due now, until nothing is."""
        while await judge_notices(self._acquiring):
            pass
        await check_payments(self._acquiring)
        await expire_prepayments(self._acquiring)
