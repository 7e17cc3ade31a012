"""Whether one more SMS with a code may leave, seen over many phones at once: against bombing, pumping and draining.

What counts is how many codes were sent and never entered ("open"): people enter their codes, machines that make money
or trouble with SMS do not. A person who signed in from the same device before is let through what strangers have used
up, so that nobody's phone or neighbourhood can be locked by others (docs/adr on limits of login codes).
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

WINDOW = timedelta(hours=1)
DAY = timedelta(hours=24)
FRESH = timedelta(seconds=60)
"""People need about so long to enter a code; until then an open send says little."""

NEAR = 9_999
"""Numbers to either side of a phone that count as its neighbourhood."""
OPEN_NEAR = 50
OPEN_IN_BLOCK = 10
BLOCK = 1_000
OPEN_FROM_ADDRESS_FREE = 20
OPEN_FROM_ADDRESS = 60
OPEN_ON_PAGE_FREE = 60
OPEN_ON_PAGE = 200
ENOUGH_TO_JUDGE = 50
LEAST_ENTERED = 0.3


@dataclass(frozen=True)
class Flow:
    """Sends as the database counts them; within `WINDOW` unless said otherwise."""

    open_near: int = 0
    open_in_block: int = 0
    open_from_address: int = 0
    open_on_page: int = 0
    fresh_open: int = 0
    """Younger than `FRESH`."""
    settled: int = 0
    """Older than `FRESH`."""
    settled_entered: int = 0
    sent_today: int = 0
    oldest_near_at: datetime | None = None
    oldest_from_address_at: datetime | None = None
    oldest_on_page_at: datetime | None = None
    oldest_today_at: datetime | None = None


@dataclass(frozen=True)
class Refusal:
    """No SMS before this moment; `which` names the limit."""

    which: str
    until: datetime


def is_pumped(flow: Flow) -> bool:
    """Whether so few codes are entered that machines must be asking for them."""
    too_few = flow.settled >= ENOUGH_TO_JUDGE and flow.settled_entered < LEAST_ENTERED * flow.settled
    burst = flow.fresh_open >= ENOUGH_TO_JUDGE and flow.fresh_open > flow.settled_entered
    return too_few or burst


def refuses(flow: Flow, now: datetime, *, per_day: int, with_addresses: bool) -> Refusal | None:
    """The limit that no captcha opens, where one is reached.

    Without `with_addresses` (load tests, development) all callers may share one address and one page.
    """
    if flow.open_near >= OPEN_NEAR:
        return _until("numbers", flow.oldest_near_at, WINDOW, now)
    if with_addresses and flow.open_from_address >= OPEN_FROM_ADDRESS:
        return _until("address", flow.oldest_from_address_at, WINDOW, now)
    if with_addresses and flow.open_on_page >= OPEN_ON_PAGE:
        return _until("page", flow.oldest_on_page_at, WINDOW, now)
    if flow.sent_today >= per_day:
        return _until("platform", flow.oldest_today_at, DAY, now)
    return None


def wants_captcha(flow: Flow) -> bool:
    """Whether the asker must show work first."""
    return (
        flow.open_in_block >= OPEN_IN_BLOCK
        or flow.open_from_address >= OPEN_FROM_ADDRESS_FREE
        or flow.open_on_page >= OPEN_ON_PAGE_FREE
        or is_pumped(flow)
    )


def _until(which: str, oldest_at: datetime | None, span: timedelta, now: datetime) -> Refusal:
    return Refusal(which, max(now + timedelta(seconds=1), (oldest_at or now) + span))
