"""All pages about messages, money and the platform, with the services behind them played."""

from __future__ import annotations

from gateway.pages.messages.list import LOOKS
from gateway.pages.reports.frame import TABS

from .books import OPERATION, RECEIPT, TOP_UP, WAITING, open_the_books
from .console import LETTER, TOKEN, open_the_doors
from .figures import open_the_figures
from .money import CLIENT, REGISTER
from .news import open_the_post
from .outside import HOOK, open_to_the_outside
from .salon import ACCOUNT, BOOKING
from .stage import Stage

__all__ = ["CONSOLE", "MONEY", "TOKEN", "open_the_treasury"]

HOME = f"/manage/{ACCOUNT}"
MONEY = tuple(
    f"{HOME}/{page}"
    for page in (
        "cash-registers",
        f"cash-registers/{REGISTER}/edit",
        f"cash-registers/{REGISTER}/shift",
        f"cash-registers/{REGISTER}/offline",
        "day",
        "cash-operations?kind=transfer",
        f"cash-operations/{OPERATION}",
        "receipts",
        f"receipts/{RECEIPT}",
        f"receipts/{WAITING}",
        f"receipts/{RECEIPT}/print",
        "payments",
        "differences",
        *(f"messages?show={look}" for look in LOOKS),
        "messages/settings",
        "messages/texts",
        "messages/texts/client/reminder_eve/uk",
        f"messages/clients/{CLIENT}",
        "balance",
        f"balance/top-ups/{TOP_UP}",
        "plan",
        "integrations",
        "integrations/turbosms",
        "integrations/integrica",
        "acquirers",
        "webhooks",
        f"webhooks/{HOOK}",
        *TABS,
        "reports/mailing",
    )
)
CONSOLE = (
    "/ops",
    "/ops/dead-letters?service=notifications",
    f"/ops/dead-letters/notifications/{LETTER}",
    "/ops/texts",
    "/ops/support",
    "/ops/contact",
    "/ops/ideas",
    f"/ops/life?account_id={ACCOUNT}&booking_id={BOOKING}",
)


def open_the_treasury(stage: Stage) -> None:
    """Everything they need works."""
    open_the_books(stage)
    open_the_post(stage)
    open_to_the_outside(stage)
    open_the_figures(stage)
    open_the_doors(stage)
