"""What a report of booking looks like on its way to the mail."""

from typing import Literal
from uuid import UUID

from pydantic import AwareDatetime, Field

from .base import Language, Value


class ReportTable(Value):
    """A report as it is read, in one language; amounts of money in whole units of the account's currency."""

    title: str
    header: tuple[str, ...]
    rows: tuple[tuple[str | int | float | None, ...], ...]


class ReportState(Value):
    """Figures of the whole account over some days, both included; nothing in them is about a single client."""

    id: UUID
    report: Literal["summary", "services", "staff", "weekly"]
    first: str = Field(description="YYYY-MM-DD.")
    last: str = Field(description="YYYY-MM-DD.")
    time_zone: str
    prepared_at: AwareDatetime
    tables: dict[Language, ReportTable]
    recipient_user_ids: tuple[UUID, ...] | None = Field(
        default=None,
        description="Who shall have it; none: every member with the right to see reports. In either case only those "
        "whose scope is the whole account.",
    )
