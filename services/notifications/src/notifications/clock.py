"""What time it is: the database's clock, the same for every process, moved by a test if it wants."""

from datetime import datetime, timedelta

from sqlalchemy import text

from kit.db import Tx


class Clock:
    """Due times, leases and expiries are judged by this clock alone."""

    def __init__(self, offset_s: float = 0.0) -> None:
        self.offset = timedelta(seconds=offset_s)

    async def now(self, tx: Tx) -> datetime:
        """The current moment, in UTC."""
        now: datetime = (await tx.execute(text("SELECT clock_timestamp()"))).scalar_one()
        return now + self.offset
