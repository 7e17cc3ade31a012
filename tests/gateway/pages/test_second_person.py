"""What an account wants two people for is asked for from the page where one person began it."""

from __future__ import annotations

import pytest

from .books import open_the_books
from .browser import Browser
from .money import REGISTER, settlement
from .salon import ACCOUNT, BOOKING
from .stage import Stage
from .test_doors import sign_in
from .test_registers import HOME
from .work import BASE, open_for_staff

REQUEST = {
    "id": "01890000-0000-7000-8000-0000000000aa",
    "state": "pending",
    "act": "give_back",
    "cause": "reversal",
    "amount": {"amount": 10_000, "currency": "UAH"},
    "reason": None,
    "command": {},
    "requested_at": "2026-11-22T10:00:00+00:00",
    "requested_by": "01890000-0000-7000-8000-0000000000ab",
    "requested_by_name": "Олена",
}
ASKED = "Потрібна згода другої людини: запит надіслано"
ONE = f"{BASE}/bookings/{BOOKING}/settlement"
PAGE = f"/desk/{ACCOUNT}/bookings/{BOOKING}?tab=payment"


@pytest.fixture
async def owner(browser: Browser, stage: Stage) -> Browser:
    """Signed in."""
    open_for_staff(stage)
    open_the_books(stage)
    await sign_in(browser)
    return browser


async def test_taking_and_giving_back_at_the_desk_become_requests(owner: Browser, stage: Stage) -> None:
    stage.on("fiscal", "POST", ONE, REQUEST)
    await owner.open(PAGE)
    await owner.send("/settle", way=f"cash:{REGISTER}", amount="450")
    assert (owner.page.status, ASKED in owner.page.text) == (200, True)
    stage.on("fiscal", "GET", ONE, settlement(paid=450))
    stage.on("fiscal", "POST", f"{ONE}/reverse", REQUEST)
    await owner.open(PAGE)
    await owner.send("/reverse", part="100")
    assert (owner.page.status, ASKED in owner.page.text) == (200, True)


async def test_a_refund_of_a_prepayment_becomes_a_request(owner: Browser, stage: Stage) -> None:
    stage.on("fiscal", "POST", f"{BASE}/payments/[^/]+/refund", REQUEST)
    await owner.open(f"{HOME}/payments")
    await owner.send("/refund", amount="100")
    assert (owner.page.status, ASKED in owner.page.text) == (200, True)
